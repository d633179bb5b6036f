"""Numbered tables in Parquet: who knows which track, in which part, in which order.

The files speak of listeners and tracks by whole numbers of their own; here they become rows and
columns of matrices, and `Numbering` leads back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import FormatError, NotFound
from synesthete.taste.interactions import Groups, TrackFacts, gather, present
from synesthete.taste.sequences import Sequences

LISTENER, TRACK = "user_idx", "item_idx"
MAGIC = b"PAR1"
"""First and last four bytes of every Parquet file."""

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Numbering:
    """The files' own numbers in ascending order; a number's place is its row or column."""

    names: NDArray[np.int64]

    def places(self, names: NDArray[np.integer]) -> NDArray[np.int64]:
        """Where each number stands, -1 for a number that is not here."""
        if not self.names.size:
            return np.full(len(names), -1, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.names, names), self.names.size - 1)
        return np.where(self.names[found] == names, found, -1)

    def __len__(self) -> int:
        return self.names.size


def read_columns(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Columns:
    """The named columns of a Parquet file as arrays of equal length; text as object arrays of str.

    An optional column may have empty cells: its numbers are then floats with NaN, its text has None.
    Raises NotFound without the file, FormatError for damage, missing columns or empty cells in required ones.
    """
    import arro3.io

    path = Path(path)
    if not path.is_file():
        raise NotFound("there is no such file", subject=path)
    _check_ends(path)
    try:
        table = arro3.io.read_parquet(path).read_all()
    except (
        BaseException
    ) as error:  # arro3 raises a bare Exception for damaged pages, and panics over a damaged footer
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FormatError(f"the Parquet file cannot be read ({error})", subject=path) from error
    missing = [name for name in required if name not in table.schema.names]
    if missing:
        raise FormatError(
            f"columns {', '.join(missing)} are missing; it has {', '.join(table.schema.names)}",
            subject=path,
            hint=f"It needs {', '.join(required)}.",
        )
    found = {name: _array(table.column(name), name, path) for name in required}
    given = [name for name in optional if name in table.schema.names]
    return found | {name: _array(table.column(name), name, path, may_be_empty=True) for name in given}


def read_pairs(path: Path, part: str | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The listeners and tracks of a table, of one `part` alone if it has such a column and a part is
    named."""
    columns = read_columns(path, (LISTENER, TRACK), ("part",))
    listeners, tracks = _numbers(columns, LISTENER, path), _numbers(columns, TRACK, path)
    if part is not None and "part" in columns:
        chosen = columns["part"] == part
        if not chosen.any():
            parts = ", ".join(sorted({str(part) for part in columns["part"] if part is not None}))
            raise FormatError(f"no row has part {part}; the parts are {parts}", subject=path)
        listeners, tracks = listeners[chosen], tracks[chosen]
    return listeners, tracks


def matrix(
    listeners: NDArray[np.int64], tracks: NDArray[np.int64], rows: Numbering, columns: Numbering
) -> sp.csr_matrix:
    """Pairs as 0 and 1, (len(rows), len(columns)); a pair given twice counts once."""
    shape = (len(rows), len(columns))
    return present(gather(rows.places(listeners), columns.places(tracks), shape=shape))


def read_facts(path: Path, tracks: Numbering) -> TrackFacts:
    """Artist, album and duration of each numbered track; unknown where the table lacks the track or its cell
    is empty. Artists and albums may be named by numbers (negative: unknown) or by text."""
    columns = read_columns(path, (TRACK,), ("artist_id", "album_id", "duration_sec"))
    places = tracks.places(_numbers(columns, TRACK, path))
    kept = places >= 0

    def groups(name: str) -> Groups | None:
        if name not in columns:
            return None
        labels = np.full(len(tracks), -1, dtype=np.int64)
        labels[places[kept]] = _labels(columns[name])[kept]
        return Groups(labels)

    duration: NDArray[np.float32] | None = None
    if "duration_sec" in columns:
        if columns["duration_sec"].dtype == object:
            raise FormatError("column duration_sec must hold numbers, not text", subject=path)
        duration = np.full(len(tracks), np.nan, dtype=np.float32)
        duration[places[kept]] = columns["duration_sec"][kept]
    return TrackFacts(artist=groups("artist_id"), album=groups("album_id"), duration_s=duration)


