"""K-means: groups of tracks that sound alike, how many, what to call them, a playlist's mixture of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from synesthete.errors import InputError

SAMPLE = 2_000
"""Tracks that the silhouette is computed on: its cost grows with the square, 2,000 take a quarter second."""
TRIED = (4, 6, 8, 10, 12, 16, 20, 24, 32)
ITERATIONS = 25
STARTS = 2
UNUSUAL = 0.6
"""A descriptor is worth a word when a cluster's mean is so many standard deviations from everyone's."""


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """Groups of N tracks: centers (K, D), labels (N,) 0..K-1, distances (N,) to the own center."""

    centers: np.ndarray
    labels: np.ndarray
    distances: np.ndarray
    silhouette: float
    """Mean over a sample, -1..1; above 0.25 the groups are more than an accident."""

    def __len__(self) -> int:
        return len(self.centers)


def cluster(vectors: np.ndarray, k: int | None = None, seed: int = 0) -> Clustering:
    """Group vectors (N, D) into k clusters, or as many as the silhouette of a sample likes best.

    Raises InputError when there are fewer than 2 vectors or k does not fit.
    """
    rows = np.ascontiguousarray(vectors, np.float32)
    count = len(rows)
    if count < 2 or (k is not None and not 2 <= k <= count):
        wanted = "at least two" if k is None else f"k = {k}, at least 2 and at most the number of tracks"
        raise InputError(f"{count} tracks cannot be grouped ({wanted})", hint="Analyze more music first.")
    sample = rows[np.random.default_rng(seed).permutation(count)[:SAMPLE]]
    if k is None:
        k = choose_k(sample, seed)
    centers = _kmeans(rows, k, seed)
    labels, distances = assign(rows, centers)
    kept = np.unique(labels)  # a cluster nobody is in is no cluster
    if len(kept) < len(centers):
        centers = centers[kept]
        labels, distances = assign(rows, centers)
    own, _ = assign(sample, centers)
    return Clustering(centers, labels, distances, silhouette(sample, own))


def choose_k(sample: np.ndarray, seed: int = 0) -> int:
    """The number of clusters whose silhouette on the sample is best; the smaller of equals."""
    tried = [k for k in TRIED if k < len(sample)] or [2]
    scores = [silhouette(sample, assign(sample, _kmeans(sample, k, seed))[0]) for k in tried]
    return tried[int(np.argmax(scores))]


def assign(vectors: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest center of each vector and the Euclidean distance to it: (N,) and (N,)."""
    squares = _squared_distances(np.asarray(vectors, np.float32), centers)
    labels = squares.argmin(axis=1)
    return labels, np.sqrt(squares[np.arange(len(labels)), labels])


