"""Sources: friends with suggestions. Each takes the question and answers candidates scored 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from synesthete.recommend.collection import Collection
from synesthete.recommend.question import Point, Question

WIDE = 4
"""Candidates of each source for every place in the list: caps and filters take their part."""
FROM_TASTE = 1_000
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
    sources = [near_in_sound(collection), same_artist(collection), never_played(collection), rediscover()]
    if clusters:
        sources.append(same_cluster(collection, clusters))
    if collection.taste is not None:
        sources += [near_in_taste(collection), next_in_sequence(collection), popular(collection)]
    return sources


def near_in_sound(collection: Collection) -> Source:
    """What sounds like the points of the question, and not like those against it."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        ids = _near(collection, question, n, question.allowed)
        return _by_sound(collection, question, ids, SourceName.SOUND)

    return suggest


def near_in_taste(collection: Collection) -> Source:
    """What people like who like what the question is about."""

    def suggest(question: Question, n: int) -> list[Candidate]:
        if collection.taste is None or not question.liked:
            return []
        return _graded(collection.taste.liked_with(question.liked, max(n, FROM_TASTE)), SourceName.TASTE)

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
        ids = _near(collection, question, n, question.allowed)
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
        ids = _near(collection, question, n, fresh)
        return _by_sound(collection, question, ids, SourceName.NEW)

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


def sound_scores(
    collection: Collection, question: Question, vectors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How well vectors (N, D) answer by sound: scores (N,) 0..1, NaN for unheard, and the best point (N,).

    0 is as alike as strangers are in this library, 1 is the same. With several points the nearest counts
    three fifths and their mean two fifths; what is like a point against loses as much as it is like it.
    """
    if not question.points:
        return np.full(len(vectors), np.nan, np.float32), np.zeros(len(vectors), np.int64)
    weights = np.array([p.weight for p in question.points], np.float32)
    likeness = _likeness(collection, question.points, vectors)  # (N, P)
    top = likeness * (weights / weights.max())
    best = top.argmax(axis=1)
    score = 0.6 * top.max(axis=1) + 0.4 * (likeness @ weights) / weights.sum()
    if question.against:
        away = np.array([-p.weight for p in question.against], np.float32)
        score = score - (_likeness(collection, question.against, vectors) * away).max(axis=1)
    return np.clip(score, 0.0, 1.0), best


def _likeness(collection: Collection, points: list[Point], vectors: np.ndarray) -> np.ndarray:
    """(N, P): 0 where a vector is as far from a point as strangers are, 1 where it is the same."""
    places = np.array([p.vector / np.linalg.norm(p.vector) for p in points], np.float32)
    strangers = collection.strangers()
    usual = np.median(strangers @ places.T, axis=0) if len(strangers) > 2 else np.zeros(len(points))
    usual = np.minimum(usual, 0.99)
    return np.clip((vectors @ places.T - usual) / (1 - usual), 0.0, 1.0)


def _near(collection: Collection, question: Question, n: int, allowed: np.ndarray | None) -> list[int]:
    """The ids nearest to any point, and to where the points lie once those against have pushed them."""
    if not question.points or len(collection.index) == 0:
        return []
    queries = np.array([p.vector / np.linalg.norm(p.vector) for p in question.points], np.float32)
    if question.against:
        push = np.mean([p.vector / np.linalg.norm(p.vector) * p.weight for p in question.against], axis=0)
        pushed = queries + 0.5 * push.astype(np.float32)
        queries = np.vstack([queries, pushed[np.linalg.norm(pushed, axis=1) > 1e-3]])
    room = n + len(question.seed_ids) + min(len(question.excluded), 2_000)
    near = collection.index.near(queries, min(room, len(collection.index)), allowed)
    order = np.argsort(-near.similarities, axis=None, kind="stable")
    return [i for i in dict.fromkeys(near.ids.reshape(-1)[order].tolist()) if i >= 0]


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
