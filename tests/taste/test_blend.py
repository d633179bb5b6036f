"""What the blend adds to its trees."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from synesthete.taste import blend
from synesthete.taste.blend import Blend, heed
from synesthete.taste.interactions import Groups, TrackFacts, histories
from synesthete.taste.sequences import Sequences


def test_companions_decide_between_equal_chances():
    chances = heed(np.array([[-2.0, -2.0, -2.0]]), np.array([[0.5, 2.0, 0.0]]), np.array([1]))
    assert np.argsort(-chances[0]).tolist() == [1, 0, 2]


def test_a_hand_computed_chance():
    # odds 1:1, companions say 0.48 + 0.02 = 0.5: odds 0.5 ** 0.5 at one known track, 0.5 ** 0.05 at ten.
    one, ten = (heed(np.array([[0.0]]), np.array([[0.48]]), np.array([n]))[0, 0] for n in (1, 10))
    np.testing.assert_allclose(one, 0.5**0.5 / (1 + 0.5**0.5))
    np.testing.assert_allclose(ten, 0.5**0.05 / (1 + 0.5**0.05))


def test_the_more_is_known_the_less_they_overrule_the_trees():
    trees, company = np.array([[-3.2, -2.9]]), np.array([[2.0, 0.2]])
    few, many = (heed(trees, company, np.array([n]))[0] for n in (1, 25))
    assert few[0] > few[1]
    assert many[0] < many[1]


@given(
    st.lists(
        st.tuples(st.floats(-50, 50, allow_subnormal=False), st.floats(-1, 100, allow_subnormal=False)),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 10_000),
)
def test_chances_stay_chances(pairs, known):
    trees, company = np.array(pairs).T
    chances = heed(trees[None], company[None], np.array([known]))
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()


@pytest.fixture(scope="module")
def walks() -> tuple[Blend, sp.csr_matrix, Sequences, list[set[int]]]:
    """Playlists that walk round a ring of 120 tracks, five forward from each stop, and what follows them."""
    random = np.random.default_rng(3)
    lists = []
    for _ in range(900):
        start, steps = random.integers(120), np.cumsum(random.integers(1, 4, 17))
        lists.append(((start + steps) % 120).tolist())
    facts = TrackFacts(Groups(np.arange(120) // 4), Groups(np.arange(120) // 2))
    learned = Blend(judges=90, dim=16, k=50).with_facts(facts).with_order(Sequences.of(lists[:800]))
    learned.fit(histories(lists[:800], 120))
    known = [one[:12] for one in lists[800:]]
    wanted = [set(one[12:]) for one in lists[800:]]
    return learned, histories(known, 120), Sequences.of(known), wanted


def hits(model: Blend, rows: sp.csr_matrix, order: Sequences | None, wanted: list[set[int]]) -> float:
    found, _ = model.recommend(rows, 5, order=order)
    return float(np.mean([len(set(own.tolist()) & one) for own, one in zip(found, wanted, strict=True)]))


def test_a_known_order_tells_where_a_history_goes(walks):
    model, rows, order, wanted = walks
    ahead, anyhow = hits(model, rows, order, wanted), hits(model, rows, None, wanted)
    backwards = Sequences.of([own[::-1].tolist() for own in order])
    assert ahead > anyhow + 0.5
    assert ahead > hits(model, rows, backwards, wanted) + 0.5


def test_rows_without_an_order_are_answered_as_if_none_had_one(walks):
    model, rows, order, _ = walks
    half = Sequences.of([own.tolist() if row % 2 else [] for row, own in enumerate(order)])
    mixed, plain, full = (model.score(rows, o) for o in (half, None, order))
    np.testing.assert_allclose(mixed[::2], plain[::2], rtol=1e-5)
    np.testing.assert_allclose(mixed[1::2], full[1::2], rtol=1e-5)


def test_both_rankers_are_kept(walks, tmp_path):
    model, rows, order, _ = walks
    model.save(tmp_path / "blend")
    again = Blend.load(tmp_path / "blend")
    np.testing.assert_array_equal(
        again.recommend(rows, 5, order=order)[0], model.recommend(rows, 5, order=order)[0]
    )


def test_the_first_trees_and_the_others_say_together_what_all_say(walks):
    model, rows, _, _ = walks
    features = model.witness.hear(rows, None, 50).features
    all_trees = model._ranker.odds(features)
    first, others = model._ranker.odds(features, last=60), model._ranker.odds(features, first=60)
    np.testing.assert_allclose(first + others, all_trees, atol=1e-9)
    assert np.abs(first - all_trees).max() > 0.01


def test_what_the_first_trees_leave_out_would_not_have_been_on_the_list(walks, monkeypatch):
    model, rows, order, _ = walks
    monkeypatch.setattr(blend, "FEWEST_KEPT", 30)
    monkeypatch.setattr(blend, "KEPT", 0.0)
    few, few_scores = model.recommend(rows, 5, order=order)
    monkeypatch.setattr(blend, "KEPT", 1.0)
    full, full_scores = model.recommend(rows, 5, order=order)
    assert (few == full).mean() > 0.99
    np.testing.assert_allclose(few_scores[few == full], full_scores[few == full], rtol=1e-5)
