"""Writing the same way into SQLite and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Value = TypeVar("Value")

BATCH = 500
"""Rows per statement: SQLite takes at most 32,766 values at once, and our widest table has 30 columns."""


MANY = 10_000
"""Rows held at a time on their way into one statement that runs for each of them."""


def now() -> int:
    """Unix seconds, UTC."""
    return int(time.time())


def batches(items: Iterable[Value], size: int = BATCH) -> Iterator[list[Value]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def upsert(
    connection: Connection,
    table: Table,
    rows: Iterable[Mapping[str, Any]],
    keys: Sequence[str],
    update: Sequence[str] = (),
) -> int:
    """Insert rows; where one with these key columns exists, update the named columns or leave it alone.

    Returns how many rows were inserted or updated.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    if update:
        changed = {name: statement.excluded[name] for name in update}
        statement = statement.on_conflict_do_update(index_elements=list(keys), set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=list(keys))
    # One statement, compiled once and run for every row: a statement with hundreds of rows in its text
    # would be compiled anew for each batch, at a hundred times the price.
    statement = statement.execution_options(preserve_rowcount=True)
    return sum(connection.execute(statement, batch).rowcount for batch in batches(map(dict, rows), MANY))


TOGETHER = 200
"""Rows in one statement on SQLite where they are many: less than half the price of one row each."""


def pour(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    keys: Sequence[str] = (),
    update: Sequence[str] = (),
) -> int:
    """As `upsert`, for very many rows given as tuples in the order of the columns.

    Goes to the driver directly: at half a million rows a second every layer counts. Values must be what the
    driver takes as they are; no key may come twice.
    """
    lite = connection.dialect.name == "sqlite"
    row = "(" + ", ".join(["?" if lite else "%s"] * len(columns)) + ")"
    changed = ", ".join(f"{name} = excluded.{name}" for name in update)
    done = f"({', '.join(keys)}) DO UPDATE SET {changed}" if update else "DO NOTHING"
    head = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "
    even = len(rows) - len(rows) % TOGETHER if lite else 0
    written = 0
    for part, together in ((rows[:even], TOGETHER), (rows[even:], 1)):
        if part:
            given = [tuple(chain.from_iterable(group)) for group in batches(part, together)]
            statement = f"{head}{', '.join([row] * together)} ON CONFLICT {done}"
            written += int(connection.exec_driver_sql(statement, given).rowcount)
    return written
