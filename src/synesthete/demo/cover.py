"""Covers: overlapping discs in a palette of the album's own, drawn by numpy, written as PNG."""

from __future__ import annotations

import colorsys
import struct
import zlib

import numpy as np

SIZE = 300


def cover(seed: tuple[int, ...]) -> bytes:
    """A PNG of SIZE x SIZE pixels; the same seed gives the same picture."""
    rng = np.random.default_rng(seed)
    hue = float(rng.random())
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    top, bottom = _color(hue, 0.55, 0.22), _color(hue + 0.08, 0.5, 0.45)
    picture = top + y[..., None] * (bottom - top)
    for i in range(int(rng.integers(4, 8))):
        center, radius = rng.uniform(0.1, 0.9, 2), rng.uniform(0.08, 0.38)
        distance = np.hypot(x - center[0], y - center[1])
        edge = np.clip((radius - distance) * SIZE / 1.5, 0, 1)
        rings = 0.75 + 0.25 * np.cos(distance * rng.uniform(20, 90)) if i % 2 else 1.0
        share = (edge * rings * rng.uniform(0.35, 0.8))[..., None]
        disc = _color(hue + rng.uniform(-0.12, 0.55), 0.6, rng.uniform(0.6, 1.0))
        picture = picture * (1 - share) + share * disc
    return _png((picture * 255).astype(np.uint8))


def _color(hue: float, saturation: float, value: float) -> np.ndarray:
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value))


def _png(pixels: np.ndarray) -> bytes:
    """pixels (H, W, 3) uint8 as PNG, 8-bit RGB without interlacing."""
    height, width, _ = pixels.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
