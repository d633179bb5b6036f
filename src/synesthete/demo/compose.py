"""Style and seed in, score out: harmony first, then who plays which notes when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np

from synesthete.demo.styles import SCALES, Style, Voice

LOUD, SOFT = 1.0, 0.55
_LEVELS = {"x": LOUD, "o": SOFT}
STRUM_S = 0.012  # chord notes are never struck at exactly one instant by a hand


@dataclass(frozen=True, slots=True)
class Note:
    """One note: when (s), how long (s), MIDI pitch (60 is middle C), how hard (0..1)."""

    start_s: float
    length_s: float
    pitch: int
    velocity: float


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one voice; a drum part has its drum's name and pitch 0 throughout."""

    instrument: str
    notes: tuple[Note, ...]
    gain: float
    pan: float = 0.0
    reverb: float = 0.2
    is_drum: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """A piece before it sounds."""

    parts: tuple[Part, ...]
    tempo: float
    root: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all voices of one piece share."""

    style: Style
    bar_s: float
    chords: tuple[int, ...]
    """Scale degree of each bar's chord."""
    root: int
    seconds: float

    def pitch(self, degree: int, octave: int) -> int:
        """MIDI pitch of a scale degree (may exceed 6 or be negative) in an octave."""
        scale = SCALES[self.style.scale]
        step, index = divmod(degree, 7)
        return 12 * (octave + 1 + step) + scale[index] + self.root

    def tones(self, bar: int) -> tuple[int, ...]:
        """Scale degrees of the bar's chord, closest inversion around the tonic."""
        base = self.chords[bar] if self.chords[bar] < 4 else self.chords[bar] - 7
        return tuple(base + step for step in ((0, 2, 4, 6) if self.style.sevenths else (0, 2, 4)))

    def steps(self, rhythm: str, bar: int) -> list[tuple[float, float, float]]:
        """(start_s, length_s until the next hit, velocity) of each hit in the bar."""
        step_s = self.bar_s / len(rhythm)
        hits = [i for i, mark in enumerate(rhythm) if mark != "."]
        late = self.style.swing * step_s
        ends = [*hits[1:], len(rhythm)]
        return [
            (bar * self.bar_s + i * step_s + late * (i % 2), (end - i) * step_s, _LEVELS[rhythm[i]])
            for i, end in zip(hits, ends, strict=True)
        ]


def compose(style: Style, seed: tuple[int, ...], seconds: float = 30.0) -> Score:
    """A piece in the style; the same seed gives the same piece."""
    rng = np.random.default_rng(seed)
    tempo = float(rng.uniform(*style.tempo))
    bar_s = style.beats * 60 / tempo
    bars = int(np.ceil(seconds / bar_s))
    progression = style.progressions[rng.integers(len(style.progressions))]
    frame = _Frame(style, bar_s, tuple(islice(cycle(progression), bars)), int(rng.integers(-5, 7)), seconds)
    voices = [_voice_part(frame, voice, rng) for voice in style.voices]
    drums = [_drum_part(frame, name, rhythm, gain, rng) for name, rhythm, gain in style.drums]
    return Score(tuple(voices + drums), tempo, frame.root, seconds)


def _voice_part(frame: _Frame, voice: Voice, rng: np.random.Generator) -> Part:
    notes = _ROLES[voice.role](frame, voice, rng)
    begins = round(voice.enters * frame.seconds / frame.bar_s) * frame.bar_s
    heard = tuple(
        replace(n, velocity=n.velocity * float(rng.uniform(0.85, 1.0)))
        for n in notes
        if begins <= n.start_s < frame.seconds
    )
    return Part(voice.instrument, heard, voice.gain, voice.pan, voice.reverb)


