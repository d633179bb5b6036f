"""The short way to the largest of many scores."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.taste.top import best, largest, likeliest


@pytest.mark.parametrize("n", [1, 20, 100, 700])
@pytest.mark.parametrize("levels", [3, 50, 10**6])
def test_many_scores_with_many_ties(n, levels):
    scores = np.random.default_rng(n).integers(0, levels, (3, 5_003)).astype(np.float32)
    found, values = best(scores, None, n)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(scores, expected, axis=1))


def test_all_equal_scores_come_by_index():
    found, _ = best(np.ones((2, 2_000), np.float32), None, 5)
    np.testing.assert_array_equal(found, [[0, 1, 2, 3, 4]] * 2)


def test_every_track_or_none():
    scores = np.array([[1, 3, 2]], np.float32)
    assert best(scores, None, 0)[0].shape == (1, 0)
    assert best(scores, None, 3)[0].tolist() == [[1, 2, 0]]


@pytest.mark.parametrize("tracks", [20, 21, 700, 5_000])
def test_the_largest_are_those_of_sorting(tracks):
    scores = np.random.default_rng(tracks).integers(0, 50, (7, tracks)).astype(np.float32)
    scores[3, 5:] = -np.inf
    np.testing.assert_array_equal(np.sort(largest(scores, 20), axis=1), np.sort(scores, axis=1)[:, -20:])


@pytest.mark.parametrize("n", [1, 20, 150, 900, 4_000, 6_000])
@pytest.mark.parametrize("levels", [3, 10**6])
def test_the_likeliest_come_in_the_order_of_sorting(n, levels):
    scores = np.random.default_rng(n).integers(0, levels, (3, 5_003)).astype(np.float32)
    scores[1, 2:] = -np.inf
    np.testing.assert_array_equal(likeliest(scores, n), np.argsort(-scores, axis=1, kind="stable")[:, :n])
