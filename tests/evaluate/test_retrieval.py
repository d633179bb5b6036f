"""Rankings judged: by hand-made cases, by scikit-learn, and with numbers that are none."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.evaluate import retrieval


def test_average_precision_by_hand() -> None:
    similarity = np.array([[0.9, 0.8, 0.7, 0.6]])
    relevant = np.array([[False, True, False, True]])
    everyone = np.ones((1, 4), bool)
    assert retrieval.mean_average_precision(similarity, relevant, everyone) == (0.5, 0.0, 1)
    open_ = np.array([[False, True, True, True]])
    assert retrieval.mean_average_precision(similarity, relevant, open_) == (
        pytest.approx((1 + 2 / 3) / 2),
        1.0,
        1,
    )


def test_average_precision_as_scikit_learn_has_it() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    similarity, relevant = rng.standard_normal((20, 50)), rng.random((20, 50)) < 0.2
    relevant[:, 0] = True
    ours, _, count = retrieval.mean_average_precision(similarity, relevant, np.ones_like(relevant))
    theirs = np.mean(
        [metrics.average_precision_score(r, s) for r, s in zip(relevant, similarity, strict=True)]
    )
    assert count == 20 and ours == pytest.approx(theirs)


def test_saying_the_same_of_everything_earns_nothing() -> None:
    labels = ["a", "a", "b", "b", "c", "c"]
    flat = np.ones((6, 4))
    score, first, _ = retrieval.mean_average_precision(
        retrieval.cosines(flat, flat), retrieval.same(labels), ~np.eye(6, dtype=bool)
    )
    assert first == 0.0 and score == pytest.approx(1 / 5)
    assert retrieval.found_within(np.ones((6, 6)), np.arange(6), np.arange(6), 1) == 0.0


def test_a_number_that_is_none_is_wrong() -> None:
    good = np.eye(4)
    broken = good.copy()
    broken[1] = np.nan
    similarity = retrieval.cosines(broken, good)
    assert retrieval.found_within(similarity, np.arange(4), np.arange(4), 1) == 0.75
    assert (
        retrieval.found_within(
            retrieval.cosines(np.full((4, 4), np.nan), good), np.arange(4), np.arange(4), 4
        )
        == 0.0
    )
    near = retrieval.cosines(broken, broken)
    assert retrieval.nearest_neighbors_accuracy(np.full((4, 4), -2.0), ["a"] * 4) == 0.0
    assert near[0, 1] == -2.0


def test_a_tracks_score_is_its_best_excerpts() -> None:
    similarity = np.array([[0.1, 0.9, 0.5, 0.6], [0.9, 0.1, 0.2, 0.3]])
    owners = np.array([0, 0, 1, 1])
    assert retrieval.found_within(similarity, np.array([0, 1]), owners, 1) == 0.5
    assert retrieval.found_within(similarity, np.array([0, 1]), owners, 2) == 1.0


def test_labels_that_are_absent_match_nothing() -> None:
    assert retrieval.same(["a", None, None, "a"]).sum() == 4


def test_probe_and_neighbors_find_what_is_there_and_nothing_in_noise() -> None:
    rng = np.random.default_rng(0)
    labels = [str(i % 4) for i in range(80)]
    centers = rng.standard_normal((4, 12))
    clear = centers[[i % 4 for i in range(80)]] + 0.3 * rng.standard_normal((80, 12))
    noise = rng.standard_normal((80, 12))
    assert retrieval.probe_accuracy(clear, labels) > 0.95 > 0.6 > retrieval.probe_accuracy(noise, labels)
    near = retrieval.cosines(clear, clear)
    assert retrieval.nearest_neighbors_accuracy(near, labels) > 0.95
    far = retrieval.cosines(noise, noise)
    assert retrieval.nearest_neighbors_accuracy(far, labels) < 0.6
