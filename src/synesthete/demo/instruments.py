"""Instruments: a frequency and a length in, a mono waveform out.

Each is a few lines of additive or frequency-modulation synthesis; partials above 16 kHz are left out,
so that nothing folds back. All peak near 1 and fade to silence at their end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SAMPLE_RATE = 44_100
HIGHEST_HZ = 16_000.0
TABLE = 2_048  # points of one cycle; linear interpolation then errs below -80 dB

Instrument = Callable[[float, float, np.random.Generator], np.ndarray]


def _time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE


def _envelope(t: np.ndarray, attack_s: float, release_s: float) -> np.ndarray:
    """Rises over attack_s and falls over the last release_s."""
    end = t[-1] if len(t) else 0.0
    return np.clip(t / attack_s, 0, 1) * np.clip((end - t) / release_s, 0, 1)


def _cycle(hz: float, amplitudes: np.ndarray) -> np.ndarray:
    """One cycle (TABLE + 1,) of the harmonics with these amplitudes (H,), peak 1."""
    count = max(1, min(len(amplitudes), int(HIGHEST_HZ / hz)))
    spectrum = np.zeros(TABLE // 2 + 1, dtype=complex)
    spectrum[1 : count + 1] = -1j * amplitudes[:count]
    cycle = np.fft.irfft(spectrum, TABLE)
    cycle /= np.abs(cycle).max()
    return np.append(cycle, cycle[0]).astype(np.float32)


def _turn(cycle: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """The cycle read at phases counted in turns."""
    place = (phase % 1.0) * TABLE
    below = place.astype(np.int32)
    below = np.minimum(below, TABLE - 1)
    share = place - below
    return cycle[below] * (1 - share) + cycle[below + 1] * share


_K = np.arange(1, 65, dtype=np.float64)
SAW = 1 / _K
SQUARE = np.where(_K % 2 == 1, 1 / _K, 0.0)
SOFT_SAW = 1 / _K**1.6
DRAWBARS = np.array([1.0, 0.8, 0.5, 0.35, 0.0, 0.2, 0.0, 0.15])


def _detuned(
    hz: float, t: np.ndarray, amplitudes: np.ndarray, cents: tuple[float, ...], vibrato: float
) -> np.ndarray:
    """Several slightly mistuned players in unison; vibrato in turns of phase at 5.3 Hz."""
    cycle = _cycle(hz, amplitudes)
    sway = vibrato * np.sin(2 * np.pi * 5.3 * t) * np.clip(t / 0.4, 0, 1)
    voices = [_turn(cycle, hz * 2 ** (c / 1200) * t + sway + 0.37 * i) for i, c in enumerate(cents)]
    return np.sum(voices, axis=0) / len(cents)


def piano(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Struck strings: stiff, so partials are a little sharp; high ones die first."""
    t = _time(max(seconds, 0.3) + 0.5)
    sound = np.zeros_like(t)
    for k in range(1, 13):
        partial = hz * k * np.sqrt(1 + 3.5e-4 * k * k)
        if partial > HIGHEST_HZ:
            break
        decay = np.exp(-t * (0.5 + hz / 500) * (0.7 + 0.35 * k))
        sound += np.sin(2 * np.pi * partial * t + rng.uniform(0, 6)) * decay * k**-1.3
    return 0.6 * sound * _envelope(t, 0.003, 0.35)