def read_order(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Listeners, tracks and positions of a table of ordered histories (columns user_idx, item_idx, pos).

    A negative position or none says that the place is not known; such rows are left out.
    """
    columns = read_columns(path, (LISTENER, TRACK), ("pos",))
    if "pos" not in columns:
        raise FormatError("column pos is missing", subject=path, hint=f"It needs {LISTENER}, {TRACK}, pos.")
    if columns["pos"].dtype == object:
        raise FormatError("column pos must hold whole numbers, not text", subject=path)
    placed = columns["pos"] >= 0
    listeners, tracks = (_numbers(columns, name, path)[placed] for name in (LISTENER, TRACK))
    return listeners, tracks, _whole(columns["pos"][placed], "pos", path)


def sequences(
    listeners: NDArray[np.int64],
    tracks: NDArray[np.int64],
    positions: NDArray[np.int64],
    rows: Numbering,
    columns: Numbering,
    among: sp.csr_matrix | None = None,
) -> Sequences:
    """The order of each row's tracks; rows and tracks that are not numbered here are left out.

    With `among` (rows, columns) a listener's sequence holds only tracks of their own row there, so that
    an order file which tells more than is known gives nothing away.
    """
    row, column = rows.places(listeners), columns.places(tracks)
    kept = (row >= 0) & (column >= 0)
    if among is not None:
        own_row, own_column = among.nonzero()
        pair = row * len(columns) + column
        kept &= np.isin(pair, own_row.astype(np.int64) * len(columns) + own_column)
    row, column, position = row[kept], column[kept], positions[kept]
    order = np.lexsort((position, row))
    lengths = np.bincount(row, minlength=len(rows))
    return Sequences(np.concatenate([[0], np.cumsum(lengths)]), column[order])


def write_columns(path: Path, columns: Columns) -> None:
    """Write arrays of equal length as a Parquet file, beside the target and renamed into place."""
    import arro3.io
    from arro3.core import Array, Table

    path = Path(path)
    fresh = path.with_name(f".{path.name}.new")
    table = Table.from_pydict(
        {name: Array.from_numpy(np.ascontiguousarray(values)) for name, values in columns.items()}
    )
    arro3.io.write_parquet(table, fresh)
    fresh.replace(path)


def _numbers(columns: Columns, name: str, path: Path) -> NDArray[np.int64]:
    values = _whole(columns[name], name, path)
    if values.size and int(values.min()) < 0:
        raise FormatError(f"column {name} holds a negative number", subject=path)
    return values


def _whole(values: NDArray[Any], name: str, path: Path) -> NDArray[np.int64]:
    """Whole numbers, also where a program kept them as floats."""
    if values.dtype.kind == "f" and (values == np.rint(values)).all() and (np.abs(values) < 2**53).all():
        return values.astype(np.int64)
    if not np.issubdtype(values.dtype, np.integer):
        told = "text" if values.dtype == object else values.dtype
        raise FormatError(f"column {name} must hold whole numbers, not {told}", subject=path)
    return values.astype(np.int64)


def _labels(values: NDArray[Any]) -> NDArray[np.int64]:
    """A number from 0 for each different name; -1 where there is none."""
    labels = np.full(len(values), -1, dtype=np.int64)
    known = np.array([v is not None for v in values]) if values.dtype == object else values >= 0
    names = values[known].astype(str) if values.dtype == object else values[known]
    labels[known] = np.unique(names, return_inverse=True)[1]
    return labels


def _array(column: Any, name: str, path: Path, may_be_empty: bool = False) -> NDArray[Any]:
    if column.null_count and not may_be_empty:
        raise FormatError(f"column {name} has empty cells", subject=path)
    if not len(column):  # a column of no chunks has no numpy form
        from arro3.core import DataType

        return np.zeros(0, np.int64 if DataType.is_integer(column.type) else object)
    try:
        return np.asarray(column.to_numpy())
    except Exception:  # noqa: BLE001  arro3's bare Exception: dictionaries, text and holes have no numpy form
        cells = column.to_pylist()
    if any(isinstance(cell, str) for cell in cells):
        return np.array(cells, dtype=object)
    whole = not column.null_count and all(isinstance(cell, int) for cell in cells)
    try:
        return np.array(cells, dtype=np.int64 if whole else np.float64)
    except (TypeError, ValueError) as error:
        raise FormatError(f"column {name} holds neither numbers nor text", subject=path) from error


def _check_ends(path: Path) -> None:
    """A Parquet file that was cut off has lost its footer; the reader would panic over it."""
    with path.open("rb") as stream:
        head = stream.read(4)
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 4))
        tail = stream.read(4)
    if size < 12 or head != MAGIC or tail != MAGIC:
        raise FormatError("this is no complete Parquet file", subject=path, hint="Copy or export it again.")
