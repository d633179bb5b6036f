"""Hear a source with an encoder: decoded once, in constant memory, from sound to points.

A full look takes excerpts over the whole sound, each overlapping half of the next; a quick look decodes three
places only. A sound shorter than an excerpt is one excerpt, the whole of it; one shorter than the encoder can
take is repeated until it is long enough, and its times stay true.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from synesthete.audio.decode import Sound, Source, open_sound
from synesthete.audio.excerpts import Excerpt, full_excerpts, quick_excerpts
from synesthete.encoders.encoder import Encoder, normalized
from synesthete.encoders.named import Descriptor, describe
from synesthete.errors import AudioError, SynestheteError

Plan = Literal["full", "quick"]

SHORTEST_S = 0.1  # seconds; less than a tenth is a click, not music
SILENCE = 10 ** (-80 / 20)  # peak below -80 dB of full scale: nobody hears it
DESCRIBED_S = 30.0  # seconds a stretch needs to be described instead of the first one; twice that is used
SEGMENT_EXCERPTS = 12  # excerpts per spectrogram and network call of a full look: about a minute of sound


@dataclass(frozen=True)
class Heard:
    """What an encoder heard in a source. E excerpts, D dimensions."""

    track: np.ndarray  # (D,) float32 of length 1: the mean of all excerpts that are not silent
    excerpts: np.ndarray  # (E, D) float32, each of length 1
    starts_s: np.ndarray  # (E,) seconds from the beginning of the source
    ends_s: np.ndarray  # (E,)
    duration_s: float  # of the whole source, or of the asked span of it
    silent: bool = False  # nothing louder than -80 dB: the points mean nothing
    named: dict[str, Descriptor] = field(default_factory=dict)  # tempo, key ... of a full look, if asked for


def hear(
    encoder: Encoder, source: Source, plan: Plan = "full", start_s: float = 0.0, end_s: float | None = None
) -> Heard:
    """The source, or its span from `start_s` to `end_s`, as points.

    Raises AudioError when there is nothing to hear or less than a tenth of a second.
    """
    with open_sound(source) as sound:
        try:
            return hear_sound(encoder, sound, plan, start_s, end_s)
        except AudioError as error:
            if error.subject is None and isinstance(source, str):
                error.subject = source
            raise


def hear_sound(
    encoder: Encoder,
    sound: Sound,
    plan: Plan = "full",
    start_s: float = 0.0,
    end_s: float | None = None,
    named: bool = False,
) -> Heard:
    """As `hear`, from a sound that is open already; `named` asks a full look for descriptors, too."""
    if plan == "quick":
        return _quick(encoder, sound, start_s, end_s)
    return hear_blocks(encoder, sound.stream(encoder.sample_rate, start_s, end_s), start_s, named)


def hear_blocks(
    encoder: Encoder, blocks: Iterable[np.ndarray], start_s: float = 0.0, named: bool = False
) -> Heard:
    """A full look at a waveform that comes in blocks of (S,) mono float32 at the encoder's rate.

    Named descriptors are those of the second minute, past the introduction, or of the first where there is
    no half of a second.
    """
    gathered = _Gathered(encoder)
    length_s = encoder.card.excerpt_s
    duration_s = 0.0
    described = np.zeros(0, np.float32)
    for number, (offset_s, waveform) in enumerate(_segments(blocks, encoder.sample_rate, length_s)):
        span_s = len(waveform) / encoder.sample_rate
        duration_s = offset_s + span_s
        gathered.look(waveform, full_excerpts(span_s, length_s, length_s / 2), start_s + offset_s)
        if named and (number == 0 or (number == 1 and span_s >= DESCRIBED_S)):
            described = waveform[: int(2 * DESCRIBED_S * encoder.sample_rate)]
    heard = gathered.heard(duration_s)
    return replace(heard, named=describe(described, encoder.sample_rate)) if named else heard


def _quick(encoder: Encoder, sound: Sound, start_s: float, end_s: float | None) -> Heard:
    length_s = encoder.card.excerpt_s
    stop_s = sound.info.duration_s if end_s is None else min(end_s, sound.info.duration_s)
    duration_s = max(stop_s - start_s, 0.0)
    gathered = _Gathered(encoder)
    problem = None
    for place in quick_excerpts(duration_s, length_s):
        from_s = start_s + place.start_s
        try:
            waveform = sound.decode(encoder.sample_rate, from_s, max(start_s + place.end_s, from_s + 1e-3))
        except AudioError as error:  # shorter than its header says: the other places may still sound
            problem = error
            continue
        gathered.look(waveform, [Excerpt(0.0, len(waveform) / encoder.sample_rate)], from_s)
    if problem is not None and gathered.empty:
        raise problem
    return gathered.heard(duration_s)


class _Gathered:
    """Points of excerpts, as they come."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._points: list[np.ndarray] = []
        self._places: list[Excerpt] = []
        self._audible: list[bool] = []

    @property
    def empty(self) -> bool:
        return not self._points

    def look(self, waveform: np.ndarray, places: list[Excerpt], offset_s: float) -> None:
        """Embed the excerpts of one stretch of sound, drawn as one picture."""
        rate = self._encoder.sample_rate
        if len(waveform) < SHORTEST_S * rate:
            return
        for place in places:
            part = waveform[int(place.start_s * rate) : int(place.end_s * rate)]
            self._audible.append(bool(max(part.max(), -part.min()) > SILENCE))
        picture = self._encoder.picture(_long_enough(waveform, self._encoder))
        self._points.append(self._encoder.embed(_cut(picture, places, self._encoder)))
        self._places += [Excerpt(offset_s + p.start_s, offset_s + p.end_s) for p in places]

    def heard(self, duration_s: float) -> Heard:
        if self.empty:
            raise AudioError(
                f"only {duration_s:.3f} s of sound, too short to hear", hint="Take 0.1 s or more."
            )
        points = np.concatenate(self._points)
        if not np.isfinite(points).all():
            raise SynestheteError(
                f"the encoder {self._encoder.card.stamp} gave numbers that are none",
                hint="Its network may be damaged; `synesthete encoders list` shows the others.",
            )
        audible = np.array(self._audible)
        return Heard(
            track=normalized(points[audible if audible.any() else slice(None)].mean(axis=0)),
            excerpts=points,
            starts_s=np.array([place.start_s for place in self._places]),
            ends_s=np.array([place.end_s for place in self._places]),
            duration_s=duration_s,
            silent=not audible.any(),
        )