def silhouette(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Rousseeuw's mean silhouette, -1..1: how much nearer one's own cluster is than the next.

    A vector alone in its cluster counts 0; with a single cluster the mean is 0.
    """
    names, member = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        return 0.0
    distances = np.sqrt(_squared_distances(vectors, vectors))
    np.fill_diagonal(distances, 0.0)
    sizes = np.bincount(member)
    sums = distances @ np.eye(len(names))[member]  # (N, K): distance to all of each cluster
    row = np.arange(len(member))
    own_size = sizes[member]
    inside = sums[row, member] / np.maximum(own_size - 1, 1)
    means = sums / sizes
    means[row, member] = np.inf
    outside = means.min(axis=1)
    scores = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12)
    return float(np.where(own_size > 1, scores, 0.0).mean())


def names_of(
    clustering: Clustering,
    genres: Sequence[Sequence[str]],
    descriptors: Mapping[str, np.ndarray] | None = None,
) -> list[str]:
    """A name for each cluster: its commonest genres and its most unusual descriptor, all different.

    `genres` holds the genres of each of the N tracks, `descriptors` named numbers (N,), NaN where unknown.
    """
    unusual = _unusual(clustering, descriptors or {})
    spelled = {g.lower(): g for g in sorted({g for some in genres for g in some}, reverse=True)}
    names: list[str] = []
    for c in range(len(clustering)):
        members = np.flatnonzero(clustering.labels == c).tolist()
        counted = Counter(spelled[g] for i in members for g in dict.fromkeys(g.lower() for g in genres[i]))
        common = [g for g, n in counted.most_common(2) if n >= max(1, 0.25 * len(members))]
        words = [" & ".join(common)] if common else []
        names.append(", ".join(words + unusual[c][: 1 if common else 2]) or f"Group {c + 1}")
    return _distinct(names)


def mixture(labels: Sequence[int], k: int) -> np.ndarray:
    """The share of each of k clusters among a playlist's labels: (k,), summing to 1 (zeros for no labels)."""
    counts = np.bincount(np.asarray(labels, np.int64), minlength=k).astype(np.float64)
    return counts / max(counts.sum(), 1.0)


def portions(shares: np.ndarray, n: int) -> np.ndarray:
    """n places divided in proportion to shares (K,) by largest remainders: (K,) whole numbers, n in all."""
    exact = shares * n
    whole = np.floor(exact).astype(int)
    rest = n - int(whole.sum()) if shares.sum() > 0 else 0
    order = np.lexsort((np.arange(len(shares)), -(exact - whole)))
    whole[order[:rest]] += 1
    return whole


LOW_HIGH: dict[str, tuple[str, str]] = {
    "tempo": ("slow", "fast"),
    "brightness": ("dark", "bright"),
    "loudness": ("quiet", "loud"),
    "energy": ("calm", "energetic"),
    "dynamics": ("even", "of wide dynamics"),
    "pulse_clarity": ("free in rhythm", "danceable"),
    "mode": ("in minor", "in major"),
    "danceability": ("free in rhythm", "danceable"),
    "acousticness": ("electric", "acoustic"),
    "instrumentalness": ("sung", "instrumental"),
    "valence": ("somber", "cheerful"),
    "speechiness": ("melodic", "spoken"),
    "liveness": ("studio", "live"),
}
"""What a listener would call few and much of a descriptor."""
WITHOUT_MORE = frozenset({"key"})
"""A key is higher than another only by number: nothing to call a cluster after."""


def _unusual(clustering: Clustering, descriptors: Mapping[str, np.ndarray]) -> list[list[str]]:
    """For each cluster the words for its descriptors that stand out, the most unusual first."""
    found: list[list[tuple[float, str]]] = [[] for _ in range(len(clustering))]
    for name, values in descriptors.items():
        plain = name.split(":")[-1]
        if plain in WITHOUT_MORE:
            continue
        said = plain.replace("_", " ")
        low, high = LOW_HIGH.get(plain, (f"low {said}", f"high {said}"))
        spread = np.nanstd(values) if np.isfinite(values).any() else 0.0
        if spread < 1e-9:
            continue
        for c in range(len(clustering)):
            own = values[(clustering.labels == c) & np.isfinite(values)]
            distance = (own.mean() - np.nanmean(values)) / spread if len(own) else 0.0
            if abs(distance) >= UNUSUAL:
                found[c].append((-abs(distance), high if distance > 0 else low))
    return [[word for _, word in sorted(words)] for words in found]


def _distinct(names: list[str]) -> list[str]:
    """Names that occur more than once get a number."""
    seen: Counter[str] = Counter()
    repeated = {name for name, n in Counter(names).items() if n > 1}
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} {seen[name]}" if name in repeated else name)
    return numbered


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    squares = (a**2).sum(1)[:, None] - 2 * (a @ b.T) + (b**2).sum(1)[None, :]
    return np.maximum(squares, 0.0)


def _kmeans(rows: np.ndarray, k: int, seed: int) -> np.ndarray:
    """The best centers of a few starts, (k, D) float32."""
    faiss: Any = import_module("faiss")
    best: tuple[float, np.ndarray] | None = None
    for start in range(STARTS):
        means = faiss.Kmeans(
            rows.shape[1], k, niter=ITERATIONS, seed=seed + 1 + start,
            min_points_per_centroid=1, max_points_per_centroid=1_000,
        )  # fmt: skip
        means.train(rows, init_centroids=_spread_start(rows, k, seed + start))
        if best is None or means.obj[-1] < best[0]:
            best = float(means.obj[-1]), means.centroids
    assert best is not None
    return best[1]


def _spread_start(rows: np.ndarray, k: int, seed: int) -> np.ndarray:
    """k rows far from each other: each is the best of a few drawn by its squared distance (k-means++)."""
    rng = np.random.default_rng(seed)
    crowd = rows[rng.permutation(len(rows))[: max(SAMPLE, 4 * k)]]
    centers = [crowd[0]]
    squares = _squared_distances(crowd, crowd[:1])[:, 0]
    while len(centers) < k:
        total = float(squares.sum())
        chance = squares / total if total > 0 else None
        tried = rng.choice(len(crowd), 4, p=chance)
        closer = np.minimum(squares[:, None], _squared_distances(crowd, crowd[tried]))
        best = int(closer.sum(axis=0).argmin())
        centers.append(crowd[tried[best]])
        squares = closer[:, best]
    return np.array(centers, np.float32)
