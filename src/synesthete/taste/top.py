"""The best of many scores: sorted, without what is known already, the same every time."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

STRETCH = 16
"""Scores whose maximum stands for them when a bound is sought; 16 float32 fill a cache line."""


def best(
    scores: NDArray[np.float32], known: sp.csr_matrix | None, n: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The n largest of each row of (B, N), known tracks left out: indexes (B, n) and scores, best first.

    Equal scores come in the order of their index. Where fewer than n tracks are left, indexes are -1
    and scores -inf. `scores` is not changed.
    """
    listeners, tracks = scores.shape
    kept = min(n, tracks)
    indexes = np.full((listeners, n), -1, dtype=np.int64)
    values = np.full((listeners, n), -np.inf, dtype=np.float32)
    for row in range(listeners):
        own = scores[row].astype(np.float32, copy=True)
        if known is not None:
            own[known.indices[known.indptr[row] : known.indptr[row + 1]]] = -np.inf
        chosen = _largest(own, kept)
        chosen = chosen[own[chosen] > -np.inf]
        indexes[row, : chosen.size] = chosen
        values[row, : chosen.size] = own[chosen]
    return indexes, values


def _largest(scores: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Indexes of the n largest, best first; ties by index, also at the edge of what is kept."""
    if n >= scores.size:
        return np.argsort(-scores, kind="stable")
    if n == 0:
        return np.empty(0, dtype=np.int64)
    above = _candidates(scores, n)
    values = scores[above]
    edge = np.partition(values, values.size - n)[values.size - n]
    larger = above[values > edge]
    chosen = np.concatenate([larger, above[values == edge][: n - larger.size]])
    return chosen[np.lexsort((chosen, -scores[chosen]))]


def _candidates(scores: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Indexes, ascending, among which the n largest surely are; few of them where scores are many.

    The n-th largest maximum of n or more stretches is a bound that at least n scores reach, and finding it
    costs a fraction of partitioning them all.
    """
    stretches = scores.size // STRETCH
    if stretches < 2 * n:
        return np.arange(scores.size)
    maxima = scores[: stretches * STRETCH].reshape(stretches, STRETCH).max(axis=1)
    return np.flatnonzero(scores >= np.partition(maxima, stretches - n)[stretches - n])
