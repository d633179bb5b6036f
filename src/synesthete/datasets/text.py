"""Text as files really hold it: byte order marks, UTF-16, three kinds of line ends, mixed encodings."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from synesthete.datasets.report import Report
from synesthete.errors import FormatError

LONGEST_LINE = 16 * 2**20
"""A longer line is not text; reading on would fill the memory."""

LONGEST_ROW = 100
"""Lines one CSV row may span; more means that a quotation mark was never closed."""

FALLBACK = "cp1252"
"""What Windows programs wrote before UTF-8; bytes it leaves undefined are read as Latin-1."""

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding told by the first bytes, and the length of its mark; UTF-8 where nothing is told."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    sample = head[:1024]
    if len(sample) >= 4:  # ASCII letters in UTF-16 have every other byte zero
        if sample[1::2].count(0) > 0.4 * len(sample[1::2]) and not sample[0::2].count(0):
            return "utf-16-le", 0
        if sample[0::2].count(0) > 0.4 * len(sample[0::2]) and not sample[1::2].count(0):
            return "utf-16-be", 0
    return "utf-8", 0


def decoded(raw: bytes) -> tuple[str, bool]:
    """The text of some bytes, and whether they were UTF-8; others are read as Windows-1252."""
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode(FALLBACK), False
    except UnicodeDecodeError:
        return raw.decode("latin-1"), False


def text_of(head: bytes) -> str:
    """The head of a document as text, for recognizing it; never fails."""
    encoding, skip = encoding_of(head)
    if encoding == "utf-8":
        return head[skip:].decode("utf-8", "replace")
    return head[skip:].decode(encoding, "replace")


def lines(stream: BinaryIO, report: Report) -> Iterator[tuple[int, str]]:
    """(line number from 1, text without its end) of every line; ends may be LF, CR LF or CR.

    Each line is decoded alone, so that one Latin-1 line in a UTF-8 file harms nothing else; such
    lines are counted in the report's notes. Raises FormatError for a line above 16 MB.
    """
    head = _peek(stream)
    encoding, skip = encoding_of(head)
    stream.read(skip)
    if encoding != "utf-8":
        text = io.TextIOWrapper(stream, encoding, errors="replace", newline=None)
        for number, line in enumerate(text, 1):
            yield number, line.rstrip("\n")
        text.detach()
        return
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        if len(raw) == LONGEST_LINE:
            raise FormatError(
                "a line is longer than 16 MB", subject=report.file, hint="This is not a text file."
            )
        for part in raw.splitlines():
            number += 1
            line, clean = decoded(part)
            if not clean:
                report.note("line is not UTF-8 and was read as Windows-1252")
            yield number, line


def rows(
    numbered: Iterable[tuple[int, str]], delimiter: str, report: Report
) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields) of every CSV row that is not blank; quoted fields may span lines."""
    position = 0

    def feed() -> Iterator[str]:
        nonlocal position
        for position, line in numbered:  # noqa: B007  the enclosing function reads the position
            yield line.replace("\0", "") + "\n"

    reader = csv.reader(feed(), delimiter=delimiter, skipinitialspace=True)
    while True:
        before = position
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report.refuse(f"not a CSV row ({error})", before + 1)
            continue
        if position - before > LONGEST_ROW:
            report.refuse("a quotation mark is never closed", before + 1, entries=position - before)
        elif any(field.strip() for field in row):
            yield before + 1, row


def _peek(stream: BinaryIO) -> bytes:
    if isinstance(stream, io.BufferedReader):
        return stream.peek(1024)[:1024]
    head = stream.read(1024)
    stream.seek(0)
    return head
