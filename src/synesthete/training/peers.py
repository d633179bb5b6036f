"""The published taggers as ears, so that `evaluate sound` can set them beside ours.

Letters in shapes: S samples, N excerpts, T frames, M bands, F numbers of a teacher.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from synesthete.encoders.encoder import Card, normalized
from synesthete.training.pack import WINDOW_S
from synesthete.training.teachers import TEACHER_MEL, Hearing, available, load_teachers

# The numbers of a Musicnn that others use as an embedding: its penultimate layer, after 753 maxima.
PENULTIMATE = slice(753, 953)


class TeacherEncoder:
    """One tagger as an encoder: the layers it is taught from, or a part of them, at unit length."""

    def __init__(self, name: str, network: nn.Module, part: slice = slice(None)) -> None:
        self._hear: Hearing = network.features  # type: ignore[assignment]
        self._part = part
        size = self.embed(
            np.zeros((1, round(WINDOW_S * TEACHER_MEL.frame_rate), TEACHER_MEL.n_mels), np.float32)
        ).shape[1]
        self.card = Card(name=name, version="1", dim=size, excerpt_s=WINDOW_S, mel=TEACHER_MEL)

    @property
    def sample_rate(self) -> int:
        """Samples per second it wants."""
        return TEACHER_MEL.sample_rate

    @property
    def frame_rate(self) -> float:
        """Frames per second of its pictures."""
        return TEACHER_MEL.frame_rate

    def picture(self, waveform: np.ndarray) -> np.ndarray:
        """The picture taggers were trained on: (T, M) decibels of (S,) samples."""
        return TEACHER_MEL.log_mel(waveform)

    @torch.inference_mode()
    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """(N, T, M) -> (N, F) float32 of length 1: the layers pooled over the whole of each picture."""
        with torch.autocast("cpu", torch.bfloat16):
            heard = [self._hear(torch.tensor(picture.T), [0.0], 1e9)[0].float() for picture in pictures]
        return normalized(torch.stack(heard).numpy()[:, self._part])


def peers(folder: Path, names: Sequence[str] = ()) -> list[TeacherEncoder]:
    """The taggers of a folder as encoders; a Musicnn counts twice, whole and by its penultimate layer."""
    found = []
    for name, network in load_teachers(folder, names or available(folder)).items():
        found.append(TeacherEncoder(name, network))
        if name.endswith("musicnn"):
            found.append(TeacherEncoder(f"{name}-200", network, PENULTIMATE))
    return found
