"""A path from one track to another: smooth to the ear, no track twice.

Points are set along the great circle between the two; around each lie some candidates, and dynamic
programming picks one of each so that all steps together are shortest.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

AROUND = 48
"""Candidates around each point."""
PULL = 0.35
"""How much the distance from its point counts beside the steps: without it all would huddle at the ends."""

Near = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]
"""Points (P, D), how many -> ids (P, n), -1 pads, and their vectors (P, n, D)."""


def find_path(
    start: int, end: int, start_vector: np.ndarray, end_vector: np.ndarray, n: int, near: Near,
    may_follow: Callable[[list[int], int], bool] = lambda path, track_id: True,
) -> list[int]:  # fmt: skip
    """Up to n track ids from start to end, both included; fewer when the library has no more to offer.

    `may_follow(path so far, track id)` can refuse a track, say for its artist's sake.
    """
    if n <= 2 or start == end:
        return [start, end][: 1 if start == end else 2]
    points = great_circle(start_vector, end_vector, n)[1:-1]
    ids, vectors = near(points, AROUND)
    usable = (ids >= 0) & (ids != start) & (ids != end)
    banned: set[tuple[int, int]] = set()
    best: list[int] = []
    for _ in range(4 * n):  # every round settles at least one conflict
        open_to = usable & ~_mask(ids, banned)
        walk = _shortest(points, start_vector, end_vector, ids, vectors, open_to)
        path, conflict = _checked(start, walk, may_follow)
        if len(path) > len(best):
            best = path
        if conflict is None:
            break
        banned.add(conflict)
    if len(best) < n - 1:
        known = {int(i): vector for i, vector in zip(ids[usable], vectors[usable], strict=True)}
        best = _filled([*best, end], n, known | {start: start_vector, end: end_vector}, may_follow)[:-1]
    return [*best, end]


def _filled(
    path: list[int], n: int, vectors: dict[int, np.ndarray], may_follow: Callable[[list[int], int], bool]
) -> list[int]:
    """The path with what else may come, up to n: each where it makes the way least longer."""
    while len(path) < n:
        left = [i for i in vectors if i not in path and may_follow(path[:-1], i)]
        if not left:
            break
        steps = 1 - np.array([vectors[i] for i in left]) @ np.array([vectors[i] for i in path]).T
        detours = steps[:, :-1] + steps[:, 1:]
        detours -= [1 - vectors[a] @ vectors[b] for a, b in pairwise(path)]
        one, place = np.unravel_index(int(detours.argmin()), detours.shape)
        path = [*path[: place + 1], left[one], *path[place + 1 :]]
    return path


def great_circle(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """n points of length 1 from a to b, evenly along the sphere: (n, D)."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    angle = float(np.arccos(np.clip(a @ b, -1, 1)))
    t = np.linspace(0, 1, n)[:, None]
    if angle < 1e-4:
        points = a + t * (b - a)
    elif np.pi - angle < 1e-4:  # opposite: any way round is as short; go through the least used axis
        side = np.zeros_like(a)
        side[int(np.abs(a).argmin())] = 1.0
        side -= (side @ a) * a
        points = np.cos(t * angle) * a + np.sin(t * angle) * side / np.linalg.norm(side)
    else:
        points = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def _mask(ids: np.ndarray, banned: set[tuple[int, int]]) -> np.ndarray:
    """True where layer and id are banned together."""
    refused = np.zeros(ids.shape, bool)
    for layer, track_id in banned:
        refused[layer] |= ids[layer] == track_id
    return refused


def _shortest(
    points: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    ids: np.ndarray,
    vectors: np.ndarray,
    usable: np.ndarray,
) -> list[int]:
    """One id for each layer with the least sum of steps and pulls; -1 for a layer without candidates."""
    layers = [layer for layer in range(len(points)) if usable[layer].any()]
    costs: list[np.ndarray] = []
    froms: list[np.ndarray] = []
    before = start[None, :]
    for layer in layers:
        here = vectors[layer]
        pull = PULL * (1 - here @ points[layer])
        step = 1 - here @ before.T  # half the squared distance, (C, previous)
        if costs:
            same = ids[layer][:, None] == ids[layers[len(costs) - 1]][None, :]
            step = np.where(same, np.inf, step) + costs[-1][None, :]
        froms.append(step.argmin(axis=1))
        cost = step.min(axis=1) + pull
        costs.append(np.where(usable[layer], cost, np.inf))
        before = here
    walk = [-1] * len(points)
    if not layers:
        return walk
    place = int((costs[-1] + 1 - vectors[layers[-1]] @ end).argmin())
    for k in range(len(layers) - 1, -1, -1):
        if np.isfinite(costs[k][place]):
            walk[layers[k]] = int(ids[layers[k]][place])
        place = int(froms[k][place])
    return walk


def _checked(
    start: int, walk: list[int], may_follow: Callable[[list[int], int], bool]
) -> tuple[list[int], tuple[int, int] | None]:
    """The walk up to its end, without what repeats or is refused; and the first (layer, id) in conflict."""
    path, conflict = [start], None
    for layer, track_id in enumerate(walk):
        if track_id < 0:
            continue
        if track_id in path or not may_follow(path, track_id):
            conflict = conflict or (layer, track_id)
            continue
        path.append(track_id)
    return path, conflict
