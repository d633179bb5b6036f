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
from synesthete.recommend.versions import IDENTICAL, Glance, Kinship, glance, kinship, same_piece


class Twins:
    """Which of the tracks at hand are versions of each other; courses are compared once per pair."""

    def __init__(self, collection: Collection):
        self.tracks: dict[TrackId, Track] = {}
        self._collection = collection
        self._vectors: dict[int, np.ndarray] = {}
        self._excerpts: dict[int, Excerpts] = {}
        self._glances: dict[int, Glance] = {}
        self._alike: defaultdict[object, list[int]] = defaultdict(list)
        """The tracks at hand by what may make them kin: their piece, and their length in steps."""
        self._known: dict[tuple[int, int], bool] = {}

    def meet(self, tracks: Mapping[TrackId, Track]) -> None:
        """Have these tracks at hand too."""
        for track_id, track in tracks.items():
            if track_id not in self.tracks:
                self.tracks[track_id] = track
                seen = self._glances[int(track_id)] = glance(track)
                for trait in seen.traits():
                    self._alike[trait].append(int(track_id))

    def of(self, track_id: int) -> set[int]:
        """Those of the tracks at hand that may be kin of this one, by name or length; mostly none."""
        seen = self._glances.get(track_id)
        if seen is None:
            return set()
        near = {i for trait in seen.near_traits() for i in self._alike.get(trait, ()) if i != track_id}
        return {i for i in near if seen.may_be_kin(self._glances[i])}

    def are(self, a: int, b: int) -> bool:
        """Whether two tracks of which one is in `of` the other are one recording or versions of one piece."""
        pair = (min(a, b), max(a, b))
        if pair not in self._known:
            self._known[pair] = self._compare(*pair)
        return self._known[pair]

    def without_seeds(self, ranked: list[Ranked], question: Question) -> list[Ranked]:
        """The ranked without copies and versions of the seeds, which the person has at hand already."""
        own = [p for p in question.points if p.track_id is not None and int(p.track_id) in question.seed_ids]
        self.meet(
            self._collection.tracks(
                [p.track_id for p in own if p.track_id is not None and p.track_id not in self.tracks]
            )
        )
        self._vectors |= {r.track_id: r.vector for r in ranked if r.vector is not None}
        self._vectors |= {
            int(p.track_id): p.vector for p in own if p.track_id is not None and p.start_s is None
        }
        seeds = {int(p.track_id or 0) for p in own}
        return [r for r in ranked if not any(self.are(i, r.track_id) for i in seeds & self.of(r.track_id))]

    def _compare(self, a: int, b: int) -> bool:
        one, other = self.tracks[TrackId(a)], self.tracks[TrackId(b)]
        if not same_piece(one, other) and self._similarity(a, b) < IDENTICAL.alike:
            return False
        missing = [i for i in (a, b) if i not in self._excerpts]
        self._excerpts |= self._collection.excerpts(missing)
        return kinship(one, other, self._excerpts.get(a), self._excerpts.get(b)) != Kinship.STRANGERS

    def _similarity(self, a: int, b: int) -> float:
        missing = [i for i in (a, b) if i not in self._vectors]
        if missing:
            self._vectors |= dict(zip(missing, self._collection.vectors(missing), strict=True))
        similarity = float(self._vectors[a] @ self._vectors[b])
        return -1.0 if np.isnan(similarity) else similarity
