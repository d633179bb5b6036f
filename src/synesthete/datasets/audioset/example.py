"""`tf.train.SequenceExample`, decoded from its protocol-buffer bytes by hand.

The message, as far as it concerns us (field numbers in brackets):

    SequenceExample  context [1]: Features         feature_lists [2]: FeatureLists
    Features         feature [1]: map of name [1] to Feature [2]
    FeatureLists     feature_list [1]: map of name [1] to FeatureList [2]
    FeatureList      feature [1]: Feature, repeated
    Feature          bytes_list [1], float_list [2] or int64_list [3], each with value [1], repeated

Integers are varints (seven bits a byte, lowest first); floats are 4 bytes; repeated numbers may be packed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types of protocol buffers (groups, 3 and 4, are obsolete)."""

Values = list[bytes] | list[float] | list[int]


@dataclass(slots=True)
class SequenceExample:
    """Named values of the whole clip, and named lists with one element per second."""

    context: dict[str, Values] = field(default_factory=dict)
    lists: dict[str, list[Values]] = field(default_factory=dict)


def decode(data: bytes) -> SequenceExample:
    """The message in these bytes. Raises ValueError where they are not one."""
    example = SequenceExample()
    for number, part in _fields(data):
        if number not in (1, 2) or not isinstance(part, bytes):
            continue
        for _, pair in _fields(part):
            name, value = _pair(_bytes(pair))
            if number == 1:
                example.context[name] = _feature(value)
            else:
                example.lists[name] = [_feature(_bytes(f)) for n, f in _fields(value) if n == 1]
    return example


def _pair(data: bytes) -> tuple[str, bytes]:
    name, value = "", b""
    for number, part in _fields(data):
        if number == 1:
            name = _bytes(part).decode("utf-8")
        elif number == 2:
            value = _bytes(part)
    return name, value


def _feature(data: bytes) -> Values:
    for number, part in _fields(data):
        content = _bytes(part)
        if number == 1:
            return [_bytes(value) for n, value in _fields(content) if n == 1]
        if number == 2:
            return [x for n, value in _fields(content) if n == 1 for x in _floats(_bytes(value))]
        if number == 3:
            return [x for n, value in _fields(content) if n == 1 for x in _integers(value)]
    return []


def _floats(data: bytes) -> tuple[float, ...]:
    if len(data) % 4:
        raise ValueError("floats that are not four bytes each")
    return struct.unpack(f"<{len(data) // 4}f", data)


def _integers(value: int | bytes) -> Iterator[int]:
    """One integer, or all of a packed list; they are signed 64-bit numbers."""
    if isinstance(value, int):
        yield value - (1 << 64) if value >> 63 else value
        return
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        yield number - (1 << 64) if number >> 63 else number


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of each field; 4- and 8-byte values come as bytes."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            integer, at = _varint(data, at)
            yield number, integer
            continue
        if wire == BYTES:
            size, at = _varint(data, at)
        elif wire in (FIXED32, FIXED64):
            size = 4 if wire == FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire} does not exist")
        if at + size > end:
            raise ValueError("a field reaches beyond its message")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
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


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where bytes belong")
    return value
