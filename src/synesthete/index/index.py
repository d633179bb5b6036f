"""What an index is: think of a dict from track id to vector that can also be asked who is near.

Letters in shapes: N tracks, D dimensions, Q queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from synesthete.errors import InputError

NOBODY = -1
"""The id that fills answers when there are fewer than n neighbors; its similarity is -1 too."""


@dataclass(frozen=True, slots=True)
class Near:
    """The answer to `near`: ids (Q, n) int64 and cosine similarities (Q, n) float32, best first."""

    ids: np.ndarray
    similarities: np.ndarray

    def pairs(self, row: int = 0) -> list[tuple[int, float]]:
        """(id, similarity) of one query's neighbors, best first, without the padding."""
        both = zip(self.ids[row].tolist(), self.similarities[row].tolist(), strict=True)
        return [(i, s) for i, s in both if i != NOBODY]


@dataclass(frozen=True, slots=True)
class IndexCard:
    """What an index is of, and how it was made."""

    kind: str
    encoder: str
    """Stamp of the encoder whose embeddings are inside: name@version."""
    dim: int
    count: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Index(Protocol):
    """A dict from track id to vector that can also be asked who is near.

    Vectors are normalized on the way in, and kept as float16, as the catalog keeps them.
    """

    @property
    def card(self) -> IndexCard:
        """What is inside, and how it was made."""
        ...

    @property
    def ids(self) -> np.ndarray:
        """All ids, (N,) int64, ascending."""
        ...

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Put in ids (N,) with vectors (N, D); an id that is there already gets its new vector.

        Raises InputError for NaN, zero vectors or the wrong number of dimensions; then nothing is put in.
        """
        ...

    def remove(self, ids: ArrayLike) -> None:
        """Take out ids (N,); those that are not inside are ignored."""
        ...

    def near(self, vectors: ArrayLike, n: int, allowed: ArrayLike | None = None) -> Near:
        """The n nearest of each query, (Q, D) or (D,), among the allowed ids (all when None)."""
        ...

    def vectors(self, ids: ArrayLike) -> np.ndarray:
        """The vectors of ids (N,): (N, D) float32 of length 1; rows of NaN for ids that are not inside."""
        ...

    def save(self, folder: Path) -> None:
        """Write it down, beside what the folder holds, and put it in force at once."""
        ...

    def __len__(self) -> int: ...

    def __contains__(self, track_id: object) -> bool: ...


def unit_rows(vectors: ArrayLike, dim: int) -> np.ndarray:
    """The vectors as (N, D) float32 of length 1. Raises InputError where that cannot be."""
    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise InputError(f"vectors of shape {np.shape(vectors)} do not fit an index of {dim} dimensions")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise InputError("a vector is zero, infinite or not a number, so it has no direction")
    return np.ascontiguousarray(rows / lengths)


def id_column(ids: ArrayLike) -> np.ndarray:
    """The ids as (N,) int64. Raises InputError for negative ones, which mean nobody."""
    column = np.asarray(ids, dtype=np.int64).reshape(-1)
    if column.size and column.min() < 0:
        raise InputError("ids of tracks are not negative", subject=int(column.min()))
    return column


def last_of_each(ids: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each id once, ascending, with the vector that was given last."""
    if len(ids) != len(vectors):
        raise InputError(f"{len(ids)} ids were given for {len(vectors)} vectors")
    unique, from_end = np.unique(ids[::-1], return_index=True)
    return unique, np.ascontiguousarray(vectors[len(ids) - 1 - from_end])


def ranked(ids: np.ndarray, similarities: np.ndarray, n: int) -> Near:
    """The best n of candidates (Q, C), padded to n; among equals the smaller id comes first."""
    similarities = np.where(ids == NOBODY, -np.inf, similarities)
    order = np.lexsort((ids, -similarities), axis=1)[:, :n]
    best_ids = np.full((len(ids), n), NOBODY, np.int64)
    best = np.full((len(ids), n), -1.0, np.float32)
    width = order.shape[1]
    best_ids[:, :width] = np.take_along_axis(ids, order, axis=1)
    best[:, :width] = np.clip(np.take_along_axis(similarities, order, axis=1), -1.0, 1.0)
    return Near(best_ids, best)
