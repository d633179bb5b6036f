"""Many ids in one question: `among(tracks.c.id)` where a list of any length is given when it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger


class _Listed(FunctionElement[int]):
    """The numbers of a JSON array, as rows."""

    inherit_cache = True
    type = BigInteger()


@compiles(_Listed)
def _rows_of_sqlite(element: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **how)}))"


@compiles(_Listed, "postgresql")
def _rows_of_postgresql(element: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    listed = compiler.process(element.clauses, **how)
    return f"(SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST({listed} AS json)))"


def among(column: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that a column of ids is one of those handed over with `these`.

    An `IN` with every id written out is text of another length for every list, and is put together anew
    each time, which takes longer than finding the rows; this one is prepared once.
    """
    return column.op("IN", is_comparison=True)(_Listed(bindparam("among", type_=Text())))


def these(ids: Iterable[int]) -> dict[str, str]:
    """What a statement with `among` is executed with."""
    return {"among": json.dumps([int(i) for i in ids])}
