"""Sources: friends with suggestions. Each takes the question and answers candidates scored 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from synesthete.recommend.collection import Collection
from synesthete.recommend.likeness import likeness_to, near, near_points, sound_scores
from synesthete.recommend.question import Point, Question

WIDE = 4
"""Candidates of each source for every place in the list: caps and filters take their part."""
FROM_TASTE = 300
"""Tracks that taste is asked for at least: of so many few are left when sound and caps have had their say."""
LISTENER_EVENINGS = 20.0
"""Plays of a forgotten favorite at which its score reaches one half."""


class SourceName(StrEnum):
    """Who suggested it; also the names of shares."""

    SOUND = "sound"
    CLUSTER = "cluster"
    TASTE = "taste"
    SEQUENCE = "sequence"
    ARTIST = "artist"
    POPULAR = "popular"
    NEW = "new"
    EXPECTED = "expected"
    UNPLAYED = "unplayed"
    TAGGED = "tagged"
    REDISCOVER = "rediscover"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A suggestion: which track, by whom, how strongly (0..1), and a few words why."""

    track_id: int
    source: SourceName
    score: float
    because: str = ""


Source = Callable[[Question, int], list[Candidate]]
"""(question, how many) -> candidates."""


def sources_of(collection: Collection, clusters: Mapping[int, int] | None = None) -> list[Source]:
    """All sources that this collection can ask; `clusters` says which cluster each track is in."""
    sources = [
        near_in_sound(collection),
        same_artist(collection),
        tagged(collection),
        never_played(collection),
        rediscover(),
    ]
    if clusters:
        sources.append(same_cluster(collection, clusters))
    if collection.taste is not None:
        sources += [near_in_taste(collection), next_in_sequence(collection), popular(collection)]
    if collection.bridge is not None:
        sources += [expected(collection), unplayed(collection)]
    return sources


def near_in_sound(collection: Collection) -> Source:
    """What sounds like the points of the question, and not like those against it."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        ids = near(collection, question, n, question.allowed)
        return _by_sound(collection, question, ids, SourceName.SOUND)

    return suggest


def near_in_taste(collection: Collection) -> Source:
    """What people like who like what the question is about."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        if collection.taste is None or not question.liked:
            return []
        liked = collection.taste.liked_with(question.liked, max(n, FROM_TASTE), question.order)
        return _graded(liked, SourceName.TASTE)

    return suggest


def next_in_sequence(collection: Collection) -> Source:
    """What people play after the last tracks."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        if collection.taste is None or not question.order:
            return []
        return _graded(collection.taste.following(question.order, max(n, FROM_TASTE)), SourceName.SEQUENCE)

    return suggest


def popular(collection: Collection) -> Source:
    """What most people here play: for those of whom nothing is known."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        if collection.taste is None or question.points or question.liked:
            return []
        most = collection.taste.popular(max(n, FROM_TASTE))
        return [Candidate(c.track_id, c.source, c.score) for c in _graded(most, SourceName.POPULAR)]

    return suggest


def same_artist(collection: Collection) -> Source:
    """The other tracks of the seeds' albums and artists."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for album_id, title in question.seed_albums.items():
            for i in collection.catalog.albums.tracks(album_id)[:n]:
                found[int(i)] = Candidate(int(i), SourceName.ARTIST, 1.0, f"From the same album, “{title}”")
        for artist_id, name in question.seed_artists.items():
            for i in collection.catalog.artists.tracks(artist_id)[:n]:
                found.setdefault(int(i), Candidate(int(i), SourceName.ARTIST, 0.7, f"Also by {name}"))
        return list(found.values())

    return suggest


def same_cluster(collection: Collection, clusters: Mapping[int, int]) -> Source:
    """What K-means put into the seeds' groups, in proportion to how many seeds are in each, nearest first."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        own = [
            clusters[p.track_id] for p in question.points if p.track_id is not None and p.track_id in clusters
        ]
        if not own:
            return []
        shares = {c: own.count(c) / len(own) for c in set(own)}
        ids = near(collection, question, n, question.allowed)
        scored = _by_sound(collection, question, ids, SourceName.CLUSTER)
        return [
            Candidate(c.track_id, c.source, c.score * shares[clusters[c.track_id]])
            for c in scored
            if clusters.get(c.track_id) in shares
        ]

    return suggest


