"""Parquet files as rows, a batch at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from synesthete.datasets.documents import Document
from synesthete.errors import FormatError

MAGIC = b"PAR1"
"""First and last four bytes of every Parquet file."""


def parquet_rows(document: Document) -> Iterator[tuple[int, Sequence[str], Sequence[Any]]]:
    """(row number from 1, column names, values) of each row. Raises FormatError for damage."""
    with document.opened() as stream:
        source = stream if document.member is None and stream.seekable() else io.BytesIO(stream.read())
        _check_ends(source, document)
        number = 0
        for header, columns in _batches(source, document):
            for row in zip(*columns, strict=True):
                number += 1
                yield number, header, row


def parquet_mentions(document: Document, word: bytes) -> bool:
    """Whether the footer, which names the columns, holds the word."""
    with document.opened() as stream:
        source = stream if document.member is None and stream.seekable() else io.BytesIO(stream.read())
        _check_ends(source, document)
        size = source.seek(-8, io.SEEK_END) + 8
        length = int.from_bytes(source.read(4), "little")
        source.seek(max(0, size - 8 - length))
        return word in source.read(length)


def _batches(source: BinaryIO, document: Document) -> Iterator[tuple[list[str], list[list[Any]]]]:
    import arro3.io

    try:
        batches = iter(arro3.io.read_parquet(source))
        while (batch := next(batches, None)) is not None:
            yield batch.schema.names, [list(column.to_pylist()) for column in batch.columns]
    except GeneratorExit:
        raise
    except Exception as error:  # arro3 raises a bare Exception for damaged pages
        raise FormatError(f"the Parquet file cannot be read ({error})", subject=document.name) from error


def _check_ends(source: BinaryIO, document: Document) -> None:
    """A Parquet file that was cut off has lost its footer; the reader below would panic over it."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - len(MAGIC)))
    complete = size >= 12 and source.read(4) == MAGIC
    source.seek(0)
    if not complete:
        raise FormatError(
            "the Parquet file is cut off", subject=document.name, hint="Copy or download it again."
        )
