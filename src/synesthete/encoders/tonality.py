"""Pitch: which of the twelve notes sound, whatever their octave, and which key they make.

Letters: T frames, P = 36 steps per octave (three per semitone, so that a tuning off concert pitch is seen).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from synesthete.audio.spectrogram import MelSpec

STEPS = 36
# A long window tells neighboring semitones apart from about 110 Hz on: 4096 samples at 16 kHz give bins of
# 3.9 Hz. Only the window and hop of the spec are used here, not its mel bands.
PITCH = MelSpec(sample_rate=16_000, n_fft=4096, win_length=4096, hop_length=1600, n_mels=1, fmin=0, fmax=8000)
LOWEST_HZ, HIGHEST_HZ = 65.0, 2100.0  # C2 to C7: below, bins are too wide; above, mostly overtones
C0_HZ = 440.0 * 2 ** (-57 / 12)  # the C 57 semitones under concert A

# How well each of the twelve notes fits a major or minor key on C: probe-tone ratings of listeners
# (Krumhansl and Kessler 1982), as sharpened by Temperley (1999) for key finding.
MAJOR = np.array([5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0])
MINOR = np.array([5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0])
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def pitch_classes(waveform: np.ndarray) -> np.ndarray:
    """How strongly each third of a semitone sounds: (T, 36) float32, ten frames a second, from 16 kHz sound.

    Step 1 is the tempered C, step 0 lies a third of a semitone under it. Magnitudes are taken to the power
    1/2, since a note twice as loud is not twice as much of a note.
    """
    steps = np.zeros((PITCH.frame_count(len(waveform)), STEPS), np.float32)
    first, weights = _folding()
    for start, power in PITCH.spectra(waveform):
        heard = np.sqrt(np.sqrt(power[:, first : first + len(weights)]))
        steps[start : start + len(power)] = _peaks(heard) @ weights
    return steps


def _peaks(spectrum: np.ndarray) -> np.ndarray:
    """The spectrum with everything but local peaks set to zero: tones stay, noise and skirts go."""
    middle = spectrum[:, 1:-1]
    peaks = np.zeros_like(spectrum)
    rising = (middle > spectrum[:, :-2]) & (middle >= spectrum[:, 2:])
    np.multiply(middle, rising, out=peaks[:, 1:-1])
    return peaks


@lru_cache(maxsize=1)
def _folding() -> tuple[int, np.ndarray]:
    """The first bin, and a matrix (bins, 36) that folds bins into one octave, each into its nearest steps."""
    hz = np.arange(PITCH.n_fft // 2 + 1) * PITCH.sample_rate / PITCH.n_fft
    used = np.flatnonzero((hz >= LOWEST_HZ) & (hz <= HIGHEST_HZ))
    position = np.log2(hz[used] / C0_HZ) * STEPS + 1
    distance = (position[:, None] - np.arange(STEPS) + STEPS / 2) % STEPS - STEPS / 2
    weights = np.exp(-0.5 * (distance / 0.8) ** 2)
    # High notes have more overtones than fundamentals among them: fade from 500 Hz on
    weights *= np.minimum(1.0, 500.0 / hz[used])[:, None]
    return int(used[0]), weights.astype(np.float32)


def tuned(profile: np.ndarray) -> tuple[np.ndarray, float]:
    """A (36,) profile as twelve notes (12,), and the tuning it is played in, semitones from concert pitch.

    The phase of the profile's twelve-fold periodicity says how far the notes lie from the tempered ones.
    """
    phase = np.angle(np.sum(profile * np.exp(-2j * np.pi * np.arange(STEPS) / 3)))
    offset = -phase * 3 / (2 * np.pi)  # steps: where in each group of three the notes lie
    tuning = float((offset - 1 + 1.5) % 3 - 1.5)
    places = (np.arange(12) * 3 + 1 + tuning) % STEPS
    low = np.floor(places).astype(int)
    share = places - low
    smooth = profile + 0.5 * (np.roll(profile, 1) + np.roll(profile, -1))
    notes = smooth[low] * (1 - share) + smooth[(low + 1) % STEPS] * share
    return notes, tuning / 3


def key_of(notes: np.ndarray) -> tuple[int, bool, float]:
    """The key that fits twelve notes best: (pitch class 0-11, is it major, confidence 0-1).

    Fit is the correlation with each of 24 rotated profiles; confidence is how far the best lies above the
    best of another tonic, scaled so that .25 of correlation is certainty.
    """
    if not np.ptp(notes) > 1e-9:
        return 0, True, 0.0
    fits = np.array([[_fit(notes, np.roll(p, tonic)) for tonic in range(12)] for p in (MAJOR, MINOR)])
    mode, tonic = np.unravel_index(int(fits.argmax()), fits.shape)
    best = fits[mode, tonic]
    others = np.delete(fits, tonic, axis=1).max()
    confidence = float(np.clip((best - others) / 0.25, 0, 1) * np.clip(best, 0, 1))
    return int(tonic), mode == 0, confidence


def _fit(notes: np.ndarray, profile: np.ndarray) -> float:
    return float(np.corrcoef(notes, profile)[0, 1])
