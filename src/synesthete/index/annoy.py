"""Annoy files, for those who use Annoy elsewhere: written from an index, and read as one.

Annoy makes its trees once: nothing can be added or removed afterwards. It numbers items from 0, so the ids
lie beside it in `<file>.json`, with the card.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from synesthete.errors import FormatError, InputError, NotFound
from synesthete.index.exact import rows_of
from synesthete.index.index import NOBODY, Index, IndexCard, Near, id_column, ranked, unit_rows

TREES = 50
"""More trees, better recall and a larger file; Annoy's own examples use 10 to 100."""
SEARCH_PER_NEIGHBOR = 200


def export_annoy(index: Index, path: Path, trees: int = TREES, seed: int = 1) -> None:
    """Write everything in the index as an Annoy file (metric "angular") with its ids beside it."""
    ids = index.ids
    trees_of = _annoy().AnnoyIndex(index.card.dim, "angular")
    trees_of.set_seed(seed)
    for start in range(0, len(ids), 10_000):
        for row, vector in enumerate(index.vectors(ids[start : start + 10_000]), start=start):
            trees_of.add_item(row, vector.tolist())
    trees_of.build(trees)
    beside = path.with_name(path.name + ".new")
    trees_of.save(str(beside))
    card = IndexCard(
        "annoy", index.card.encoder, index.card.dim, len(ids), {"trees": trees, "metric": "angular"}
    )
    _ids_file(path).write_text(json.dumps(asdict(card) | {"ids": ids.tolist()}), encoding="utf-8")
    beside.replace(path)


class AnnoyFile:
    """An Annoy file as an index that answers `near` and nothing else changes."""

    def __init__(self, path: Path, search: int = SEARCH_PER_NEIGHBOR):
        try:
            document = json.loads(_ids_file(path).read_text(encoding="utf-8"))
            self._ids = np.array(document.pop("ids"), np.int64)
            self.card = IndexCard(**document)
        except FileNotFoundError:
            raise NotFound("the ids of this Annoy file are missing", subject=_ids_file(path)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"these ids cannot be read ({error})", subject=_ids_file(path)) from error
        self._search = search
        self._trees = _annoy().AnnoyIndex(self.card.dim, "angular")
        try:
            self._trees.load(str(path))
        except OSError as error:
            raise FormatError(f"this Annoy file cannot be read ({error})", subject=path) from error
        if self._trees.get_n_items() != len(self._ids):
            raise FormatError("this Annoy file and its ids do not belong together", subject=path)

    @property
    def ids(self) -> np.ndarray:
        """All ids, (N,) int64, ascending."""
        return self._ids.copy()

    def near(self, vectors: ArrayLike, n: int) -> Near:
        """About the n nearest of each query, (Q, D) or (D,)."""
        if n < 1:
            raise InputError(f"{n} neighbors cannot be found; ask for at least one")
        queries = unit_rows(vectors, self.card.dim)
        ids, similarities = np.full((len(queries), n), NOBODY), np.full((len(queries), n), -1.0, np.float32)
        for q, query in enumerate(queries):
            rows, distances = self._trees.get_nns_by_vector(query.tolist(), n, n * self._search, True)
            ids[q, : len(rows)] = self._ids[rows]
            similarities[q, : len(rows)] = (
                1 - np.square(distances) / 2
            )  # angular distance is sqrt(2 - 2 cosine)
        return ranked(ids, similarities, n)

    def vectors(self, ids: ArrayLike) -> np.ndarray:
        """The vectors of ids (N,): (N, D) float32; rows of NaN for ids that are not inside."""
        nothing = [np.nan] * self.card.dim
        rows = rows_of(id_column(ids), self._ids)
        return np.array([nothing if r < 0 else self._trees.get_item_vector(int(r)) for r in rows], np.float32)

    def __len__(self) -> int:
        return len(self._ids)


def _ids_file(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _annoy() -> Any:
    try:
        import annoy
    except ImportError as error:
        hint = 'Install it with `pip install "synesthete[annoy]"` (needs a C++ compiler).'
        raise NotFound("Annoy is not installed", hint=hint) from error
    return annoy
