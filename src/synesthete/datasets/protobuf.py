"""Protocol-buffer messages, read without their descriptions: numbered fields, one after the other.

Integers are varints (seven bits a byte, lowest first); strings, bytes, nested messages and packed lists come as
bytes, and so do numbers of fixed size.
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types (groups, 3 and 4, are obsolete)."""


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of each field. Raises ValueError where the bytes are no message."""
    at, end = 0, len(message)
    while at < end:
        key, at = varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            integer, at = varint(message, at)
            yield number, integer
            continue
        if wire == BYTES:
            size, at = varint(message, at)
        elif wire in (FIXED32, FIXED64):
            size = 4 if wire == FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire} does not exist")
        if at + size > end:
            raise ValueError("a field reaches beyond its message")
        yield number, message[at : at + size]
        at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at a position, and the position after it."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            break
    raise ValueError("a number has no end")


def as_bytes(value: int | bytes) -> bytes:
    """The value of a field that holds bytes. Raises ValueError for a number."""
    if isinstance(value, int):
        raise ValueError("a number where bytes belong")
    return value
