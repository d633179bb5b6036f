"""A path through the library as recommendations: filters, exclusions and limits hold between the ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from synesthete.errors import NotFound
from synesthete.music import Track, TrackId
from synesthete.recommend.collection import Collection
from synesthete.recommend.diversify import piece_key
from synesthete.recommend.explain import Recommendation
from synesthete.recommend.likeness import likeness_to
from synesthete.recommend.path import Near, find_path
from synesthete.recommend.question import Point, Question, look_up
from synesthete.recommend.request import Request


def walk(
    collection: Collection, start: int, end: int, request: Request
) -> tuple[list[Recommendation], str | None]:
    """The tracks of the path with reasons, and a note when it is shorter than asked."""
    question = look_up(replace(request, seeds=()), collection)
    ends = collection.vectors([start, end])
    for track_id, vector in zip((start, end), ends, strict=True):
        if np.isnan(vector[0]):
            title = collection.catalog.tracks.get(track_id).title
            raise NotFound(
                "this track has not been heard yet", subject=title, hint="Run `synesthete update`."
            )
    near, may_follow = near_points(collection, question), refusing(collection, question)
    steps = find_path(start, end, ends[0], ends[1], request.n, near, may_follow)
    note = None
    if len(steps) < request.n and start != end:
        note = f"Only {len(steps) - 2} tracks of the library fit in between."
    return _described(collection, steps), note


def near_points(collection: Collection, question: Question) -> Near:
    """What `find_path` asks the index with: the filter and the exclusions of the question hold."""
    shut = np.array(sorted(question.excluded), np.int64)

    def near(points: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        count = min(n + min(len(shut), 1_000), max(1, len(collection.index)))
        ids = collection.index.near(points, count, question.allowed).ids
        passing = collection.passing(np.unique(ids[ids >= 0]).tolist(), question.request.wanted)
        ids = np.where(np.isin(ids, shut) | ~np.isin(ids, list(passing)), -1, ids)
        vectors = np.zeros((*ids.shape, points.shape[1]), np.float32)
        vectors[ids >= 0] = collection.vectors(ids[ids >= 0].tolist())
        return ids, vectors

    return near


def refusing(collection: Collection, question: Question) -> Callable[[list[int], int], bool]:
    """Whether a track may come next: its artist not excluded nor there too often, its piece not there yet."""
    request = question.request
    known: dict[int, Track] = {}

    def track(track_id: int) -> Track:
        if track_id not in known:
            known[track_id] = collection.catalog.tracks.get(track_id)
        return known[track_id]

    def may_follow(path: list[int], track_id: int) -> bool:
        mine = track(track_id)
        if mine.artist_id in question.excluded_artists:
            return False
        between = [track(i) for i in path[1:]]
        if request.per_artist and sum(t.artist_id == mine.artist_id for t in between) >= request.per_artist:
            return False
        return not request.fold or piece_key(mine) not in {piece_key(track(i)) for i in path}

    return may_follow


def _described(collection: Collection, steps: list[int]) -> list[Recommendation]:
    tracks, vectors = collection.tracks(steps), collection.vectors(steps)
    results = []
    for place, track_id in enumerate(steps):
        before = max(0, place - 1)
        similarity = float(np.clip(vectors[before] @ vectors[place], -1, 1))
        last = tracks[TrackId(steps[before])]
        likeness = likeness_to(collection, [Point(1.0, vectors[before], last.title)], vectors[place][None])
        reason = "Where the path begins." if place == 0 else _step(last.title, float(likeness[0, 0]))
        results.append(
            Recommendation(tracks[TrackId(track_id)], similarity, reason, similarity, {"sound": 1.0})
        )
    return results


def _step(title: str, likeness: float) -> str:
    """Why a track comes next; one that is no more alike than strangers are is said to be a leap."""
    return f"Follows “{title}” smoothly." if likeness > 0 else f"A leap from “{title}”."
