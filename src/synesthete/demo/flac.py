"""FLAC with tags and a cover: libsndfile codes the sound, the metadata blocks are written here.

The layout of the blocks is the FLAC format's (RFC 9639, section 8): a header byte with the block's type
and a last-block flag, 24 bits of length, then the content.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

STREAMINFO, PADDING, COMMENTS, PICTURE = 0, 1, 4, 6
LAST = 0x80
FRONT_COVER = 3
VENDOR = "synesthete"


def write_flac(
    path: Path,
    sound: np.ndarray,
    sample_rate: int,
    tags: Iterable[tuple[str, str]],
    cover: bytes | None = None,
) -> None:
    """Write sound (S, C) as 16-bit FLAC with Vorbis comments and, if given, a PNG as front cover."""
    import soundfile

    coded = io.BytesIO()
    soundfile.write(coded, sound, sample_rate, format="FLAC", subtype="PCM_16")
    stream_info, frames = _split(coded.getvalue())
    blocks = [(STREAMINFO, stream_info), (COMMENTS, _comments(tags))]
    if cover is not None:
        blocks.append((PICTURE, _picture(cover)))
    blocks.append((PADDING, bytes(1024)))  # so that taggers can write without moving the sound
    path.write_bytes(b"fLaC" + _joined(blocks) + frames)


def _split(flac: bytes) -> tuple[bytes, bytes]:
    """The content of the STREAMINFO block, and everything after the last metadata block."""
    place, stream_info, last = 4, b"", False
    while not last:
        kind, length = flac[place] & 0x7F, int.from_bytes(flac[place + 1 : place + 4], "big")
        last = bool(flac[place] & LAST)
        if kind == STREAMINFO:
            stream_info = flac[place + 4 : place + 4 + length]
        place += 4 + length
    return stream_info, flac[place:]


def _joined(blocks: list[tuple[int, bytes]]) -> bytes:
    return b"".join(
        bytes([kind | (LAST if i == len(blocks) - 1 else 0)]) + len(content).to_bytes(3, "big") + content
        for i, (kind, content) in enumerate(blocks)
    )


def _comments(tags: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"{name}={value}".encode() for name, value in tags]
    counted = b"".join(struct.pack("<I", len(line)) + line for line in lines)
    return struct.pack("<I", len(VENDOR)) + VENDOR.encode() + struct.pack("<I", len(lines)) + counted


def _picture(png: bytes) -> bytes:
    width, height = struct.unpack(">II", png[16:24])  # from the PNG's own header
    mime = b"image/png"
    head = struct.pack(">II", FRONT_COVER, len(mime)) + mime + struct.pack(">I", 0)
    return head + struct.pack(">IIIII", width, height, 24, 0, len(png)) + png
