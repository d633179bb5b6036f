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

from synesthete.datasets.protobuf import as_bytes, fields, varint
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
        if len(raw) != size or (6 in facts and _masked_crc(raw) != int.from_bytes(_one(facts, 6), "little")):
            raise ValueError(f"{key.decode()} is damaged")
        tensors[key.decode()] = np.frombuffer(raw, "<f4").reshape(_shape(facts.get(2, [b""])[0]))
    return tensors


def _table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """All entries of a table, in the order of their keys."""
    footer = data[-FOOTER:]
    if len(footer) < FOOTER or struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise ValueError("the magic number is absent")
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    offset, at = varint(footer, at)
    size, _ = varint(footer, at)
    for _, handle in _block(data, offset, size):
        first, at = varint(handle, 0)
        length, _ = varint(handle, at)
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
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        length, at = varint(block, at)
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
    found: Fields = {}
    for number, value in fields(as_bytes(message)):
        found.setdefault(number, []).append(value)
    return found


def _one(facts: Fields, number: int) -> bytes:
    return as_bytes(facts[number][0])


def _number(facts: Fields, number: int) -> int:
    value = facts.get(number, [0])[0]
    if not isinstance(value, int):
        raise ValueError(f"field {number} is no number")
    return value


def _text(facts: Fields) -> str:
    return _one(facts, 1).decode()


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
