"""Lessons: what several teachers hear, squeezed into one target per window.

Each teacher's features are standardized, turned to their principal axes and softly whitened, so that no
teacher and no loud direction speaks for all; then the teachers are set side by side at unit length.

Letters in shapes: W windows, F features of one teacher, L numbers of the joint lesson.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synesthete.training.pack import PackedTrack

COMPONENTS = 96  # principal axes kept per teacher
SOFTNESS = 0.05  # of the largest variance, added before the square root: small axes are lifted, noise is not


@dataclass(frozen=True)
class Whitening:
    """A linear map (W, F) -> (W, K): standardize, rotate, scale softly."""

    mean: np.ndarray  # (F,)
    matrix: np.ndarray  # (F, K)

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """(W, F) -> (W, K) float32 of unit length."""
        return unit((features.astype(np.float32) - self.mean) @ self.matrix)


def fit_whitening(
    features: np.ndarray, components: int = COMPONENTS, softness: float = SOFTNESS
) -> Whitening:
    """The soft whitening of some windows' features (W, F), W at least a few times `components`."""
    values = features.astype(np.float64)
    mean, spread = values.mean(0), values.std(0)
    scale = 1 / (spread + 1e-3 * spread.max() + 1e-9)
    scaled = (values - mean) * scale
    variances, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    order = np.argsort(variances)[::-1][:components]
    gains = 1 / np.sqrt(variances[order] + softness * variances.max())
    return Whitening(mean.astype(np.float32), (scale[:, None] * axes[:, order] * gains).astype(np.float32))


def joint_lessons(tracks: Sequence[PackedTrack], fit_on: Sequence[bool]) -> np.ndarray:
    """(W, L) float32 of unit length for all windows of all tracks in order, fitted on the tracks marked.

    Tracks must have the same teachers; returns (W, 0) when there are none.
    """
    names = sorted(set.intersection(*(set(track.lessons) for track in tracks))) if tracks else []
    windows = sum(len(track.starts) for track in tracks)
    if not names:
        return np.zeros((windows, 0), np.float32)
    chosen = np.concatenate(
        [np.full(len(track.starts), keep) for track, keep in zip(tracks, fit_on, strict=True)]
    )
    parts = []
    for name in names:
        features = np.concatenate([track.lessons[name] for track in tracks])
        parts.append(fit_whitening(features[chosen])(features))
    return unit(np.concatenate(parts, axis=1))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows brought to length one; a row of zeros stays."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
