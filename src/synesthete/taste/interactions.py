"""Who listened to what, as one sparse matrix: the only thing every taste model learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError

MOST_PLAYS = 1_000_000
"""More plays of one track by one listener than this is a broken counter: every 30 s for a year is 1.05
million."""


@dataclass(frozen=True)
class Groups:
    """A fact that tracks share: labels (N,) int, the same number for tracks of the same artist or album.

    A negative label says that the fact is unknown for that track.
    """

    labels: NDArray[np.int64]

    @property
    def members(self) -> sp.csr_matrix:
        """Track by group, (N, groups) float32 of 0 and 1; unknown tracks have an empty row."""
        known = np.flatnonzero(self.labels >= 0)
        names, column = np.unique(self.labels[known], return_inverse=True)
        ones = np.ones(known.size, dtype=np.float32)
        return sp.csr_matrix((ones, (known, column)), shape=(self.labels.size, names.size))


@dataclass(frozen=True)
class TrackFacts:
    """What is known of N tracks beside who plays them; each part may be absent."""

    artist: Groups | None = None
    album: Groups | None = None
    duration_s: NDArray[np.float32] | None = None

    def check(self, tracks: int) -> None:
        """Raises InputError unless every part speaks of exactly this many tracks."""
        parts = {
            "artist": None if self.artist is None else self.artist.labels,
            "album": None if self.album is None else self.album.labels,
            "duration": self.duration_s,
        }
        for name, values in parts.items():
            if values is not None and values.shape != (tracks,):
                raise InputError(
                    f"{name} is given for {values.size} tracks, but there are {tracks}",
                    hint="Give one value per track, in the order of the columns.",
                )


def gather(
    listeners: NDArray[np.integer],
    tracks: NDArray[np.integer],
    plays: NDArray[np.number] | None = None,
    shape: tuple[int, int] | None = None,
) -> sp.csr_matrix:
    """Pairs of listener and track as a CSR matrix (U, N) float32; the same pair twice adds up.

    Raises InputError for columns of different length, negative or fractional indexes, plays that are
    negative, absurd (above `MOST_PLAYS`) or not a number, and indexes outside `shape`.
    """
    rows, columns = _indexes(listeners, "listener"), _indexes(tracks, "track")
    values = np.ones(rows.size, dtype=np.float32) if plays is None else np.asarray(plays, dtype=np.float64)
    if not rows.size == columns.size == values.size:
        raise InputError(
            f"{rows.size} listeners, {columns.size} tracks and {values.size} plays do not pair up"
        )
    if not np.isfinite(values).all() or (values < 0).any() or (values > MOST_PLAYS).any():
        raise InputError(
            "plays must be numbers from 0 to a million",
            hint="Negative, absurd or missing counts are refused: filter those rows first.",
        )
    if shape is None:
        shape = (int(rows.max(initial=-1)) + 1, int(columns.max(initial=-1)) + 1)
    if rows.size and (rows.max() >= shape[0] or columns.max() >= shape[1]):
        raise InputError(f"an index lies outside {shape[0]} listeners x {shape[1]} tracks")
    matrix = sp.csr_matrix((values.astype(np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def check_rows(rows: sp.csr_matrix, tracks: int | None = None) -> sp.csr_matrix:
    """The rows as canonical float32 CSR; InputError if they are not (B, tracks), or hold NaN or negatives."""
    if not sp.issparse(rows) or rows.ndim != 2:
        raise InputError("interactions must be a sparse matrix, one row per listener")
    if tracks is not None and rows.shape[1] != tracks:
        raise InputError(
            f"the rows have {rows.shape[1]} tracks, the model knows {tracks}",
            hint="Learn again after the catalog has changed, or map the tracks first.",
        )
    checked = sp.csr_matrix(rows, dtype=np.float32)
    if not checked.has_canonical_format:
        checked = checked.copy()
        checked.sum_duplicates()
    if not np.isfinite(checked.data).all() or (checked.data < 0).any():
        raise InputError("interactions hold NaN or negative values", hint="Give plays as numbers from 0 up.")
    if (checked.data == 0).any():
        checked = checked.copy()
        checked.eliminate_zeros()
    return checked


def present(rows: sp.csr_matrix) -> sp.csr_matrix:
    """The same rows with every play as 1: whether, not how often. Never changed in place: they may be `rows`."""
    if (rows.data == 1).all():
        return rows
    matrix = rows.copy()
    matrix.data = np.ones_like(matrix.data)
    return matrix


@dataclass(frozen=True)
class Known:
    """B histories as pairs of row and known track, (K,) each; how many tracks each row knows, (B, 1)."""

    pairs: tuple[NDArray[np.integer], NDArray[np.integer]]
    counts: NDArray[np.float32]
    sizes: NDArray[np.float32]  # the same, 1 where it is 0: what to divide by

    @classmethod
    def of(cls, rows: sp.csr_matrix) -> Self:
        """From rows of ones (B, N)."""
        lengths = np.diff(rows.indptr)
        counts = lengths.astype(np.float32)[:, None]
        return cls((np.repeat(np.arange(lengths.size), lengths), rows.indices), counts, np.maximum(counts, 1))

    def total(self, values: NDArray[np.number]) -> NDArray[np.float32]:
        """Sums (B, 1) of a value of each track (N,) over the known ones."""
        row, track = self.pairs
        return np.bincount(row, values[track], len(self.counts)).astype(np.float32)[:, None]

    def mean(self, values: NDArray[np.number]) -> NDArray[np.float32]:
        """Means (B, 1) of a value of each track (N,) over the known ones; 0 where none is known."""
        return self.total(values) / self.sizes


def histories(tracks: Sequence[Sequence[int]], n_tracks: int) -> sp.csr_matrix:
    """Lists of track indexes as rows (B, n_tracks): how a request's seeds enter a model."""
    lengths = [len(one) for one in tracks]
    owners = np.repeat(np.arange(len(tracks)), lengths)
    flat = np.fromiter((t for one in tracks for t in one), dtype=np.int64, count=sum(lengths))
    return present(gather(owners, flat, shape=(len(tracks), n_tracks)))


def _indexes(values: NDArray[np.integer], name: str) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise InputError(f"{name} indexes must be one column of whole numbers, not {array.dtype}")
    if array.size and array.min() < 0:
        raise InputError(f"a {name} index is negative", hint="Indexes count from 0.")
    return array.astype(np.int64)
