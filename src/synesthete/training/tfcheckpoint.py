"""Reads TensorFlow checkpoints without TensorFlow: the single-file kind and the index-and-data kind.

Both are sorted tables of (key, value) in blocks, after LevelDB. In the old kind (V1) the values are
`SavedTensorSlices` messages with the numbers inside; in the newer one (V2) they are `BundleEntryProto`
messages that point into `.data-00000-of-00001` files. Only what a saved network needs is read: whole float
tensors.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import google_crc32c
import numpy as np

from synesthete.errors import FormatError

MAGIC = 0xDB4775248B80FB57  # the last eight bytes of every table
FOOTER = 48  # bytes: two block handles, padding, magic
TRAILER = 5  # bytes after a block: compression, masked CRC-32C
CRC_MASK = 0xA282EAD8
DT_FLOAT = 1  # TensorFlow's number for float32

Fields = dict[int, list[int | bytes]]


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """All float32 tensors of a checkpoint by name; `path` is the file (V1), the `.index` or the prefix (V2).

    Raises FormatError when the file is no checkpoint, is damaged or keeps tensors in several slices.
    """
    index = next((p for p in (path, path.with_name(path.name + ".index")) if p.is_file()), None)
    if index is None:
        raise FormatError(
            "no such checkpoint", subject=path, hint="Give the file, or the prefix before .index."
        )
    try:
        entries = dict(_table(index.read_bytes()))
        if index.name.endswith(".index"):
            return _bundle(entries, index)
        return dict(_slices(entries))
    except (IndexError, KeyError, ValueError, struct.error) as error:
        raise FormatError(
            f"this is no TensorFlow checkpoint, or a damaged one ({error})", subject=index
        ) from error


def _slices(entries: dict[bytes, bytes]) -> Iterator[tuple[str, np.ndarray]]:
    """Tensors of a V1 file: the entry of the empty key has the shapes.

    Every other one the numbers of a slice.
    """
    meta = _fields(_one(_fields(entries[b""]), 1))
    shapes = {}
    for tensor in meta.get(1, []):
        facts = _fields(tensor)
        if len(facts.get(4, [])) > 1:
            raise ValueError(f"{_text(facts)} is kept in slices")
        shapes[_text(facts)] = _shape(facts.get(2, [b""])[0])
    for key, value in entries.items():
        if key:
            piece = _fields(_one(_fields(value), 2))
            name, data = _text(piece), _fields(_one(piece, 3))
            if _number(data, 1) == DT_FLOAT:
                yield name, _floats(data).reshape(shapes[name])


def _bundle(entries: dict[bytes, bytes], index: Path) -> dict[str, np.ndarray]:
    """Tensors of a V2 checkpoint, read from its data files."""
    shards = _number(_fields(entries.pop(b"")), 1) or 1
    prefix = index.name.removesuffix(".index")
    tensors = {}
    for key, value in entries.items():
        facts = _fields(value)
        if _number(facts, 1) != DT_FLOAT or 7 in facts:
            continue
        data = index.with_name(f"{prefix}.data-{_number(facts, 3):05d}-of-{shards:05d}")
        if not data.is_file():
            raise FormatError("a data file of this checkpoint is missing", subject=data)
        size = _number(facts, 5)
        with open(data, "rb") as file:
            file.seek(_number(facts, 4))
            raw = file.read(size)
        if len(raw) != size or (6 in facts and _masked_crc(raw) != _number(facts, 6)):
            raise ValueError(f"{key.decode()} is damaged")
        tensors[key.decode()] = np.frombuffer(raw, "<f4").reshape(_shape(facts.get(2, [b""])[0]))
    return tensors


def _table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """All entries of a table, in the order of their keys."""
    footer = data[-FOOTER:]
    if len(footer) < FOOTER or struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise ValueError("the magic number is absent")
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    offset, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    for _, handle in _block(data, offset, size):
        first, at = _varint(handle, 0)
        length, _ = _varint(handle, at)
        yield from _block(data, first, length)


def _block(data: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """The entries of one block; keys share prefixes with the one before."""
    block, trailer = data[offset : offset + size], data[offset + size : offset + size + TRAILER]
    if trailer[0] != 0:
        raise ValueError("its blocks are compressed, which no released saver does")
    if _masked_crc(block + trailer[:1]) != struct.unpack("<I", trailer[1:])[0]:
        raise ValueError(f"the block at {offset} fails its checksum")
    end = size - 4 - 4 * struct.unpack("<I", block[-4:])[0]
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        fresh, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def _masked_crc(data: bytes) -> int:
    """CRC-32C as TensorFlow stores it: rotated by 15 bits, plus a constant."""
    crc = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + CRC_MASK) & 0xFFFFFFFF


def _fields(message: int | bytes) -> Fields:
    """The fields of a protocol buffer by number; nested messages stay bytes."""
    if isinstance(message, int):
        raise ValueError("a message was expected")
    found: Fields = {}
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        value: int | bytes
        if kind == 0:
            value, at = _varint(message, at)
        else:
            size = {1: 8, 5: 4}.get(kind, -1)
            if kind == 2:
                size, at = _varint(message, at)
            if size < 0 or at + size > len(message):
                raise ValueError(f"wire type {kind} at byte {at}")
            raw = message[at : at + size]
            value, at = raw if kind == 2 else int.from_bytes(raw, "little"), at + size
        found.setdefault(tag >> 3, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _one(fields: Fields, number: int) -> bytes:
    value = fields[number][0]
    if isinstance(value, int):
        raise ValueError(f"field {number} is no message")
    return value


def _number(fields: Fields, number: int) -> int:
    value = fields.get(number, [0])[0]
    if not isinstance(value, int):
        raise ValueError(f"field {number} is no number")
    return value


def _text(fields: Fields) -> str:
    return _one(fields, 1).decode()


def _shape(message: int | bytes) -> tuple[int, ...]:
    """A TensorShapeProto's sizes."""
    return tuple(_number(_fields(dimension), 1) for dimension in _fields(message).get(2, []))


def _floats(tensor: Fields) -> np.ndarray:
    """The numbers of a TensorProto: packed float_val, or tensor_content."""
    packed = [value for value in tensor.get(5, []) if isinstance(value, bytes)]
    raw = b"".join(packed) if packed else _one(tensor, 4)
    values = np.frombuffer(raw, "<f4")
    if not math.isfinite(float(np.abs(values).max(initial=0))):
        raise ValueError("it holds numbers that are none")
    return values
