"""What follows: the next track from the order of the last ones.

Two tables speak: which track came soon after which (directed, learned from ordered histories), and
which tracks keep company at all (the asymmetric cosine, learned from every history, ordered or not),
because steps are many and each is rare. The last track speaks loudest.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays, pack, unpack
from synesthete.taste.interactions import present
from synesthete.taste.lookup import voted
from synesthete.taste.model import Scores, TasteModel
from synesthete.taste.neighbors import AsymmetricNeighbors
from synesthete.taste.sequences import Sequences


class NextTrack(TasteModel):
    """A track's score is how often it came soon after the last ones, and what company it keeps with them."""

    name: ClassVar[str] = "next-track"

    steps: sp.csr_matrix  # (N, N) from track to the tracks that came soon after
    company: sp.csr_matrix  # (N, N) from track to the tracks that are known by the same listeners

    def __init__(
        self,
        window: int = 3,
        step_decay: float = 0.5,
        recency: float = 0.8,
        steps_weight: float = 1.0,
        k: int = 500,
        shrink: float = 10.0,
    ):
        """A step of distance d within `window` counts step_decay ** (d - 1); a track heard d tracks ago
        counts recency ** d."""
        super().__init__()
        if window < 1 or not (0 < step_decay <= 1 and 0 < recency <= 1 and steps_weight >= 0):
            raise InputError(
                "next track needs a window of at least 1, decays in (0, 1] and a weight from 0 up"
            )
        self.window, self.step_decay, self.recency = window, step_decay, recency
        self.steps_weight, self.k, self.shrink = steps_weight, k, shrink
        self._order: Sequences | None = None

    def with_order(self, order: Sequences) -> Self:
        """The same model, told before `fit` in which order histories were played (any of them, not all)."""
        self._order = order
        return self

    def parameters(self) -> dict[str, Any]:
        return {
            "window": self.window,
            "step_decay": self.step_decay,
            "recency": self.recency,
            "steps_weight": self.steps_weight,
            "k": self.k,
            "shrink": self.shrink,
        }

    def _learn(self, interactions: sp.csr_matrix) -> None:
        tracks = interactions.shape[1]
        neighbors = AsymmetricNeighbors(k=self.k, shrink=self.shrink).fit(interactions)
        self.company = neighbors.similarities
        order = self._order if self._order is not None else Sequences.of([])
        if order.tracks.size and int(order.tracks.max()) >= tracks:
            raise InputError(f"the order names track {int(order.tracks.max())}, but there are {tracks}")
        self.steps = transitions(order, tracks, self.window, self.step_decay)

    def _score(self, rows: sp.csr_matrix) -> Scores:
        """Without an order every known track was the last one a little."""
        return self._mix(present(rows))

    def _score_in_order(self, rows: sp.csr_matrix, order: Sequences) -> Scores:
        return self._mix(order.recency(rows.shape[1], self.recency))

    def _mix(self, recent: sp.csr_matrix) -> Scores:
        scores = voted(recent, self.company) + self.steps_weight * voted(recent, self.steps)
        return np.asarray(scores, dtype=np.float32)

    def _arrays(self) -> Arrays:
        return pack("steps", self.steps) | pack("company", self.company)

    def _restore(self, arrays: Arrays) -> None:
        self.steps, self.company = unpack("steps", arrays), unpack("company", arrays)


def transitions(order: Sequences, tracks: int, window: int, decay: float) -> sp.csr_matrix:
    """(N, N) weights from a track to those that came up to `window` later.

    The count of each step, divided by the square root of how often both ends take part in any step, so
    that steps between rare tracks weigh as much as their evidence: 1 for a pair that only ever meets itself.
    """
    row = np.repeat(np.arange(len(order)), np.diff(order.starts))
    counts = sp.csr_matrix((tracks, tracks), dtype=np.float32)
    for distance in range(1, window + 1):
        if order.tracks.size <= distance:
            break
        same = row[:-distance] == row[distance:]
        before, after = order.tracks[:-distance][same], order.tracks[distance:][same]
        weight = np.full(before.size, decay ** (distance - 1), dtype=np.float32)
        counts = counts + sp.csr_matrix((weight, (before, after)), shape=(tracks, tracks))
    counts.setdiag(0)
    leaving = np.sqrt(np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1)).astype(np.float32)
    arriving = np.sqrt(np.maximum(np.asarray(counts.sum(axis=0)).ravel(), 1)).astype(np.float32)
    scaled = sp.csr_matrix(sp.diags(1 / leaving) @ counts @ sp.diags(1 / arriving))
    scaled.eliminate_zeros()
    return scaled
