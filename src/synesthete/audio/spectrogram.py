"""The picture of a sound: log-mel spectrograms, one function for training and for serving.

A `MelSpec` says everything needed to draw the picture; it travels in every encoder's card, so that a network
is always shown what it was trained on. Letters in shapes: S samples, T frames, M mel bands, B frequency bins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import as_strided

# Frames per FFT call: 256 frames of 1024 samples are 1 MB, which stays in the second-level cache.
CHUNK_FRAMES = 256


@dataclass(frozen=True)
class MelSpec:
    """How to draw a log-mel picture: a recipe from (S,) samples to (T, M) float32.

    The defaults are those of our own networks: 40 frames per second, 80 bands.
    """

    sample_rate: int = 16_000  # Hz
    n_fft: int = 1024  # samples per FFT; win_length samples are padded with zeros to it
    win_length: int = 1024  # samples under the (periodic) Hann window
    hop_length: int = 400  # samples from frame to frame
    n_mels: int = 80
    fmin: float = 30.0  # Hz, lower edge of the first band
    fmax: float = 8000.0  # Hz, upper edge of the last band
    mel_scale: Literal["htk", "slaney"] = "htk"
    mel_norm: Literal["slaney"] | None = None  # 'slaney': every band has the same area
    triangles: Literal["hz", "mel"] = "hz"  # bands are triangles over frequency, or over mel (VGGish)
    power: int = 2  # 1: magnitude, 2: power
    log: Literal["db", "ln"] = "db"  # db: 10 * log10(max(x, floor)); ln: ln(x + floor)
    floor: float = 1e-10
    center: bool = True  # True: frame t is centered on sample t * hop; False: it starts there

    def __post_init__(self) -> None:
        if not 0 < self.win_length <= self.n_fft:
            raise ValueError(f"win_length {self.win_length} must be between 1 and n_fft {self.n_fft}")
        if self.hop_length <= 0 or self.n_mels <= 0 or self.sample_rate <= 0 or self.floor <= 0:
            raise ValueError("sample_rate, hop_length, n_mels and floor must be positive")
        if not 0 <= self.fmin < self.fmax <= self.sample_rate / 2:
            raise ValueError(f"mel bands from {self.fmin} to {self.fmax} Hz do not fit {self.sample_rate} Hz")
        if self.power not in (1, 2) or self.log not in ("db", "ln"):
            raise ValueError("power is 1 or 2, log is 'db' or 'ln'")
        if self.triangles not in ("hz", "mel"):
            raise ValueError("triangles is 'hz' or 'mel'")
        if self.mel_scale not in ("htk", "slaney") or self.mel_norm not in (None, "slaney"):
            raise ValueError("mel_scale is 'htk' or 'slaney', mel_norm is None or 'slaney'")

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.sample_rate / self.hop_length

    def frame_count(self, samples: int) -> int:
        """How many frames T a waveform of so many samples gives (0 when shorter than one frame)."""
        if self.center:
            return 1 + samples // self.hop_length if samples > 0 else 0
        return max(0, 1 + (samples - self.win_length) // self.hop_length)

    def log_mel(self, waveform: np.ndarray) -> np.ndarray:
        """The picture of (S,) mono samples in [-1, 1]: (T, M) float32, in dB or natural logarithm.

        With `center`, the sound is continued by zeros on both sides; without, an incomplete last frame is
        dropped. The place of the window inside the FFT changes phases only, so both agree with the usual
        definitions to float32 precision.
        """
        weights = mel_filters(self)
        picture = np.empty((self.frame_count(len(waveform)), self.n_mels), np.float32)
        for start, power in self.spectra(waveform):
            np.matmul(power, weights, out=picture[start : start + len(power)])
        return self._logarithm(picture)

    def spectra(self, waveform: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Chunks (first frame, (<=256, B) float32) of the magnitude (power 1) or power (2) spectrum."""
        frames = self._frames(np.asarray(waveform))
        window = hann(self.win_length)
        for start in range(0, len(frames), CHUNK_FRAMES):
            chunk = frames[start : start + CHUNK_FRAMES] * window
            bins = scipy.fft.rfft(chunk, self.n_fft, axis=1, overwrite_x=True)
            power = bins.real**2
            power += bins.imag**2
            yield start, power if self.power == 2 else np.sqrt(power, out=power)

    def _frames(self, waveform: np.ndarray) -> np.ndarray:
        """A (T, win_length) view of the waveform, padded with zeros first when centered."""
        if waveform.ndim != 1:
            raise ValueError(f"a waveform has one axis, mono; this has shape {waveform.shape}")
        sound = np.ascontiguousarray(waveform, dtype=np.float32)
        count = self.frame_count(len(sound))
        if self.center:
            # The window sits in the middle of n_fft samples around the frame's center.
            lead = self.n_fft // 2 - (self.n_fft - self.win_length) // 2
            tail = max(0, (count - 1) * self.hop_length + self.win_length - lead - len(sound))
            sound = np.pad(sound, (lead, tail))
        step = sound.strides[0]
        return as_strided(sound, (count, self.win_length), (self.hop_length * step, step), writeable=False)

    def _logarithm(self, picture: np.ndarray) -> np.ndarray:
        if self.log == "ln":
            picture += np.float32(self.floor)
            return np.log(picture, out=picture)
        np.maximum(picture, np.float32(self.floor), out=picture)
        np.log10(picture, out=picture)
        picture *= np.float32(10)
        return picture

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> MelSpec:
        """The spec of a card; unknown names are refused, since a picture drawn differently is wrong."""
        known = {field.name for field in fields(cls)}
        if unknown := set(values) - known:
            raise ValueError(f"unknown MelSpec fields: {', '.join(sorted(unknown))}")
        return cls(**values)


