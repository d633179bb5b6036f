"""Curves of a run as a picture, drawn with Pillow alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN = 900, 240, 46
INK, PAPER, GRID = (40, 44, 52), (255, 255, 255), (224, 226, 230)
LINE = (38, 98, 178)


def draw_curves(rows: Sequence[dict[str, float]], path: Path) -> None:
    """One panel per column of the rows, over `step`, as a PNG."""
    names = [name for name in rows[-1] if name != "step"]
    picture = Image.new("RGB", (WIDTH, HEIGHT * len(names)), PAPER)
    pen = ImageDraw.Draw(picture)
    steps = [row["step"] for row in rows]
    for number, name in enumerate(names):
        _panel(pen, number * HEIGHT, name, steps, [row[name] for row in rows])
    picture.save(path)


def _panel(
    pen: ImageDraw.ImageDraw, top: int, name: str, steps: Sequence[float], values: Sequence[float]
) -> None:
    """One curve with its frame, its range and its title."""
    left, right, upper, lower = MARGIN + 30, WIDTH - MARGIN, top + 30, top + HEIGHT - 30
    low, high = min(values), max(values)
    span, length = (high - low) or 1.0, (steps[-1] - steps[0]) or 1.0
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = lower - share * (lower - upper)
        pen.line([(left, y), (right, y)], fill=GRID)
        pen.text((6, y - 6), f"{low + share * span:.4g}", fill=INK)
    points = [
        (left + (step - steps[0]) / length * (right - left), lower - (value - low) / span * (lower - upper))
        for step, value in zip(steps, values, strict=True)
    ]
    if len(points) > 1:
        pen.line(points, fill=LINE, width=2)
    pen.text((left, top + 10), name, fill=INK)
    pen.text((left, lower + 6), f"step {steps[0]:g}", fill=INK)
    pen.text((right - 80, lower + 6), f"step {steps[-1]:g}", fill=INK)
