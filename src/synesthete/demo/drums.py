"""Drums: noise and falling tones, each a short mono waveform at the instruments' rate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synesthete.demo.instruments import SAMPLE_RATE

Drum = Callable[[np.random.Generator], np.ndarray]


def _time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE


def _noise(rng: np.random.Generator, count: int, low_hz: float, high_hz: float) -> np.ndarray:
    """Noise between two frequencies, peak 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum *= 1 / (1 + (low_hz / np.maximum(hz, 1)) ** 4) / (1 + (hz / high_hz) ** 4)
    noise = np.fft.irfft(spectrum, count)
    return (noise / np.abs(noise).max()).astype(np.float32)


def _drop(t: np.ndarray, high_hz: float, low_hz: float, fall: float, decay: float) -> np.ndarray:
    """A tone falling from high to low as the skin relaxes."""
    phase = low_hz * t + (high_hz - low_hz) * (1 - np.exp(-t * fall)) / fall
    return np.sin(2 * np.pi * phase) * np.exp(-t * decay) * np.clip(t / 0.001, 0, 1)


def _burst(
    rng: np.random.Generator, seconds: float, low_hz: float, high_hz: float, decay: float
) -> np.ndarray:
    t = _time(seconds)
    return _noise(rng, len(t), low_hz, high_hz) * np.exp(-t * decay)


def kick(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.35)
    return _drop(t, 190, 48, 32, 9) + 0.15 * _noise(rng, len(t), 1500, 6000) * np.exp(-t * 180)


def thud(rng: np.random.Generator) -> np.ndarray:
    """A softer, felted kick."""
    return 0.9 * _drop(_time(0.3), 110, 52, 28, 11)


def snare(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.25)
    return 0.5 * _drop(t, 260, 180, 30, 22) + 0.8 * _noise(rng, len(t), 1200, 9000) * np.exp(-t * 18)


def rim(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.08)
    return 0.6 * np.sin(2 * np.pi * 1700 * t) * np.exp(-t * 90) + 0.3 * _burst(rng, 0.08, 2000, 8000, 90)


def clap(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.22)
    claps = ((0.0, 120), (0.011, 120), (0.021, 20))  # two quick ones, then the room
    hands = sum(np.exp(-np.clip(t - begin, 0, 1) * decay) * (t >= begin) for begin, decay in claps)
    return 0.5 * _noise(rng, len(t), 900, 5000) * np.asarray(hands)


def hat(rng: np.random.Generator) -> np.ndarray:
    return 0.6 * _burst(rng, 0.07, 7000, 15000, 70)


def open_hat(rng: np.random.Generator) -> np.ndarray:
    return 0.5 * _burst(rng, 0.35, 6500, 15000, 11)


def ride(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.7)
    ring = sum(np.sin(2 * np.pi * hz * t) for hz in (3151, 4327, 5413, 6871, 8219)) / 5
    return 0.35 * (np.asarray(ring) + _noise(rng, len(t), 5000, 13000)) * np.exp(-t * 6)


def brush(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.22)
    return 0.4 * _noise(rng, len(t), 1500, 7000) * np.sin(np.pi * np.clip(t / 0.22, 0, 1)) ** 2


def shaker(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.1)
    return 0.35 * _noise(rng, len(t), 4500, 11000) * np.sin(np.pi * np.clip(t / 0.1, 0, 1))


def frame_drum(rng: np.random.Generator) -> np.ndarray:
    t = _time(0.5)
    return 0.8 * _drop(t, 130, 92, 20, 7) + 0.1 * _burst(rng, 0.5, 300, 2000, 30)


def timpani(rng: np.random.Generator) -> np.ndarray:
    t = _time(1.2)
    skin = _drop(t, 82, 73, 14, 3) + 0.4 * _drop(t, 122, 110, 14, 5)
    return 0.7 * skin + 0.1 * _burst(rng, 1.2, 60, 500, 12)


def blip(rng: np.random.Generator) -> np.ndarray:
    """A console's noise channel: a few random levels held long."""
    held = np.repeat(rng.choice([-1.0, 1.0], 700), 4)[: int(0.055 * SAMPLE_RATE)]
    return 0.3 * held * np.linspace(1, 0, len(held))


DRUMS: dict[str, Drum] = {
    f.__name__: f
    for f in (
        kick, thud, snare, rim, clap, hat, open_hat, ride, brush, shaker, frame_drum, timpani, blip,
    )
}  # fmt: skip