# The published constants of the VGGish front end (AudioSet's vggish_params): 25 ms windows every 10 ms,
# magnitudes, 64 HTK bands from 125 to 7500 Hz, ln(mel + 0.01).
VGGISH = MelSpec(
    sample_rate=16_000,
    n_fft=512,
    win_length=400,
    hop_length=160,
    n_mels=64,
    fmin=125.0,
    fmax=7500.0,
    triangles="mel",
    power=1,
    log="ln",
    floor=0.01,
    center=False,
)


@lru_cache(maxsize=16)
def hann(length: int) -> np.ndarray:
    """The periodic Hann window, (length,) float32."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)


@lru_cache(maxsize=16)
def mel_filters(spec: MelSpec) -> np.ndarray:
    """The triangular bands of a spec as a matrix (B, M) float32, B = n_fft // 2 + 1."""
    bins_hz = np.arange(spec.n_fft // 2 + 1) * spec.sample_rate / spec.n_fft
    to_mel, to_hz = (_htk_mel, _htk_hz) if spec.mel_scale == "htk" else (_slaney_mel, _slaney_hz)
    lowest, highest = to_mel(np.array([spec.fmin, spec.fmax]))
    edges_mel = np.linspace(lowest, highest, spec.n_mels + 2)
    edges_hz = to_hz(edges_mel)
    axis, edges = (bins_hz, edges_hz) if spec.triangles == "hz" else (to_mel(bins_hz), edges_mel)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (axis[:, None] - lower) / (center - lower)
    falling = (upper - axis[:, None]) / (upper - center)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    if spec.triangles == "mel":
        weights[0] = 0.0  # the constant offset of a recording is no sound
    if spec.mel_norm == "slaney":
        weights *= 2.0 / (edges_hz[2:] - edges_hz[:-2])
    return weights.astype(np.float32)


def _htk_mel(hz: np.ndarray) -> np.ndarray:
    """Mel of frequencies after O'Shaughnessy, as in the HTK book: 1127 ln(1 + f / 700)."""
    return 1127.0 * np.log1p(hz / 700.0)


def _htk_hz(mel: np.ndarray) -> np.ndarray:
    return 700.0 * np.expm1(mel / 1127.0)


# Slaney's Auditory Toolbox: linear to 1000 Hz (15 mel), then 27 logarithmic steps per factor of 6.4.
_SLANEY_HZ_PER_MEL = 200.0 / 3
_SLANEY_BREAK_HZ = 1000.0
_SLANEY_BREAK_MEL = _SLANEY_BREAK_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = np.log(6.4) / 27.0


def _slaney_mel(hz: np.ndarray) -> np.ndarray:
    linear = hz / _SLANEY_HZ_PER_MEL
    above = _SLANEY_BREAK_MEL + np.log(np.maximum(hz, 1.0) / _SLANEY_BREAK_HZ) / _SLANEY_LOG_STEP
    return np.where(hz < _SLANEY_BREAK_HZ, linear, above)


def _slaney_hz(mel: np.ndarray) -> np.ndarray:
    above = _SLANEY_BREAK_HZ * np.exp(_SLANEY_LOG_STEP * (mel - _SLANEY_BREAK_MEL))
    return np.where(mel < _SLANEY_BREAK_MEL, mel * _SLANEY_HZ_PER_MEL, above)
