"""What facts tell of candidates, against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.taste.evidence import scale
from synesthete.taste.interactions import Groups, Known, histories, present
from synesthete.taste.shelves import Shelf, durations, shared

LABELS = np.array([7, 3, 7, -1, 3, 7])  # six tracks: three by artist 7, two by 3, one by nobody we know
ROWS = histories([[0, 1, 3], [], [2]], 6)


def test_pairs_counts_and_means_of_histories():
    known = Known.of(ROWS)
    assert [side.tolist() for side in known.pairs] == [[0, 0, 0, 2], [0, 1, 3, 2]]
    assert known.counts.tolist() == [[3], [0], [1]] and known.sizes.tolist() == [[3], [1], [1]]
    values = np.array([1, 2, 4, 8, 16, 32], dtype=np.float32)
    assert known.total(values).tolist() == [[11], [0], [4]]
    np.testing.assert_allclose(known.mean(values), [[11 / 3], [0], [4]])


def test_an_artist_is_shared_by_hand():
    tracks = np.array([[2, 4, 3], [0, 1, 3], [0, 4, 3]])
    ease = np.array([[0, 0, 1, 5, 2, 4], [1, 1, 1, 1, 1, 1], [3, 1, 0, 0, 1, 6]], dtype=np.float32)
    found = shared("artist", Shelf.of(Groups(LABELS)), Known.of(ROWS), tracks, ease, 2 * ease)
    assert found["artist known"].tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 0]]
    np.testing.assert_allclose(found["artist share"], [[1 / 3, 1 / 3, 0], [0, 0, 0], [1, 0, 0]])
    assert found["artist size"].tolist() == [[3, 2, 1], [3, 2, 1], [3, 2, 1]]
    np.testing.assert_allclose(found["artist complete"], [[1 / 3, 1 / 2, 0], [0, 0, 0], [1 / 3, 0, 0]])
    np.testing.assert_allclose(found["artists per track"], [[2 / 3], [0], [1]])
    np.testing.assert_allclose(found["artist ease"], [[5 / 3, 1, 0], [1, 1, 0], [3, 1, 0]])
    np.testing.assert_allclose(found["artist als"], 2 * found["artist ease"])


def test_a_shelf_without_any_label_tells_nothing():
    found = shared(
        "album",
        Shelf.of(Groups(np.full(6, -1))),
        Known.of(ROWS),
        np.array([[4, 5]] * 3),
        np.ones((3, 6), np.float32),
        np.ones((3, 6), np.float32),
    )
    assert not any(np.any(found[f"album {what}"]) for what in ("known", "share", "complete", "ease", "als"))
    assert not found["albums per track"].any() and (found["album size"] == 1).all()


def test_lengths_are_compared_with_those_that_are_known():
    seconds = np.array([100, np.nan, 300, 50, 200, 400], dtype=np.float32)
    found = durations(seconds, Known.of(ROWS), np.array([[4, 1]] * 3))
    np.testing.assert_array_equal(found["duration"], [[200, np.nan]] * 3)
    np.testing.assert_array_equal(
        found["duration difference"], [[125, np.nan], [np.nan, np.nan], [100, np.nan]]
    )


@pytest.mark.parametrize("tracks", [30, 3_000])
def test_every_model_is_scaled_by_its_best_unknown_ones(tracks):
    scores = np.random.default_rng(tracks).random((3, 2, tracks), dtype=np.float32)
    own = histories([[0, 5, 9], [], [20]], tracks)
    scores[0, :, 5] = 50  # known, so it is no measure of what is unknown
    unknown = np.where(own.toarray()[:, None] > 0, -np.inf, scores)
    means = np.sort(unknown, axis=2)[:, :, -20:].mean(axis=2, keepdims=True)
    expected = scores / means
    logarithms = scale(scores, Known.of(own))
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    np.testing.assert_allclose(logarithms, np.log(means), rtol=1e-4, atol=1e-5)


def test_rows_of_ones_are_taken_as_they_are_and_others_stay_unchanged():
    ones = histories([[1, 2]], 4)
    assert present(ones) is ones
    often = ones * 3
    assert present(often).data.tolist() == [1, 1] and often.data.tolist() == [3, 3]
