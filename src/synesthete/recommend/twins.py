"""Which of the tracks at hand are versions of each other, asked only where names or vectors suggest it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from synesthete.music import Track, TrackId
from synesthete.recommend.blend import Ranked
from synesthete.recommend.collection import Collection
from synesthete.recommend.moments import Excerpts
from synesthete.recommend.question import Question
from synesthete.recommend.versions import (
    IDENTICAL,
    SAME_FILE_LENGTH_S,
    UNNAMED,
    Glance,
    Kinship,
    glance,
    kinship,
)


class Twins:
    """Which of the tracks at hand are versions of each other; courses are compared once per pair."""

    def __init__(self, collection: Collection):
        self.tracks: dict[TrackId, Track] = {}
        self._collection = collection
        self._glances: dict[int, Glance] = {}
        self._vectors: dict[int, np.ndarray] = {}
        self._excerpts: dict[int, Excerpts] = {}
        self._of_piece: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._as_long_and_alike: defaultdict[int, set[int]] = defaultdict(set)
        self._known: dict[tuple[int, int], bool] = {}

    def meet(self, tracks: Mapping[TrackId, Track], vectors: Mapping[int, np.ndarray]) -> None:
        """Have these tracks at hand too, with the vectors of those that were heard."""
        for track_id, track in tracks.items():
            if track_id not in self.tracks:
                self.tracks[track_id] = track
                seen = self._glances[int(track_id)] = glance(track)
                if seen.piece is not None:
                    self._of_piece[seen.piece].add(int(track_id))
        self._vectors |= vectors
        ids = [i for i in self._vectors if i in self._glances]
        rows = np.array([self._vectors[i] for i in ids], np.float32)
        lengths = np.array([self._glances[i].duration_s for i in ids])
        named = np.array([self._glances[i].named for i in ids], bool)
        least = np.where(named[:, None] & named[None, :], IDENTICAL.alike, UNNAMED.alike)
        near = np.abs(lengths[:, None] - lengths[None, :]) <= SAME_FILE_LENGTH_S
        for a, b in zip(*np.nonzero(near & (rows @ rows.T >= least)), strict=True):
            if a != b:
                self._as_long_and_alike[ids[a]].add(ids[b])

    def of(self, track_id: int) -> set[int]:
        """Those at hand that may be versions of this one, by name, or by length and sound; mostly none."""
        seen = self._glances.get(track_id)
        named = (
            self._of_piece.get(seen.piece, set()) if seen is not None and seen.piece is not None else set()
        )
        return (named | self._as_long_and_alike.get(track_id, set())) - {track_id}

    def are(self, a: int, b: int) -> bool:
        """Whether two tracks of which one is in `of` the other are one recording or versions of one piece."""
        pair = (min(a, b), max(a, b))
        if pair not in self._known:
            self._known[pair] = self._compare(*pair)
        return self._known[pair]

    def without_seeds(
        self, ranked: list[Ranked], tracks: Mapping[TrackId, Track], question: Question
    ) -> list[Ranked]:
        """The ranked without copies and versions of the seeds, which the person has at hand already.

        `tracks` holds what is known of the ranked; from now on they are at hand.
        """
        own = [p for p in question.points if p.track_id is not None and int(p.track_id) in question.seed_ids]
        seeds = {int(p.track_id or 0) for p in own}
        vectors = {int(p.track_id or 0): p.vector for p in own if p.start_s is None}
        missing = sorted(seeds - vectors.keys())
        vectors |= dict(zip(missing, self._collection.vectors(missing), strict=True)) if missing else {}
        vectors |= {r.track_id: r.vector for r in ranked if r.vector is not None}
        known = {**tracks, **question.seed_tracks, **self.tracks}
        self.meet(known | self._collection.tracks(i for i in seeds if i not in known), vectors)
        return [r for r in ranked if not any(self.are(i, r.track_id) for i in seeds & self.of(r.track_id))]

    def _compare(self, a: int, b: int) -> bool:
        one, other = self.tracks[TrackId(a)], self.tracks[TrackId(b)]
        if a not in self._excerpts or b not in self._excerpts:
            # those it will be compared with next come along at once
            wanted = {a, b, *self.of(a), *self.of(b)}
            self._excerpts |= self._collection.excerpts(sorted(wanted - self._excerpts.keys()))
        return kinship(one, other, self._excerpts.get(a), self._excerpts.get(b)) != Kinship.STRANGERS
