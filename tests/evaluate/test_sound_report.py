"""Intervals over albums: whole albums are redrawn, and two ears are compared on the same draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synesthete.evaluate.collection import Labeled
from synesthete.evaluate.sound_report import compared, redrawn


def files(albums: list[str | None]) -> list[Labeled]:
    return [Labeled(Path(f"{i}.wav"), "artist", album) for i, album in enumerate(albums)]


def test_albums_are_drawn_whole_and_tracks_without_one_by_themselves() -> None:
    weights = redrawn(["a", "b", "a", None, None, "b"], seed=3, draws=500)
    assert weights.shape == (500, 6)
    assert (weights[:, 0] == weights[:, 2]).all() and (weights[:, 1] == weights[:, 5]).all()
    assert (weights[:, 3] != weights[:, 4]).any()
    one_per_album = weights[:, [0, 1, 3, 4]]
    assert (one_per_album.sum(axis=1) == 4).all(), "as many albums as there are, tracks alone included"
    np.testing.assert_array_equal(weights, redrawn(["a", "b", "a", None, None, "b"], seed=3, draws=500))


def test_the_interval_is_that_of_the_albums_not_of_the_tracks() -> None:
    """Twenty albums of ten equal tracks: what varies is the albums, so 200 tracks are worth 20."""
    rng = np.random.default_rng(0)
    by_album = rng.random(20)
    albums = [f"{i // 10}" for i in range(200)]
    found = compared({"ear@1": {"album_map": np.repeat(by_album, 10)}}, files(albums), "ear@1", seed=1)
    low, high = found["intervals"]["ear@1"]["album_map"]
    expected = 2 * 1.96 * by_album.std() / np.sqrt(20)
    assert high - low == pytest.approx(expected, rel=0.1)
    assert found["scores"]["ear@1"]["album_map"] == pytest.approx(by_album.mean())
    assert found["differences"] == {}


def test_differences_are_paired() -> None:
    """One ear is better by exactly .05 on every track: however albums vary, that is certain."""
    rng = np.random.default_rng(0)
    values = rng.random(60)
    albums = [f"{i // 4}" for i in range(60)]
    ears = {"a@1": {"m": values}, "b@1": {"m": values + 0.05}, "c@1": {"m": rng.permutation(values)}}
    found = compared(ears, files(albums), "a@1", seed=1)
    over = found["differences"]["b@1"]["m"]
    assert (over.mean, over.low, over.high) == pytest.approx((0.05, 0.05, 0.05))
    low, high = found["intervals"]["a@1"]["m"]
    assert high - low > 0.1
    other = found["differences"]["c@1"]["m"]
    assert other.low < 0 < other.high, "the same values in another order are no better"


def test_what_was_not_asked_does_not_count() -> None:
    values = np.array([1.0, np.nan, 0.0, np.nan])
    found = compared({"a@1": {"m": values, "n": np.full(4, np.nan)}}, files([None] * 4), "a@1", seed=0)
    assert found["scores"]["a@1"]["m"] == 0.5 and found["intervals"]["a@1"]["m"] == (0.0, 1.0)
    assert np.isnan(found["scores"]["a@1"]["n"]) and np.isnan(found["intervals"]["a@1"]["n"]).all()
