"""Ten styles, as data: tempo, scale, harmony, who plays what and in which rhythm.

Rhythms are strings of equal steps per bar: `x` loud, `o` soft, `.` rest. Chords are scale degrees
counted from 0 on the tonic; four notes to a chord where `sevenths` is set.
"""

from __future__ import annotations

from dataclasses import dataclass

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """One player: an instrument, what it does, how loud (0..1), where (-1 left .. 1 right)."""

    instrument: str
    role: str
    """chords | arpeggio | bass | melody | drone"""
    gain: float
    rhythm: str = "x"
    octave: int = 4
    pan: float = 0.0
    reverb: float = 0.2
    enters: float = 0.0
    """Share of the piece that has passed before this voice comes in."""


@dataclass(frozen=True, slots=True)
class Style:
    """Everything that the pieces of one artist have in common."""

    genre: str
    tempo: tuple[float, float]
    """Beats per minute, from..to."""
    scale: str
    progressions: tuple[tuple[int, ...], ...]
    voices: tuple[Voice, ...]
    drums: tuple[tuple[str, str, float], ...] = ()
    """(drum, rhythm, gain)"""
    beats: int = 4
    sevenths: bool = False
    swing: float = 0.0
    """How late every second step comes, as a share of a step."""
    reverb_s: float = 1.2
    lowpass_hz: float = float("inf")
    hiss: float = 0.0
    """Level of tape hiss and crackle."""
    drums_enter: float = 0.12


