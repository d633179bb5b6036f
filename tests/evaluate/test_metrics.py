"""Every metric against a case computed by hand and against a second implementation."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.errors import InputError
from synesthete.evaluate import beyond, metrics
from synesthete.evaluate.cold import area
from synesthete.taste.interactions import histories

# One list of six, wanted 3, 5 and 9: hits at ranks 2 and 4, one never found.
RANKED = np.array([[7, 3, 8, 5, 1, 2]])
WANTED = histories([[3, 5, 9]], 10)


def test_by_hand():
    assert metrics.recall(RANKED, WANTED, 2)[0] == 1 / 2
    assert metrics.recall(RANKED, WANTED, 5)[0] == 2 / 3
    dcg = 1 / log2(3) + 1 / log2(5)
    assert metrics.ndcg(RANKED, WANTED, 6)[0] == pytest.approx(dcg / (1 + 1 / log2(3) + 1 / log2(4)))
    assert metrics.ndcg(RANKED, WANTED, 2)[0] == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))
    assert metrics.average_precision(RANKED, WANTED, 6)[0] == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert metrics.r_precision(RANKED, WANTED)[0] == 1 / 3
    # The challenge's gains: 1, then 1 / log2(rank); two were found, so the ideal has two.
    assert metrics.challenge_ndcg(RANKED, WANTED)[0] == pytest.approx(
        (1 / log2(2) + 1 / log2(4)) / (1 + 1 / log2(2))
    )
    assert metrics.clicks(RANKED, WANTED)[0] == 0
    assert metrics.reciprocal_rank(RANKED, WANTED)[0] == 1 / 2
    assert metrics.hit_rate(RANKED, WANTED, 1)[0] == 0 and metrics.hit_rate(RANKED, WANTED, 2)[0] == 1


def test_artist_credit_is_a_quarter_once_and_only_without_a_wanted_track():
    artists = np.array([0, 0, 0, 1, 0, 2, 0, 2, 3, 4])
    # First three: 7 (artist 2, wanted through 5), 3 (wanted itself), 8 (artist 3, not wanted).
    assert metrics.r_precision(RANKED, WANTED, artists)[0] == pytest.approx((1 + 0.25) / 3)
    same = np.zeros(10, dtype=np.int64)  # the one artist has a wanted track in the list already
    assert metrics.r_precision(RANKED, WANTED, same)[0] == 1 / 3
    unknown = np.where(np.arange(10) == 3, 1, -1)  # artists nobody knows earn nothing
    assert metrics.r_precision(RANKED, WANTED, unknown)[0] == 1 / 3


def test_clicks_count_pages_of_ten_and_51_for_never():
    ranked = np.arange(500)[None, :]
    for track, pages in ((0, 0), (9, 0), (10, 1), (499, 49)):
        assert metrics.clicks(ranked, histories([[track]], 600))[0] == pages
    assert metrics.clicks(ranked, histories([[550]], 600))[0] == 51


def test_nothing_found_is_zero_and_padding_never_hits():
    padded = np.array([[-1, -1, -1]])
    wanted = histories([[0]], 3)
    for value in (
        metrics.recall(padded, wanted, 3),
        metrics.ndcg(padded, wanted, 3),
        metrics.challenge_ndcg(padded, wanted),
        metrics.reciprocal_rank(padded, wanted),
        metrics.r_precision(padded, wanted, np.zeros(3, dtype=np.int64)),
    ):
        assert value.tolist() == [0.0]


def test_who_wants_nothing_cannot_be_asked():
    with pytest.raises(InputError):
        metrics.recall(RANKED, histories([[]], 10), 5)
    with pytest.raises(InputError):
        metrics.recall(RANKED, histories([[1], [2]], 10), 5)


seeds = st.integers(0, 10_000)


@settings(deadline=None, max_examples=40)
@given(seeds)
def test_against_second_implementations(seed):
    from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

    random = np.random.default_rng(seed)
    tracks = 30
    scores = random.permutation(tracks).astype(np.float32)[None, :]
    right = random.random(tracks) < 0.3
    right[random.integers(tracks)] = True
    right[np.argmin(np.where(right, np.inf, np.arange(tracks)))] = False
    wanted = histories([np.flatnonzero(right).tolist()], tracks)
    ranked = np.argsort(-scores, axis=1)
    k = int(random.integers(1, tracks + 1))
    assert metrics.ndcg(ranked, wanted, k)[0] == pytest.approx(ndcg_score(right[None, :], scores, k=k))
    assert metrics.average_precision(ranked, wanted, tracks)[0] == pytest.approx(
        average_precision_score(right, scores[0])
    )
    assert area(scores, wanted)[0] == pytest.approx(roc_auc_score(right, scores[0]))
    # The challenge's metrics have no library; said once more, slowly.
    found = [rank for rank, track in enumerate(ranked[0], 1) if right[track]]
    gain = [1 if rank == 1 else 1 / log2(rank) for rank in found]
    ideal = [1 if rank == 1 else 1 / log2(rank) for rank in range(1, len(found) + 1)]
    assert metrics.challenge_ndcg(ranked, wanted)[0] == pytest.approx(sum(gain) / sum(ideal))
    assert metrics.r_precision(ranked, wanted)[0] == sum(r <= right.sum() for r in found) / right.sum()
    assert metrics.clicks(ranked, wanted)[0] == (found[0] - 1) // 10
    assert metrics.reciprocal_rank(ranked, wanted)[0] == 1 / found[0]


def test_ties_count_half_for_the_area():
    from sklearn.metrics import roc_auc_score

    scores = np.array([[1, 1, 2, 2, 0, 1]], dtype=np.float32)
    assert area(scores, histories([[0, 3]], 6))[0] == pytest.approx(
        roc_auc_score([1, 0, 0, 1, 0, 0], scores[0])
    )


def test_beyond_accuracy_by_hand():
    ranked = np.array([[0, 1], [0, 2], [0, -1]])
    assert beyond.coverage(ranked, 6) == 0.5
    assert beyond.gini(np.array([[0, 1], [2, 3]]), 4) == 0
    assert beyond.gini(np.array([[0, 0, 0, 0]]), 4) == pytest.approx(0.75)
    lists = np.array([[0, 1], [1, -1], [-1, -1]])
    assert beyond.novelty(lists, np.array([8, 2]), 8).tolist() == [(0 + 2) / 2, 2]
    listeners = np.array([10, 2, 4])
    bias = beyond.popularity_bias(ranked, np.array([4.0, 6.0, 0.0]), listeners)
    assert bias.tolist() == [6 / 5, 7 / 5], "who knows nothing is left out"
    assert beyond.diversity(np.array([[0, 1, 2], [0, -1, -1]]), np.array([0, 0, 1])) == pytest.approx([2 / 3])
    assert beyond.diversity(np.array([[0, 1, 2]]), np.array([-1, -1, 1])) == pytest.approx([1])
