"""Named descriptors: ten numbers about a piece that a listener could nod at, or argue with.

They are computed here, from the hand-made ear's picture of the sound; no service is asked. Each has a
confidence between 0 and 1, and `MEANINGS` tells what it means, its range, and where it is known to fail.
Letters: T frames, M bands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synesthete.encoders.descriptors import BANDS, MEL, DescriptorEncoder
from synesthete.encoders.rhythm import onsets, pulse
from synesthete.encoders.tonality import STEPS, key_of, tuned


@dataclass(frozen=True)
class Descriptor:
    """One named number and how far to trust it, 0 to 1."""

    value: float
    confidence: float


@dataclass(frozen=True)
class Meaning:
    """What a descriptor says."""

    meaning: str
    unit: str
    range: str
    failings: str


MEANINGS: dict[str, Meaning] = {
    "tempo": Meaning(
        "beats per minute a listener would tap",
        "bpm",
        "40-240, 0 without a beat",
        "half or double the tempo, above all in slow ballads and fast drum and bass; free rhythm",
    ),
    "key": Meaning(
        "the tonic",
        "semitones above C",
        "0-11",
        "a fifth off in modal music; one for a piece that modulates",
    ),
    "mode": Meaning("major or minor", "1: major, 0: minor", "0, 1", "relative major and minor share notes"),
    "loudness": Meaning(
        "average loudness after ITU-R BS.1770 (K-weighted, gated)",
        "LUFS",
        "-70 to 0",
        "of the mono mix, below 7.6 kHz; phase-inverted stereo sounds too soft",
    ),
    "dynamics": Meaning(
        "how far loud and soft passages lie apart (5 to 95 %)", "dB", "0-60", "a fade counts as dynamics"
    ),
    "brightness": Meaning(
        "center of the spectrum",
        "Hz",
        "40-7600",
        "noise and hiss are bright; highs above 7.6 kHz are not seen",
    ),
    "energy": Meaning(
        "intensity: loud, busy and bright against calm",
        "share",
        "0-1",
        "a convention; feeling is not measured",
    ),
    "pulse_clarity": Meaning(
        "how plainly and steadily it beats: what makes dancing easy",
        "share",
        "0-1",
        "a steady pattern of anything is a pulse; says nothing of groove or style",
    ),
    "acousticness": Meaning(
        "tones that ring and fade, few highs, wide dynamics against dense and driven sound",
        "share",
        "0-1",
        "soft electronic music passes for acoustic; loud orchestras and cymbals for electric",
    ),
    "instrumentalness": Meaning(
        "how little of it moves like a voice (syllables 3-8 times a second between 300 and 3400 Hz)",
        "share",
        "0-1",
        "the weakest of all: solo winds and fast guitar pass for voices, long sung vowels for instruments",
    ),
}


def describe(waveform: np.ndarray, sample_rate: int) -> dict[str, Descriptor]:
    """The named descriptors of (S,) mono samples at any rate; a minute or more is best.

    Silence has a loudness of -70 and confidence 0 in everything else.
    """
    if sample_rate != MEL.sample_rate:
        import soxr

        waveform = soxr.resample(waveform, sample_rate, MEL.sample_rate, quality="HQ")
    return describe_picture(DescriptorEncoder().picture(waveform))


def describe_picture(picture: np.ndarray) -> dict[str, Descriptor]:
    """As `describe`, from the hand-made ear's (T, 84) picture of the sound."""
    bands, steps = picture[:, :BANDS], picture[:, BANDS : BANDS + STEPS]
    levels = _levels(bands)
    loudness = _gated(levels)
    audible = 0.0 if loudness <= -69.0 else 1.0
    long_enough = min(1.0, len(bands) / (20.0 * MEL.frame_rate))  # trust grows up to 20 s
    trust = audible * long_enough
    onset = onsets(bands)
    beat = pulse(onset, MEL.frame_rate)
    notes, _ = tuned(steps.mean(axis=0))
    tonic, is_major, key_trust = key_of(notes)
    brightness = _brightness(bands)
    dynamics = _dynamics(levels)
    activity = float(np.maximum(onset - onset.min(initial=0.0), 0.0).mean()) if len(onset) else 0.0
    ringing = _ringing(bands)
    energy = _share(
        0.12 * (loudness + 20.0) + 0.9 * (activity - 1.2) + 0.6 * np.log2(max(brightness, 50.0) / 1000)
    )
    acoustic = _share(
        0.35 * (ringing - 14.0) - 1.1 * np.log2(max(brightness, 50.0) / 1100) + 0.08 * (dynamics - 12)
    )
    instrumental = _share(9.0 * (0.33 - _syllables(bands)))
    return {
        "tempo": Descriptor(round(beat.bpm, 1), trust * beat.confidence),
        "key": Descriptor(float(tonic), trust * key_trust),
        "mode": Descriptor(float(is_major), trust * key_trust),
        "loudness": Descriptor(round(loudness, 1), long_enough),
        "dynamics": Descriptor(round(dynamics, 1), trust),
        "brightness": Descriptor(float(round(brightness)), trust),
        "energy": Descriptor(round(energy, 2), 0.6 * trust),
        "pulse_clarity": Descriptor(round(beat.clarity, 2), trust),
        "acousticness": Descriptor(round(acoustic, 2), 0.4 * trust),
        "instrumentalness": Descriptor(round(instrumental, 2), 0.2 * trust),
    }


