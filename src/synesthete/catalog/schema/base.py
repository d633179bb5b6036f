"""The metadata all tables share, and how file names are kept."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""64-bit ids; SQLite only numbers rows by itself when the column is INTEGER."""

# Bytes 0x80-0xFF that are not UTF-8 are surrogates in Python (PEP 383: U+DC80-U+DCFF), which no database
# stores; they are kept as private-use characters U+10FC80-U+10FCFF instead, which no file system hands out.
_ESCAPE = {0xDC00 + byte: 0x10FC00 + byte for byte in range(0x80, 0x100)}
_UNESCAPE = {kept: surrogate for surrogate, kept in _ESCAPE.items()}


class FileName(TypeDecorator[str]):
    """A path as text, whatever bytes it holds: what goes in comes out, undecodable bytes included."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else os.fspath(value).translate(_ESCAPE)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else str(value).translate(_UNESCAPE)
