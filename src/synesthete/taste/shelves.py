"""What facts tell of candidates: their artists, albums and durations beside those of the known tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from synesthete.taste.interactions import Groups, Known
from synesthete.taste.model import Scores

Features = dict[str, NDArray[np.float32]]
"""By name; each broadcasts to (B, C): B histories, C candidates of each."""


@dataclass(frozen=True)
class Shelf:
    """The tracks of each of G artists (or albums): column (N,) of each track, G for tracks without any;
    size (G + 1,) of each, 1 for the last."""

    column: NDArray[np.int64]
    size: NDArray[np.float32]

    @classmethod
    def of(cls, group: Groups) -> Self:
        """Sorted once; asked for every history."""
        table = group.members
        groups = table.shape[1]
        column = np.full(group.labels.size, groups, dtype=np.int64)
        column[np.flatnonzero(np.diff(table.indptr))] = table.indices
        size = np.bincount(column, minlength=groups + 1).astype(np.float32)
        size[groups] = 1
        return cls(column, size)

    def known(self, known: Known) -> NDArray[np.float32]:
        """(B, G + 1): how many tracks of each group are known; 0 for those without any."""
        row, track = known.pairs
        shape = len(known.counts), self.size.size
        flat = np.bincount(row * shape[1] + self.column[track], minlength=shape[0] * shape[1])
        counts = flat.reshape(shape).astype(np.float32)
        counts[:, -1] = 0
        return counts

    def sums(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, G + 1): values (B, N) summed over the tracks of each group; 0 for those without any."""
        sums = np.empty((values.shape[0], self.size.size), dtype=np.float32)
        for row, own in enumerate(values):
            sums[row] = np.bincount(self.column, own, self.size.size)
        sums[:, -1] = 0
        return sums


def shared(
    what: str, shelf: Shelf, known: Known, tracks: NDArray[np.int64], ease: Scores, als: Scores
) -> Features:
    """How much of the candidate's artist (album) is known, and what EASE and ALS say of its other tracks."""
    here = shelf.column[tracks]
    counts = shelf.known(known)
    mine, size = _of(counts, here), shelf.size[here]
    return {
        f"{what} known": mine,
        f"{what} share": mine / known.sizes,
        f"{what} size": size,
        f"{what} complete": mine / size,
        f"{what}s per track": np.count_nonzero(counts, axis=1)[:, None] / known.sizes,
        f"{what} ease": _of(shelf.sums(ease), here) / size,
        f"{what} als": _of(shelf.sums(als), here) / size,
    }


def durations(durations_s: NDArray[np.float32], known: Known, tracks: NDArray[np.int64]) -> Features:
    """How long each candidate is (seconds, NaN if unknown), and how far that is from what is usual here."""
    have = np.isfinite(durations_s)
    total, count = known.total(np.where(have, durations_s, 0)), known.total(have)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan, dtype=np.float32), where=count > 0)
    own = durations_s[tracks]
    return {"duration": own, "duration difference": np.abs(own - mean)}


def _of(values: NDArray[np.float32], columns: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.take_along_axis(values, columns, axis=1)
