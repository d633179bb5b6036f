"""What goes into a letter: sections, each from another corner of the library.

played      because you played (or searched for) something lately: what sounds like it and is not known yet
new         what came into the library in the last two weeks, what fits the listener first
rediscover  what was played often, and not for long
outside     what lies outside the listener's habits

Somebody who has neither played nor liked anything gets a letter only when something is new, and it says so:

new         as above, by date
popular     what at least two people here play
corners     typical tracks of the groups of the library
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from synesthete.catalog import Catalog
from synesthete.catalog.letters import PickRow, Subscriber
from synesthete.digest.letter import PICKS_AT_LEAST, PICKS_AT_MOST
from synesthete.errors import NotFound
from synesthete.music import ListenerId, Track, TrackId
from synesthete.recommend.history import read_history
from synesthete.recommend.recommender import Recommender
from synesthete.recommend.request import Request, Seed, SeedKind

DAY_S = 24 * 3600
LATELY_S = 14 * DAY_S
"""Two weeks: what a listener still has in mind, and what is still new in the library."""
KNOWN_S = 28 * DAY_S
"""What was played in the last four weeks needs no letter."""
SEEDS = 3
PER_SECTION = 5
ADVENTUROUS = 0.9
RANKED_FOR_NEW = 400
"""How far down the listener's own list new tracks are looked for before the rest of them follow by date."""


@dataclass
class _Choice:
    """Picks so far; every track once, and never one that is not wanted."""

    without: set[TrackId]
    unwanted_artists: frozenset[int]
    rows: list[PickRow] = field(default_factory=list)

    def take(self, section: str, found: Iterable[tuple[Track, str]], most: int = PER_SECTION) -> None:
        taken = 0
        for track, reason in found:
            if taken == most or len(self.rows) == PICKS_AT_MOST:
                return
            if track.id in self.without or track.artist_id in self.unwanted_artists or track.path is None:
                continue
            self.without.add(track.id)
            self.rows.append(PickRow(track.id, section, len(self.rows), reason))
            taken += 1


def choose(
    catalog: Catalog, recommender: Recommender, subscriber: Subscriber, without: set[TrackId], now: int
) -> list[PickRow]:
    """Ten to twenty picks in their sections, or none when there are not ten things worth telling.

    `without`: tracks of earlier letters. Disliked and unwanted tracks and artists never come, nor does what was
    played in the last four weeks.
    """
    who = subscriber.listener.id
    words = catalog.feedback.words(who)
    lately = {
        heard.track_id for heard in catalog.listens.of(who, 5000, since=now - KNOWN_S) if heard.track_id
    }
    choice = _Choice(
        without | words.never | words.disliked | lately,
        frozenset(map(int, words.never_artists | words.disliked_artists)),
    )
    if words.liked or read_history(catalog, who).plays:
        _tell_a_friend(choice, catalog, recommender, who, now)
    elif catalog.tracks.added_since(now - LATELY_S, 1):
        _tell_a_stranger(choice, catalog, recommender, who, now)
    return choice.rows if len(choice.rows) >= PICKS_AT_LEAST else []


