"""A small writer of TFRecord files with AudioSet's SequenceExamples, to make test data with."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from synesthete.datasets.audioset.tfrecord import masked_crc


def record(data: bytes) -> bytes:
    """The data framed as one record."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        (length, struct.pack("<I", masked_crc(length)), data, struct.pack("<I", masked_crc(data)))
    )


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def feature(values: Sequence[bytes] | Sequence[float] | Sequence[int], packed: bool = True) -> bytes:
    first = values[0] if len(values) else b""
    if isinstance(first, bytes):
        return field(1, b"".join(field(1, v) for v in values))  # type: ignore[arg-type]
    if isinstance(first, float):
        if packed:
            return field(2, field(1, struct.pack(f"<{len(values)}f", *values)))
        return field(2, b"".join(varint(1 << 3 | 5) + struct.pack("<f", v) for v in values))
    if packed:
        return field(3, field(1, b"".join(varint(int(v)) for v in values)))
    return field(3, b"".join(varint(1 << 3) + varint(int(v)) for v in values))


def example(
    context: Mapping[str, Sequence], lists: Mapping[str, Iterable[Sequence]], packed: bool = True
) -> bytes:
    """A SequenceExample in protocol-buffer bytes."""

    def entry(name: str, value: bytes) -> bytes:
        return field(1, field(1, name.encode()) + field(2, value))

    told = b"".join(entry(name, feature(values, packed)) for name, values in context.items())
    listed = b"".join(
        entry(name, b"".join(field(1, feature(values, packed)) for values in rows))
        for name, rows in lists.items()
    )
    return field(1, told) + field(2, listed)


def clip(
    video: str, labels: Sequence[int], frames: np.ndarray, start_s: float = 30.0, packed: bool = True
) -> bytes:
    """One AudioSet clip as the data set stores it."""
    return example(
        {
            "video_id": [video.encode()],
            "start_time_seconds": [float(start_s)],
            "end_time_seconds": [float(start_s) + 10],
            "labels": list(labels),
        },
        {"audio_embedding": [[frame.tobytes()] for frame in frames]},
        packed,
    )


def clips(n: int, seed: int = 0, label: int = 137) -> list[bytes]:
    """n records of music with random embeddings."""
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 256, (n, 10, 128), dtype=np.uint8)
    return [record(clip(f"v{seed:03}{i:07}", [label], frames[i])) for i in range(n)]
