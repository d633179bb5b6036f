"""K-means as a rival of the taste models: a playlist's mixture of clusters, continued in that proportion."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.evaluate.holdout import rows_of
from synesthete.index import build_index
from synesthete.recommend.clusters import cluster
from synesthete.recommend.mixture import mixed
from synesthete.taste.als import Als

CLUSTERS = "clusters"
DIM = 64
"""Dimensions of the points of taste that are grouped where tracks have no sound."""


class KMeans:
    """Groups of tracks by points (N, D), rows of NaN for tracks without one; as many as the silhouette likes."""

    def __init__(self, points: NDArray[np.float32], seed: int = 0):
        self._ids = np.flatnonzero(np.isfinite(points).all(axis=1) & (np.abs(points).sum(axis=1) > 0))
        if self._ids.size < 2:
            raise InputError("fewer than two tracks have a point to be grouped by")
        vectors = points[self._ids] / np.linalg.norm(points[self._ids], axis=1, keepdims=True)
        self._labels = cluster(vectors, seed=seed).labels
        self._index = build_index("points@1", self._ids, vectors, "exact")

    def recommend(self, rows: sp.csr_matrix, n: int) -> NDArray[np.int64]:
        """The n tracks for each history (B, n), drawn in proportion to its clusters, the nearest first; -1 pads."""
        ranked = np.full((rows.shape[0], n), -1, dtype=np.int64)
        for row, own in enumerate(rows_of(rows)):
            drawn = mixed(own.tolist(), self._ids, self._labels, self._index, n).drawn
            ranked[row, : len(drawn)] = [track for track, _, _ in drawn]
        return ranked


def points_of_taste(plays: sp.csr_matrix, seed: int) -> NDArray[np.float32]:
    """(N, D): where listeners have put the tracks, to be grouped where nothing is known of sound."""
    dim = min(DIM, plays.shape[1] - 1, plays.shape[0])
    return Als(dim=max(dim, 1), l2=10.0, confidence=10.0, seed=seed).fit(plays).factors
