"""Pictures of sound and of records: made once in another process, kept in the data folder, served with an ETag."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import Query, Request, Response

from synesthete.errors import InputError, NotFound
from synesthete.web.api.models.music import Peaks
from synesthete.web.house import House
from synesthete.web.sound.png import gray_png
from synesthete.web.sound.tasks import PEAKS, CoverTask, DrawTask, draw_spectrogram, draw_waveform, take_cover

SPAN_S = 10.0
LONGEST_SPAN_S = 600.0
COVER_SIZES = (128, 256, 512, 1024)
KEEP = {"Cache-Control": "private, max-age=86400"}

PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "The picture."}}
JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "The picture."}}

Start = Annotated[float, Query(ge=0, le=1e6)]
End = Annotated[float | None, Query(gt=0, le=1e6)]
Width = Annotated[int, Query(ge=8, le=2048)]
Height = Annotated[int, Query(ge=8, le=256)]
Points = Annotated[int, Query(ge=10, le=PEAKS)]
Size = Annotated[int, Query(ge=16, le=1024)]


def peaks(house: House, path: Path, points: int) -> Peaks:
    """The waveform of a file in so many points."""

    def draw() -> bytes:
        duration_s, loudest = house.ears.ask(draw_waveform, str(path))
        return np.float64(duration_s).tobytes() + loudest.tobytes()

    kept = _kept(house, "peaks", path, "", draw)
    loudest = np.frombuffer(kept, np.uint8, offset=8).astype(np.float32) / 255
    starts = np.linspace(0, PEAKS, points, endpoint=False).astype(int)
    fewer = np.maximum.reduceat(loudest, starts)
    duration_s = float(np.frombuffer(kept, np.float64, 1)[0])
    return Peaks(duration_s=duration_s, peaks=[round(float(p), 3) for p in fewer])


def spectrogram(
    house: House, request: Request, path: Path, start_s: float, end_s: float | None, width: int, height: int
) -> Response:
    """A span of a file as PNG."""
    stop_s = start_s + SPAN_S if end_s is None else end_s
    if stop_s <= start_s:
        raise InputError(f"start_s {start_s:g} is not before end_s {stop_s:g}")
    if stop_s - start_s > LONGEST_SPAN_S:
        raise InputError(f"a picture shows at most {LONGEST_SPAN_S:g} s of sound")
    tag = f'"{_key(path, f"{start_s:.3f} {stop_s:.3f} {width} {height}")}"'
    headers = KEEP | {"ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    pixels = house.ears.ask(draw_spectrogram, DrawTask(str(path), start_s, stop_s, width, height))
    return Response(gray_png(pixels), media_type="image/png", headers=headers)


def cover(house: House, path: Path, size: int, *, exactly: bool = False) -> Response:
    """The cover inside a file as JPEG, no wider and higher than `size`, or than the next of a few usual sizes."""
    most = size if exactly else next(kept for kept in COVER_SIZES if kept >= size)
    data = _kept(house, "covers", path, str(most), lambda: _cover(house, path, most))
    if not data:
        raise NotFound("this track has no cover")
    return Response(data, media_type="image/jpeg", headers=KEEP)


def _cover(house: House, path: Path, size: int) -> bytes:
    try:
        return house.ears.ask(take_cover, CoverTask(str(path), size))
    except NotFound:
        return b""  # remembered too, so that a wall of albums without covers is fast the second time


def _kept(house: House, drawer: str, path: Path, more: str, make: Callable[[], bytes]) -> bytes:
    """What was made of this file before, else made now and kept. Written beside and renamed into place."""
    place = house.settings.data / "cache" / drawer / _key(path, more)
    try:
        return place.read_bytes()
    except OSError:
        pass
    data = make()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}")
        draft.write_bytes(data)
        os.replace(draft, place)
    except OSError:
        return data  # a full disk costs the next request some time, not this one its answer
    return data


def _key(path: Path, more: str) -> str:
    """A name that changes when the file does."""
    facts = path.stat()
    text = f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\0{more}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
