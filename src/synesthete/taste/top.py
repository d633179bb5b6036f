"""The best of many scores: sorted, without what is known already, the same every time."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

STRETCH = 16
"""Scores, at most, whose maximum stands for them when a bound is sought."""


def best(
    scores: NDArray[np.float32], known: sp.csr_matrix | None, n: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The n largest of each row of (B, N), known tracks left out: indexes (B, n) and scores, best first.

    Equal scores come in the order of their index. Where fewer than n tracks are left, indexes are -1
    and scores -inf. `scores` is not changed.
    """
    listeners, tracks = scores.shape
    indexes = np.full((listeners, n), -1, dtype=np.int64)
    values = np.full((listeners, n), -np.inf, dtype=np.float32)
    open_to = scores.astype(np.float32, copy=True)
    if known is not None:
        rows = np.repeat(np.arange(listeners), np.diff(known.indptr))
        open_to[rows, known.indices] = -np.inf
    bounds = _bounds(open_to, n)
    for row in range(listeners if n else 0):
        own = open_to[row]
        chosen = _largest(own, bounds[row], min(n, tracks))
        chosen = chosen[own[chosen] > -np.inf]
        indexes[row, : chosen.size] = chosen
        values[row, : chosen.size] = own[chosen]
    return indexes, values


def likeliest(scores: NDArray[np.floating], n: int) -> NDArray[np.int64]:
    """Indexes (B, n or N) of the n largest of each row of (B, N), best first, equal ones by index."""
    n = min(n, scores.shape[1])
    bounds = _bounds(scores, n)
    return np.stack([_largest(own, bound, n) for own, bound in zip(scores, bounds, strict=True)])


def largest(scores: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """(B, n): the n largest of each row of (B, N), in no order; N is n at least."""
    bounds = _bounds(scores, n)
    found = np.empty((scores.shape[0], n), dtype=np.float32)
    for row, own in enumerate(scores):
        some = own[own >= bounds[row]] if np.isfinite(bounds[row]) else own
        found[row] = np.partition(some, some.size - n)[some.size - n :]
    return found


def _bounds(scores: NDArray[np.floating], n: int) -> NDArray[np.float32]:
    """(B,): a bound that at least n scores of each row reach, and few more where scores are many.

    It is the n-th largest among the maxima of n or more stretches; finding it costs a fraction of partitioning
    them all. A stretch is every so many-th score, so that maxima are taken of whole rows at a time.
    """
    listeners, tracks = scores.shape
    length = min(STRETCH, tracks // (2 * n)) if n else 0
    if length < 2:
        return np.full(listeners, -np.inf, dtype=np.float32)
    stretches = tracks // length
    cut = scores[:, : stretches * length].reshape(listeners, length, stretches)
    return np.asarray(np.partition(cut.max(axis=1), stretches - n, axis=1)[:, stretches - n])


def _largest(scores: NDArray[np.floating], bound: float, n: int) -> NDArray[np.int64]:
    """Indexes of the n largest of those that reach the bound, best first; ties by index, also at the edge."""
    above = np.flatnonzero(scores >= bound)
    values = scores[above]
    if values.size > 2 * n:
        edge = np.partition(values, values.size - n)[values.size - n]
        larger = above[values > edge]
        above = np.concatenate([larger, above[values == edge][: n - larger.size]])
        values = scores[above]
    return above[np.argsort(-values, kind="stable")[:n]]
