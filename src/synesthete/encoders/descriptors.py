"""A hand-made ear: statistics of timbre, rhythm, tonality and loudness, in the spirit of bliss and Musly.

It needs no network, and it explains itself. Its picture has 48 mel bands in
dB and 36 steps of pitch, 40 frames per second; its point is made of these groups of numbers for an excerpt:

| group | numbers | what they tell | after |
|---|---|---|---|
| timbre | 23 + 24 | means of cepstra 1-23 (0 is the level); spread of 0-23 | Mandel 2005, Musly |
| change | 24 | mean step of cepstra 0-23 from frame to frame: smooth or rough | bliss, Seyerlehner 2010 |
| contrast | 2 x 6 | peaks over valleys in six octaves, mean and spread: tones or noise | Jiang 2002 |
| rhythm | 6 x 12 | amount of slow to fast swings (0.4-16 per second) in six octaves | Pampalk 2006 |
| pulse | 3 | regularity at the beat; how much begins, mean and spread | bliss |
| tonality | 6 + 3 | intervals among the notes (key left out), how few, how often they change | bliss |
| loudness | 4 | spread, range and skew of the level; share of near silence | EBU R 128's loudness range |

The level of a recording is left out everywhere: a louder copy is the same music. Last, the numbers are
weighed: a fixed projection (`descriptors.npz`, made by `synesthete.evaluate.fit_descriptors`) shrinks the
directions in which a track differs from itself, from moment to moment and from copy to copy.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import scipy.fft

from synesthete.audio.spectrogram import MelSpec
from synesthete.encoders.encoder import Card, normalized
from synesthete.encoders.rhythm import FLUX_CEILING_DB
from synesthete.encoders.tonality import PITCH, STEPS, pitch_classes

BANDS = 48
MEL = MelSpec(n_mels=BANDS, fmin=40.0, fmax=7600.0)
FLOOR_DB = 70.0  # what lies further under the excerpt's loudest band is taken as silence
COEFFICIENTS = 24
OCTAVES = 6  # groups of eight neighboring mel bands, about an octave each
SWINGS_HZ = np.geomspace(0.4, 16.0, 13)  # edges of twelve classes of fluctuation
SPREADS = 4.0  # standard deviations at which a number is cut off, so that no outlier speaks for all
PROJECTION = Path(__file__).with_name("descriptors.npz")


class DescriptorEncoder:
    """The hand-made ear as an Encoder."""

    card = Card(
        name="descriptors",
        version="1",
        dim=128,
        min_s=1.0,
        license="Apache-2.0",
        trained_on="325 freely licensed pieces, of which only the weighing of the numbers was learned",
        recipe="Hand-made statistics of timbre, rhythm, tonality and loudness; covariance-normalized.",
    )

    @property
    def sample_rate(self) -> int:
        """16 kHz."""
        return MEL.sample_rate

    @property
    def frame_rate(self) -> float:
        """40 frames per second."""
        return MEL.frame_rate

    def picture(self, waveform: np.ndarray) -> np.ndarray:
        """(S,) samples -> (T, 84): 48 bands in dB, then 36 steps of pitch (each four times)."""
        bands = MEL.log_mel(waveform)
        steps = np.repeat(pitch_classes(waveform), PITCH.hop_length // MEL.hop_length, axis=0)
        return np.concatenate([bands, _of_length(steps, len(bands))], axis=1)

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """(N, T, 84) pictures -> (N, 128) points of length 1."""
        center, scale, matrix = _projection()
        return normalized(np.clip((statistics(pictures) - center) / scale, -SPREADS, SPREADS) @ matrix)


@lru_cache(maxsize=1)
def _projection() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Center (171,), scale (171,) and matrix (171, 128) of the last step."""
    with np.load(PROJECTION, allow_pickle=False) as arrays:
        return arrays["center"], arrays["scale"], arrays["matrix"]


def _of_length(rows: np.ndarray, count: int) -> np.ndarray:
    return rows[:count] if len(rows) >= count else np.pad(rows, ((0, count - len(rows)), (0, 0)), "edge")


def statistics(pictures: np.ndarray) -> np.ndarray:
    """All numbers of the table above for (N, T, 84) pictures: (N, 171) float32, in their own units."""
    pictures = np.asarray(pictures, np.float32)
    bands, steps = pictures[..., :BANDS], pictures[..., BANDS : BANDS + STEPS]
    loudest = bands.max(axis=(1, 2), keepdims=True)
    bands = np.maximum(bands - loudest, -FLOOR_DB)
    groups = [_timbre(bands), _contrast(bands), _rhythm(bands), _tonality(steps), _loudness(bands)]
    return np.concatenate(groups, axis=1).astype(np.float32)


