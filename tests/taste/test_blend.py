"""What the blend adds to its trees."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synesthete.taste.blend import heed


def test_companions_decide_between_equal_chances():
    chances = heed(np.array([[0.1, 0.1, 0.1]]), np.array([[0.5, 2.0, 0.0]]), np.array([1]))
    assert np.argsort(-chances[0]).tolist() == [1, 0, 2]


def test_a_hand_computed_chance():
    # odds 1:1, companions say 0.48 + 0.02 = 0.5: odds 0.5 ** 0.5 at one known track, 0.5 ** 0.05 at ten.
    one, ten = (heed(np.array([[0.5]]), np.array([[0.48]]), np.array([n]))[0, 0] for n in (1, 10))
    np.testing.assert_allclose(one, 0.5**0.5 / (1 + 0.5**0.5))
    np.testing.assert_allclose(ten, 0.5**0.05 / (1 + 0.5**0.05))


def test_the_more_is_known_the_less_they_overrule_the_trees():
    trees, company = np.array([[0.04, 0.05]]), np.array([[2.0, 0.2]])
    few, many = (heed(trees, company, np.array([n]))[0] for n in (1, 25))
    assert few[0] > few[1]
    assert many[0] < many[1]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-1, 100)), min_size=1, max_size=20), st.integers(0, 10_000)
)
def test_chances_stay_chances(pairs, known):
    trees, company = np.array(pairs).T
    chances = heed(trees[None], company[None], np.array([known]))
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
