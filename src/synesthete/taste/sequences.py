"""Histories in the order they were played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sequences:
    """Ordered histories: row u played tracks[starts[u]:starts[u + 1]], first to last."""

    starts: NDArray[np.int64]  # (U + 1,)
    tracks: NDArray[np.int64]  # (plays,)

    @classmethod
    def of(cls, histories: list[list[int]]) -> Sequences:
        """From lists of track indexes."""
        lengths = [len(one) for one in histories]
        flat = np.fromiter((t for one in histories for t in one), dtype=np.int64, count=sum(lengths))
        return cls(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]), flat)

    def __len__(self) -> int:
        return self.starts.size - 1

    def __getitem__(self, row: int) -> NDArray[np.int64]:
        return self.tracks[self.starts[row] : self.starts[row + 1]]

    def __iter__(self) -> Iterator[NDArray[np.int64]]:
        return (self[row] for row in range(len(self)))

    def take(self, rows: NDArray[np.integer]) -> Sequences:
        """The same for these rows only, in their order."""
        return Sequences.of([self[int(row)].tolist() for row in rows])

    def recency(self, n_tracks: int, decay: float) -> sp.csr_matrix:
        """(U, n_tracks) weights: 1 for the last track, decay for the one before, and so on; repeats add
        up."""
        lengths = np.diff(self.starts)
        row = np.repeat(np.arange(len(self)), lengths)
        age = np.repeat(self.starts[1:], lengths) - 1 - np.arange(self.tracks.size)
        weights = (decay**age).astype(np.float32)
        kept = weights > 1e-4  # further back nothing is heard any more
        matrix = sp.csr_matrix((weights[kept], (row[kept], self.tracks[kept])), shape=(len(self), n_tracks))
        matrix.sum_duplicates()
        return matrix