def _timbre(bands: np.ndarray) -> np.ndarray:
    """Cepstra: mean 1-23, spread 0-23, mean step 0-23: (N, 71)."""
    cepstra = bands @ _cosines()
    steps = (
        np.abs(np.diff(cepstra, axis=1)).mean(axis=1) if bands.shape[1] > 1 else np.zeros_like(cepstra[:, 0])
    )
    return np.concatenate([cepstra.mean(axis=1)[:, 1:], cepstra.std(axis=1), steps], axis=1)


@lru_cache(maxsize=1)
def _cosines() -> np.ndarray:
    """The first 24 cosines of an orthogonal DCT-II, (48, 24)."""
    return scipy.fft.dct(np.eye(BANDS), norm="ortho", axis=1)[:, :COEFFICIENTS].astype(np.float32)


def _contrast(bands: np.ndarray) -> np.ndarray:
    """Loudest minus softest band of each octave group, mean and spread over time: (N, 12)."""
    grouped = bands.reshape(*bands.shape[:2], OCTAVES, -1)
    contrast = grouped.max(axis=3) - grouped.min(axis=3)
    return np.concatenate([contrast.mean(axis=1), contrast.std(axis=1)], axis=1)


def _rhythm(bands: np.ndarray) -> np.ndarray:
    """Shares of fluctuation classes per octave group (72), then regularity and amount of onsets (3)."""
    count, frames = bands.shape[:2]
    rises = np.clip(np.diff(bands, axis=1, prepend=bands[:, :1]), 0.0, FLUX_CEILING_DB)
    grouped = rises.reshape(count, frames, OCTAVES, -1).mean(axis=3)
    centered = grouped - grouped.mean(axis=1, keepdims=True)
    swings = np.abs(scipy.fft.rfft(centered * np.hanning(frames)[None, :, None], axis=1)) / frames
    hz = np.arange(swings.shape[1]) * MEL.frame_rate / frames
    classes = [swings[:, (hz >= low) & (hz < high)].sum(axis=1) for low, high in pairwise(SWINGS_HZ)]
    pattern = np.stack(classes, axis=2).reshape(count, -1)
    onset = grouped.mean(axis=2)
    return np.concatenate([np.log1p(20 * pattern), _regularity(onset)], axis=1)


def _regularity(onset: np.ndarray) -> np.ndarray:
    """Height of the onsets' autocorrelation between 40 and 240 bpm, their mean and spread: (N, 3)."""
    frames = onset.shape[1]
    centered = onset - onset.mean(axis=1, keepdims=True)
    power = np.abs(scipy.fft.rfft(centered, 2 * frames, axis=1)) ** 2
    acf = scipy.fft.irfft(power, 2 * frames, axis=1)
    fastest, slowest = int(MEL.frame_rate * 60 / 240), int(MEL.frame_rate * 60 / 40)
    inside = acf[:, fastest : max(fastest + 1, min(slowest, frames - 1))]
    height = inside.max(axis=1) / np.maximum(acf[:, 0], 1e-9)
    return np.stack([height, onset.mean(axis=1), onset.std(axis=1)], axis=1)


def _tonality(steps: np.ndarray) -> np.ndarray:
    """Six interval strengths, entropy, peak and change of the notes: (N, 9). Transposing changes none."""
    notes = steps.reshape(*steps.shape[:2], 12, 3).sum(axis=3)
    mean = notes.mean(axis=1)
    share = mean / np.maximum(mean.sum(axis=1, keepdims=True), 1e-9)
    centered = share - share.mean(axis=1, keepdims=True)
    own = np.maximum((centered**2).sum(axis=1), 1e-9)
    intervals = [(centered * np.roll(centered, step, axis=1)).sum(axis=1) / own for step in range(1, 7)]
    entropy = -(share * np.log(share + 1e-9)).sum(axis=1) / np.log(12)
    coarse = notes[:, ::4]
    coarse = coarse / np.maximum(coarse.sum(axis=2, keepdims=True), 1e-9)
    change = (
        np.abs(np.diff(coarse, axis=1)).sum(axis=2).mean(axis=1)
        if coarse.shape[1] > 1
        else np.zeros(len(own))
    )
    return np.stack([*intervals, entropy, share.max(axis=1), change], axis=1)


def _loudness(bands: np.ndarray) -> np.ndarray:
    """Spread, 5-95 % range, skew of the level in dB, and the share of frames 40 dB under the top: (N, 4)."""
    level = 10 * np.log10((10 ** (bands / 10)).mean(axis=2) + 1e-9)
    low, middle, high = np.percentile(level, [5, 50, 95], axis=1)
    quiet = (level < level.max(axis=1, keepdims=True) - 40).mean(axis=1)
    span = np.maximum(high - low, 1e-6)
    return np.stack([level.std(axis=1), high - low, (high + low - 2 * middle) / span, quiet], axis=1)
