"""What a known order tells of candidates, against a history written out by hand."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from synesthete.taste.continuation import RECENCY, _ages
from synesthete.taste.ease import GATHERED, summed
from synesthete.taste.examples import continuations
from synesthete.taste.interactions import histories
from synesthete.taste.sequences import Sequences


def test_the_ages_of_an_artist_in_a_history_of_five():
    last, lately, mean = _ages(np.array([7, 3, 7, 5, 3]), np.array([7, 3, 5, 9, -1]))
    np.testing.assert_array_equal(last, [2, 0, 1, np.nan, np.nan])
    np.testing.assert_allclose(lately, [RECENCY**4 + RECENCY**2, 1 + RECENCY**3, RECENCY, 0, 0])
    np.testing.assert_allclose(mean, [3 / 4, 1.5 / 4, 1 / 4, np.nan, np.nan])


def test_labels_nobody_knows_are_no_company():
    last, lately, mean = _ages(np.array([-1, -1]), np.array([-1]))
    assert np.isnan(last[0]) and lately[0] == 0 and np.isnan(mean[0])


def test_a_history_of_ten_is_cut_in_three_places():
    played = [5, 3, 9, 1, 7, 0, 2, 8, 6, 4]
    row = histories([[*played, 11]], 12)  # 11 is known, at a place nobody knows
    asked = continuations(row, Sequences.of([played]))
    assert [q.order.tolist() for q in asked] == [played[:8], played[:6], played[:4]]
    assert [sorted(q.hidden.tolist()) for q in asked] == [[4, 6], [2, 8], [7]]
    assert all(sorted(q.known.tolist()) == sorted([*q.order.tolist(), 11]) for q in asked)


def test_what_was_played_before_is_not_asked_for():
    played = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1]
    assert continuations(histories([[1, 2, 3]], 5), Sequences.of([played])) == []


def test_gathered_sums_are_the_product():
    random = np.random.default_rng(0)
    weights = random.random((300, 300), dtype=np.float32)
    rows = sp.random(9, 300, density=0.5, format="csr", dtype=np.float32, random_state=random)
    rows.data[rows.indptr[3] : rows.indptr[4]] = 0
    rows.eliminate_zeros()
    assert np.diff(rows.indptr).max() > GATHERED and np.diff(rows.indptr)[3] == 0
    np.testing.assert_allclose(summed(rows, weights), rows @ weights, rtol=1e-4)
    rows.data[:] = 1  # as in histories, where all tracks count alike
    rows[0, 0] = 1 - rows[0, 0]  # one with an even and one with an odd number of tracks, if it had neither
    rows.eliminate_zeros()
    np.testing.assert_allclose(summed(rows, weights), rows @ weights, rtol=1e-4)
