"""A place on a plane for every vector: by principal components, or by UMAP where it is installed.

Who has a place keeps it: newcomers settle among their nearest neighbors, and a map drawn anew is turned,
mirrored and scaled to lie on the old one, so that people find their way.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Literal

import numpy as np

Method = Literal["auto", "pca", "umap"]
NEIGHBORS = 5
"""Settled tracks among which a newcomer settles."""
CROWD = 4_000
"""Vectors that the principal axes are learned from; more would not turn them visibly."""


def usable(method: Method) -> Literal["pca", "umap"]:
    """The method that "auto" means here."""
    if method == "auto":
        return "umap" if find_spec("umap") is not None else "pca"
    return method


def project(vectors: np.ndarray, method: Literal["pca", "umap"] = "pca", seed: int = 0) -> np.ndarray:
    """Places (N, 2) float32 of vectors (N, D), around 0, within about -1..1."""
    rows = np.asarray(vectors, np.float32)
    if len(rows) < 3:
        return np.zeros((len(rows), 2), np.float32) + np.arange(len(rows), dtype=np.float32)[:, None]
    if method == "umap":
        places = (
            import_module("umap").UMAP(n_components=2, metric="cosine", random_state=seed).fit_transform(rows)
        )
    else:
        places = rows @ _principal_axes(rows, seed)
    places = places - places.mean(axis=0)
    reach = np.abs(places).max() or 1.0
    return (places / reach).astype(np.float32)


def laid_on(places: np.ndarray, old: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Places (N, 2) moved, turned, mirrored and scaled so that rows `known` (K,) lie best on old (K, 2)."""
    if len(known) < 3:
        return places
    fresh = places[known]
    middle, old_middle = fresh.mean(axis=0), old.mean(axis=0)
    left, sizes, right = np.linalg.svd((fresh - middle).T @ (old - old_middle))
    spread = float(((fresh - middle) ** 2).sum()) or 1.0
    turned: np.ndarray = (places - middle) @ (left @ right) * (sizes.sum() / spread) + old_middle
    return turned.astype(np.float32)


def settle(vectors: np.ndarray, settled: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Places (M, 2) for newcomers (M, D) among settled ones (N, D) with places (N, 2).

    The mean of the nearest neighbors' places, by how near each is.
    """
    found = np.empty((len(vectors), 2), np.float32)
    count = min(NEIGHBORS, len(settled))
    for start in range(0, len(vectors), 1_024):
        similarities = vectors[start : start + 1_024] @ settled.T
        near = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
        weights = np.exp(20 * (np.take_along_axis(similarities, near, axis=1) - 1))
        weights /= weights.sum(axis=1, keepdims=True)
        found[start : start + 1_024] = (places[near] * weights[..., None]).sum(axis=1)
    return found


def _principal_axes(rows: np.ndarray, seed: int) -> np.ndarray:
    """The two directions (D, 2) along which rows differ most; their largest entries point up."""
    crowd = rows[np.sort(np.random.default_rng(seed).permutation(len(rows))[:CROWD])]
    _, _, axes = np.linalg.svd(crowd - crowd.mean(axis=0), full_matrices=False)
    if len(axes) < 2:
        axes = np.vstack([axes, np.zeros_like(axes)])
    best = axes[:2]
    signs = np.sign(best[np.arange(2), np.abs(best).argmax(axis=1)])
    return (best * np.where(signs == 0, 1, signs)[:, None]).T