def _drum_part(frame: _Frame, drum: str, rhythm: str, gain: float, rng: np.random.Generator) -> Part:
    begins = round(frame.style.drums_enter * frame.seconds / frame.bar_s) * frame.bar_s
    notes = tuple(
        Note(start, length, 0, velocity * float(rng.uniform(0.8, 1.0)))
        for bar in range(len(frame.chords))
        for start, length, velocity in frame.steps(rhythm, bar)
        if begins <= start < frame.seconds
    )
    return Part(drum, notes, gain, pan=float(rng.uniform(-0.3, 0.3)), reverb=0.12, is_drum=True)


def _chords(frame: _Frame, voice: Voice, rng: np.random.Generator) -> list[Note]:
    return [
        Note(start + i * STRUM_S, length, frame.pitch(degree, voice.octave), velocity / 2)
        for bar in range(len(frame.chords))
        for start, length, velocity in frame.steps(voice.rhythm, bar)
        for i, degree in enumerate(frame.tones(bar))
    ]


def _drone(frame: _Frame, voice: Voice, rng: np.random.Generator) -> list[Note]:
    return [
        Note(bar * frame.bar_s, 2 * frame.bar_s, frame.pitch(0, voice.octave), LOUD)
        for bar in range(0, len(frame.chords), 2)
    ]


def _bass(frame: _Frame, voice: Voice, rng: np.random.Generator) -> list[Note]:
    """The root on the first hit; then mostly root, sometimes fifth, octave or a step towards what comes."""
    walk = rng.choice([0, 0, 0, 4, 7, 2], size=len(voice.rhythm))
    notes = []
    for bar in range(len(frame.chords)):
        base = frame.tones(bar)[0]
        for i, (start, length, velocity) in enumerate(frame.steps(voice.rhythm, bar)):
            degree = base + (0 if i == 0 else int(walk[i]))
            notes.append(Note(start, length * 0.9, frame.pitch(degree, voice.octave), velocity))
    return notes


def _arpeggio(frame: _Frame, voice: Voice, rng: np.random.Generator) -> list[Note]:
    shape = rng.integers(0, 6, size=8)
    notes = []
    for bar in range(len(frame.chords)):
        tones = (*frame.tones(bar), frame.tones(bar)[0] + 7, frame.tones(bar)[1] + 7, frame.tones(bar)[2] + 7)
        for i, (start, length, velocity) in enumerate(frame.steps(voice.rhythm, bar)):
            degree = tones[shape[i % len(shape)] % len(tones)]
            notes.append(Note(start, length, frame.pitch(degree, voice.octave), velocity))
    return notes


def _melody(frame: _Frame, voice: Voice, rng: np.random.Generator) -> list[Note]:
    """Two one-bar motifs over four bars (A A B A) that move with the harmony, chord tones on strong beats."""
    hits = len(voice.rhythm) - voice.rhythm.count(".")
    motifs = [np.cumsum(rng.choice([-2, -1, -1, 0, 1, 1, 2], size=hits)) for _ in range(2)]
    rests = [rng.random(hits) < 0.15 for _ in range(2)]
    notes = []
    for bar in range(len(frame.chords)):
        which = (0, 0, 1, 0)[bar % 4]
        tones = frame.tones(bar)
        anchor = tones[(bar + (bar % 4 == 1)) % 3]
        for i, (start, length, velocity) in enumerate(frame.steps(voice.rhythm, bar)):
            if i > 0 and rests[which][i]:
                continue
            degree = anchor + int(np.clip(motifs[which][i] - motifs[which][0], -5, 5))
            if i % 2 == 0:
                degree = _nearest(degree, tones)
            notes.append(Note(start, length * 0.95, frame.pitch(degree, voice.octave), velocity))
    return notes


def _nearest(degree: int, tones: tuple[int, ...]) -> int:
    """The chord tone, in any octave around, that is closest to the degree."""
    return min((t + 7 * octave for t in tones for octave in (-1, 0, 1)), key=lambda t: (abs(t - degree), t))


_ROLES = {"chords": _chords, "drone": _drone, "bass": _bass, "arpeggio": _arpeggio, "melody": _melody}
