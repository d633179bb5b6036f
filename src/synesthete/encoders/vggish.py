"""What follows the VGGish network: principal components, and eight bits per number.

The published embeddings of AudioSet are 128 bytes per 0.96 s of sound: the network's 128 numbers, projected
on 128 principal components, clipped to [-2, 2] and cut to 256 steps. The front end is `spectrogram.VGGISH`.
Letters: K looks of 0.96 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synesthete.encoders.encoder import normalized
from synesthete.errors import FormatError

SIZE = 128
LOOK_S = 0.96  # seconds per look, without overlap; an incomplete last one is dropped
LOOK_FRAMES = 96
LOWEST, HIGHEST = -2.0, 2.0  # the published range of quantization


@dataclass(frozen=True)
class Postprocessor:
    """The published components: rows of `eigen_vectors` (128, 128), and `means` (128,)."""

    eigen_vectors: np.ndarray
    means: np.ndarray

    @classmethod
    def load(cls, path: Path) -> Postprocessor:
        """From an .npz with `pca_eigen_vectors` and `pca_means`, as published.

        Raises FormatError when they are absent or of another shape.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                vectors = np.asarray(arrays["pca_eigen_vectors"], np.float32)
                means = np.asarray(arrays["pca_means"], np.float32).reshape(-1)
        except (OSError, ValueError, KeyError) as error:
            raise FormatError(f"these PCA parameters cannot be read ({error})", subject=path) from error
        if vectors.shape != (SIZE, SIZE) or means.shape != (SIZE,):
            raise FormatError(f"PCA parameters of shape {vectors.shape} and {means.shape}", subject=path)
        return cls(vectors, means)

    def codes(self, raw: np.ndarray) -> np.ndarray:
        """The network's (K, 128) numbers as published bytes: (K, 128) uint8, truncated, not rounded."""
        projected = (raw.astype(np.float32) - self.means) @ self.eigen_vectors.T
        steps = (np.clip(projected, LOWEST, HIGHEST) - LOWEST) * (255.0 / (HIGHEST - LOWEST))
        return steps.astype(np.uint8)


def dequantized(codes: np.ndarray) -> np.ndarray:
    """Bytes back to numbers in [-2, 2]: (..., 128) float32."""
    return codes.astype(np.float32) * np.float32((HIGHEST - LOWEST) / 255.0) + np.float32(LOWEST)


def embedding(codes: np.ndarray) -> np.ndarray:
    """One point for a stretch of sound: the mean of its (K, 128) bytes as numbers, of length 1, (128,)."""
    return normalized(dequantized(codes).mean(axis=0))
