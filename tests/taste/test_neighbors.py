"""Each way of counting company against the naive count."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from synesthete.errors import InputError
from synesthete.taste import neighbors
from synesthete.taste.companions import Companions
from synesthete.taste.interactions import histories
from synesthete.taste.neighbors import AsymmetricNeighbors, Bm25Neighbors, CosineNeighbors, RP3Beta
from synesthete.taste.top import best
from tests.taste.test_ease import random_plays


@pytest.fixture
def plays():
    return random_plays(150, 40)


def without_diagonal(table):
    np.fill_diagonal(table, 0)
    return table


def test_cosine_is_cosine(plays):
    x = plays.toarray()
    sizes = np.sqrt(x.sum(axis=0))
    expected = without_diagonal((x.T @ x) / np.outer(sizes, sizes))
    np.testing.assert_allclose(CosineNeighbors(k=40).fit(plays).similarities.toarray(), expected, atol=1e-5)


@pytest.mark.parametrize("block", [7, 1024])
def test_asymmetric_by_its_definition(plays, block, monkeypatch):
    monkeypatch.setattr(neighbors, "BLOCK", block)
    x = plays.toarray()
    sizes = x.sum(axis=0)
    expected = without_diagonal(((x.T @ x) / (sizes[:, None] ** 0.3 * sizes[None, :] ** 0.7 + 2)) ** 1.5)
    model = AsymmetricNeighbors(k=40, alpha=0.3, locality=1.5, shrink=2).fit(plays)
    np.testing.assert_allclose(model.similarities.toarray(), expected, rtol=1e-4)


def test_rp3beta_by_walking(plays):
    x = plays.toarray()
    to_listener = (x.T / x.sum(axis=0)[:, None]) ** 0.7
    to_track = (x / np.maximum(x.sum(axis=1), 1)[:, None]) ** 0.7
    expected = without_diagonal((to_listener @ to_track) / x.sum(axis=0)[None, :] ** 0.4)
    model = RP3Beta(k=40, alpha=0.7, beta=0.4).fit(plays)
    np.testing.assert_allclose(model.similarities.toarray(), expected, rtol=1e-4)


def test_companions_by_voting(plays):
    x = plays.toarray()
    unit = x / np.sqrt(np.maximum(x.sum(axis=1, keepdims=True), 1))
    rows = histories([[0, 5, 9], [3]], 40)
    own = rows.toarray() / np.sqrt(rows.toarray().sum(axis=1, keepdims=True))
    np.testing.assert_allclose(Companions(k=150).fit(plays).score(rows), own @ unit.T @ unit, rtol=1e-4)


def test_only_the_k_strongest_speak_for_a_track(plays):
    full, few = (
        AsymmetricNeighbors(k=40).fit(plays).similarities,
        AsymmetricNeighbors(k=3).fit(plays).similarities,
    )
    kept = (few.toarray() > 0).sum(axis=0)
    assert kept.max() == 3
    strongest = -np.sort(-full.toarray(), axis=0)[:3]
    np.testing.assert_allclose(-np.sort(-few.toarray(), axis=0)[:3], strongest, rtol=1e-6)


def test_bm25_prefers_the_company_of_rare_tracks():
    plays = histories([[0, 1, 2]] * 4 + [[0, 3]] * 4 + [[3, i] for i in range(4, 24)], 24)
    similar, _ = Bm25Neighbors(k=20).fit(plays).similar(0, 3)
    assert set(similar[:2]) == {1, 2}  # 3 is met as often, but by everybody else too


@pytest.mark.parametrize("make", [CosineNeighbors, RP3Beta, AsymmetricNeighbors])
def test_the_short_way_to_the_best_finds_the_same(make, plays):
    model = make(k=4).fit(plays)
    rows = sp.vstack(
        [random_plays(12, 40, 0.1, seed=3), histories([[], list(range(40)), list(range(35))], 40)]
    ).tocsr()
    for n in (1, 7, 40, 60):
        found, scores = model.recommend(rows, n, block=5)
        expected, values = best(model.score(rows), rows, n)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_allclose(scores, values, rtol=1e-6)


@pytest.mark.parametrize("make", [CosineNeighbors, Bm25Neighbors, AsymmetricNeighbors, RP3Beta, Companions])
def test_no_neighbors_at_all_make_no_sense(make):
    with pytest.raises(InputError):
        make(k=0)


def test_only_the_k_most_alike_vote_the_first_of_equals():
    plays = histories([[0, 1], [0, 2], [0, 3, 4, 5], [0, 4]], 6)
    votes = Companions(k=2).fit(plays).score(histories([[0]], 6))[0]
    np.testing.assert_allclose(
        votes, [1, 0.5, 0.5, 0, 0, 0]
    )  # two histories of two: each is 1 / sqrt(2) alike
