"""Music made by chance: small bands that play in a style, written as MIDI for a synthesizer to render.

Nobody would buy these records; a network learns from them what a backbeat, a walking bass or a string pad
sound like, which free recordings of one kind do not show it. Patterns are strings of sixteen steps: `x` a
stroke, `o` a soft one, `.` nothing. Programs are General MIDI numbers from 0.
"""

from __future__ import annotations

import random
import struct
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

TICKS = 480  # per quarter note
STEP = TICKS // 4
DRUM_CHANNEL = 9
DRUMS = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "hat": 42,
    "tom": 45,
    "open_hat": 46,
    "crash": 49,
    "ride": 51,
    "conga": 63,
    "shaker": 70,
}
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True)
class Style:
    """What a style's band plays: tempo range, drums, bass rhythm, chord rhythm, instruments, harmony."""

    tempo: tuple[int, int]  # beats per minute
    drums: dict[int, tuple[str, ...]]
    bass: tuple[str, ...]
    chords: tuple[str, ...]
    bass_programs: tuple[int, ...]
    chord_programs: tuple[int, ...]
    lead_programs: tuple[int, ...]
    degrees: tuple[tuple[int, ...], ...]  # progressions as scale steps from 0
    minor: float = 0.5  # how often the minor scale
    swing: float = 0.0  # share of a step by which every second eighth is late
    lead: float = 0.7  # how often somebody plays a melody
    sevenths: float = 0.1
    power: bool = False  # fifths instead of triads
    sung: float = 0.4  # how often a voice is asked for


POP = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 4, 3), (0, 2, 3, 4))
BLUES = ((0, 0, 0, 0, 3, 3, 0, 0, 4, 3, 0, 4),)
JAZZ = ((1, 4, 0, 5), (0, 5, 1, 4), (2, 5, 1, 4), (1, 4, 0, 0))
MODAL = ((0, 6, 0, 6), (0, 0, 3, 3), (0, 6, 5, 6), (0, 0, 0, 0))
CLASSIC = ((0, 3, 4, 0), (0, 5, 1, 4, 0, 3, 4, 0), (0, 4, 5, 2, 3, 0, 3, 4))


def _styles() -> dict[str, Style]:
    """The styles of `styles.toml`, by name; a drum with its choice of patterns by its General MIDI key."""
    table = tomllib.loads(resources.files(__package__).joinpath("styles.toml").read_text("utf-8"))
    found = {}
    for name, entry in table.items():
        drums = {DRUMS[drum]: tuple(patterns) for drum, patterns in entry.pop("drums", {}).items()}
        degrees = tuple(tuple(progression) for progression in entry.pop("degrees"))
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
        }
        found[name] = Style(drums=drums, degrees=degrees, **values)
    return found


STYLES = _styles()


@dataclass(frozen=True)
class Piece:
    """A composed piece: the MIDI file's bytes, and the melody a voice may sing (start_s, end_s, pitch)."""

    style: str
    midi: bytes
    melody: list[tuple[float, float, int]]
    sung: bool


def compose(chance: random.Random, seconds: float) -> Piece:
    """A piece of about so many seconds in a style drawn by chance."""
    name = chance.choice(sorted(STYLES))
    style = STYLES[name]
    tempo = chance.uniform(*style.tempo)
    bars = max(4, round(seconds / (240 / tempo)))
    root, scale = chance.randrange(12), MINOR if chance.random() < style.minor else MAJOR
    progression = chance.choice(style.degrees)
    band = _Band(chance, style, root, scale)
    sung = chance.random() < style.sung
    intro, break_bar = chance.choice((0, 0, 2, 4)), chance.randrange(4, bars + 4)
    for bar in range(bars):
        degree = progression[bar % len(progression)]
        if bar >= intro and not break_bar <= bar < break_bar + 4:
            band.drums(bar)
        band.bass(bar, degree)
        band.chords(bar, degree)
        band.melody(bar, degree, plays=bar >= intro)
    if sung:
        band.events = [event for event in band.events if event[2] & 0x0F != 2]
    beat = 60 / tempo
    melody = [(start / TICKS * beat, end / TICKS * beat, pitch) for start, end, pitch in band.line]
    return Piece(name, write_midi(band.events, tempo), melody, sung)