def _share(score: float) -> float:
    """Any score as a share between 0 and 1 (logistic)."""
    return float(1.0 / (1.0 + np.exp(-np.clip(score, -30, 30))))


def _centers_hz() -> np.ndarray:
    """Centers of the 48 bands, (M,)."""
    low, high = 1127.0 * np.log1p(np.array([MEL.fmin, MEL.fmax]) / 700.0)
    return 700.0 * np.expm1(np.linspace(low, high, BANDS + 2)[1:-1] / 1127.0)


def _levels(bands: np.ndarray) -> np.ndarray:
    """K-weighted mean square of every frame in dB relative to full scale, after BS.1770: (T,).

    Neighboring triangles add up to one, so the bands' sum is the power of the frame; a Hann window of N
    samples passes 3/8 of it. K-weighting, here by band: 4 dB more above about 1.7 kHz, less below 60 Hz.
    """
    hz = _centers_hz()
    shelf_db = 4.0 / (1.0 + (1681.0 / hz) ** 4) - 10 * np.log10(1.0 + (38.0 / hz) ** 4)
    power = (10 ** ((bands + shelf_db) / 10)).sum(axis=1)
    mean_square = power * 2.0 / (MEL.n_fft * MEL.win_length * 0.375)
    return 10 * np.log10(mean_square + 1e-10)


def _gated(levels: np.ndarray) -> float:
    """BS.1770's two gates: -70 LUFS, then 10 dB under the mean of what is left."""
    loudness = levels - 0.691
    for gate in (-70.0, None):
        floor = gate if gate is not None else 10 * np.log10((10 ** (loudness / 10)).mean()) - 10.0
        kept = loudness[loudness > floor]
        if not len(kept):
            return -70.0
        loudness = kept
    return float(max(10 * np.log10((10 ** (loudness / 10)).mean()), -70.0))


def _dynamics(levels: np.ndarray) -> float:
    """The span of the middle nine tenths of the level, in seconds-long averages, dB."""
    size = max(1, round(MEL.frame_rate))
    power = 10 ** (levels[: len(levels) // size * size] / 10)
    if not len(power):
        return 0.0
    seconds = 10 * np.log10(power.reshape(-1, size).mean(axis=1) + 1e-10)
    low, high = np.percentile(seconds[seconds > seconds.max() - 60.0], [5, 95])
    return float(high - low)


def _brightness(bands: np.ndarray) -> float:
    """The amplitude-weighted mean frequency, averaged over audible frames, Hz."""
    hz = _centers_hz()
    width = np.gradient(hz)
    amplitude = np.sqrt(10 ** (bands / 10) / width) * width
    level = bands.max(axis=1)
    audible = level > level.max(initial=-100.0) - 50.0
    total = amplitude[audible].sum(axis=1)
    if not audible.any() or not (total > 1e-3).any():
        return 0.0
    return float(((amplitude[audible] * hz).sum(axis=1) / np.maximum(total, 1e-9)).mean())


def _ringing(bands: np.ndarray) -> float:
    """Peaks over valleys between neighboring bands above 200 Hz, mean over audible frames, dB."""
    upper = bands[:, 8:]
    audible = upper.max(axis=1) > upper.max() - 50.0
    grouped = upper[audible][:, : 40 // 8 * 8].reshape(int(audible.sum()), -1, 8)
    return float((grouped.max(axis=2) - grouped.min(axis=2)).mean())


def _syllables(bands: np.ndarray) -> float:
    """Share of the voice band's swings between 3 and 8 per second among those from 0.5 to 16."""
    hz = _centers_hz()
    voice = bands[:, (hz >= 300) & (hz <= 3400)]
    envelope = np.maximum(voice, voice.max() - 50.0).mean(axis=1)
    if len(envelope) < MEL.frame_rate * 2:
        return 0.33
    swings = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(len(envelope)))) ** 2
    rate = np.arange(len(swings)) * MEL.frame_rate / len(envelope)
    all_of_them = swings[(rate >= 0.5) & (rate <= 16.0)].sum()
    return float(swings[(rate >= 3.0) & (rate <= 8.0)].sum() / max(all_of_them, 1e-12))
