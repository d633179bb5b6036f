"""How alike tracks and the question are by sound, and which tracks are near."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synesthete.recommend.collection import Collection
from synesthete.recommend.question import Point, Question


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
    likeness = likeness_to(collection, question.points, vectors)  # (N, P)
    top = likeness * (weights / weights.max())
    best = top.argmax(axis=1)
    score = 0.6 * top.max(axis=1) + 0.4 * (likeness @ weights) / weights.sum()
    if question.against:
        away = np.array([-p.weight for p in question.against], np.float32)
        score = score - (likeness_to(collection, question.against, vectors) * away).max(axis=1)
    return np.clip(score, 0.0, 1.0), best


def likeness_to(collection: Collection, points: list[Point], vectors: np.ndarray) -> np.ndarray:
    """(N, P): 0 where a vector is as far from a point as strangers are, 1 where it is the same."""
    places = np.array([p.vector / np.linalg.norm(p.vector) for p in points], np.float32)
    strangers = collection.strangers()
    usual = np.median(strangers @ places.T, axis=0) if len(strangers) > 2 else np.zeros(len(points))
    usual = np.minimum(usual, 0.99)
    return np.clip((vectors @ places.T - usual) / (1 - usual), 0.0, 1.0)


def near(collection: Collection, question: Question, n: int, allowed: np.ndarray | None) -> list[int]:
    """The ids nearest to any point, and to where the points lie once those against have pushed them."""
    if not question.points or len(collection.index) == 0:
        return []
    room = n + len(question.seed_ids) + min(len(question.excluded), 2_000)
    return near_points(collection, question.points, room, allowed, question.against)


def near_points(
    collection: Collection,
    points: list[Point],
    n: int,
    allowed: np.ndarray | None,
    against: Sequence[Point] = (),
) -> list[int]:
    """The n ids nearest to each of the points, and to where those against push them; the nearest first."""
    queries = np.array([p.vector / np.linalg.norm(p.vector) for p in points], np.float32)
    if against:
        push = np.mean([p.vector / np.linalg.norm(p.vector) * p.weight for p in against], axis=0)
        pushed = queries + 0.5 * push.astype(np.float32)
        queries = np.vstack([queries, pushed[np.linalg.norm(pushed, axis=1) > 1e-3]])
    found = collection.index.near(queries, min(n, len(collection.index)), allowed)
    order = np.argsort(-found.similarities, axis=None, kind="stable")
    return [i for i in dict.fromkeys(found.ids.reshape(-1)[order].tolist()) if i >= 0]
