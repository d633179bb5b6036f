"""EASE for catalogs whose N x N weights no memory holds: the same closed form on a truncated spectrum.

With X scaled by the regularization as X R^-1/2 = U S V', the inverse that EASE needs is
`R^-1/2 (I - V diag(s^2 / (s^2 + 1)) V') R^-1/2`, of which only V (N, rank) is kept. At full rank it is
exactly EASE; below, the weakest directions of taste are taken for noise.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays
from synesthete.taste.ease import weighted
from synesthete.taste.interactions import present
from synesthete.taste.model import Scores, TasteModel


class LowRankEase(TasteModel):
    """EASE in N x rank numbers instead of N x N."""

    name: ClassVar[str] = "low-rank-ease"

    directions: NDArray[np.float32]  # (N, rank) V
    gains: NDArray[np.float32]  # (rank,) s^2 / (s^2 + 1)
    ridge: NDArray[np.float32]  # (N,) diagonal of R
    inverse_diagonal: NDArray[np.float32]  # (N,) diagonal of the inverse

    def __init__(
        self, rank: int = 512, l2: float = 100.0, dropout: float = 0.33, shorten: float = 0.0, seed: int = 0
    ):
        super().__init__()
        if not (l2 > 0 and 0 <= dropout < 1 and rank >= 1):
            raise InputError("low-rank EASE needs l2 above 0, dropout in [0, 1) and a rank of at least 1")
        self.rank, self.l2, self.dropout, self.shorten, self.seed = rank, l2, dropout, shorten, seed

    def parameters(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "l2": self.l2,
            "dropout": self.dropout,
            "shorten": self.shorten,
            "seed": self.seed,
        }

    def _learn(self, interactions: sp.csr_matrix) -> None:
        histories = weighted(present(interactions), self.shorten)
        own = np.asarray(histories.multiply(histories).sum(axis=0), dtype=np.float32).ravel()
        self.ridge = (self.l2 + self.dropout / (1 - self.dropout) * own).astype(np.float32)
        scaled = sp.csr_matrix(histories @ sp.diags(1 / np.sqrt(self.ridge)))
        singular, self.directions = spectrum(scaled, self.rank, self.seed)
        self.gains = (singular**2 / (singular**2 + 1)).astype(np.float32)
        kept = np.einsum("nr,r,nr->n", self.directions, self.gains, self.directions)
        self.inverse_diagonal = ((1 - np.minimum(kept, 0.999)) / self.ridge).astype(np.float32)

    def _score(self, rows: sp.csr_matrix) -> Scores:
        histories = present(rows)
        scaled = histories @ sp.diags(1 / np.sqrt(self.ridge))
        seen = np.asarray(scaled @ self.directions) * self.gains
        through = (seen @ self.directions.T) / np.sqrt(self.ridge)
        scores = np.asarray(through / self.inverse_diagonal, dtype=np.float32)
        # A track must not speak for itself: take out what its own column of the weights put on the diagonal.
        own = 1 / (self.ridge * self.inverse_diagonal) - 1
        row, column = histories.nonzero()
        scores[row, column] -= own[column]
        return scores

    def _arrays(self) -> Arrays:
        return {
            "directions": self.directions,
            "gains": self.gains,
            "ridge": self.ridge,
            "inverse_diagonal": self.inverse_diagonal,
        }

    def _restore(self, arrays: Arrays) -> None:
        self.directions, self.gains = arrays["directions"], arrays["gains"]
        self.ridge, self.inverse_diagonal = arrays["ridge"], arrays["inverse_diagonal"]


def spectrum(matrix: sp.csr_matrix, rank: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The largest singular values (rank,) and right singular vectors (N, rank) of a sparse (U, N) matrix.

    Randomized subspace iteration (Halko, Martinsson and Tropp 2011) with 8 extra directions and 4 rounds;
    small matrices are solved exactly.
    """
    listeners, tracks = matrix.shape
    if rank + 8 >= min(listeners, tracks):
        _, singular, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
        return singular[:rank].astype(np.float32), right[:rank].T.astype(np.float32)
    random = np.random.default_rng(seed)
    basis = random.standard_normal((tracks, rank + 8)).astype(np.float32)
    for _ in range(4):
        basis, _ = np.linalg.qr(matrix.T @ (matrix @ basis))
    left = matrix @ basis  # (U, rank + 8)
    squares, turn = np.linalg.eigh(left.T @ left)
    order = np.argsort(-squares)[:rank]
    singular = np.sqrt(np.maximum(squares[order], 0))
    return singular.astype(np.float32), np.asarray(basis @ turn[:, order], dtype=np.float32)
