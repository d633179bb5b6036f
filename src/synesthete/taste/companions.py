"""Listeners who know the same tracks: listener-kNN, strongest where hardly anything is known of somebody.

A history's companions are the k training listeners with the largest cosine to it; each votes for its own
tracks, and a long history's vote is spread thin.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays, pack, unpack
from synesthete.taste.interactions import present
from synesthete.taste.model import Scores, TasteModel

BLOCK = 256
"""Histories compared at a time: at most BLOCK x U similarities are held."""


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
        unit = _unit(present(rows))
        parts = [self._vote(unit[start : start + BLOCK]) for start in range(0, rows.shape[0], BLOCK)]
        return np.vstack(parts) if parts else np.empty((0, rows.shape[1]), dtype=np.float32)

    def _vote(self, unit: sp.csr_matrix) -> Scores:
        likeness = sp.csr_matrix(unit @ self._by_track)
        indices, data, lengths = [], [], []
        for row in range(likeness.shape[0]):
            start, stop = likeness.indptr[row], likeness.indptr[row + 1]
            listeners, values = likeness.indices[start:stop], likeness.data[start:stop]
            if values.size > self.k:
                chosen = np.argpartition(-values, self.k - 1)[: self.k]
                listeners, values = listeners[chosen], values[chosen]
            indices.append(listeners)
            data.append(values)
            lengths.append(values.size)
        votes = sp.csr_matrix(
            (np.concatenate(data), np.concatenate(indices), np.concatenate([[0], np.cumsum(lengths)])),
            shape=likeness.shape,
        )
        return np.asarray((votes @ self.unit).toarray(), dtype=np.float32)

    def _arrays(self) -> Arrays:
        return pack("unit", self.unit)

    def _restore(self, arrays: Arrays) -> None:
        self.unit = unpack("unit", arrays)
        self._by_track = sp.csr_matrix(self.unit.T)


def _unit(rows: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.maximum(np.diff(rows.indptr), 1)).astype(np.float32)
    return sp.csr_matrix(sp.diags(1 / lengths) @ rows, dtype=np.float32)
