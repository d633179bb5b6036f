"""Search in cells: vectors lie in cells around learned centers, and a query looks into the nearest few.

FAISS inverted lists of float16 vectors, memory-mapped: on a million vectors of 128 numbers recall@10 is
0.995 with 32 cells of 4,096. What was added or removed since the cells were made lies beside them, searched
exactly, until it is a fifth of the whole; then the cells are made anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from synesthete.errors import FormatError, InputError
from synesthete.index.exact import ExactIndex, bitmap, rows_of
from synesthete.index.guest import faiss
from synesthete.index.index import NOBODY, IndexCard, Near, id_column, last_of_each, ranked, unit_rows
from synesthete.index.storage import (
    REBUILD,
    load_array,
    missing_or_damaged,
    read_index,
    save_array,
    write_index,
)

PROBES = 32
"""Cells looked into: recall@10 hardly grows beyond (benchmarks/index.py), and a hundred neighbors need more
cells than ten."""
TRAINING_PER_CELL = 64
"""Vectors per center to learn from; FAISS asks for at least 39."""
STALE_SHARE = 0.2
SMALL = 20_000
"""Up to so many allowed ids are compared one by one, which is exact and no slower."""


class IvfIndex:
    """A dict from track id to vector that can also be asked who is near, in a hurry and among millions."""

    kind = "ivf"

    def __init__(
        self, dim: int, encoder: str = "", cells: int | None = None, probes: int = PROBES, seed: int = 0
    ):
        self.dim, self.encoder, self.cells, self.probes, self.seed = dim, encoder, cells, probes, seed
        self._recent = ExactIndex(dim, encoder)
        self._base_ids = np.empty(0, np.int64)  # ascending: row i of the cells is the track base_ids[i]
        self._base_vectors = np.empty((0, dim), np.float16)
        self._alive = np.empty(0, bool)
        self._whole = True  # nothing of the cells was removed since they were made
        self._cells: Any = None
        self._files: dict[str, Path] = {}

    @classmethod
    def build(cls, encoder: str, ids: ArrayLike, vectors: ArrayLike, **parameters: Any) -> IvfIndex:
        """An index of these, with its cells made; vectors (N, D) must have D columns even when N is 0."""
        index = cls(np.shape(vectors)[1], encoder, **parameters)
        index.add(ids, vectors)
        index.settle()
        return index

    @property
    def card(self) -> IndexCard:
        """What is inside, and how the cells were made."""
        made: dict[str, Any] = {
            "cells": 0 if self._cells is None else int(self._cells.nlist),
            "probes": self.probes,
        }
        made |= {"seed": self.seed, "storage": "float16", "settled": len(self._base_ids)}
        return IndexCard(self.kind, self.encoder, self.dim, len(self), made)

    @property
    def ids(self) -> np.ndarray:
        """All ids, (N,) int64, ascending."""
        return np.union1d(self._base_ids[self._alive], self._recent.ids)

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Put in ids (N,) with vectors (N, D); an id that is there already gets its new vector."""
        column = id_column(ids)
        if not len(column):
            return
        column, rows = last_of_each(column, unit_rows(vectors, self.dim))
        self._recent.add(column, rows)
        self._bury(column)

    def remove(self, ids: ArrayLike) -> None:
        """Take out ids (N,); those that are not inside are ignored."""
        column = id_column(ids)
        self._recent.remove(column)
        self._bury(column)

    def near(self, vectors: ArrayLike, n: int, allowed: ArrayLike | None = None) -> Near:
        """The n nearest of each query, (Q, D) or (D,), among the allowed ids (all when None)."""
        if n < 1:
            raise InputError(f"{n} neighbors cannot be found; ask for at least one")
        queries = unit_rows(vectors, self.dim)
        column = None if allowed is None else id_column(allowed)
        ids, similarities = self._near_settled(queries, n, column)
        if not len(self._recent):
            return ranked(ids, similarities, n)
        recent = self._recent.near(queries, n, column)
        return ranked(np.hstack([recent.ids, ids]), np.hstack([recent.similarities, similarities]), n)

    def vectors(self, ids: ArrayLike) -> np.ndarray:
        """The vectors of ids (N,): (N, D) float32 of length 1; rows of NaN for ids that are not inside."""
        column = id_column(ids)
        found = self._recent.vectors(column)
        rows = self._settled_rows(column)
        found[rows >= 0] = self._base_vectors[rows[rows >= 0]].astype(np.float32)
        return found

    def settle(self) -> None:
        """Make the cells anew from everything inside."""
        ids = self.ids
        vectors = self.vectors(ids)
        self._base_ids, self._base_vectors = ids, vectors.astype(np.float16)
        self._alive = np.ones(len(ids), bool)
        self._whole = True
        self._cells = _make_cells(self._base_vectors, self.cells, self.seed) if len(ids) else None
        self._recent = ExactIndex(self.dim, self.encoder)
        self._files = {}

    def save(self, folder: Path) -> None:
        """Write it down, beside what the folder holds; cells that have not changed are not written again."""
        if len(self._recent) + int((~self._alive).sum()) > STALE_SHARE * max(1, len(self._base_ids)):
            self.settle()
        recent = self._recent.ids
        contents: dict[str, Any] = {
            "recent_ids": lambda path: save_array(path, recent),
            "recent_vectors": lambda path: save_array(path, self._recent.vectors(recent).astype(np.float16)),
            "alive": lambda path: save_array(path, self._alive),
        }
        contents |= {name: path for name, path in self._files.items() if path.exists()}
        if self._cells is not None:
            contents.setdefault("ids", lambda path: save_array(path, self._base_ids))
            contents.setdefault("vectors", lambda path: save_array(path, self._base_vectors))
            contents.setdefault("cells", lambda path: faiss().write_index(self._cells, str(path)))
        files = write_index(Path(folder), self.card, contents)
        self._files = {name: files[name] for name in ("ids", "vectors", "cells") if name in files}

    @classmethod
    def load(cls, folder: Path) -> IvfIndex:
        """Read it back; vectors and cells stay on disk until they are looked at. FormatError when damaged."""
        card, files = read_index(folder)
        index = cls(
            card.dim, card.encoder, None, int(card.parameters["probes"]), int(card.parameters["seed"])
        )
        index._alive = load_array(files["alive"])
        index._whole = bool(index._alive.all())
        recent_ids = load_array(files["recent_ids"])
        index._recent.add(recent_ids, load_array(files["recent_vectors"]))
        if "cells" in files:
            index._base_ids = load_array(files["ids"])
            index._base_vectors = load_array(files["vectors"], mapped=True)
            index._cells = _mapped_cells(files["cells"])
            index._files = {name: files[name] for name in ("ids", "vectors", "cells")}
        if (
            not len(index._alive) == len(index._base_ids) == len(index._base_vectors)
            or len(index) != card.count
        ):
            raise FormatError("the index's files do not belong together", subject=folder, hint=REBUILD)
        return index

    def __len__(self) -> int:
        return int(self._alive.sum()) + len(self._recent)

    def __contains__(self, track_id: object) -> bool:
        if track_id in self._recent:
            return True
        return isinstance(track_id, int | np.integer) and bool(
            self._settled_rows(np.array([track_id]))[0] >= 0
        )

    def _bury(self, ids: np.ndarray) -> None:
        rows = rows_of(ids, self._base_ids)
        if (rows >= 0).any():
            self._alive[rows[rows >= 0]] = False
            self._whole = False

    def _settled_rows(self, ids: np.ndarray) -> np.ndarray:
        """The living row of each id in the cells, or -1."""
        rows = rows_of(ids, self._base_ids)
        inside = rows >= 0
        inside[inside] = self._alive[rows[inside]]
        return np.where(inside, rows, -1)

    def _near_settled(
        self, queries: np.ndarray, n: int, allowed: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        nobody = np.full((len(queries), 1), NOBODY), np.full((len(queries), 1), -1.0, np.float32)
        count = len(self._base_ids)
        if self._cells is None or (allowed is not None and not len(allowed)):
            return nobody
        look = faiss().SearchParametersIVF(nprobe=self.probes)
        if allowed is not None or not self._whole:
            rows = np.flatnonzero(self._alive) if allowed is None else np.unique(self._settled_rows(allowed))
            rows = rows[rows >= 0]
            if not len(rows):
                return nobody
            if allowed is not None and len(rows) <= SMALL:
                similarities = queries @ self._base_vectors[rows].astype(np.float32).T
                return np.broadcast_to(self._base_ids[rows], similarities.shape), similarities
            # Where few are allowed, more cells hold the same number of them.
            look.nprobe = min(self._cells.nlist, int(np.ceil(self.probes * count / len(rows))))
            look.sel = faiss().IDSelectorBitmap(bitmap(rows, count))
            n = min(n, len(rows))
        similarities, found = self._cells.search(queries, min(n, count), params=look)
        return np.where(found < 0, NOBODY, self._base_ids[found]), similarities


def _mapped_cells(path: Path) -> Any:
    """The cells in a file, read where they lie. FormatError when damaged."""
    try:
        cells = faiss().read_index(str(path), faiss().IO_FLAG_MMAP | faiss().IO_FLAG_READ_ONLY)
    except RuntimeError as error:
        missing_or_damaged(path, error)
    # FAISS would start threads for every query to read cells ahead, which costs five times the search.
    faiss().downcast_InvertedLists(cells.invlists).prefetch_nthread = 0
    return cells


def cells_for(count: int) -> int:
    """How many cells for so many vectors: about 4 sqrt(N), but at least 40 vectors to a cell."""
    return max(1, min(int(4 * np.sqrt(count)), count // 40))


def _make_cells(vectors: np.ndarray, cells: int | None, seed: int) -> Any:
    """A trained and filled FAISS index of vectors (N, D) float16, row numbers as ids."""
    count, dim = vectors.shape
    wanted = min(cells or cells_for(count), count)
    quantizer = faiss().IndexFlatIP(dim)
    fp16 = faiss().ScalarQuantizer.QT_fp16
    made = faiss().IndexIVFScalarQuantizer(quantizer, dim, wanted, fp16, faiss().METRIC_INNER_PRODUCT, False)
    made.cp.seed, made.cp.max_points_per_centroid, made.cp.spherical = seed + 1, TRAINING_PER_CELL, True
    made.cp.min_points_per_centroid = 1
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(count, min(count, TRAINING_PER_CELL * wanted), replace=False))
    made.train(vectors[sample].astype(np.float32))
    for start in range(0, count, 65_536):
        block = vectors[start : start + 65_536].astype(np.float32)
        made.add_with_ids(block, np.arange(start, start + len(block)))
    return made
