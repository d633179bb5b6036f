"""Music made by chance: small bands that play in a style, written as MIDI for a synthesizer to render.

Nobody would buy these records; a network learns from them what a backbeat, a walking bass or a string pad sound
like, which free recordings of one kind do not show it. Patterns are strings of sixteen steps: `x` a stroke,
`o` a soft one, `.` nothing. Programs are General MIDI numbers from 0.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass

TICKS = 480  # per quarter note
STEP = TICKS // 4
DRUM_CHANNEL = 9
KICK, SNARE, CLAP, HAT, OPEN_HAT, RIDE, CRASH, TOM, SHAKER, CONGA, RIM = 36, 38, 39, 42, 46, 51, 49, 45, 70, 63, 37

GUITARS, PIANOS, ORGANS = (24, 25, 26, 27), (0, 1, 2, 3), (16, 17, 18)
STRINGS, BRASS, REEDS = (48, 49, 50, 40, 42), (56, 57, 60, 61), (64, 65, 66, 67, 71)
PADS, SYNTHS, CHOIRS = (88, 89, 90, 94, 95), (80, 81, 82, 84, 87), (52, 53, 54)
PIPES, PLUCKED, BELLS = (72, 73, 74, 75, 77), (45, 46, 104, 105, 106, 107), (9, 11, 12, 13, 14)
ACOUSTIC_BASS, ELECTRIC_BASS, SYNTH_BASS = (32,), (33, 34, 35, 36), (38, 39)
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

STYLES: dict[str, Style] = {
    "rock": Style((100, 150), {KICK: ("x.....x.x.......", "x..x..x.x..x...."), SNARE: ("....x.......x...",),
        HAT: ("x.x.x.x.x.x.x.x.",), CRASH: ("................",)}, ("x.x.x.x.x.x.x.x.", "x...x.x.x...x.x."),
        ("x...x...x...x...", "x.xx..xx..x.x.x."), ELECTRIC_BASS, (27, 28, 29, 30), (29, 30, 27, 18), POP, 0.4, power=True, sung=0.6),
    "metal": Style((140, 210), {KICK: ("xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx"), SNARE: ("....x.......x...", "..x...x...x...x."),
        RIDE: ("x.x.x.x.x.x.x.x.",), CRASH: ("x...............",)}, ("xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx"),
        ("xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx"), (34, 33), (30, 29), (30, 29), MODAL + POP, 1.0, power=True, sung=0.3),
    "pop": Style((90, 130), {KICK: ("x.......x.x.....", "x...x...x...x..."), SNARE: ("....x.......x...",), CLAP: ("....x.......x...",),
        HAT: ("x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx")}, ("x.....x.x.....x.", "x.x.x.x.x.x.x.x."), ("x.......x.......", "x.x.x.x.x.x.x.x."),
        ELECTRIC_BASS + SYNTH_BASS, PIANOS + GUITARS + PADS, SYNTHS + PIANOS, POP, 0.4, sung=0.8),
    "disco": Style((110, 130), {KICK: ("x...x...x...x...",), SNARE: ("....x.......x...",), OPEN_HAT: ("..x...x...x...x.",),
        HAT: ("xx.xxx.xxx.xxx.x",)}, ("x.xxx.xxx.xxx.xx", "..x...x...x...x."), ("..x...x...x...x.", "x..x..x.x..x..x."),
        ELECTRIC_BASS, STRINGS + GUITARS + (4, 5), STRINGS + BRASS, POP + JAZZ, 0.6, sevenths=0.6, sung=0.6),
    "hiphop": Style((76, 104), {KICK: ("x......x..x.....", "x.x....x..x..x.."), SNARE: ("....x.......x...",), CLAP: ("....x.......x...",),
        HAT: ("x.x.x.x.x.x.x.x.", "x.xxx.x.x.xxxxx.")}, ("x......x..x.....", "x..........x...."), ("x...............", "x.......x......."),
        SYNTH_BASS + (35,), (4, 5, 0, 48, 89, 11), (80, 73, 11, 4), MODAL + JAZZ, 0.9, swing=0.2, lead=0.3, sevenths=0.6, sung=0.9),
    "techno": Style((122, 145), {KICK: ("x...x...x...x...",), OPEN_HAT: ("..x...x...x...x.",), CLAP: ("....x.......x...", "................"),
        HAT: ("xxxxxxxxxxxxxxxx", "................")}, ("..x...x...x...x.", "x.xxx.xxx.xxx.xx"), ("..x..x..x..x..x.", "x..x..x..x..x..."),
        SYNTH_BASS, SYNTHS + PADS, SYNTHS, MODAL, 0.9, lead=0.5, sung=0.15),
    "drumandbass": Style((160, 178), {KICK: ("x.........x.....", "x..x......x....."), SNARE: ("....x.......x...", "....x..o.o..x..o"),
        HAT: ("x.x.x.x.x.x.x.x.",)}, ("x..........x....", "x.....x...x....."), ("x...............",), SYNTH_BASS, PADS + (4, 5),
        SYNTHS, MODAL, 0.9, sevenths=0.5, lead=0.4, sung=0.2),
    "jazz": Style((90, 220), {RIDE: ("x...x.x.x...x.x.",), HAT: ("....x.......x...",), KICK: ("o.......o.......",), SNARE: ("......o........o",)},
        ("x...x...x...x...",), ("..x.....x.....x.", "x.....x........."), ACOUSTIC_BASS, (0, 26, 16), REEDS + BRASS + (0, 26, 11), JAZZ, 0.4,
        swing=0.33, sevenths=1.0, lead=0.9, sung=0.2),
    "blues": Style((70, 130), {KICK: ("x.......x.......",), SNARE: ("....x.......x...",), RIDE: ("x...x.x.x...x.x.",)}, ("x...x...x...x...", "x.x.x.x.x.x.x.x."),
        ("x.x.x.x.x.x.x.x.", "....x.......x..."), (32, 33), (25, 26, 27, 0, 16), (22, 26, 27, 29, 65), BLUES, 0.1, swing=0.33, sevenths=0.8, lead=0.9, sung=0.5),
    "country": Style((90, 140), {KICK: ("x.......x.......",), SNARE: ("....x.......x...", "..o.x.o...o.x.o."), HAT: ("x.x.x.x.x.x.x.x.",)},
        ("x.......x.......",), ("....x.......x...", "x.x.x.x.x.x.x.x."), (32, 33), (25, 24, 105), (25, 27, 40, 105, 22), POP + CLASSIC, 0.05, lead=0.8, sung=0.8),
    "reggae": Style((66, 92), {KICK: ("........x.......", "x.......x......."), RIM: ("........x.......",), HAT: ("x.x.x.x.x.x.x.x.",)},
        ("x..x..x...x.x...", "x.....x.x..x...."), ("....x.......x...", "..x...x...x...x."), (33, 35), (16, 27, 0, 18), (56, 22, 27, 66), POP + MODAL, 0.4, swing=0.2, sung=0.7),
    "latin": Style((90, 130), {KICK: ("x..x..x.x..x..x.",), RIM: ("x..x..x...x.x...",), SHAKER: ("xxxxxxxxxxxxxxxx",), CONGA: ("..xx..x...xx..x.",)},
        ("x.....x.x.....x.", "...x..x....x..x."), ("x..x..x...x.x...", "x.x..x.xx.x..x.x"), (32, 33), (24, 0, 25), (73, 56, 65, 24, 11), JAZZ + POP, 0.5, sevenths=0.7, sung=0.5),
    "funk": Style((95, 120), {KICK: ("x..x..x...x..x..", "x.x.......x..x.."), SNARE: ("....x..o.o..x..o",), HAT: ("xxxxxxxxxxxxxxxx",)}, ("x..x..xx..x.x..x",),
        ("..x..x....x..x..", "x.xx.xx.x.xx.xx."), (36, 33), (27, 7, 16, 4), BRASS + REEDS, MODAL, 0.7, sevenths=0.9, sung=0.5),
    "folk": Style((80, 140), {}, ("x.......x.......", "................"), ("x.x.x.x.x.x.x.x.", "x..x..x.x..x..x."), (32,), (24, 25, 46, 21),
        PIPES + (40, 21, 22, 110), CLASSIC + POP, 0.4, lead=0.9, sung=0.6),
    "classical": Style((56, 140), {}, ("x.......x.......", "x...............", "................"), ("x.x.x.x.x.x.x.x.", "x...............", "x...x...x...x..."),
        (42, 43, 0, 6), STRINGS + (0, 6, 46, 19), (40, 41, 68, 70, 71, 73, 0), CLASSIC, 0.5, lead=0.9, sung=0.1),
    "choral": Style((50, 84), {}, ("x...............",), ("x...............", "x.......x......."), (19, 43), CHOIRS + (19,), CHOIRS + (68,), CLASSIC, 0.5, sung=0.6),
    "ambient": Style((50, 90), {}, ("x...............", "................"), ("x...............",), (38, 89), PADS + CHOIRS, BELLS + PADS + (0,), MODAL, 0.6,
        lead=0.5, sevenths=0.6, sung=0.1),
    "chiptune": Style((110, 180), {KICK: ("x...x...x...x...", "x.......x......."), SNARE: ("....x.......x...",), HAT: ("x.x.x.x.x.x.x.x.",)}, ("x.x.x.x.x.x.x.x.",),
        ("xxxxxxxxxxxxxxxx", "x.x.x.x.x.x.x.x."), (80, 81), (80, 81), (80, 81), POP + MODAL, 0.5, lead=1.0, sung=0.0),
    "orchestral": Style((60, 130), {TOM: ("x.......x.....x.", "................"), CRASH: ("x...............", "................")}, ("x.x.x.x.x.x.x.x.", "x......."
        "x......."), ("x...............", "x..x..x.x..x..x."), (43, 42, 58), STRINGS + BRASS + CHOIRS, (60, 56, 68, 73, 40), CLASSIC + MODAL, 0.7, lead=0.9, sung=0.05),
    "rnb": Style((64, 96), {KICK: ("x.....x...x.....",), SNARE: ("....x.......x...",), RIM: ("....x.......x..x",), HAT: ("x.xxx.x.x.x.x.xx",)}, ("x.....x...x.....",),
        ("x...............", "x.....x........."), (33, 39), (4, 5, 0, 50), (65, 11, 80, 26), JAZZ + POP, 0.5, swing=0.15, sevenths=0.9, sung=0.9),
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A composed piece: the MIDI file's bytes, and the melody a voice may sing, (start_s, end_s, MIDI pitch)."""

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
    """Four players who have agreed on a style, a key and their patterns; events are (tick, order, status, a, b)."""

    def __init__(self, chance: random.Random, style: Style, root: int, scale: tuple[int, ...]) -> None:
        self.chance, self.style, self.root, self.scale = chance, style, root, scale
        self.strokes = {note: chance.choice(patterns) for note, patterns in style.drums.items()}
        self.bass_steps, self.chord_steps = chance.choice(style.bass), chance.choice(style.chords)
        self.arpeggio = chance.random() < 0.3 and not style.power
        self.has_lead = chance.random() < style.lead
        self.motif = [(chance.choice((2, 2, 4, 4, 6, 8)), chance.choice((-2, -1, -1, 0, 1, 1, 2))) for _ in range(6)]
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
            move = self.chance.choice((0, 2, 4, 6, 1)) if walking and step else self.chance.choice((0, 0, 0, 4))
            self.play(0, bar * 16 + step, 3 if walking else 1.8, self.pitch(degree + move, 3), 95)

    def chords(self, bar: int, degree: int) -> None:
        """Triads, sevenths or fifths on the pattern, or the same broken."""
        tones = [0, 4, 7] if self.style.power else [0, 2, 4] + ([6] if self.chance.random() < self.style.sevenths else [])
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
                self.line.append((round((bar * 16 + step) * STEP), round((bar * 16 + step + length) * STEP), pitch))
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
