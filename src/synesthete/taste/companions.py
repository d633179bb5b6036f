"""Listeners who know the same tracks: listener-kNN, strongest where hardly anything is known of somebody.

A history's companions are the k training listeners with the largest cosine to it; each votes for its own
tracks, and a long history's vote is spread thin.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays, pack, unpack
from synesthete.taste.interactions import present
from synesthete.taste.lookup import entries
from synesthete.taste.model import Scores, TasteModel
from synesthete.taste.top import likeliest


class Companions(TasteModel):
    """A track's score is the summed similarity of the listeners who know it."""

    name: ClassVar[str] = "companions"

    unit: sp.csr_matrix  # (U, N) histories of length 1 in the Euclidean sense

    def __init__(self, k: int = 300):
        """300 is the best of 100..1,000 on validation playlists at one seed."""
        super().__init__()
        if k < 1:
            raise InputError("companions need k of at least 1")
        self.k = k

    def parameters(self) -> dict[str, Any]:
        return {"k": self.k}

    def _learn(self, interactions: sp.csr_matrix) -> None:
        self.unit = _unit(present(interactions))
        self._by_track = sp.csr_matrix(self.unit.T)

    def _score(self, rows: sp.csr_matrix) -> Scores:
        histories = present(rows)
        votes = np.zeros(histories.shape, dtype=np.float32)
        for row in range(histories.shape[0]):
            known = histories.indices[histories.indptr[row] : histories.indptr[row + 1]]
            if known.size:
                votes[row] = self._vote(known)
        return votes

    def _vote(self, known: NDArray[np.integer]) -> NDArray[np.float32]:
        """(N,): what the companions of whoever knows these tracks say of each track."""
        each = np.full(known.size, known.size**-0.5)
        listeners, alike = entries(self._by_track, known, each)
        likeness = np.bincount(listeners, alike).astype(np.float32)
        listeners = np.flatnonzero(likeness > 0)
        alike = likeness[listeners]
        if alike.size > self.k:
            chosen = likeliest(alike[None], self.k)[0]
            listeners, alike = listeners[chosen], alike[chosen]
        tracks, votes = entries(self.unit, listeners, alike)
        return np.bincount(tracks, votes, self.unit.shape[1]).astype(np.float32)

    def _arrays(self) -> Arrays:
        return pack("unit", self.unit)

    def _restore(self, arrays: Arrays) -> None:
        self.unit = unpack("unit", arrays)
        self._by_track = sp.csr_matrix(self.unit.T)


def _unit(rows: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.maximum(np.diff(rows.indptr), 1)).astype(np.float32)
    return sp.csr_matrix(sp.diags(1 / lengths) @ rows, dtype=np.float32)
