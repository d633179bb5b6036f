"""The ear everyone starts from: statistics of mel-frequency cepstral coefficients.

Mean, standard deviation and covariance of 20 coefficients over an excerpt, 250 numbers, each standardized
over the collection that is evaluated (which is generous: other ears are not told about the collection).
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from synesthete.audio.spectrogram import MelSpec
from synesthete.encoders.encoder import Card, normalized

COEFFICIENTS = 20
# librosa's classic settings, at our rate: Slaney's bands, 128 ms windows halved twice per step
MEL = MelSpec(
    n_fft=2048, win_length=2048, hop_length=512, n_mels=128, fmin=0.0, mel_scale="slaney", mel_norm="slaney"
)


class MfccEncoder:
    """MFCC statistics as an Encoder."""

    card = Card(name="mfcc", version="1", dim=250, min_s=0.1, license="Apache-2.0", trained_on="nothing")

    def __init__(self) -> None:
        self._center = np.zeros(self.card.dim, np.float32)
        self._scale = np.ones(self.card.dim, np.float32)

    @property
    def sample_rate(self) -> int:
        """16 kHz."""
        return MEL.sample_rate

    @property
    def frame_rate(self) -> float:
        """31.25 frames per second."""
        return MEL.frame_rate

    def fit(self, pictures: list[np.ndarray]) -> None:
        """Learn each number's mean and spread from pictures (T, 20) of the collection."""
        values = np.concatenate([_statistics(picture[None]) for picture in pictures])
        self._center, self._scale = values.mean(axis=0), values.std(axis=0) + 1e-6

    def picture(self, waveform: np.ndarray) -> np.ndarray:
        """(S,) -> (T, 20) cepstral coefficients; 80 dB of range."""
        bands = MEL.log_mel(waveform)
        bands = np.maximum(bands, bands.max(initial=-100.0) - 80.0)
        return scipy.fft.dct(bands, norm="ortho", axis=1)[:, :COEFFICIENTS]

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """(N, T, 20) -> (N, 250) standardized, of length 1."""
        return normalized((_statistics(pictures) - self._center) / self._scale)


def _statistics(pictures: np.ndarray) -> np.ndarray:
    """Mean (20), standard deviation (20) and upper triangle of the covariance (210): (N, 250)."""
    mean = pictures.mean(axis=1)
    centered = pictures - mean[:, None]
    covariance = np.einsum("nti,ntj->nij", centered, centered) / pictures.shape[1]
    rows, columns = np.triu_indices(COEFFICIENTS)
    return np.concatenate([mean, pictures.std(axis=1), covariance[:, rows, columns]], axis=1).astype(
        np.float32
    )
