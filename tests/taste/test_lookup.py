"""Sums of a few rows of a sparse table against the product they stand for."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from synesthete.taste.lookup import entries, supported, voted


@pytest.fixture
def table() -> sp.csr_matrix:
    """Thirty tracks that speak for forty, some of them for none."""
    random = np.random.default_rng(2)
    dense = random.random((30, 40), dtype=np.float32) * (random.random((30, 40)) < 0.3)
    dense[4:7] = 0
    return sp.csr_matrix(dense)


@pytest.fixture
def rows() -> sp.csr_matrix:
    """Histories of five, of none, of two silent tracks, and of everything."""
    chosen = np.zeros((4, 30), dtype=np.float32)
    chosen[0, [0, 3, 4, 11, 29]] = 1
    chosen[2, [4, 6]] = 1
    chosen[3] = 1
    return sp.csr_matrix(chosen)


def test_votes_are_the_product(rows, table):
    np.testing.assert_allclose(voted(rows, table), (rows @ table).toarray(), rtol=1e-6)
    rows.data = np.random.default_rng(1).random(rows.nnz, dtype=np.float32)
    np.testing.assert_allclose(voted(rows, table), (rows @ table).toarray(), rtol=1e-6)
    assert voted(rows, table).dtype == np.float32


def test_support_counts_entries_whatever_they_say(rows, table):
    expected = rows.toarray() @ (table.toarray() != 0)
    np.testing.assert_array_equal(supported(rows, table), expected)


def test_nobody_asks_and_nobody_answers(table):
    nobody = sp.csr_matrix((0, 30), dtype=np.float32)
    assert voted(nobody, table).shape == supported(nobody, table).shape == (0, 40)
    silent = sp.csr_matrix((30, 40), dtype=np.float32)
    asked = sp.csr_matrix(np.ones((1, 30), dtype=np.float32))
    assert not voted(asked, silent).any() and not supported(asked, silent).any()


def test_weighted_entries_add_up_to_the_product(table):
    chosen, weights = np.array([29, 4, 0, 12]), np.array([0.5, 3.0, 2.0, 1.0])
    columns, values = entries(table, chosen, weights)
    assert columns.size == values.size == table[chosen].nnz
    np.testing.assert_allclose(np.bincount(columns, values, 40), weights @ table[chosen].toarray(), rtol=1e-6)


def test_no_rows_have_no_entries(table):
    columns, values = entries(table, np.empty(0, dtype=np.int64), np.empty(0))
    assert columns.size == values.size == 0
