"""Rhythm: when something begins, and how often that comes round.

Letters: T frames, M bands, L lags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft

SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
# Where listeners tap: a bell over the logarithm of the tempo, around 120 bpm and an octave wide on each side
# (Moelants 2002 found 120-125 bpm preferred).
PREFERRED_BPM, PREFERENCE_OCTAVES = 120.0, 1.0
FLUX_CEILING_DB = 20.0  # a band that leaps more than this counts as this: one drum must not be everything


def onsets(bands_db: np.ndarray) -> np.ndarray:
    """How much begins in every frame of (T, M) bands in dB: (T,), zero mean, the mean rise of the bands."""
    if len(bands_db) < 2:
        return np.zeros(len(bands_db), np.float32)
    heard = np.maximum(bands_db, bands_db.max() - 60.0)  # what lies 60 dB under the loudest is not noticed
    rise = np.clip(heard[1:] - heard[:-1], 0.0, FLUX_CEILING_DB).mean(axis=1)
    rise = np.concatenate([[0.0], rise])
    return (rise - rise.mean()).astype(np.float32)


def autocorrelation(signal: np.ndarray, lags: int) -> np.ndarray:
    """(T,) against itself, shifted by 0..lags-1 frames: (L,), 1 at lag 0, unbiased for its length."""
    size = scipy.fft.next_fast_len(2 * len(signal), real=True)
    power = np.abs(scipy.fft.rfft(signal, size)) ** 2
    raw = scipy.fft.irfft(power, size)[:lags]
    if raw[0] <= 1e-12:
        return np.zeros(lags)
    overlap = np.maximum(1.0 - np.arange(len(raw)) / len(signal), 0.1)
    return np.pad(raw / raw[0] / overlap, (0, lags - len(raw)))


@dataclass(frozen=True)
class Pulse:
    """The beat of a stretch of sound."""

    bpm: float  # beats per minute, 0 when there is no beat
    confidence: float  # 0-1: how far the winner stands above its rivals, and how regular it is
    clarity: float  # 0-1: height of the autocorrelation at the beat


def pulse(onset: np.ndarray, frame_rate: float) -> Pulse:
    """The tempo of (T,) onsets: the lag at which they, and their multiples, come round.

    Known failing, as of every such method: half or double the tempo a listener would tap.
    """
    longest = int(4 * 60.0 / SLOWEST_BPM * frame_rate) + 2
    blurred = np.convolve(onset, (0.25, 0.5, 0.25), mode="same")  # beats seldom fall on a frame
    acf = autocorrelation(blurred, min(longest, max(len(onset) // 2, 1)))
    slowest = min(60.0 / SLOWEST_BPM * frame_rate, len(acf) - 2.0)
    fastest = 60.0 / FASTEST_BPM * frame_rate
    if slowest <= fastest + 1 or not acf.any():
        return Pulse(0.0, 0.0, 0.0)
    # A comb over fractional lags: a beat repeats at 1, 2, 3 and 4 of its periods.
    lags = np.geomspace(fastest, slowest, 400)
    combs = np.zeros(len(lags))
    weights = np.zeros(len(lags))
    for multiple, weight in ((1, 1.0), (2, 0.7), (3, 0.5), (4, 0.5)):
        inside = lags * multiple < len(acf) - 1
        combs += np.where(inside, weight * np.interp(lags * multiple, np.arange(len(acf)), acf), 0.0)
        weights += np.where(inside, weight, 0.0)
    combs /= weights
    bpm = 60.0 * frame_rate / lags
    preference = np.exp(-0.5 * (np.log2(bpm / PREFERRED_BPM) / PREFERENCE_OCTAVES) ** 2)
    # Something that comes round just as well at half the lag is two beats, not one
    halves = np.interp(lags / 2, np.arange(len(acf)), acf) / np.maximum(combs, 1e-6)
    score = np.maximum(combs, 0.0) * preference * (1.0 - 0.5 * np.clip((halves - 0.8) / 0.15, 0.0, 1.0))
    best = int(score.argmax())
    clarity = float(np.clip(combs[best], 0.0, 1.0))
    octaves = np.abs(np.log2(bpm / bpm[best]))
    rivals = score[(octaves > 0.08) & (np.abs(octaves - 1) > 0.08)]
    lead = 1.0 - rivals.max() / score[best] if len(rivals) and score[best] > 0 else 0.0
    confidence = float(np.clip(2.0 * clarity, 0, 1) * np.clip(0.25 + 1.5 * lead, 0, 1))
    return Pulse(float(_refined(bpm, combs, best)), confidence, clarity)


def _refined(bpm: np.ndarray, score: np.ndarray, best: int) -> float:
    """The tempo at the top of the parabola through the best lag and its neighbors."""
    if not 0 < best < len(bpm) - 1:
        return float(bpm[best])
    left, top, right = score[best - 1 : best + 2]
    bend = left - 2 * top + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    step = np.log(bpm[best + 1] / bpm[best - 1]) / 2
    return float(bpm[best] * np.exp(np.clip(shift, -1, 1) * step))
