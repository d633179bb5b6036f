"""Writes TensorFlow checkpoints of both kinds, byte by byte, to test the reader."""

from __future__ import annotations

import struct
from pathlib import Path

import google_crc32c
import numpy as np

MAGIC = 0xDB4775248B80FB57


def varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def shape(sizes: tuple[int, ...]) -> bytes:
    return b"".join(field(2, field(1, size)) for size in sizes)


def masked(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def block(entries: list[tuple[bytes, bytes]]) -> bytes:
    """A block whose keys share prefixes, with a restart at its beginning only."""
    out, last = b"", b""
    for key, value in entries:
        shared = 0
        while shared < min(len(key), len(last)) and key[shared] == last[shared]:
            shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    out += struct.pack("<II", 0, 1)
    return out + b"\0" + struct.pack("<I", masked(out + b"\0"))


def table(entries: dict[bytes, bytes], per_block: int = 3) -> bytes:
    rows, out, handles = sorted(entries.items()), b"", []
    for start in range(0, len(rows), per_block):
        written = block(rows[start : start + per_block])
        key = rows[min(start + per_block, len(rows)) - 1][0]
        handles.append((key + b"\xff", varint(len(out)) + varint(len(written) - 5)))
        out += written
    meta = block([])
    meta_handle = varint(len(out)) + varint(len(meta) - 5)
    out += meta
    index = block(handles)
    footer = meta_handle + varint(len(out)) + varint(len(index) - 5)
    return out + index + footer.ljust(40, b"\0") + struct.pack("<Q", MAGIC)


def write_v1(path: Path, tensors: dict[str, np.ndarray]) -> None:
    metas, entries = b"", {}
    for number, (name, values) in enumerate(tensors.items()):
        extents = b"".join(field(1, b"") for _ in values.shape)
        metas += field(
            1, field(1, name.encode()) + field(2, shape(values.shape)) + field(3, 1) + field(4, extents)
        )
        data = field(1, 1) + field(5, values.astype("<f4").tobytes())
        piece = field(1, name.encode()) + field(2, extents) + field(3, data)
        entries[b"\x00\x01" + struct.pack(">I", number)] = field(2, piece)
    entries[b""] = field(1, metas)
    path.write_bytes(table(entries))


def write_v2(prefix: Path, tensors: dict[str, np.ndarray]) -> None:
    data, entries = b"", {b"": field(1, 1)}
    for name, values in tensors.items():
        raw = values.astype("<f4").tobytes()
        entry = field(1, 1) + field(2, shape(values.shape)) + field(4, len(data)) + field(5, len(raw))
        entries[name.encode()] = entry + bytes([6 << 3 | 5]) + struct.pack("<I", masked(raw))
        data += raw
    prefix.with_name(prefix.name + ".index").write_bytes(table(entries))
    prefix.with_name(prefix.name + ".data-00000-of-00001").write_bytes(data)
