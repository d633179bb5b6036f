"""Score in, stereo sound out: instruments, panorama, one reverb, a soft limiter."""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, sosfilt

from synesthete.demo.compose import Note, Part, Score
from synesthete.demo.drums import DRUMS
from synesthete.demo.instruments import INSTRUMENTS, SAMPLE_RATE
from synesthete.demo.styles import Style

PEAK = 0.84  # about -1.5 dB: room for lossy codecs, whose peaks overshoot
FADE_S = 2.0


def render(score: Score, style: Style, seed: tuple[int, ...]) -> np.ndarray:
    """(S, 2) float32 at SAMPLE_RATE, peak PEAK, faded out at the end."""
    rng = np.random.default_rng(seed)
    count = int(score.seconds * SAMPLE_RATE)
    dry = np.zeros((2, count), dtype=np.float32)
    wet = np.zeros((2, count), dtype=np.float32)
    for part in score.parts:
        sound = part.gain * _play(part, count, rng)
        sides = _pan(part.pan)
        dry += sides * sound
        if part.reverb:
            wet += sides * (part.reverb * sound)
    mixed = dry + _room(wet, style, rng)
    if style.hiss:
        mixed += style.hiss * _tape(count, rng)
    if style.lowpass_hz < SAMPLE_RATE / 2:
        mixed = sosfilt(butter(2, style.lowpass_hz, fs=SAMPLE_RATE, output="sos"), mixed, axis=1)
    return _master(mixed.astype(np.float32))


def _play(part: Part, count: int, rng: np.random.Generator) -> np.ndarray:
    """The part's notes laid on a mono strip (S,); a note heard before is not synthesized again."""
    strip = np.zeros(count, dtype=np.float32)
    heard: dict[tuple[int, int], np.ndarray] = {}
    for note in part.notes:
        key = (note.pitch, round(note.length_s * 200))
        if key not in heard:
            heard[key] = _sound(part, note, rng)
        begin = int(note.start_s * SAMPLE_RATE)
        sound = heard[key][: count - begin]
        strip[begin : begin + len(sound)] += note.velocity * sound
    return strip


def _sound(part: Part, note: Note, rng: np.random.Generator) -> np.ndarray:
    if part.is_drum:
        return DRUMS[part.instrument](rng).astype(np.float32)
    hz = 440.0 * 2 ** ((note.pitch - 69) / 12)
    return INSTRUMENTS[part.instrument](hz, note.length_s, rng).astype(np.float32)


def _pan(pan: float) -> np.ndarray:
    """(2, 1) gains of left and right with constant power, pan -1..1."""
    angle = (pan + 1) * np.pi / 4
    return np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32)


def _room(wet: np.ndarray, style: Style, rng: np.random.Generator) -> np.ndarray:
    """The sound of a room that falls 60 dB in reverb_s; air and curtains swallow the treble."""
    count = wet.shape[1]
    length = int(style.reverb_s * SAMPLE_RATE)
    t = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    response = rng.standard_normal((2, length), dtype=np.float32) * np.exp(-6.9 * t / style.reverb_s)
    response[:, : int(0.012 * SAMPLE_RATE)] = 0  # the first reflections come back from walls, not at once
    response *= 0.9 / np.sqrt((response**2).sum(axis=1, keepdims=True))
    size = next_fast_len(count + length, real=True)
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE).astype(np.float32)
    air = 1 / (1 + (hz / 5_000.0) ** 2)
    return irfft(rfft(wet, size) * rfft(response, size) * air, size)[:, :count].astype(np.float32)


def _tape(count: int, rng: np.random.Generator) -> np.ndarray:
    """Hiss with a crackle now and then, (2, S)."""
    noise = 0.3 * rng.standard_normal((2, count), dtype=np.float32)
    clicks = rng.integers(0, count, size=count // 6_000)
    noise[:, clicks] += rng.uniform(-8, 8, size=len(clicks)).astype(np.float32)
    return noise


def _master(mixed: np.ndarray) -> np.ndarray:
    level = np.sqrt(np.mean(mixed**2)) + 1e-9
    limited = np.tanh(mixed * (0.16 / level))
    fade = int(FADE_S * SAMPLE_RATE)
    limited[:, -fade:] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return np.ascontiguousarray((limited * (PEAK / np.abs(limited).max())).T)