STYLES: tuple[Style, ...] = (
    Style(
        "Ambient",
        (56, 64),
        "lydian",
        ((0, 4, 1, 0), (0, 2, 4, 1), (3, 0, 4, 0)),
        (
            Voice("pad", "chords", 0.75, octave=4, reverb=0.7),
            Voice("pad", "drone", 0.5, octave=2, reverb=0.5),
            Voice(
                "bell", "melody", 0.3, octave=6, pan=0.3, reverb=0.9, rhythm="x.......o...x...", enters=0.1
            ),
            Voice(
                "flute", "melody", 0.16, octave=5, pan=-0.4, reverb=0.9, rhythm="x...............", enters=0.4
            ),
        ),
        reverb_s=4.5,
        lowpass_hz=9_000,
        sevenths=True,
    ),
    Style(
        "House",
        (121, 126),
        "minor",
        ((0, 5, 2, 6), (0, 3, 5, 6), (0, 0, 5, 6)),
        (
            Voice("stab", "chords", 0.42, "..x..x..x..x..x.", octave=4, reverb=0.3, enters=0.06),
            Voice("sub", "bass", 0.6, "..x...x...x..xx.", octave=2, reverb=0.0, enters=0.12),
            Voice("pad", "chords", 0.25, octave=4, reverb=0.5),
            Voice("stab", "melody", 0.22, "x..x..x...x.x...", octave=5, pan=0.35, reverb=0.5, enters=0.5),
        ),
        (
            ("kick", "x...x...x...x...", 0.95),
            ("clap", "....x.......x...", 0.5),
            ("open_hat", "..x...x...x...x.", 0.4),
            ("hat", "x.oxx.oxx.oxx.ox", 0.25),
        ),
        reverb_s=1.4,
        drums_enter=0.0,
    ),
    Style(
        "Solo Piano",
        (64, 76),
        "major",
        ((0, 5, 3, 4), (0, 4, 5, 3), (5, 3, 0, 4)),
        (
            Voice("piano", "arpeggio", 0.5, "x.x.x.x.x.x.", octave=3, pan=-0.2, reverb=0.35),
            Voice("piano", "melody", 0.75, "x.....x.x...", octave=5, pan=0.2, reverb=0.4),
            Voice("piano", "bass", 0.55, "x...........", octave=2, pan=-0.1, reverb=0.3),
        ),
        beats=3,
        reverb_s=2.2,
    ),
    Style(
        "Lo-fi Hip Hop",
        (80, 88),
        "dorian",
        ((1, 4, 0, 0), (0, 3, 1, 4), (3, 2, 1, 0)),
        (
            Voice("rhodes", "chords", 0.55, "x......o..x.....", octave=4, pan=-0.15, reverb=0.25),
            Voice("sub", "bass", 0.6, "x.....x...x.....", octave=2, reverb=0.0, enters=0.08),
            Voice("rhodes", "melody", 0.32, "..x..x....x.o...", octave=5, pan=0.3, reverb=0.4, enters=0.25),
        ),
        (
            ("thud", "x......x..x.....", 0.95),
            ("rim", "....x.......x..o", 0.55),
            ("snare", "....x.......x...", 0.35),
            ("hat", "x.x.x.x.x.x.x.xx", 0.22),
        ),
        sevenths=True,
        swing=0.28,
        reverb_s=0.9,
        lowpass_hz=4_500,
        hiss=0.012,
    ),
    Style(
        "Rock",
        (132, 144),
        "mixolydian",
        ((0, 6, 3, 0), (0, 3, 6, 3), (0, 0, 6, 3)),
        (
            Voice("crunch", "bass", 0.42, "x.xxx.xxx.xxx.xx", octave=3, pan=-0.6, reverb=0.1),
            Voice("crunch", "bass", 0.42, "x.xxx.xxx.xxx.xx", octave=3, pan=0.6, reverb=0.1, enters=0.06),
            Voice("sub", "bass", 0.5, "x.x.x.x.x.x.x.x.", octave=2, reverb=0.0),
            Voice(
                "lead_guitar", "melody", 0.34, "x...x.x.x..x..x.", octave=5, pan=0.1, reverb=0.35, enters=0.3
            ),
        ),
        (
            ("kick", "x.....x.x.x.....", 0.9),
            ("snare", "....x.......x...", 0.85),
            ("open_hat", "x.x.x.x.x.x.x.x.", 0.28),
        ),
        reverb_s=1.0,
        drums_enter=0.06,
    ),
    Style(
        "Drum and Bass",
        (170, 176),
        "minor",
        ((0, 0, 5, 6), (0, 0, 3, 5), (0, 0, 6, 5)),
        (
            Voice("reese", "bass", 0.6, "x.....x...x.....", octave=2, reverb=0.0, enters=0.12),
            Voice("pad", "chords", 0.3, octave=5, reverb=0.7),
            Voice("bell", "melody", 0.2, "x.....o.....x...", octave=6, pan=0.4, reverb=0.6, enters=0.2),
        ),
        (
            ("kick", "x.........x.....", 0.9),
            ("snare", "....x..o.o..x..o", 0.8),
            ("hat", "xoxoxoxoxoxoxoxo", 0.3),
            ("ride", "x...x...x...x...", 0.18),
        ),
        reverb_s=1.8,
        drums_enter=0.1,
    ),
    Style(
        "Jazz",
        (138, 152),
        "major",
        ((1, 4, 0, 0), (0, 5, 1, 4), (2, 5, 1, 4)),
        (
            Voice("upright", "bass", 0.75, "x.x.x.x.", octave=2, pan=-0.1, reverb=0.15),
            Voice("piano", "chords", 0.28, "..x..x..", octave=4, pan=-0.35, reverb=0.25),
            Voice("vibraphone", "melody", 0.5, "x.xxx.x.", octave=5, pan=0.3, reverb=0.35, enters=0.12),
        ),
        (
            ("ride", "x.xxx.xx", 0.4),
            ("hat", "..x...x.", 0.3),
            ("brush", "..x...x.", 0.45),
            ("thud", "x.......", 0.35),
        ),
        sevenths=True,
        swing=0.33,
        reverb_s=1.3,
        drums_enter=0.0,
    ),
    Style(
        "Folk",
        (98, 108),
        "major",
        ((0, 3, 0, 4), (0, 4, 3, 0), (0, 5, 3, 4)),
        (
            Voice("pluck", "arpeggio", 0.95, "xoxxoxxoxxox", octave=3, pan=-0.35, reverb=0.2),
            Voice("pluck", "bass", 0.8, "x.....x.....", octave=2, pan=-0.1, reverb=0.15),
            Voice("fiddle", "melody", 0.34, "x..x..x.xx..", octave=5, pan=0.35, reverb=0.35, enters=0.15),
            Voice("flute", "melody", 0.2, "x.....x..x..", octave=6, pan=0.1, reverb=0.4, enters=0.55),
        ),
        (("frame_drum", "x....xx.....", 0.5), ("shaker", "x.xx.xx.xx.x", 0.25)),
        beats=3,
        reverb_s=1.1,
        drums_enter=0.3,
    ),
    Style(
        "Chiptune",
        (150, 164),
        "minor",
        ((0, 5, 6, 0), (0, 2, 5, 6), (5, 6, 0, 0)),
        (
            Voice("square", "arpeggio", 0.3, "xxxxxxxxxxxxxxxx", octave=5, pan=-0.4, reverb=0.03),
            Voice("pulse", "melody", 0.42, "x..xx.x.x..x.xx.", octave=5, pan=0.25, reverb=0.06, enters=0.1),
            Voice("square", "bass", 0.45, "x.x.x.x.x.x.x.x.", octave=2, reverb=0.0),
        ),
        (
            ("blip", "x.o.x.o.x.o.x.oo", 0.6),
            ("kick", "x.......x.......", 0.55),
            ("snare", "....x.......x...", 0.3),
        ),
        reverb_s=0.5,
        drums_enter=0.05,
    ),
    Style(
        "Orchestral",
        (84, 94),
        "harmonic minor",
        ((0, 5, 3, 4), (0, 3, 5, 4), (0, 0, 3, 4)),
        (
            Voice("strings", "chords", 0.6, "x.......", octave=4, pan=-0.25, reverb=0.5),
            Voice("strings", "bass", 0.55, "x.x.x.x.", octave=2, pan=0.35, reverb=0.4),
            Voice("strings", "arpeggio", 0.3, "xxxxxxxx", octave=4, pan=-0.5, reverb=0.45, enters=0.25),
            Voice("strings", "melody", 0.5, "x...x.x.", octave=5, pan=-0.1, reverb=0.5, enters=0.12),
        ),
        (("timpani", "x.....oo", 0.6),),
        reverb_s=2.8,
        drums_enter=0.3,
    ),
)
