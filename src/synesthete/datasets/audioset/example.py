"""`tf.train.SequenceExample`, decoded from its protocol-buffer bytes by hand.

The message, as far as it concerns us (field numbers in brackets):

    SequenceExample  context [1]: Features         feature_lists [2]: FeatureLists
    Features         feature [1]: map of name [1] to Feature [2]
    FeatureLists     feature_list [1]: map of name [1] to FeatureList [2]
    FeatureList      feature [1]: Feature, repeated
    Feature          bytes_list [1], float_list [2] or int64_list [3], each with value [1], repeated

Repeated numbers may be packed; floats are 4 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from synesthete.datasets.protobuf import as_bytes, fields, varint

Values = list[bytes] | list[float] | list[int]


@dataclass(slots=True)
class SequenceExample:
    """Named values of the whole clip, and named lists with one element per second."""

    context: dict[str, Values] = field(default_factory=dict)
    lists: dict[str, list[Values]] = field(default_factory=dict)


def decode(data: bytes) -> SequenceExample:
    """The message in these bytes. Raises ValueError where they are not one."""
    example = SequenceExample()
    for number, part in fields(data):
        if number not in (1, 2) or not isinstance(part, bytes):
            continue
        for _, pair in fields(part):
            name, value = _pair(as_bytes(pair))
            if number == 1:
                example.context[name] = _feature(value)
            else:
                example.lists[name] = [_feature(as_bytes(f)) for n, f in fields(value) if n == 1]
    return example


def _pair(data: bytes) -> tuple[str, bytes]:
    name, value = "", b""
    for number, part in fields(data):
        if number == 1:
            name = as_bytes(part).decode("utf-8")
        elif number == 2:
            value = as_bytes(part)
    return name, value


def _feature(data: bytes) -> Values:
    for number, part in fields(data):
        content = as_bytes(part)
        if number == 1:
            return [as_bytes(value) for n, value in fields(content) if n == 1]
        if number == 2:
            return [x for n, value in fields(content) if n == 1 for x in _floats(as_bytes(value))]
        if number == 3:
            return [x for n, value in fields(content) if n == 1 for x in _integers(value)]
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
        number, at = varint(value, at)
        yield number - (1 << 64) if number >> 63 else number