def never_played(collection: Collection) -> Source:
    """What the listener has never played and sounds like what they do."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        history = question.history
        if history is None or not history.counts or not question.points:
            return []
        candidates = collection.index.ids if question.allowed is None else question.allowed
        fresh = np.setdiff1d(candidates, np.array(list(history.counts), np.int64))
        ids = near(collection, question, n, fresh)
        return _by_sound(collection, question, ids, SourceName.NEW)

    return suggest


def tagged(collection: Collection) -> Source:
    """What carries the very word that was asked for; its sound speaks for the rest of the library."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for name, ids in question.seed_tags.items():
            alike = near(collection, question, n, np.array(ids, np.int64)) if question.points else []
            for track_id in dict.fromkeys([*alike, *ids[:n]]):
                found.setdefault(track_id, Candidate(track_id, SourceName.TAGGED, 1.0, name))
        return list(found.values())

    return suggest


def expected(collection: Collection) -> Source:
    """What sounds like what people with this history turn to next."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        taste = collection.bridge
        if taste is None or not question.liked:
            return []
        sound = taste.expected_sound(question.lately)
        if sound is None or not len(collection.index):
            return []
        hoped = [Point(1.0, sound, "")]
        ids = near_points(collection, hoped, n + len(question.seed_ids), question.allowed)
        likeness = likeness_to(collection, hoped, collection.vectors(ids))[:, 0] if ids else np.zeros(0)
        return [
            Candidate(i, SourceName.EXPECTED, taste.trust * float(score))
            for i, score in zip(ids, likeness, strict=True)
            if score > 0  # never for NaN
        ]

    return suggest


def unplayed(collection: Collection) -> Source:
    """What nobody has played: the tracks that by their sound would stand among those this history leads to."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        taste = collection.bridge
        ids, places = collection.unplayed()
        if taste is None or not question.liked or not len(ids):
            return []
        suits = taste.unplayed(list(question.liked), places)
        if question.allowed is not None:
            suits = np.where(np.isin(ids, question.allowed), suits, 0)
        most = min(max(n, FROM_TASTE), len(ids))
        best = np.sort(np.argpartition(-suits, most - 1)[:most])
        return [
            Candidate(int(ids[i]), SourceName.UNPLAYED, float(suits[i]))
            for i in best.tolist()
            if suits[i] > 0
        ]

    return suggest


def rediscover() -> Source:
    """What the listener played often and not for long."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        if question.history is None or not question.is_about_listener:
            return []
        return [
            Candidate(
                track_id,
                SourceName.REDISCOVER,
                plays / (plays + LISTENER_EVENINGS),
                f"You played it {plays} times, last {_ago(days)}",
            )
            for track_id, plays, days in question.history.forgotten()[:n]
        ]

    return suggest


def without(question: Question, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates without the seeds and what is excluded."""
    shut = question.excluded | question.seed_ids
    return [c for c in candidates if c.track_id not in shut]


def _by_sound(
    collection: Collection, question: Question, ids: list[int], name: SourceName
) -> list[Candidate]:
    if not ids:
        return []
    scores, best = sound_scores(collection, question, collection.vectors(ids))
    names = [p.name for p in question.points]
    return [
        Candidate(i, name, float(score), names[b])
        for i, score, b in zip(ids, scores.tolist(), best.tolist(), strict=True)
        if not np.isnan(score)
    ]


def _graded(pairs: list[tuple[int, float]], name: SourceName) -> list[Candidate]:
    """Scores of any scale as 0..1: the best is 1, the last nearly 0."""
    if not pairs:
        return []
    scores = np.array([score for _, score in pairs], np.float64)
    low, high = scores.min(), scores.max()
    grades = 0.02 + 0.98 * (scores - low) / (high - low) if high > low else np.ones(len(scores))
    return [Candidate(int(i), name, float(g)) for (i, _), g in zip(pairs, grades, strict=True)]


def _ago(days: int) -> str:
    for length, unit in ((365, "year"), (30, "month"), (7, "week")):
        if days >= 2 * length:
            return f"{days // length} {unit}s ago"
    return f"{days} days ago"
