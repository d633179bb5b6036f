"""Make clusters of the whole library, name them, and keep them; tell a playlist's mixture of them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from synesthete.catalog import Catalog
from synesthete.errors import InputError, NotFound
from synesthete.jobs.running import running
from synesthete.parts import Parts
from synesthete.recommend.clusters import Clustering, cluster, names_of
from synesthete.recommend.mixture import mixed

By = Literal["sound", "descriptors"]
LEAST_KNOWN = 0.5
"""A descriptor that fewer of the tracks have does not take part."""


def make_clusters(parts: Parts, k: int | None = None, by: By = "sound", seed: int = 0) -> dict[str, Any]:
    """Group every analyzed track by the sound of its embedding, or by its descriptors; what was made.

    Raises NotFound while nothing has been analyzed, InputError for a k that does not fit.
    """
    catalog = parts.catalog
    with running(catalog, "cluster", by) as run:
        ids = parts.index.ids
        columns = _descriptors(catalog, ids)
        if by == "sound":
            vectors = parts.index.vectors(ids)
        else:
            ids, vectors, columns = _standardized(ids, columns)
        run.found = len(ids)
        made = _largest_first(cluster(vectors, k, seed))
        tracks = catalog.tracks.many(ids.tolist())
        genres = [tracks[i].genres if i in tracks else () for i in ids.tolist()]
        names = names_of(made, genres, columns)
        catalog.atlas.put_clusters(ids, made.labels, made.distances, names)
        run.done = len(ids)
    sizes = np.bincount(made.labels, minlength=len(made))
    return {
        "by": by,
        "silhouette": round(made.silhouette, 4),
        "clusters": [
            {"id": c, "name": name, "tracks": int(size)}
            for c, (name, size) in enumerate(zip(names, sizes, strict=True))
        ],
    }


def mixture_of(parts: Parts, playlist_id: int, n: int) -> dict[str, Any]:
    """A playlist's mixture of clusters and n tracks in that proportion. NotFound before clusters are made."""
    ids, labels, names = parts.catalog.atlas.cluster_column()
    if not len(ids):
        raise NotFound("no clusters were made yet", hint="Make them: synesthete cluster")
    playlist = parts.catalog.playlists.get(playlist_id)
    own = [int(i) for i in parts.catalog.playlists.tracks(playlist_id)]
    found = mixed(own, ids, labels, parts.index, n)
    tracks = parts.catalog.tracks.many(i for i, _, _ in found.drawn)
    note = None if found.shares.sum() else f"No track of “{playlist.name}” has been analyzed and grouped yet."
    return {
        "playlist": {"id": int(playlist_id), "name": playlist.name},
        "mixture": [
            {"cluster": int(c), "name": names[c], "share": round(float(found.shares[c]), 4)}
            for c in np.argsort(-found.shares, kind="stable")
            if found.shares[c] > 0
        ],
        "results": [
            {
                "track": {"id": i, "title": tracks[i].title, "artist": tracks[i].artist},  # type: ignore[index]
                "cluster": names[c],
                "similarity": round(similarity, 4),
            }
            for i, c, similarity in found.drawn
            if i in tracks
        ],
        "note": note,
    }


def _largest_first(made: Clustering) -> Clustering:
    """The same clusters, numbered from the largest."""
    order = np.argsort(-np.bincount(made.labels, minlength=len(made)), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Clustering(made.centers[order], place[made.labels], made.distances, made.silhouette)


def _descriptors(catalog: Catalog, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Every descriptor that enough of the tracks have: (N,) in order of the ids, NaN where unknown."""
    columns = {}
    for name, count in sorted(catalog.descriptors.names().items()):
        if count < LEAST_KNOWN * len(ids):
            continue
        known, values = catalog.descriptors.column(name)
        column = np.full(len(ids), np.nan, np.float32)
        _, here, there = np.intersect1d(ids, known, assume_unique=True, return_indices=True)
        column[here] = values[there]
        if np.isfinite(column).sum() >= LEAST_KNOWN * len(ids):
            columns[name] = column
    return columns


def _standardized(
    ids: np.ndarray, columns: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Descriptors with mean 0 and deviation 1 of tracks that have them all: ids, (N, F), and the columns."""
    if not columns:
        raise InputError("there are no descriptors to group by", hint="Group by sound: --by sound")
    table = np.stack(list(columns.values()), axis=1)
    whole = np.isfinite(table).all(axis=1)
    rows = table[whole]
    spread = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    return ids[whole], rows.astype(np.float32), {name: column[whole] for name, column in columns.items()}
