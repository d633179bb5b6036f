"""The map: near stays near, and who has a place keeps it."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.recommend.plane import laid_on, project, settle
from tests.recommend.test_clusters import blobs


def test_groups_stay_together_on_the_plane():
    vectors, labels = blobs(3, 50, spread=0.1)
    places = project(vectors)
    assert places.shape == (150, 2) and np.abs(places).max() == pytest.approx(1.0)
    assert np.array_equal(places, project(vectors))
    inside = max(
        np.linalg.norm(places[labels == c] - places[labels == c].mean(0), axis=1).max() for c in range(3)
    )
    middles = np.array([places[labels == c].mean(0) for c in range(3)])
    between = min(np.linalg.norm(middles[a] - middles[b]) for a in range(3) for b in range(a))
    assert between > 1.5 * inside


def test_a_turned_map_is_laid_on_the_old_one():
    rng = np.random.default_rng(0)
    old = rng.uniform(-1, 1, (80, 2))
    angle = 2.1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([1, -1])
    fresh = 0.4 * (old @ turn) + [3, -1]
    assert laid_on(fresh, old[:60], np.arange(60)) == pytest.approx(old, abs=1e-5)
    assert laid_on(fresh, old[:2], np.arange(2)) is fresh, "two points do not fix a map"


def test_newcomers_settle_among_their_neighbors():
    vectors, labels = blobs(4, 40)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places = project(vectors)
    settled = np.arange(160) % 4 != 0
    found = settle(vectors[~settled], vectors[settled], places[settled])
    for place, label in zip(found, labels[~settled], strict=True):
        own = places[settled & (labels == label)]
        assert np.linalg.norm(place - own.mean(0)) <= np.linalg.norm(own - own.mean(0), axis=1).max()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_tracks(count):
    assert project(np.ones((count, 8))).shape == (count, 2)
