"""The best of many scores: sorted, without what is known already, the same every time."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


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
    edge = -np.partition(-scores, n - 1)[n - 1] if n else np.inf
    above = np.flatnonzero(scores > edge)
    level = np.flatnonzero(scores == edge)[: n - above.size]
    chosen = np.concatenate([above, level])
    return chosen[np.lexsort((chosen, -scores[chosen]))]
