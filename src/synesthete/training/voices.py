"""Voices by rule: sung vowels over a melody, and speech from espeak-ng where it is installed.

A source of pulses with vibrato, shaped by the formants of vowels, is no singer; but taggers hear "vocal" in
it, and so does the ear they teach. Letters: S samples.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from collections.abc import Sequence

import numpy as np
import soundfile
import soxr
from scipy.signal import lfilter

# Formants (Hz, bandwidth Hz, gain) of five vowels of a tenor, after the table in Csound's manual (Appendix
# D).
VOWELS = {
    "a": ((650, 80, 1.0), (1080, 90, 0.5), (2650, 120, 0.45), (2900, 130, 0.4), (3250, 140, 0.08)),
    "e": ((400, 70, 1.0), (1700, 80, 0.2), (2600, 100, 0.25), (3200, 120, 0.2), (3580, 120, 0.1)),
    "i": ((290, 40, 1.0), (1870, 90, 0.18), (2800, 100, 0.12), (3250, 120, 0.1), (3540, 120, 0.03)),
    "o": ((400, 40, 1.0), (800, 80, 0.32), (2600, 100, 0.25), (2800, 120, 0.25), (3000, 120, 0.05)),
    "u": ((350, 40, 1.0), (600, 60, 0.1), (2700, 100, 0.14), (2900, 120, 0.2), (3300, 120, 0.05)),
}
SYLLABLES = [
    "la",
    "mi",
    "do",
    "ra",
    "so",
    "ve",
    "no",
    "ti",
    "ka",
    "lu",
    "she",
    "wa",
    "ri",
    "bo",
    "da",
    "en",
    "for",
    "night",
    "love",
    "run",
    "high",
    "me",
    "you",
    "sky",
    "fall",
]
LANGUAGES = ("en-us", "en-gb", "es", "fr-fr", "de", "it", "pt", "sv", "pl")


def sing(melody: Sequence[tuple[float, float, int]], sample_rate: int, chance: random.Random) -> np.ndarray:
    """(S,) a voice that sings the notes (start_s, end_s, MIDI pitch), a vowel each; peak about 1."""
    if not melody:
        return np.zeros(0, np.float32)
    size = 2.0 ** chance.uniform(-0.05, 0.3)  # of the formants: from a large man to a child
    octave = chance.choice((-12, -12, 0)) if size < 1.12 else 0
    out = np.zeros(int((melody[-1][1] + 1) * sample_rate), np.float32)
    breath, depth = chance.uniform(0.002, 0.03), chance.uniform(0.1, 0.5)
    singers = chance.choice((1, 1, 1, 3))
    for start, end, pitch in melody:
        length = int((end - start) * sample_rate * 0.95)
        if length < 400:
            continue
        vowel = VOWELS[chance.choice("aeiou")]
        for _ in range(singers):
            note = _note(pitch + octave + chance.gauss(0, 0.1), length, sample_rate, breath, depth, chance)
            at = int(start * sample_rate)
            out[at : at + length] += _shape(note, vowel, size, sample_rate)[: len(out) - at]
    return (out / max(1e-6, float(np.abs(out).max()))).astype(np.float32)


def _note(
    pitch: float, length: int, rate: int, breath: float, depth: float, chance: random.Random
) -> np.ndarray:
    """Glottal pulses with vibrato and breath, gliding in; (length,)."""
    time = np.arange(length) / rate
    bend = -chance.uniform(0, 1.5) * np.exp(-time * 25) + depth * np.sin(
        2 * np.pi * chance.uniform(4.5, 6.5) * time
    ) * np.minimum(1, time * 3)
    phase = np.cumsum(440 * 2 ** ((pitch + bend - 69) / 12) / rate) % 1.0
    noise = np.random.default_rng(chance.randrange(1 << 30)).standard_normal(length)
    pulse = np.where(phase < 0.6, np.sin(np.pi * phase / 0.6) ** 2, 0.0)
    swell = np.minimum(1, np.minimum(time / 0.04, (time[-1] - time) / 0.06))
    return (np.diff(pulse, prepend=0.0) + breath * noise) * swell


def _shape(
    note: np.ndarray, vowel: Sequence[tuple[float, float, float]], size: float, rate: int
) -> np.ndarray:
    """The note through parallel resonators at the formants."""
    out = np.zeros_like(note)
    for frequency, width, gain in vowel:
        radius = np.exp(-np.pi * width / rate)
        angle = 2 * np.pi * min(frequency * size, rate * 0.45) / rate
        out += gain * lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], note)
    return out


def speak(seconds: float, sample_rate: int, chance: random.Random) -> np.ndarray:
    """(S,) syllables in a language drawn by chance, at most so long.

    Empty where espeak-ng is not installed.
    """
    program = shutil.which("espeak-ng")
    if program is None:
        return np.zeros(0, np.float32)
    lines = [
        " ".join(chance.choices(SYLLABLES, k=chance.randrange(4, 9))) for _ in range(int(seconds / 2) + 1)
    ]
    voice = chance.choice(LANGUAGES) + chance.choice(("", "+f2", "+f4", "+m3", "+m7", "+croak"))
    command = [
        program,
        "--stdout",
        "-v",
        voice,
        "-s",
        str(chance.randrange(130, 280)),
        "-p",
        str(chance.randrange(10, 90)),
    ]
    spoken = subprocess.run([*command, ". ".join(lines)], capture_output=True, check=False, timeout=60).stdout
    if len(spoken) < 1000:
        return np.zeros(0, np.float32)
    waveform, rate = soundfile.read(io.BytesIO(spoken), dtype="float32")
    return soxr.resample(waveform, rate, sample_rate)[: int(seconds * sample_rate)]