def rhodes(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A tine and its tone bar: mellow, with a bell at the onset and a slow tremolo."""
    t = _time(seconds + 0.4)
    bell = 0.12 * np.sin(2 * np.pi * 14 * hz * t) * np.exp(-t * 18) if 14 * hz < HIGHEST_HZ else 0.0
    body = np.sin(2 * np.pi * hz * t + 0.9 * np.exp(-t * 3) * np.sin(2 * np.pi * hz * t))
    tremolo = 1 + 0.2 * np.sin(2 * np.pi * 4.2 * t)
    return 0.7 * (body + bell) * np.exp(-t * 1.1) * tremolo * _envelope(t, 0.004, 0.3)


def pluck(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A steel string plucked near the bridge."""
    t = _time(max(seconds, 0.8) + 0.3)
    sound = np.zeros_like(t)
    for k in range(1, 22):
        if hz * k > HIGHEST_HZ:
            break
        sound += np.sin(np.pi * k * 0.22) / k * np.sin(2 * np.pi * hz * k * t) * np.exp(-t * (1.6 + 0.55 * k))
    return 0.55 * sound * _envelope(t, 0.002, 0.2)


def upright(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A double bass, fingers on gut."""
    t = _time(seconds + 0.15)
    sound = sum(np.sin(2 * np.pi * hz * k * t) * np.exp(-t * (1.2 + 1.1 * k)) / k for k in range(1, 7))
    return 0.8 * np.asarray(sound) * _envelope(t, 0.008, 0.12)


def vibraphone(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Tuned bars (partials at 1, 4 and 10) with the motor on."""
    t = _time(seconds + 1.0)
    modes = ((1, 1.0, 1.5), (4, 0.35, 4), (10, 0.1, 9))  # partial, level, decay
    sound = sum(level * np.sin(2 * np.pi * hz * k * t) * np.exp(-t * decay) for k, level, decay in modes)
    motor = (1 + 0.35 * np.sin(2 * np.pi * 5.8 * t)) / 1.35
    return 0.7 * np.asarray(sound) * motor * _envelope(t, 0.002, 0.5)


def bell(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A glassy, inharmonic chime."""
    t = _time(seconds + 1.5)
    ring = np.sin(2 * np.pi * hz * t + 2.2 * np.exp(-t * 2.5) * np.sin(2 * np.pi * hz * 3.51 * t))
    return 0.7 * ring * np.exp(-t * 1.6) * _envelope(t, 0.003, 0.8)


def pad(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A soft choir of mistuned oscillators that swells in."""
    t = _time(seconds + 0.8)
    return _detuned(hz, t, SOFT_SAW**1.35, (-9, -3, 4, 10), 0.002) * _envelope(t, min(0.9, seconds / 2), 0.8)


def strings(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A bowed section."""
    t = _time(seconds + 0.25)
    return _detuned(hz, t, SOFT_SAW, (-11, -4, 0, 6, 12), 0.02) * _envelope(t, 0.09, 0.22)


def fiddle(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One bow, more vibrato."""
    t = _time(seconds + 0.08)
    return 0.8 * _detuned(hz, t, SAW**1.15, (0, 3), 0.05) * _envelope(t, 0.05, 0.08)


def flute(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Mostly one partial, some breath."""
    t = _time(seconds + 0.1)
    tone = _detuned(hz, t, np.array([1.0, 0.25, 0.12, 0.03]), (0,), 0.04)
    return (0.8 * tone + 0.03 * rng.standard_normal(len(t))) * _envelope(t, 0.06, 0.09)


def organ(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Drawbars through a turning horn."""
    t = _time(seconds + 0.05)
    return _detuned(hz, t, DRAWBARS, (0,), 0.03) * 0.7 * _envelope(t, 0.008, 0.04)


def stab(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A short bright synthesizer chord tone whose filter closes."""
    t = _time(seconds + 0.25)
    bright = _detuned(hz, t, SAW, (-14, 0, 13), 0.0)
    dark = _detuned(hz, t, SOFT_SAW**1.6, (-14, 0, 13), 0.0)
    opening = np.exp(-t * 9)
    return (bright * opening + dark * (1 - opening)) * np.exp(-t * 2.5) * _envelope(t, 0.004, 0.2)


def crunch(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A distorted guitar: root, fifth and octave through one overdriven amplifier."""
    t = _time(seconds + 0.06)
    dry = sum(_detuned(hz * ratio, t, SAW**1.2, (-5, 6), 0.0) for ratio in (1.0, 1.498, 2.0))
    return 0.75 * np.tanh(3.5 * np.asarray(dry) * np.exp(-t * 0.8)) * _envelope(t, 0.004, 0.05)


def lead_guitar(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One overdriven string, singing."""
    t = _time(seconds + 0.08)
    return 0.7 * np.tanh(3 * _detuned(hz, t, SAW**1.1, (0, 4), 0.04)) * _envelope(t, 0.01, 0.07)


def square(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """The pulse of an old games console, 50 % duty."""
    t = _time(seconds)
    return 0.6 * _turn(_cycle(hz, SQUARE), hz * t) * np.exp(-t * 2) * _envelope(t, 0.002, 0.02)


def pulse(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """The same console's thin pulse, 12.5 % duty, with quick vibrato."""
    t = _time(seconds)
    thin = np.sin(np.pi * _K * 0.125) / _K
    return 0.6 * _detuned(hz, t, thin, (0,), 0.06) * _envelope(t, 0.003, 0.03)


def sub(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A round electric bass."""
    t = _time(seconds + 0.04)
    tone = np.sin(2 * np.pi * hz * t) + 0.4 * np.sin(4 * np.pi * hz * t)
    return 0.8 * np.tanh(1.4 * tone) * _envelope(t, 0.006, 0.05)


def reese(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Two mistuned saws that growl against each other."""
    t = _time(seconds + 0.05)
    return 0.9 * np.tanh(1.6 * _detuned(hz, t, SAW**1.25, (-22, 0, 21), 0.0)) * _envelope(t, 0.012, 0.05)


INSTRUMENTS: dict[str, Instrument] = {
    f.__name__: f
    for f in (
        piano, rhodes, pluck, upright, vibraphone, bell, pad, strings, fiddle, flute, organ, stab, crunch,
        lead_guitar, square, pulse, sub, reese,
    )
}  # fmt: skip
