"""Matrix factorization by alternating least squares, computed by `implicit`.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (ICDM 2008): every
track and listener becomes a point in one space. New histories are folded in by solving for their point.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays
from synesthete.taste.interactions import present
from synesthete.taste.model import Scores, TasteModel


class Als(TasteModel):
    """A listener's score for a track is the product of their two points."""

    name: ClassVar[str] = "als"

    factors: NDArray[np.float32]  # (N, D) one point per track: what the bridge maps sound to

    def __init__(
        self, dim: int = 256, l2: float = 50.0, confidence: float = 20.0, iterations: int = 10, seed: int = 0
    ):
        """`confidence` is how much more a known track counts than an unknown one.

        The defaults are the best of a small grid (l2 0.1..50, confidence 1..20) on validation playlists.
        """
        super().__init__()
        if dim < 1 or l2 <= 0:
            raise InputError("ALS needs at least one dimension and l2 above 0")
        self.dim, self.l2, self.confidence, self.iterations, self.seed = dim, l2, confidence, iterations, seed

    def parameters(self) -> dict[str, Any]:
        return {
            "dim": self.dim,
            "l2": self.l2,
            "confidence": self.confidence,
            "iterations": self.iterations,
            "seed": self.seed,
        }

    def _learn(self, interactions: sp.csr_matrix) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"):  # its own threads and those of the BLAS would fight
            model = AlternatingLeastSquares(
                factors=self.dim,
                regularization=self.l2,
                alpha=self.confidence,
                iterations=self.iterations,
                random_state=self.seed,
                num_threads=1,
            )
            model.fit(present(interactions), show_progress=False)
        self.factors = np.asarray(model.item_factors, dtype=np.float32)
        self._prepare()

    def listeners(self, rows: sp.csr_matrix) -> NDArray[np.float32]:
        """The points (B, D) of these histories, folded in exactly."""
        histories = present(rows)
        points = np.zeros((histories.shape[0], self.factors.shape[1]), dtype=np.float32)
        for row in range(histories.shape[0]):
            known = histories.indices[histories.indptr[row] : histories.indptr[row + 1]]
            if known.size:
                points[row] = self._point(self.factors[known])
        return points

    def _point(self, known: NDArray[np.float32]) -> NDArray[np.float32]:
        """Solve (M + (c - 1) K'K) x = c K'1 for the n known tracks K, by the smaller of an n x n and a
        D x D system."""
        confidence = np.float32(self.confidence)
        target = confidence * known.sum(axis=0)
        if len(known) >= known.shape[1]:
            return np.linalg.solve(self._square + (confidence - 1) * (known.T @ known), target)
        spread = known @ self._inverse  # (n, D)
        start = self._inverse @ target
        small = (confidence - 1) * (spread @ known.T)
        small[np.diag_indices_from(small)] += 1
        return start - (confidence - 1) * (spread.T @ np.linalg.solve(small, known @ start))

    def _score(self, rows: sp.csr_matrix) -> Scores:
        return np.asarray(self.listeners(rows) @ self._by_dim, dtype=np.float32)

    def _arrays(self) -> Arrays:
        return {"factors": self.factors}

    def _restore(self, arrays: Arrays) -> None:
        self.factors = np.asarray(arrays["factors"])
        self._prepare()

    def _prepare(self) -> None:
        square = self.factors.T @ self.factors
        square[np.diag_indices_from(square)] += self.l2
        self._square = square
        self._inverse = np.linalg.inv(square).astype(np.float32)
        # One listener times (D, N) in this order of memory takes less than half the time of the other.
        self._by_dim = np.ascontiguousarray(self.factors.T)
