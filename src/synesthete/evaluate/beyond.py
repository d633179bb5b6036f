"""Beyond accuracy: whose music a model recommends, and how much of the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def coverage(ranked: NDArray[np.int64], tracks: int) -> float:
    """Share of all N tracks that anybody is recommended."""
    return float(np.unique(ranked[ranked >= 0]).size / tracks)


def gini(ranked: NDArray[np.int64], tracks: int) -> float:
    """How unevenly recommendations fall on the N tracks: 0 all alike, towards 1 all on one."""
    counts = np.sort(np.bincount(ranked[ranked >= 0], minlength=tracks)).astype(np.float64)
    if not counts.any():
        return 0.0
    place = np.arange(1, tracks + 1)
    return float((2 * place - tracks - 1) @ counts / (tracks * counts.sum()))


def novelty(ranked: NDArray[np.int64], listeners_per_track: NDArray[np.integer], listeners: int) -> float:
    """Mean surprise in bits, -log2 of the share of listeners who know the track (at least one is assumed)."""
    share = np.maximum(listeners_per_track, 1) / max(listeners, 1)
    return float(-np.log2(share)[ranked[ranked >= 0]].mean())


def popularity_bias(
    ranked: NDArray[np.int64], known: NDArray[np.float64], listeners_per_track: NDArray[np.integer]
) -> float:
    """Mean popularity of what is recommended over that of what the listeners know: 1 is neutral, above
    pushes hits.

    `known` (B,) is the mean number of listeners of each listener's own tracks.
    """
    kept = ranked >= 0
    sums = np.where(kept, listeners_per_track[np.maximum(ranked, 0)], 0).sum(axis=1)
    means = sums / np.maximum(kept.sum(axis=1), 1)
    usable = kept.any(axis=1) & (known > 0)
    return float(means[usable].mean() / known[usable].mean()) if usable.any() else 1.0


def diversity(ranked: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Mean share of pairs within a list that have different labels (artists, say): 1 is all different."""
    shares = []
    for row in ranked:
        own = labels[row[row >= 0]]
        if own.size < 2:
            continue
        counts = np.unique(own, return_counts=True)[1]
        shares.append(1 - (counts * (counts - 1)).sum() / (own.size * (own.size - 1)))
    return float(np.mean(shares)) if shares else 1.0
