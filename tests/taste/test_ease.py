"""EASE against its own formula, against itself at full rank, and against too much."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from synesthete.errors import InputError
from synesthete.taste import ease
from synesthete.taste.ease import MOST_TRACKS, Ease, dense_gram, invert
from synesthete.taste.interactions import Groups, histories
from synesthete.taste.low_rank import LowRankEase, spectrum


def random_plays(listeners=200, tracks=50, density=0.15, seed=0):
    random = np.random.default_rng(seed)
    return sp.csr_matrix((random.random((listeners, tracks)) < density).astype(np.float32))


def by_the_formula(plays, l2, dropout=0.0):
    x = plays.toarray().astype(np.float64)
    gram = x.T @ x
    inverse = np.linalg.inv(gram + np.diag(l2 + dropout / (1 - dropout) * np.diag(gram)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


@pytest.mark.parametrize("block", [7, 50, 4096])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_the_formula_whatever_the_block(monkeypatch, block, dropout):
    monkeypatch.setattr(ease, "BLOCK", block)
    plays = random_plays()
    model = Ease(l2=30, dropout=dropout).fit(plays)
    np.testing.assert_allclose(model.weights, by_the_formula(plays, 30, dropout), atol=2e-5)
    np.testing.assert_allclose(
        model.score(plays[:5]), plays[:5].toarray() @ by_the_formula(plays, 30, dropout), atol=1e-4
    )


def test_weights_minimize_the_error_they_promise_to():
    """No small change of one weight off the diagonal lowers |X - XB|^2 + l2 |B|^2."""
    plays = random_plays(80, 12)
    x, l2 = plays.toarray(), 5.0
    best = Ease(l2=l2).fit(plays).weights.astype(np.float64)

    def loss(weights):
        return ((x - x @ weights) ** 2).sum() + l2 * (weights**2).sum()

    for row, column in ((0, 1), (5, 2), (11, 3)):
        for step in (-0.01, 0.01):
            other = best.copy()
            other[row, column] += step
            assert loss(other) > loss(best)


def test_companions_of_a_group_help_a_rare_track():
    plays = histories([[0, 1, 2], [0, 1, 2], [1, 2], [3, 4], [3, 4]] * 10 + [[3, 5]], 7)
    albums = Groups(np.array([0, 0, 0, 1, 1, 2, 0]))  # track 6 is on the first album, and nobody plays it
    plain = Ease(l2=5).fit(plays).score(histories([[0]], 7))[0]
    told = Ease(l2=5).with_groups([(albums, 5.0)]).fit(plays).score(histories([[0]], 7))[0]
    assert plain[6] == 0 and told[6] > 0 and told[6] > told[5]


def test_groups_are_the_gram_of_made_up_listeners():
    labels = np.array([0, 0, 1, -1, 1, 1])
    gram = dense_gram(sp.csr_matrix((3, 6), dtype=np.float32), [(Groups(labels), 6.0)])
    expected = np.zeros((6, 6))
    for group in (0, 1):
        members = np.flatnonzero(labels == group)
        expected[np.ix_(members, members)] = 6.0 / np.sqrt(members.size)
    np.testing.assert_allclose(gram, expected, rtol=1e-6)


def test_inverse_is_the_inverse_in_its_own_memory():
    random = np.random.default_rng(0)
    half = random.standard_normal((30, 40)).astype(np.float32)
    matrix = np.asfortranarray(half @ half.T + np.eye(30, dtype=np.float32))
    expected = np.linalg.inv(matrix.astype(np.float64))
    inverse = invert(matrix)
    np.testing.assert_allclose(inverse, expected, atol=1e-4)
    assert np.shares_memory(inverse, matrix)


def test_too_many_tracks_are_sent_to_the_low_rank_model():
    plays = sp.csr_matrix((np.ones(1, np.float32), ([0], [0])), shape=(1, MOST_TRACKS + 1))
    with pytest.raises(InputError, match="low-rank"):
        Ease().fit(plays)


@pytest.mark.parametrize("wrong", [{"l2": 0}, {"l2": -1}, {"dropout": 1.0}, {"dropout": -0.1}])
def test_senseless_parameters_are_refused(wrong):
    with pytest.raises(InputError):
        Ease(**wrong)
    with pytest.raises(InputError):
        LowRankEase(**wrong)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_at_full_rank_low_rank_is_ease(dropout):
    plays = random_plays()
    dense = Ease(l2=30, dropout=dropout).fit(plays).score(plays[:9])
    low = LowRankEase(rank=50, l2=30, dropout=dropout).fit(plays).score(plays[:9])
    np.testing.assert_allclose(low, dense, atol=2e-4)


def test_random_projection_finds_the_spectrum():
    random = np.random.default_rng(1)
    plays = sp.csr_matrix(random.standard_normal((300, 6)) @ random.standard_normal((6, 90)))
    plays.data += 0.01 * random.standard_normal(plays.data.size)
    singular, directions = spectrum(plays, 6, seed=0)
    exact = np.linalg.svd(plays.toarray(), compute_uv=False)[:6]
    np.testing.assert_allclose(singular, exact, rtol=1e-3)
    np.testing.assert_allclose(directions.T @ directions, np.eye(6), atol=1e-3)


def test_a_hundred_thousand_tracks_and_one_listener_who_knows_them_all():
    tracks = 100_000
    plays = histories([list(range(tracks)), [0, 1], [1, 2]], tracks)
    found, _ = LowRankEase(rank=2).fit(plays).recommend(histories([[0]], tracks), 5)
    assert found.shape == (1, 5) and (found >= 0).all()
