"""A small invented world: four genres of three artists each, whose sounds are known, being made."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from synesthete.catalog.embeddings import Excerpts as Kept
from synesthete.catalog.entries import Entry
from synesthete.index import build_index
from synesthete.recommend import Collection, Recommender

STAMP = "ear@1"
DIM = 48
EXCERPTS = 6
GENRES = ("Jazz", "Metal", "Folk", "Techno")
PER_ARTIST = 10


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


@dataclasses.dataclass
class World:
    """The catalog, its tracks in order, and who answers."""

    catalog: object
    ids: list[int]
    vectors: np.ndarray
    excerpts: np.ndarray
    recommender: Recommender

    def artist(self, i: int) -> int:
        """Number of the artist (0..11) of the i-th track."""
        return i // PER_ARTIST

    def genre(self, i: int) -> str:
        return GENRES[self.artist(i) // 3]

    def place(self, track_id: int) -> int:
        """Which track (0..) has this id."""
        return self.ids.index(int(track_id))


@pytest.fixture
def world(sqlite_catalog) -> World:
    catalog = sqlite_catalog
    rng = np.random.default_rng(0)
    genres = 3.0 * rng.standard_normal((4, DIM))
    artists = np.repeat(genres, 3, axis=0) + 1.2 * rng.standard_normal((12, DIM))
    tracks = np.repeat(artists, PER_ARTIST, axis=0) + 0.8 * rng.standard_normal((120, DIM))
    excerpts = unit(tracks[:, None, :] + 0.9 * rng.standard_normal((120, EXCERPTS, DIM)))
    vectors = unit(excerpts.mean(axis=1))
    entries = [
        Entry(
            title=f"Piece {i}",
            artist=f"Artist {i // PER_ARTIST}",
            album=f"Album {i // 5}",
            path=f"/music/{i}.flac",
            duration_s=60.0 + i,
            year=1960 + i // 2,
            genres=(GENRES[i // 30],),
        )
        for i in range(120)
    ]
    ids = [int(i) for i in catalog.tracks.put_many(entries)]
    starts = np.arange(EXCERPTS, dtype=np.float32) * 5
    with catalog.begin():
        for i, track_id in enumerate(ids):
            catalog.embeddings.put(
                track_id, STAMP, vectors[i], "full", Kept(excerpts[i], starts, starts + 10)
            )
    collection = Collection(catalog, build_index(STAMP, ids, vectors), STAMP)
    return World(catalog, ids, vectors, excerpts, Recommender(collection))
