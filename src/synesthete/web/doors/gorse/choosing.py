"""Lists of items: the house recommends among the items that the platform shows, and the rest is filled up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from synesthete.catalog.tracks import Filter
from synesthete.catalog.writing import now
from synesthete.music import ListenerId, TrackId
from synesthete.recommend.request import Request, Seed, SeedKind
from synesthete.web.doors.gorse.gate import Guest
from synesthete.web.doors.gorse.kinds import PLAYS

MOST_STRANGERS = 2_000
"""Tracks that are no items are excluded one by one where they are no more than that, which is quicker than looking
for those that are: by half for 50,000 items."""

Scored = list[tuple[str, float]]
"""Items with scores, best first."""


class Chooser:
    """Answers one request of the platform, with items that have all of the categories."""

    def __init__(self, guest: Guest, categories: Iterable[str] = ()):
        wanted = list(dict.fromkeys(category for category in categories if category))
        self._guest, self._items = guest, guest.platform.items
        self._genre = wanted[0] if wanted else None
        self._lacking = _lacking(guest, wanted) if len(wanted) > 1 else frozenset()
        """Tracks that have the first category, but not all."""

    def for_user(self, user_id: str, n: int) -> Scored:
        """What a user would like and has not met; what is popular and then what is new where nothing is known."""
        who, met = self._user(user_id)
        asked = Request(listener_id=who, exclude_tracks=met, n=n)
        found = self._recommended(asked)
        if len(found) < n:
            found = self._and(found, self._recommended(replace(asked, per_artist=0)), n)
        if len(found) < n:
            found = self._and(found, self.popular(n, met | found.keys()), n)
        if len(found) < n:
            found = self._and(found, self.latest(n, met | found.keys()), n)
        return self._named(found)

    def like(self, seeds: Iterable[int], n: int, without: frozenset[TrackId]) -> Scored:
        """What is like these tracks, by sound and by who plays them."""
        planted = tuple(Seed(SeedKind.TRACK, int(i)) for i in seeds)
        if not planted:
            return []
        asked = Request(planted, exclude_tracks=without, n=n, per_artist=0, adventurousness=0.0)
        return self._named(self._recommended(asked))

    def popular(self, n: int, without: Iterable[TrackId] = ()) -> dict[TrackId, float]:
        """What users of the platform played most, with plays."""
        sources = [self._guest.platform.feedback.source(type_) for type_ in PLAYS]
        shut = self._lacking.union(without)
        return {i: float(count) for i, count in self._items.popular(n, sources, shut, self._genre)}

    def latest(self, n: int, without: Iterable[TrackId] = ()) -> dict[TrackId, float]:
        """What came last, with the time in unix seconds."""
        shut = self._lacking.union(without)
        return {i: float(at) for i, at in self._items.latest(n, shut, self._genre)}

    def listed(self, found: dict[TrackId, float]) -> Scored:
        """The same by the platform's ids."""
        return self._named(found)

    def met(self, user_id: str) -> frozenset[TrackId]:
        """Every track that the user has had to do with, or was shown for good; none for nobody."""
        return self._user(user_id)[1] if user_id else frozenset()

    def _user(self, user_id: str) -> tuple[ListenerId | None, frozenset[TrackId]]:
        platform = self._guest.platform
        who = platform.users.find([user_id]).get(user_id)
        if who is None:
            return None, frozenset()
        return who, platform.feedback.known(who) | platform.shown.due(who, now())

    def _recommended(self, asked: Request) -> dict[TrackId, float]:
        """The recommender's answer, asked among the shown items alone."""
        strangers = _strangers(self._guest)
        known_to = self._items.shown if strangers is None else None
        wanted = Filter(genres=() if self._genre is None else (self._genre,), known_to=known_to)
        shut = asked.exclude_tracks | self._lacking | (strangers or frozenset())
        among = replace(asked, wanted=wanted, exclude_tracks=shut)
        answer = self._guest.house.parts.recommender.recommend(among)
        return {one.track.id: round(one.score, 6) for one in answer.results}

    def _and(self, found: dict[TrackId, float], more: dict[TrackId, float], n: int) -> dict[TrackId, float]:
        """The list with what is missing from another, whose scores are of another kind: they count for nothing."""
        fresh = [i for i in more if i not in found]
        return found | dict.fromkeys(fresh[: n - len(found)], 0.0)

    def _named(self, found: dict[TrackId, float]) -> Scored:
        names = self._items.names(found)
        return [(names[i], score) for i, score in found.items() if i in names]


def _strangers(guest: Guest) -> frozenset[TrackId] | None:
    """The tracks that are no shown items, or None where they are many; remembered until something is written."""
    revision = guest.catalog.revision()
    kept = getattr(guest.state, "strangers", None)
    if kept is None or kept[0] != revision:
        guest.state.strangers = kept = (revision, guest.platform.items.strangers(MOST_STRANGERS))
    found: frozenset[TrackId] | None = kept[1]
    return found


def _lacking(guest: Guest, categories: list[str]) -> frozenset[TrackId]:
    """The tracks that have the first of these categories and lack another."""
    first, *others = (set(guest.catalog.tracks.ids(Filter(genres=(one,))).tolist()) for one in categories)
    return frozenset(TrackId(i) for i in first.difference(set.intersection(*others)))
