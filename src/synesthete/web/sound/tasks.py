"""What the other process does with sound. Module-level functions of one picklable question each."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from synesthete.audio.decode import open_sound
from synesthete.audio.spectrogram import MelSpec
from synesthete.audio.tags import read_tags
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import Heard, hear_sound
from synesthete.encoders.shelf import open_encoder
from synesthete.errors import AudioError, InputError, NotFound, SynestheteError

DEPTH_DB = 70.0
"""What lies further under the loudest point of a picture is drawn black."""
PEAKS = 2000
"""Spans a waveform is drawn from; fewer are made from these."""


@dataclass(frozen=True, slots=True)
class HearTask:
    """Hear a file, or a span of it, with an encoder of the shelf: excerpts, or rows of bytes."""

    path: str
    encoder: str
    shelf: Path
    provider: str
    start_s: float = 0.0
    end_s: float | None = None
    longest_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class HeardFile:
    """What came of a HearTask; `total_s` is the duration of the whole file."""

    heard: Heard
    total_s: float
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class DrawTask:
    """Draw a span of a file as a (height, width) picture."""

    path: str
    start_s: float
    end_s: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CoverTask:
    """Take the cover out of a file, at most `size` pixels wide and high."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of our family on its way between processes."""

    kind: str
    what: str
    subject: str | None
    hint: str | None

    def error(self) -> SynestheteError:
        """The error itself."""
        kinds = {kind.__name__: kind for kind in (AudioError, InputError, NotFound)}
        return kinds.get(self.kind, SynestheteError)(self.what, subject=self.subject, hint=self.hint)


def guarded(work: tuple[Callable[[Any], Any], Any]) -> Any:
    """What the function makes of the question, or the Fault it ended in."""
    function, question = work
    try:
        return function(question)
    except SynestheteError as error:
        return Fault(type(error).__name__, error.what, error.subject, error.hint)


def hear_file(task: HearTask) -> HeardFile:
    """Decode once, hear once."""
    with open_sound(Path(task.path)) as sound:
        total_s = sound.info.duration_s
        start_s, end_s = span_of(task.start_s, task.end_s, total_s, task.longest_s)
        encoder = kept_encoder(task.encoder, task.shelf, task.provider)
        heard = hear_sound(encoder, sound, "full", start_s, None if end_s >= total_s else end_s)
    return HeardFile(heard, total_s, start_s, end_s)


def draw_waveform(path: str) -> tuple[float, np.ndarray]:
    """Duration in seconds, and the largest absolute sample of each of PEAKS equal spans: (PEAKS,) uint8."""
    with open_sound(Path(path)) as sound:
        info = sound.info
        per_span = max(1, round(info.duration_s * info.sample_rate / PEAKS))
        loudest = np.zeros(PEAKS, np.float32)
        at = 0
        for block in sound.stream(info.sample_rate):
            places = np.minimum(np.arange(at, at + len(block)) // per_span, PEAKS - 1)
            edges = np.flatnonzero(np.diff(places, prepend=-1))
            most = np.maximum.reduceat(np.abs(block), edges)
            np.maximum.at(loudest, places[edges], most)
            at += len(block)
    return info.duration_s, np.clip(loudest * 255, 0, 255).astype(np.uint8)


def draw_spectrogram(task: DrawTask) -> np.ndarray:
    """The log-mel picture of the span: (height, width) uint8, low frequencies in the last row."""
    spec = MelSpec(n_fft=2048, win_length=2048, hop_length=200, n_mels=task.height)
    with open_sound(Path(task.path)) as sound:
        start_s, end_s = span_of(task.start_s, task.end_s, sound.info.duration_s)
        picture = spec.log_mel(sound.decode(spec.sample_rate, start_s, end_s))  # (T, M)
    columns = np.linspace(0, len(picture), task.width + 1)
    starts = np.minimum(columns[:-1].astype(int), len(picture) - 1)
    resized = np.maximum.reduceat(picture, starts) if len(picture) >= task.width else picture[starts]
    top = resized.max()
    shade = np.clip((resized - (top - DEPTH_DB)) / DEPTH_DB, 0, 1) * 255
    return np.ascontiguousarray(shade.astype(np.uint8).T[::-1])


def take_cover(task: CoverTask) -> bytes:
    """The cover as JPEG. Raises NotFound where there is none, AudioError where it cannot be read."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    cover = read_tags(task.path).cover
    if cover is None:
        raise NotFound("this track has no cover")
    try:
        with Image.open(io.BytesIO(cover.data)) as image:
            image.draft("RGB", (task.size, task.size))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((task.size, task.size))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=85, optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise NotFound(f"the cover of this track cannot be read ({error})") from error
    return out.getvalue()


@lru_cache(maxsize=4)
def kept_encoder(name: str, shelf: Path, provider: str) -> Encoder:
    """An encoder of the shelf, opened once in this process."""
    return open_encoder(name, shelf, provider=provider, threads=1)


def warm(task: HearTask) -> str:
    """Open the encoder before anybody waits for it; its stamp."""
    return kept_encoder(task.encoder, task.shelf, task.provider).card.stamp


def span_of(
    start_s: float, end_s: float | None, total_s: float, longest_s: float = np.inf
) -> tuple[float, float]:
    """The span within a sound of `total_s` seconds. Raises InputError for an empty or too long one, AudioError
    where there is no sound at all."""
    if total_s <= 0:
        raise AudioError("there is no sound in this file")
    stop_s = total_s if end_s is None else min(end_s, total_s)
    if start_s >= total_s:
        raise InputError(f"start_s {start_s:g} is not before the end of the sound at {total_s:.3f} s")
    if start_s >= stop_s:
        raise InputError(f"start_s {start_s:g} is not before end_s {stop_s:g}")
    if stop_s - start_s > longest_s:
        raise InputError(
            f"{stop_s - start_s:.0f} s of sound are more than the {longest_s:.0f} s this server listens to",
            hint="Choose a region with start_s and end_s.",
        )
    return start_s, stop_s
