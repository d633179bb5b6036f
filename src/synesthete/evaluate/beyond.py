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


def novelty(
    ranked: NDArray[np.int64], listeners_per_track: NDArray[np.integer], listeners: int
) -> NDArray[np.float64]:
    """Mean surprise of each list that is not empty, in bits: -log2 of the share of listeners who know a track
    (at least one is assumed)."""
    bits = -np.log2(np.maximum(listeners_per_track, 1) / max(listeners, 1))
    return _means(ranked, bits)[1]


def popularity_bias(
    ranked: NDArray[np.int64], known: NDArray[np.float64], listeners_per_track: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Mean popularity of what each listener is recommended over that of what listeners know: 1 is neutral, above
    pushes hits.

    `known` (B,) is the mean number of listeners of each listener's own tracks; who knows or gets nothing is left out.
    """
    usable, means = _means(ranked, listeners_per_track.astype(np.float64))
    own = known[usable]
    return np.asarray(means[own > 0] / own[own > 0].mean()) if (own > 0).any() else np.ones(1)


def diversity(ranked: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of pairs within each list of two or more that have different labels (artists, say): 1 is all
    different. A negative label is unknown, and like no other."""
    shares = []
    for row in ranked:
        own = labels[row[row >= 0]]
        if own.size < 2:
            continue
        counts = np.unique(own[own >= 0], return_counts=True)[1]
        shares.append(1 - (counts * (counts - 1)).sum() / (own.size * (own.size - 1)))
    return np.array(shares or [1.0])


def _means(
    ranked: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which lists are not empty, (B,), and the mean value of the tracks of each of these."""
    kept = ranked >= 0
    usable = kept.any(axis=1)
    sums = np.where(kept, values[np.maximum(ranked, 0)], 0).sum(axis=1)
    return np.asarray(usable), np.asarray(sums[usable] / kept.sum(axis=1)[usable])
