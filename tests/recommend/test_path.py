"""Paths: from start to end, each track once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.recommend.path import find_path, great_circle
from tests.recommend.conftest import unit


def library(count: int, seed: int = 0, dim: int = 3):
    vectors = unit(np.random.default_rng(seed).standard_normal((count, dim)))

    def near(points, n):
        order = np.argsort(-(points @ vectors.T), axis=1, kind="stable")[:, :n]
        return order, vectors[order]

    return vectors, near


@settings(max_examples=60, deadline=None)
@given(count=st.integers(2, 60), n=st.integers(2, 25), seed=st.integers(0, 5))
def test_every_path_keeps_its_promises(count, n, seed):
    vectors, near = library(count, seed)
    path = find_path(0, 1, vectors[0], vectors[1], n, near)
    assert path[0] == 0 and path[-1] == 1
    assert len(path) == len(set(path)) <= max(n, 2)
    assert find_path(0, 1, vectors[0], vectors[1], n, near) == path


def test_a_dense_library_gives_even_steps():
    vectors, near = library(20_000)
    path = find_path(0, 1, vectors[0], vectors[1], 10, near)
    angles = [float(np.arccos(np.clip(vectors[a] @ vectors[b], -1, 1))) for a, b in itertools.pairwise(path)]
    whole = float(np.arccos(np.clip(vectors[0] @ vectors[1], -1, 1)))
    assert len(path) == 10
    assert sum(angles) < 1.15 * whole, "hardly a detour"
    assert max(angles) < 2.2 * whole / 9


def test_refused_tracks_are_gone_around():
    vectors, near = library(300)
    free = find_path(0, 1, vectors[0], vectors[1], 8, near)
    refused = set(free[1:-1])
    path = find_path(0, 1, vectors[0], vectors[1], 8, near, lambda so_far, i: i not in refused)
    assert len(path) == 8 and not refused & set(path)


def test_a_path_is_as_long_as_its_limits_allow():
    """Neighbors all by one artist: what the shortest walk cannot settle is filled in from around."""
    vectors, near = library(60)
    group = np.argsort(vectors[:, 0]).argsort() // 6  # ten artists of six pieces that are alike

    def may_follow(path, track_id):
        return [group[i] for i in path[1:]].count(group[track_id]) < 2

    for n in (8, 16, 22):
        path = find_path(0, 1, vectors[0], vectors[1], n, near, may_follow)
        assert len(path) == len(set(path)) == n and (path[0], path[-1]) == (0, 1)
        assert np.bincount(group[path[1:-1]]).max() <= 2
    assert len(find_path(0, 1, vectors[0], vectors[1], 40, near, may_follow)) == 22


def test_from_a_track_to_itself_and_across_the_sphere():
    vectors, near = library(50)
    assert find_path(3, 3, vectors[3], vectors[3], 5, near) == [3]
    a = np.array([1.0, 0, 0])
    for b in (a, -a, np.array([0, 1.0, 0])):
        points = great_circle(a, b, 7)
        assert np.linalg.norm(points, axis=1) == pytest.approx(np.ones(7), abs=1e-5)
        assert points[0] == pytest.approx(a, abs=1e-5) and points[-1] == pytest.approx(b, abs=1e-5)