class _Band:
    """Four players who have agreed on a style, a key and their patterns.

    Events are (tick, order, status, a, b).
    """

    def __init__(self, chance: random.Random, style: Style, root: int, scale: tuple[int, ...]) -> None:
        self.chance, self.style, self.root, self.scale = chance, style, root, scale
        self.strokes = {note: chance.choice(patterns) for note, patterns in style.drums.items()}
        self.bass_steps, self.chord_steps = chance.choice(style.bass), chance.choice(style.chords)
        self.arpeggio = chance.random() < 0.3 and not style.power
        self.has_lead = chance.random() < style.lead
        self.motif = [
            (chance.choice((2, 2, 4, 4, 6, 8)), chance.choice((-2, -1, -1, 0, 1, 1, 2))) for _ in range(6)
        ]
        programs = (style.bass_programs, style.chord_programs, style.lead_programs, style.chord_programs)
        self.events: list[tuple[int, int, int, int, int]] = [
            (0, 0, 0xC0 | channel, chance.choice(choices), -1) for channel, choices in enumerate(programs)
        ]
        self.events += [(0, 0, 0xB0 | c, 7, chance.randrange(70, 115)) for c in (0, 1, 2, 3, DRUM_CHANNEL)]
        self.line: list[tuple[int, int, int]] = []
        self.height = chance.randrange(5, 10)
        self.doubled = chance.random() < 0.3

    def play(self, channel: int, step: float, length: float, pitch: int, force: int) -> None:
        """One note: late on swung eighths, a little early or late as people are."""
        late = self.style.swing * 2 * STEP if int(step) % 4 == 2 else 0
        start = max(0, round(step * STEP + late + self.chance.gauss(0, 4)))
        loud = max(1, min(127, force + self.chance.randrange(-10, 11)))
        self.events.append((start, 2, 0x90 | channel, pitch, loud))
        self.events.append((start + max(20, round(length * STEP)), 1, 0x80 | channel, pitch, 0))

    def drums(self, bar: int) -> None:
        """The groove; a fill of toms ends every eighth bar."""
        for note, pattern in self.strokes.items():
            for step, stroke in enumerate(pattern):
                if stroke != ".":
                    self.play(DRUM_CHANNEL, bar * 16 + step, 1, note, 100 if stroke == "x" else 55)
        if self.strokes and bar % 8 == 7:
            for step in range(8, 16):
                self.play(DRUM_CHANNEL, bar * 16 + step, 1, 50 - step // 2 + 4, 100)

    def pitch(self, degree: int, octave: int) -> int:
        """The MIDI pitch of a scale step."""
        return min(108, max(24, 12 * octave + self.root + 12 * (degree // 7) + self.scale[degree % 7]))

    def bass(self, bar: int, degree: int) -> None:
        """Roots and fifths on the pattern; walking where every beat is played."""
        walking = self.style.swing > 0.3
        for step in (s for s, stroke in enumerate(self.bass_steps) if stroke == "x"):
            move = (
                self.chance.choice((0, 2, 4, 6, 1)) if walking and step else self.chance.choice((0, 0, 0, 4))
            )
            self.play(0, bar * 16 + step, 3 if walking else 1.8, self.pitch(degree + move, 3), 95)

    def chords(self, bar: int, degree: int) -> None:
        """Triads, sevenths or fifths on the pattern, or the same broken."""
        tones = (
            [0, 4, 7]
            if self.style.power
            else [0, 2, 4] + ([6] if self.chance.random() < self.style.sevenths else [])
        )
        steps = [s for s, stroke in enumerate(self.chord_steps) if stroke == "x"]
        for number, step in enumerate(steps):
            until = steps[number + 1] if number + 1 < len(steps) else 16
            length = max(0.8, (until - step) * 0.9)
            for tone in [tones[number % len(tones)]] if self.arpeggio else tones:
                pitch = self.pitch(degree + tone, 4 if self.style.power else 5)
                self.play(1, bar * 16 + step, length, pitch, 75)
                if self.doubled and number == 0:
                    self.play(3, bar * 16, 15, pitch, 55)

    def melody(self, bar: int, degree: int, plays: bool) -> None:
        """A motif that wanders over the chord; kept in `line` for a voice, played where there is a lead."""
        step = 0.0
        for length, move in self.motif:
            if step >= 16:
                break
            self.height = min(12, max(2, self.height + move + self.chance.choice((-1, 0, 0, 0, 1))))
            pitch = self.pitch(self.height if step % 4 else degree + 2 * round((self.height - degree) / 2), 5)
            if self.chance.random() < 0.85:
                self.line.append(
                    (round((bar * 16 + step) * STEP), round((bar * 16 + step + length) * STEP), pitch)
                )
                if self.has_lead and plays and bar % 8 < 6:
                    self.play(2, bar * 16 + step, length * 0.9, pitch, 95)
            step += length


def write_midi(events: list[tuple[int, int, int, int, int]], tempo: float) -> bytes:
    """A standard MIDI file of one track from (tick, order, status, first, second or -1) events."""
    body = b"\x00\xff\x51\x03" + struct.pack(">I", round(60_000_000 / tempo))[1:]
    now = 0
    for tick, _, status, first, second in sorted(events):
        body += _variable(tick - now) + bytes([status, first] if second < 0 else [status, first, second])
        now = tick
    body += _variable(TICKS) + b"\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS) + b"MTrk" + struct.pack(">I", len(body)) + body


def _variable(number: int) -> bytes:
    """A MIDI variable-length number."""
    out = [number & 0x7F]
    while number := number >> 7:
        out.append(0x80 | number & 0x7F)
    return bytes(reversed(out))
