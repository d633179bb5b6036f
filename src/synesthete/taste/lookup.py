"""Entries of a few rows of a large sparse table: how a handful of known tracks speaks for all others.

A sparse product counts and orders every entry before it is spread out again. For one history that is most of
the work; looking the entries up and adding them where they belong is several times faster.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def voted(rows: sp.csr_matrix, table: sp.csr_matrix) -> NDArray[np.float32]:
    """(B, K) sparse times (K, N) sparse as dense (B, N): `(rows @ table).toarray()` but for rounding."""
    votes = np.zeros((rows.shape[0], table.shape[1]), dtype=np.float32)
    for row, (known, weights) in enumerate(_each(rows)):
        spans, lengths = _spans(table, known)
        if spans:
            tracks = np.concatenate([table.indices[span] for span in spans])
            values = np.concatenate([table.data[span] for span in spans])
            if (weights != 1).any():
                values = values * np.repeat(weights, lengths)
            votes[row] = np.bincount(tracks, values, table.shape[1])
    return votes


def supported(rows: sp.csr_matrix, table: sp.csr_matrix) -> NDArray[np.float32]:
    """(B, N): how many of each row's tracks have an entry for each track, whatever its value."""
    counts = np.zeros((rows.shape[0], table.shape[1]), dtype=np.float32)
    for row, (known, _) in enumerate(_each(rows)):
        spans, _ = _spans(table, known)
        if spans:
            tracks = np.concatenate([table.indices[span] for span in spans])
            counts[row] = np.bincount(tracks, minlength=table.shape[1])
    return counts


def entries(
    table: sp.csr_matrix, rows: NDArray[np.integer], weights: NDArray[np.floating]
) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
    """Columns and weighted values (E,) of all entries of these rows, one weight for each row.

    For many short rows; `voted` reads few long ones.
    """
    first = table.indptr[rows]
    lengths = table.indptr[rows + 1] - first
    places = np.repeat(first - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    return table.indices[places], table.data[places] * np.repeat(weights, lengths)


def _each(rows: sp.csr_matrix) -> list[tuple[NDArray[np.integer], NDArray[np.floating]]]:
    """Columns and values of each row."""
    bounds = rows.indptr.tolist()
    return [(rows.indices[start:stop], rows.data[start:stop]) for start, stop in pairwise(bounds)]


def _spans(table: sp.csr_matrix, rows: NDArray[np.integer]) -> tuple[list[slice], NDArray[np.integer]]:
    """Where the entries of each of these rows lie, and how many they are."""
    first, last = table.indptr[rows], table.indptr[rows + 1]
    return [slice(*ends) for ends in zip(first.tolist(), last.tolist(), strict=True)], last - first
