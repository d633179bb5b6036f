"""EASE: how much each track speaks for each other, in closed form.

Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019): the item-item weights B that
best rebuild every history from itself, with a zero diagonal, are `B = I - P / diag(P)` for
`P = inverse(X'X + regularization)`. Two refinements, both still closed form:

- `dropout` p makes the weights robust to missing tracks: the diagonal of X'X is raised by p / (1 - p)
  (Steck, "Autoencoders that don't overfit towards the Identity", NeurIPS 2020).
- `groups` adds, for every artist or album, a listener who plays exactly its tracks, so that tracks
  which few people play borrow from their companions.

Dense: N x N float32, so 40,000 tracks take 6.4 GB, inverted in place. Beyond that see `low_rank`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays
from synesthete.taste.interactions import Groups, present
from synesthete.taste.model import Scores, TasteModel

MOST_TRACKS = 40_000
"""Above this the dense weights would not fit 12 GB together with the work space; use `LowRankEase`."""

BLOCK = 2_048
"""Rows or columns handled at a time: the work space is BLOCK x N floats (0.3 GB at 40,000 tracks)."""


GATHERED = 64
"""Known tracks whose weights are summed at a time."""


class Ease(TasteModel):
    """A listener's score for a track is the sum of the weights from the tracks they know."""

    name: ClassVar[str] = "ease"

    weights: NDArray[np.float32]  # (N, N), from known track (row) to scored track (column), zero diagonal

    def __init__(self, l2: float = 300.0, dropout: float = 0.0, shorten: float = 0.0):
        """`l2` in listens; `dropout` in [0, 1); a history of length n counts n ** -shorten (0: all alike).

        300 is the best of 100..1,000 on validation playlists of about 25 tracks.
        """
        super().__init__()
        if not (l2 > 0 and 0 <= dropout < 1):
            raise InputError("EASE needs l2 above 0 and dropout in [0, 1)")
        self.l2, self.dropout, self.shorten = l2, dropout, shorten
        self._groups: list[tuple[Groups, float]] = []

    def with_groups(self, groups: Sequence[tuple[Groups, float]]) -> Ease:
        """The same model, told before `fit` which tracks belong together, each with a weight in listens."""
        self._groups = list(groups)
        return self

    def parameters(self) -> dict[str, Any]:
        return {"l2": self.l2, "dropout": self.dropout, "shorten": self.shorten}

    def _learn(self, interactions: sp.csr_matrix) -> None:
        tracks = interactions.shape[1]
        if tracks > MOST_TRACKS:
            raise InputError(
                f"EASE in closed form holds {MOST_TRACKS:,} tracks, not {tracks:,}",
                hint="Use the low-rank model, or leave out tracks that few listeners play.",
            )
        gram = dense_gram(weighted(present(interactions), self.shorten), self._groups)
        diagonal = np.einsum("ii->i", gram)
        diagonal *= 1 + self.dropout / (1 - self.dropout)
        diagonal += self.l2
        self.weights = weights_from_inverse(invert(gram))

    def _score(self, rows: sp.csr_matrix) -> Scores:
        return summed(present(rows), self.weights)

    def _arrays(self) -> Arrays:
        return {"weights": self.weights}

    def _restore(self, arrays: Arrays) -> None:
        self.weights = arrays["weights"]


def summed(rows: sp.csr_matrix, weights: NDArray[np.float32]) -> Scores:
    """(B, N) sparse times (N, N) dense, as `rows @ weights` but for rounding, a quarter faster.

    What costs is reading the weights of the known tracks once. Where all count alike, as in histories, two of
    them are read at a time and added; else they are gathered into one small buffer and summed there.
    """
    matrix = np.asarray(weights)
    scores = np.zeros((rows.shape[0], matrix.shape[1]), dtype=np.float32)
    if (rows.data == 1).all():
        _add_pairs(rows, matrix, scores)
        return scores
    gathered = np.empty((GATHERED, matrix.shape[1]), dtype=np.float32)
    for row in range(rows.shape[0]):
        for start in range(rows.indptr[row], rows.indptr[row + 1], GATHERED):
            stop = min(start + GATHERED, rows.indptr[row + 1])
            piece = gathered[: stop - start]
            np.take(matrix, rows.indices[start:stop], axis=0, out=piece, mode="clip")  # "raise" would copy
            scores[row] += rows.data[start:stop] @ piece
    return scores