def _tell_a_friend(
    choice: _Choice, catalog: Catalog, recommender: Recommender, who: ListenerId, now: int
) -> None:
    """What somebody would like of whom something is known."""
    for track, why in _seeds(catalog, who, now):
        choice.take("played", _near(recommender, who, track, why, choice.without), -(-PER_SECTION // 2))
    choice.take("new", _new(catalog, recommender, who, now))
    choice.take("rediscover", _rediscovered(catalog, who, now))
    choice.take("outside", _outside(recommender, who, choice.without), PICKS_AT_MOST)


def _tell_a_stranger(
    choice: _Choice, catalog: Catalog, recommender: Recommender, who: ListenerId, now: int
) -> None:
    """What there is, for somebody who has neither played nor liked anything here yet."""
    choice.take("new", _new(catalog, recommender, who, now), 2 * PER_SECTION)
    choice.take("popular", _popular(catalog))
    choice.take("corners", _corners(catalog))


def _seeds(catalog: Catalog, who: ListenerId, now: int) -> list[tuple[Track, str]]:
    """What the listener played most lately, one per artist; where that is little, what they searched for. And why."""
    counts: dict[TrackId, int] = {}
    for heard in catalog.listens.of(who, 2000, since=now - LATELY_S):
        if heard.track_id is not None and not heard.skipped:
            counts[heard.track_id] = counts.get(heard.track_id, 0) + heard.count
    tracks = catalog.tracks.many(sorted(counts, key=lambda i: (-counts[i], i))[:50])
    seeds: dict[object, tuple[Track, str]] = {}
    for track in tracks.values():
        seeds.setdefault(track.artist_id, (track, f"you played {track.title} by {track.artist}"))
    for text, at in catalog.searches.of(who, 10):
        if len(seeds) >= SEEDS:
            break
        if at >= now - LATELY_S and (found := catalog.tracks.search(text, 1)):
            seeds.setdefault(found[0].artist_id, (found[0], f"you searched for “{text}”"))
    return list(seeds.values())[:SEEDS]


def _near(
    recommender: Recommender, who: ListenerId, seed: Track, why: str, without: set[TrackId]
) -> Iterator[tuple[Track, str]]:
    request = Request(
        (Seed(SeedKind.TRACK, seed.id),),
        listener_id=who,
        n=PER_SECTION,
        per_artist=1,
        exclude_tracks=frozenset(without),
    )
    try:
        answer = recommender.recommend(request)
    except NotFound:
        return  # the seed was not heard yet; the next one may have been
    for one in answer.results:
        reason = _lowered(one.reason)
        if seed.title in why:  # named already
            reason = reason.replace(f"“{seed.title}” by {seed.artist}", "it")
        yield one.track, f"Because {why}: {reason}"


def _new(
    catalog: Catalog, recommender: Recommender, who: ListenerId, now: int
) -> Iterator[tuple[Track, str]]:
    fresh = catalog.tracks.added_since(now - LATELY_S, 1000)
    if not fresh:
        return
    answer = recommender.recommend(Request(listener_id=who, n=RANKED_FOR_NEW, per_artist=0))
    order: dict[int, int] = {one.track.id: place for place, one in enumerate(answer.results)}
    close = read_history(catalog, who).plays > 0
    tracks = catalog.tracks.many(sorted(fresh, key=lambda i: order.get(i, RANKED_FOR_NEW)))
    for track in tracks.values():
        yield (
            track,
            "Close to what you play." if close and track.id in order else "It came in the last two weeks.",
        )


def _rediscovered(catalog: Catalog, who: ListenerId, now: int) -> Iterator[tuple[Track, str]]:
    forgotten = read_history(catalog, who).forgotten()[: 4 * PER_SECTION]
    tracks = catalog.tracks.many(track_id for track_id, _, _ in forgotten)
    for track_id, plays, days in forgotten:
        if track := tracks.get(TrackId(track_id)):
            yield track, f"You played it {plays} times, and not for {_span(days)}."


def _outside(recommender: Recommender, who: ListenerId, without: set[TrackId]) -> Iterator[tuple[Track, str]]:
    request = Request(
        listener_id=who, n=PICKS_AT_MOST, per_artist=1, adventurousness=ADVENTUROUS, novelty=1.0,
        exclude_tracks=frozenset(without),
    )  # fmt: skip
    for one in recommender.recommend(request).results:
        yield one.track, one.reason


def _popular(catalog: Catalog) -> Iterator[tuple[Track, str]]:
    """What at least two people here play: of one alone nobody else learns."""
    most = [one for one in catalog.statistics.popular_tracks(0, None, 50) if one.listeners >= 2 and one.id]
    tracks = catalog.tracks.many(TrackId(one.id) for one in most if one.id is not None)
    for one in most:
        if track := tracks.get(TrackId(one.id or 0)):
            yield track, f"{one.listeners} people here have played it {one.plays} times."


def _corners(catalog: Catalog) -> Iterator[tuple[Track, str]]:
    """The most typical tracks of each group of the library, one group after the other, the largest first."""
    groups = [(group, catalog.atlas.members(group.id)) for group in catalog.atlas.clusters()[:PICKS_AT_MOST]]
    for place in range(PER_SECTION):
        for group, members in groups:
            for track in catalog.tracks.many(members[place : place + 1]).values():
                yield track, f"Typical of “{group.name}”, {group.tracks} tracks of your library."


def _span(days: int) -> str:
    return f"{days // 365} years" if days >= 730 else f"{days // 30} months" if days >= 60 else f"{days} days"


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
