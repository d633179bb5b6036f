"""Large JSON without holding it: the members of one array inside a document, one after the other.

The standard parser does the parsing; this file only finds where each member begins, so memory is
that of the largest member and one chunk, however large the file.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from synesthete.datasets.report import Report
from synesthete.datasets.text import encoding_of, lines
from synesthete.errors import FormatError

CHUNK = 2**20
LARGEST_MEMBER = 256 * 2**20
"""Characters one member may have; more than this is not an export of anything."""

SPACE = " \t\n\r"
NUMERIC = "0123456789+-.eE"
_decoder = json.JSONDecoder()


def members(stream: BinaryIO, report: Report, *path: str) -> Iterator[tuple[int, Any]]:
    """(position from 1, value) of each member of the array at `path`, or of the document itself.

    `members(stream, report, "payload", "listens")` reads {"payload": {"listens": [...]}}; other keys
    are passed over. An object in the array's place counts as its only member. Raises FormatError
    where the document is not JSON, is cut off, or has nothing at that path.
    """
    text = _Text(stream, report)
    for key in path:
        text.enter(key)
    if text.peek() == "{":
        yield 1, text.value()
        return
    text.expect("[")
    position = 0
    while text.peek() != "]":
        position += 1
        yield position, text.value()
        if text.peek() != "]":
            text.expect(",")


def json_lines(stream: BinaryIO, report: Report) -> Iterator[tuple[int, Any]]:
    """(line number, value) of each line that is JSON; other lines are refused, blank ones passed over."""
    for number, line in lines(stream, report):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except ValueError:
            report.refuse("not JSON", number, line)


class _Text:
    """The document's text as a window that moves forward."""

    def __init__(self, stream: BinaryIO, report: Report):
        self.stream = stream
        self.report = report
        self.window = ""
        self.at = 0
        self.ended = False
        first = stream.read(4096)
        encoding, skip = encoding_of(first)
        self.decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self.window = self.decode(first[skip:])

    def more(self) -> bool:
        """Take in another chunk; False at the end of the document."""
        if self.ended:
            return False
        chunk = self.stream.read(max(CHUNK, len(self.window) - self.at))  # doubling keeps long members linear
        self.ended = not chunk
        self.window = self.window[self.at :] + self.decode(chunk, final=self.ended)
        self.at = 0
        return not self.ended

    def peek(self) -> str:
        """The next character that is not space."""
        while True:
            while self.at < len(self.window):
                if self.window[self.at] not in SPACE:
                    return self.window[self.at]
                self.at += 1
            if not self.more():
                raise self.broken("it ends too early")

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise self.broken(f"{character!r} is missing")
        self.at += 1

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = _decoder.raw_decode(self.window, self.at)
            except json.JSONDecodeError as error:
                # Near the window's end the fault may only be that the rest has not been read yet.
                if self._may_be_cut(error) and self.more():
                    continue
                raise self.broken(error.msg) from error
            except RecursionError as error:
                raise self.broken("it is nested too deeply") from error
            if isinstance(value, int | float) and not self.window[end:].strip(NUMERIC) and self.more():
                continue  # 12 may go on as 123 or as 12.5e3
            self.at = end
            return value

    def enter(self, key: str) -> None:
        """Move to the value of `key` in the object that comes next; the keys before it are passed over."""
        self.expect("{")
        while self.peek() != "}":
            name = self.value()
            self.expect(":")
            if name == key:
                return
            self.value()
            if self.peek() != "}":
                self.expect(",")
        raise self.broken(f"there is no {key!r} in it")

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        if len(self.window) - self.at > LARGEST_MEMBER:
            return False
        return error.pos > len(self.window) - 64 or error.msg.startswith("Unterminated string")

    def broken(self, why: str) -> FormatError:
        return FormatError(
            f"the JSON cannot be read: {why}",
            subject=self.report.file,
            hint="Nothing of this file was imported.",
        )