def _add_pairs(rows: sp.csr_matrix, matrix: NDArray[np.float32], scores: Scores) -> None:
    """Add the weights of each row's tracks to its scores, two tracks at a time."""
    both = np.empty(matrix.shape[1], dtype=np.float32)
    for row in range(rows.shape[0]):
        own = scores[row]
        known = rows.indices[rows.indptr[row] : rows.indptr[row + 1]].tolist()
        for first, second in zip(known[::2], known[1::2], strict=False):
            np.add(matrix[first], matrix[second], out=both)
            np.add(own, both, out=own)
        if len(known) % 2:
            np.add(own, matrix[known[-1]], out=own)


def weighted(histories: sp.csr_matrix, shorten: float) -> sp.csr_matrix:
    """Each history of length n scaled so that it counts n ** -shorten in the Gram matrix."""
    if shorten == 0:
        return histories
    lengths = np.maximum(np.diff(histories.indptr), 1).astype(np.float32)
    return sp.csr_matrix(sp.diags(lengths ** (-shorten / 2)) @ histories)


def dense_gram(histories: sp.csr_matrix, groups: Sequence[tuple[Groups, float]] = ()) -> NDArray[np.float32]:
    """X'X plus the groups' companions as one (N, N) float32 array in Fortran order, filled block by block."""
    tracks = histories.shape[1]
    gram = np.empty((tracks, tracks), dtype=np.float32, order="F")
    columns = histories.tocsc()
    transposed = sp.csr_matrix(histories.T)
    # A group of m tracks adds weight / sqrt(m), so that a large catalog of one artist does not drown the
    # listens.
    companions = []
    for group, weight in groups:
        members = group.members
        sizes = np.asarray(members.sum(axis=0)).ravel()
        companions.append(
            (sp.csr_matrix(members @ sp.diags(weight / np.sqrt(sizes))), sp.csc_matrix(members.T))
        )
    for start in range(0, tracks, BLOCK):
        stop = min(start + BLOCK, tracks)
        part = transposed @ columns[:, start:stop]
        for scaled, membership in companions:
            part = part + scaled @ membership[:, start:stop]
        gram[:, start:stop] = part.toarray()
    return gram


def invert(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse of a symmetric positive definite (N, N) array in Fortran order, in its own memory.

    Cholesky, so only the lower triangle is read; the result is filled symmetric again.
    """
    from scipy.linalg import lapack

    factor, fault = lapack.spotrf(matrix, lower=1, overwrite_a=1, clean=0)
    if fault == 0:
        inverse, fault = lapack.spotri(factor, lower=1, overwrite_c=1)
    if fault != 0:
        raise InputError("the regularization is too small for these listens", hint="Raise l2.")
    for start in range(0, len(inverse), BLOCK):
        stop = min(start + BLOCK, len(inverse))
        corner = inverse[start:stop, start:stop]
        lower = np.tril(corner)
        inverse[start:stop, start:stop] = lower + np.tril(lower, -1).T
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
    return inverse


def weights_from_inverse(inverse: NDArray[np.float32]) -> NDArray[np.float32]:
    """EASE's weights (N, N) in row order, in the memory of the inverse: -P[i, j] / P[j, j], zero diagonal.

    The inverse is symmetric, so its transpose is the same array read row by row.
    """
    weights = inverse.T
    scale = -1 / np.diag(inverse)
    for start in range(0, len(weights), BLOCK):
        weights[start : start + BLOCK] *= scale
    np.fill_diagonal(weights, 0)
    return weights
