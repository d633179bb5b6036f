"""What recommending draws on: the catalog, the index of the encoder in force, and learned taste."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from synesthete.catalog import Catalog
from synesthete.catalog.tracks import Filter
from synesthete.encoders.tags import Tags
from synesthete.index.index import Index
from synesthete.music import Track, TrackId
from synesthete.recommend.moments import Excerpts

STRANGERS = 256
"""Random tracks that say how alike two tracks are that have nothing to do with each other."""
COVERAGE_S = 3.0


class Taste(Protocol):
    """What listens and playlists have taught: (track id, score) pairs, best first, known tracks left out."""

    @property
    def ear(self) -> str | None:
        """Stamp of the encoder whose sound it knows; None where it knows of no sound."""
        ...

    @property
    def trust(self) -> float:
        """0..1: how well sound alone tells taste here; 0 is guessing."""
        ...

    def liked_with(
        self, tracks: Mapping[int, float], n: int, order: Sequence[int] = ()
    ) -> list[tuple[int, float]]:
        """Tracks that people like who like these (with weights), the last of `order` having been played last."""
        ...

    def following(self, tracks: Sequence[int], n: int) -> list[tuple[int, float]]:
        """Tracks that come after these, given in order of playing. Empty when order was not learned."""
        ...

    def evidence(self, track_ids: Sequence[int]) -> np.ndarray:
        """How many listeners and playlists have each track, (N,); 0 for tracks it has never met."""
        ...

    def popular(self, n: int) -> list[tuple[int, float]]:
        """The tracks most people have, with how many."""
        ...

    def expected_sound(self, tracks: Sequence[int]) -> np.ndarray | None:
        """(D,) of length 1: the sound that people with this history turn to; None where that is not known."""
        ...

    def placed(self, sound: np.ndarray) -> np.ndarray | None:
        """(M, F): where tracks known by sound (M, D) alone would stand in taste."""
        ...

    def unplayed(self, tracks: Sequence[int], places: np.ndarray) -> np.ndarray:
        """(M,) 0..1: how well tracks at these places (M, F) suit this history, among those that are played."""
        ...


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the library an answer could draw on."""

    tracks: int
    """Tracks with sound to hear; files that failed or hold only silence are not counted."""
    heard: int
    """Tracks with an embedding of the encoder in force."""
    encoder: str

    @property
    def note(self) -> str | None:
        """What to tell a person while not everything was heard yet."""
        if self.heard >= self.tracks:
            return None
        return f"{self.heard} of {self.tracks} tracks have been heard so far; the rest will follow."


@dataclass(slots=True)
class Collection:
    """The parts, and how to get what recommending needs from them."""

    catalog: Catalog
    index: Index
    stamp: str
    taste: Taste | None = None
    tags: Tags | None = None
    """Words for the sound, where the encoder brings some."""
    _strangers: np.ndarray | None = field(default=None, repr=False)
    _coverage: tuple[float, Coverage] | None = field(default=None, repr=False)
    _unplayed: tuple[np.ndarray, np.ndarray] | None = field(default=None, repr=False)

    @property
    def bridge(self) -> Taste | None:
        """Taste, where it knows the sound that this collection speaks of, and sound tells something of taste."""
        knows = self.taste is not None and self.taste.ear == self.stamp and self.taste.trust > 0
        return self.taste if knows else None

    def vectors(self, track_ids: Sequence[int]) -> np.ndarray:
        """The vectors of tracks, (N, D) float32; rows of NaN for those that were not heard."""
        found = self.index.vectors(track_ids)
        unknown: list[int] = np.flatnonzero(np.isnan(found[:, 0])).tolist()
        if unknown:  # heard since the index was made
            wanted = [int(track_ids[i]) for i in unknown]
            ids, vectors = self.catalog.embeddings.many(wanted, self.stamp)
            known = dict(zip(ids.tolist(), vectors, strict=True))
            for i, track_id in zip(unknown, wanted, strict=True):
                vector = known.get(track_id)
                if vector is not None and vector.any():
                    found[i] = vector / np.linalg.norm(vector)
        return found

    def excerpts(self, track_ids: Iterable[int]) -> dict[int, Excerpts]:
        """The excerpts of those tracks that have some."""
        kept = self.catalog.embeddings.excerpts_of(track_ids, self.stamp, unit=True)
        return {i: Excerpts(one.vectors, one.starts_s, one.ends_s) for i, one in kept.items()}

    def tracks(self, track_ids: Iterable[int], wanted: Filter | None = None) -> dict[TrackId, Track]:
        """The tracks with these ids; with `wanted`, those that are visible and pass the filter."""
        return self.catalog.tracks.many(track_ids, wanted)

    def passing(self, track_ids: Iterable[int], wanted: Filter) -> set[int]:
        """Those of the tracks that are visible and pass the filter."""
        return self.catalog.tracks.passing(track_ids, wanted)

    def unplayed(self) -> tuple[np.ndarray, np.ndarray]:
        """The heard tracks that nobody has played, ids (M,), and their places in taste (M, F).

        Made once for the life of the collection. Empty without a bridge.
        """
        if self._unplayed is None:
            ids, places = np.zeros(0, np.int64), np.zeros((0, 1), np.float32)
            if self.bridge is not None and len(self.index):
                ids = self.index.ids[self.bridge.evidence(self.index.ids) == 0]  # type: ignore[arg-type]
                found = self.bridge.placed(self.index.vectors(ids)) if len(ids) else None
                places = places if found is None else found
            self._unplayed = ids, places
        return self._unplayed

    def strangers(self) -> np.ndarray:
        """Vectors of some random tracks, (S, D), the same for the life of the collection."""
        if self._strangers is None:
            ids = self.index.ids
            some = np.random.default_rng(0).permutation(len(ids))[:STRANGERS]
            self._strangers = self.index.vectors(ids[some])
        return self._strangers

    def coverage(self) -> Coverage:
        """How much has been heard, at most a few seconds old."""
        now = time.monotonic()
        if self._coverage is None or now - self._coverage[0] > COVERAGE_S:
            total = self.catalog.tracks.count(Filter(with_file=True))
            # Files set aside will not be heard, however long one waits.
            total -= self.catalog.ledger.set_aside(self.stamp)
            heard = len(self.index)
            self._coverage = now, Coverage(max(total, heard), heard, self.stamp)
        return self._coverage[1]
