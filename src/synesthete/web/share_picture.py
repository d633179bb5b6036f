"""The picture of a shared list, drawn on the server: what messengers and stories show beside the link."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from anyascii import anyascii

WIDE, TALL = (1200, 630), (1080, 1920)
"""Open Graph's usual size, and a phone story's."""
TYPEFACES = (
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "Helvetica.ttc",
)
INK, PAPER_TOP, PAPER_BOTTOM, QUIET = "#f6f3ff", (38, 18, 84), (10, 8, 26), "#b9aee0"


def draw(title: str, lines: Sequence[str], covers: Sequence[bytes], size: tuple[int, int] = WIDE) -> bytes:
    """A PNG of `size` with the title, the first tracks as lines, and up to four covers.

    A cover that cannot be read is left out; without any, a field of sound bars made from the words stands in.
    """
    from PIL import Image, ImageDraw

    width, height = size
    picture = Image.new("RGB", size)
    pen = ImageDraw.Draw(picture)
    for y in range(height):
        mix = y / height
        pen.line(
            [(0, y), (width, y)],
            fill=tuple(round(a + (b - a) * mix) for a, b in zip(PAPER_TOP, PAPER_BOTTOM, strict=True)),
        )
    edge = width // 18
    tall = height > width
    side = width - 2 * edge if tall else height - 2 * edge
    art = _art(title, lines, covers, side)
    picture.paste(art, (edge, edge * 3 if tall else edge))
    left = edge if tall else 2 * edge + side
    top = edge * 4 + side if tall else edge
    _write(pen, title, lines, (left, top, width - edge, height - edge), tall)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _art(title: str, lines: Sequence[str], covers: Sequence[bytes], side: int) -> Any:
    from PIL import Image

    found = [image for image in map(_opened, covers[:4]) if image is not None]
    if not found:
        return _bars(title + "".join(lines), side)
    if len(found) < 4:
        return found[0].resize((side, side))
    art, half = Image.new("RGB", (side, side)), side // 2
    for number, image in enumerate(found):
        art.paste(image.resize((half, half)), (number % 2 * half, number // 2 * half))
    return art


def _opened(data: bytes) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None  # a broken cover costs the picture nothing but itself
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _bars(words: str, side: int) -> Any:
    """A spectrogram of nothing but the words: the same list always gets the same picture."""
    from PIL import Image, ImageDraw

    art = Image.new("RGB", (side, side), (24, 14, 54))
    pen, columns, rows = ImageDraw.Draw(art), 24, 16
    seeds = [ord(c) for c in words] or [7]
    for x in range(columns):
        for y in range(rows):
            value = math.sin(seeds[x % len(seeds)] * 0.7 + y * 0.9) * math.cos(
                seeds[y % len(seeds)] * 0.3 + x * 0.5
            )
            heat = max(0.0, value) * (1 - y / (rows * 1.3))
            color = (round(40 + 200 * heat), round(16 + 120 * heat**2), round(70 + 150 * heat**0.5))
            box = (
                x * side // columns,
                side - (y + 1) * side // rows,
                (x + 1) * side // columns - 2,
                side - y * side // rows - 2,
            )
            pen.rectangle(box, fill=color)
    return art


def _write(pen: Any, title: str, lines: Sequence[str], box: tuple[int, int, int, int], tall: bool) -> None:
    left, top, right, bottom = box
    plain = _typeface() is None
    large, small, sign = (_font(n) for n in ((72, 40, 34) if tall else (54, 28, 24)))
    title, lines = (anyascii(title), [anyascii(line) for line in lines]) if plain else (title, lines)
    y = top
    for line in _wrapped(pen, title, large, right - left)[:3]:
        pen.text((left, y), line, font=large, fill=INK)
        y += round(large.size * 1.15)
    y += large.size // 2
    for line in lines:
        if y + small.size * 1.5 > bottom - sign.size * 2:
            break
        pen.text((left, y), _wrapped(pen, line, small, right - left)[0], font=small, fill=QUIET)
        y += round(small.size * 1.5)
    pen.text((left, bottom - sign.size), "Synesthete", font=sign, fill=INK)


@cache
def _typeface() -> str | None:
    """A typeface of this machine that knows most scripts; None when only Pillow's own (plain Latin) is at hand."""
    from PIL import ImageFont

    for name in TYPEFACES:
        with suppress(OSError):
            return str(ImageFont.truetype(name, 12).path)
    return None


def _font(size: int) -> Any:
    from PIL import ImageFont

    typeface = _typeface()
    return ImageFont.truetype(typeface, size) if typeface else ImageFont.load_default(size)


def _wrapped(pen: Any, text: str, font: Any, width: int) -> list[str]:
    """The text in lines that fit; a word longer than a line is cut with an ellipsis."""
    lines, line = [], ""
    for word in text.split() or [""]:
        longer = f"{line} {word}".strip()
        if pen.textlength(longer, font=font) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while pen.textlength(word, font=font) > width:
            word = word[:-4] + "..." if len(word) > 4 else word[:1]
            if len(word) <= 4:
                break
        line = word
    return [*lines, line]
