"""Which kind of index: chosen by size, made from arrays, read back from a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from numpy.typing import ArrayLike

from synesthete.errors import FormatError, MismatchError
from synesthete.index.exact import ExactIndex
from synesthete.index.index import Index
from synesthete.index.ivf import IvfIndex
from synesthete.index.storage import REBUILD, read_index

Kind = Literal["auto", "exact", "ivf"]
EXACT_UP_TO = 50_000
"""Tracks that exact search answers for in about a millisecond; see benchmarks/index.py."""
_KINDS: dict[str, type[ExactIndex] | type[IvfIndex]] = {"exact": ExactIndex, "ivf": IvfIndex}


def kind_for(count: int, kind: Kind = "auto") -> str:
    """The kind of index for so many tracks, unless it is given."""
    if kind != "auto":
        return kind
    return "exact" if count <= EXACT_UP_TO else "ivf"


def build_index(encoder: str, ids: ArrayLike, vectors: ArrayLike, kind: Kind = "auto") -> Index:
    """An index of ids (N,) and vectors (N, D) by this encoder (its stamp)."""
    return _KINDS[kind_for(len(ids), kind)].build(encoder, ids, vectors)  # type: ignore[arg-type]


def load_index(folder: Path, encoder: str | None = None) -> Index:
    """The index in the folder, whatever its kind.

    Raises NotFound when there is none, FormatError when it is damaged, and MismatchError when it holds
    embeddings of another encoder than the one named.
    """
    for attempts_left in (2, 1, 0):
        card, _ = read_index(Path(folder))
        if encoder is not None and card.encoder != encoder:
            raise MismatchError(
                f"the index is of {card.encoder}, not {encoder}", subject=folder, hint=REBUILD
            )
        if card.kind not in _KINDS:
            raise MismatchError(f"this program knows no {card.kind!r} index", subject=folder, hint=REBUILD)
        try:
            return _KINDS[card.kind].load(Path(folder))
        except FileNotFoundError as error:  # another process has just put a newer one in force
            if attempts_left == 0:
                raise FormatError(
                    "a file of the index is missing", subject=error.filename, hint=REBUILD
                ) from error
    raise AssertionError("unreachable")
