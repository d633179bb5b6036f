"""A playlist's mixture of clusters, and recommendations in that proportion, the nearest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synesthete.index.index import Index
from synesthete.recommend.clusters import mixture, portions


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """Shares (K,) of the clusters in a playlist, and (track id, cluster, similarity) drawn in proportion."""

    shares: np.ndarray
    drawn: list[tuple[int, int, float]]


def mixed(playlist: Sequence[int], ids: np.ndarray, labels: np.ndarray, index: Index, n: int) -> Mixed:
    """n tracks for a playlist (track ids) from the clusters labels (N,) of tracks ids (N,) ascending.

    Every cluster gives as many as its share; within it those nearest to the playlist's own tracks of that
    cluster. Fewer than n when the clusters hold no more.
    """
    k = int(labels.max()) + 1 if len(labels) else 0
    own = np.isin(ids, np.asarray(playlist, np.int64))
    shares = mixture(labels[own].tolist(), k)
    drawn: list[tuple[int, int, float]] = []
    for c, wanted in enumerate(portions(shares, n).tolist()):
        vectors = index.vectors(ids[own & (labels == c)])
        vectors = vectors[~np.isnan(vectors[:, 0])] if len(vectors) else vectors
        others = ids[~own & (labels == c)]
        if wanted and len(vectors) and len(others) and np.linalg.norm(vectors.mean(axis=0)) > 0:
            near = index.near(vectors.mean(axis=0), wanted, others).pairs()
            drawn += [(track_id, c, similarity) for track_id, similarity in near]
    return Mixed(shares, sorted(drawn, key=lambda one: (-one[2], one[0])))
