"""Nothing absurd enters a model, and nothing is lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.errors import InputError
from synesthete.taste.interactions import Groups, TrackFacts, check_rows, gather, histories, present
from synesthete.taste.sequences import Sequences
from synesthete.taste.top import best


def test_pairs_become_a_matrix_and_repeats_add_up():
    plays = gather(np.array([0, 1, 0, 0]), np.array([2, 0, 2, 1]), np.array([1.0, 2.0, 3.0, 5.0]))
    np.testing.assert_array_equal(plays.toarray(), [[0, 5, 4], [2, 0, 0]])
    assert present(plays).sum() == 3


@pytest.mark.parametrize(
    ("listeners", "tracks", "plays"),
    [
        ([0, -1], [0, 0], None),
        ([0, 1], [0, -3], None),
        ([0.5, 1.0], [0, 1], None),
        ([0, 1], [0], None),
        ([0, 1], [0, 1], [1.0]),
        ([0, 1], [0, 1], [1.0, -2.0]),
        ([0, 1], [0, 1], [1.0, np.nan]),
        ([0, 1], [0, 1], [1.0, 2e9]),
        (["a", "b"], [0, 1], None),
    ],
)
def test_absurd_pairs_are_refused(listeners, tracks, plays):
    with pytest.raises(InputError):
        gather(np.array(listeners), np.array(tracks), None if plays is None else np.array(plays))


def test_indexes_outside_the_shape_are_refused():
    with pytest.raises(InputError):
        gather(np.array([3]), np.array([0]), shape=(3, 5))


def test_dense_arrays_are_no_rows():
    with pytest.raises(InputError):
        check_rows(np.ones((2, 2)))


def test_explicit_zeros_are_no_plays():
    rows = sp.csr_matrix((np.array([1, 0], np.float32), [0, 1], [0, 2]), shape=(1, 3))
    assert check_rows(rows).nnz == 1 and rows.nnz == 2


def test_facts_must_fit():
    facts = TrackFacts(artist=Groups(np.zeros(4, dtype=np.int64)))
    facts.check(4)
    with pytest.raises(InputError):
        facts.check(5)


@settings(deadline=None)
@given(
    st.lists(st.floats(-5, 5, width=32, allow_subnormal=False), min_size=1, max_size=30),
    st.integers(0, 35),
    st.data(),
)
def test_best_is_a_stable_sort_without_the_known(scores, n, data):
    known = data.draw(st.sets(st.integers(0, len(scores) - 1)))
    found, values = best(np.array([scores], np.float32), histories([sorted(known)], len(scores)), n)
    left = sorted(
        (i for i in range(len(scores)) if i not in known), key=lambda i: (-np.float32(scores[i]), i)
    )
    expected = left[:n] + [-1] * max(0, n - len(left))
    assert found[0].tolist() == expected
    assert all(v == np.float32(scores[i]) for i, v in zip(found[0], values[0], strict=True) if i >= 0)


def test_recency_fades_and_repeats_add_up():
    order = Sequences.of([[4, 1, 4], [], [0]])
    np.testing.assert_allclose(
        order.recency(5, 0.5).toarray(), [[0, 0.5, 0, 0, 1.25], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]]
    )
    assert [one.tolist() for one in order.take(np.array([2, 0]))] == [[0], [4, 1, 4]]
