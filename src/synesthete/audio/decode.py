"""Any sound file to mono float32, whole or in part, in constant memory.

A source is a path, bytes, or a binary stream. Rates are changed by soxr at high quality, on one grid: the
samples of a part are those of the whole, cut out.
"""

from __future__ import annotations

import io
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from synesthete.audio.readers import AvReader, Reader, open_reader
from synesthete.errors import AudioError, InputError

Source = Path | str | bytes | BinaryIO

# Sound on either side of a part that the resampler's filter (a few hundred samples long) wants to see.
MARGIN_S = 0.05
# Float files may hold anything; beyond this amplitude (full scale is 1) it is no sound.
LOUDEST = 1e6
# A stream that cannot be rewound is kept in memory up to this size, then in a temporary file.
SPOOL_BYTES = 32 << 20


@dataclass(frozen=True)
class AudioInfo:
    """What a sound file says of itself."""

    duration_s: float
    sample_rate: int  # Hz
    channels: int
    codec: str  # "mp3", "vorbis", "pcm_16"
    container: str  # "mp3", "ogg", "wav"


class Sound:
    """An open sound file, from which any part can be read, any number of times."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._info: AudioInfo | None = None

    @property
    def info(self) -> AudioInfo:
        """Duration, rate, channels and format. Walks through the file where it does not tell its length."""
        if self._info is None:
            reader = self._reader
            frames = reader.frames
            if frames is None:
                frames = reader.count() if isinstance(reader, AvReader) else sum(map(len, reader.blocks()))
            self._info = AudioInfo(
                frames / reader.rate, reader.rate, reader.channels, reader.codec, reader.container
            )
        return self._info

    def stream(
        self, sample_rate: int, start_s: float = 0.0, end_s: float | None = None, block_s: float = 30.0
    ) -> Iterator[np.ndarray]:
        """Blocks of (S,) mono float32, each `block_s` long but the last; constant memory.

        Values that are not numbers become silence. Raises AudioError when there is nothing to hear.
        """
        _check_span(start_s, end_s)
        size = max(1, round(block_s * sample_rate))
        held: list[np.ndarray] = []
        count = 0
        empty = True
        for piece in self._resampled(sample_rate, start_s, end_s):
            held.append(piece)
            count += len(piece)
            while count >= size:
                whole = np.concatenate(held)
                yield whole[:size]
                held, count, empty = [whole[size:]], count - size, False
        if count:
            yield np.concatenate(held)
        elif empty:
            raise AudioError(f"no sound after {start_s:g} s" if start_s else "there is no sound in this file")

    def decode(self, sample_rate: int, start_s: float = 0.0, end_s: float | None = None) -> np.ndarray:
        """All of it, or a part, as one (S,) mono float32 array."""
        blocks = list(self.stream(sample_rate, start_s, end_s, block_s=60.0))
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def _resampled(self, sample_rate: int, start_s: float, end_s: float | None) -> Iterator[np.ndarray]:
        """Pieces at the wanted rate, cut to the wanted span on the grid of the whole file."""
        rate = self._reader.rate
        unit = rate // math.gcd(rate, sample_rate)  # native samples after which both grids meet again
        first = round(start_s * sample_rate)
        last = None if end_s is None else max(first + 1, round(end_s * sample_rate))
        begin = max(0, int((start_s - MARGIN_S) * rate)) // unit * unit
        stop = None if end_s is None else math.ceil((end_s + MARGIN_S) * rate)
        position = begin * sample_rate // rate  # where the first resampled sample lies
        native = _until(self._reader.blocks(begin), None if stop is None else stop - begin)
        for piece in _at_rate(_finite(native), rate, sample_rate):
            kept = piece[max(0, first - position) : None if last is None else max(0, last - position)]
            position += len(piece)
            if len(kept):
                yield kept


@contextmanager
def open_sound(source: Source) -> Iterator[Sound]:
    """Open a source for reading parts of it.

    Raises AudioError, with the reason, when the file is absent, empty, unreadable or no sound.
    """
    subject = source if isinstance(source, str | os.PathLike) else None
    try:
        with _opened(source) as (file, fd):
            reader = open_reader(file, fd)
            try:
                yield Sound(reader)
            finally:
                reader.close()
    except AudioError as error:
        if error.subject is not None or subject is None:
            raise
        raise AudioError(error.what, subject=subject, hint=error.hint) from error


def decode(source: Source, sample_rate: int, start_s: float = 0.0, end_s: float | None = None) -> np.ndarray:
    """The sound of a source, whole or from `start_s` to `end_s`: (S,) mono float32 at `sample_rate`."""
    with open_sound(source) as sound:
        return sound.decode(sample_rate, start_s, end_s)


def stream(
    source: Source, sample_rate: int, start_s: float = 0.0, end_s: float | None = None, block_s: float = 30.0
) -> Iterator[np.ndarray]:
    """The sound of a source in blocks of `block_s` seconds, in constant memory: (S,) mono float32 each."""
    with open_sound(source) as sound:
        yield from sound.stream(sample_rate, start_s, end_s, block_s)


def probe(source: Source) -> AudioInfo:
    """Duration, rate, channels and format of a source, without decoding it."""
    with open_sound(source) as sound:
        if sound.info.duration_s <= 0:
            raise AudioError("there is no sound in this file")
        return sound.info


@contextmanager
def _opened(source: Source) -> Iterator[tuple[BinaryIO, int | None]]:
    """The source as a seekable binary stream, with its descriptor when it is a file on disk."""
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source), None
    elif isinstance(source, str | os.PathLike):
        try:
            file = open(source, "rb", buffering=0)  # noqa: SIM115  closed below; the decoders buffer
        except FileNotFoundError:
            raise AudioError("there is no such file") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise AudioError(f"the file cannot be opened ({reason})") from error
        with file:
            yield file, file.fileno()
    elif source.seekable():
        yield source, None
    else:
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            shutil.copyfileobj(source, spool)
            yield spool, None  # type: ignore[misc]


def _check_span(start_s: float, end_s: float | None) -> None:
    if not (math.isfinite(start_s) and start_s >= 0):
        raise InputError(f"a start of {start_s} s cannot be", hint="Seconds count from 0.")
    if end_s is not None and not (math.isfinite(end_s) and end_s > start_s):
        raise InputError(f"the end ({end_s} s) must lie after the start ({start_s} s)")


def _until(blocks: Iterator[np.ndarray], count: int | None) -> Iterator[np.ndarray]:
    """The first `count` samples of the blocks."""
    for block in blocks:
        if count is None:
            yield block
            continue
        yield block[:count]
        count -= len(block)
        if count <= 0:
            return


def _finite(blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The blocks with everything that is no number replaced by silence.

    Raises AudioError at the end when not one sample was a number.
    """
    sound = broken = 0
    for block in blocks:
        energy = float(np.dot(block, block))
        if not energy < LOUDEST:
            bad = ~(np.abs(block) < LOUDEST)
            broken += int(bad.sum())
            block[bad] = 0.0
        sound += len(block)
        yield block
    if sound and broken == sound:
        raise AudioError("not one sample of this file is a number")


def _at_rate(blocks: Iterator[np.ndarray], rate: int, sample_rate: int) -> Iterator[np.ndarray]:
    """The blocks at another sample rate (soxr HQ, one filter state across all blocks)."""
    if rate == sample_rate:
        yield from blocks
        return
    import soxr

    resampler = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield resampler.resample_chunk(block)
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