def _long_enough(waveform: np.ndarray, encoder: Encoder) -> np.ndarray:
    """The waveform, repeated when it is shorter than the encoder can take."""
    return np.resize(waveform, max(len(waveform), round(encoder.card.shortest_s * encoder.sample_rate)))


def _cut(picture: np.ndarray, places: list[Excerpt], encoder: Encoder) -> np.ndarray:
    """The excerpts' pictures, (N, F, M): frames of equal number out of the whole (T, M)."""
    if len(places) == 1:
        return picture[None, : max(1, round(encoder.card.excerpt_s * encoder.frame_rate))]
    starts = [round(place.start_s * encoder.frame_rate) for place in places]
    frames = min(round(encoder.card.excerpt_s * encoder.frame_rate), len(picture) - starts[-1])
    return np.stack([picture[start : start + frames] for start in starts])


def _segments(
    blocks: Iterable[np.ndarray], sample_rate: int, length_s: float
) -> Iterator[tuple[float, np.ndarray]]:
    """Stretches (offset in s, waveform) of a dozen excerpts, overlapping by half an excerpt.

    A stretch is given away only when a whole excerpt beyond it is there, so the last one is never short.
    """
    hop = round(length_s / 2 * sample_rate)
    step = SEGMENT_EXCERPTS * hop
    held = np.zeros(0, np.float32)
    taken = 0
    for block in itertools.chain(blocks):
        held = np.concatenate([held, block])
        while len(held) >= step + 3 * hop:
            yield taken / sample_rate, held[: step + hop]
            held, taken = held[step:], taken + step
    yield taken / sample_rate, held
