"""Batches: which windows are drawn, and the two views of each that the network is shown.

Letters in shapes: F frames of all tracks, M bands, W windows, N windows of a batch, L numbers of a lesson.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from synesthete.training.augment import augment, crop_length, warp
from synesthete.training.lessons import joint_lessons
from synesthete.training.pack import EAR_MEL, FLOOR_DB, STEP_DB, WINDOW_S, PackedTrack

WINDOW_FRAMES = round(WINDOW_S * EAR_MEL.frame_rate)
# Views of several lengths in frames, and how often: 4 s is cheapest to learn from, 10 s is what is served,
# 2.5 s is a short clip.
LENGTHS = ((100, 0.25), (160, 0.6), (240, 0.05), (400, 0.1))
CLEAN_WARP = 0.3  # how often even the clean view is stretched and shifted
SPLICED = 0.4  # of the windows, with teachers


@dataclass(frozen=True)
class Batch:
    """Two views of N windows: `views` (2N, T, M) decibels, all clean ones first."""

    views: Tensor
    lessons: Tensor  # (N, L); L is 0 without teachers
    tracks: Tensor  # (N,) int64


class Material:
    """All pictures in one array of bytes, and where each window lies."""

    def __init__(self, tracks: Sequence[PackedTrack], lessons: np.ndarray, weights: Sequence[float]) -> None:
        self.names = [track.name for track in tracks]
        self.frames = torch.from_numpy(np.concatenate([track.pictures for track in tracks]))  # (F, M) uint8
        lengths = np.array([len(track.pictures) for track in tracks])
        counts = [len(track.starts) for track in tracks]
        self.first = np.concatenate([[0], np.cumsum(lengths)[:-1]])  # (tracks,)
        self.last = self.first + lengths
        self.track = np.repeat(np.arange(len(tracks)), counts)  # (W,)
        self.start = np.concatenate([track.starts for track in tracks]) + self.first[self.track]
        self.lessons = torch.from_numpy(lessons)  # (W, L)
        self.chance = torch.from_numpy(np.repeat(np.asarray(weights, float), counts))

    def __len__(self) -> int:
        return len(self.track)

    def kin(self, windows: np.ndarray, generator: Generator) -> np.ndarray:
        """(N,) for each window one of its own track, drawn evenly; maybe itself."""
        low = np.searchsorted(self.track, self.track[windows], "left")
        high = np.searchsorted(self.track, self.track[windows], "right")
        places = torch.rand(len(windows), generator=generator).numpy()
        return low + np.minimum((places * (high - low)).astype(int), high - low - 1)

    def crops(self, windows: np.ndarray, frames: int, places: np.ndarray) -> Tensor:
        """(N, frames, M) decibels: in each window at a place in [0, 1].

        Short tracks are repeated from their start.
        """
        low, high = (
            self.start[windows],
            np.minimum(self.start[windows] + WINDOW_FRAMES, self.last[self.track[windows]]),
        )
        first = low + (places * np.maximum(high - low - frames, 0)).astype(int)
        first = np.maximum(
            np.minimum(first, self.last[self.track[windows]] - frames), self.first[self.track[windows]]
        )
        span = np.minimum(self.last[self.track[windows]] - first, frames)
        rows = first[:, None] + np.arange(frames)[None] % span[:, None]
        return self.frames[torch.from_numpy(rows)].float() * STEP_DB + FLOOR_DB


def build_material(tracks: Sequence[PackedTrack], held_out: set[str]) -> Material:
    """Material of the tracks, every window as likely as any other.

    Tracks whose name is held out get no chance of being drawn and no part in fitting the lessons.
    """
    kept = [track.name not in held_out for track in tracks]
    return Material(tracks, joint_lessons(tracks, kept), [float(keep) for keep in kept])


def draw(material: Material, count: int, generator: Generator) -> Batch:
    """One batch of `count` windows, chosen by chance, each as one clean and one augmented view.

    Without lessons, the augmented view is of any window of the same track: excerpts of one track belong
    together.
    """
    count = min(count, int((material.chance > 0).sum()))
    windows = torch.multinomial(material.chance, count, replacement=False, generator=generator).numpy()
    others = windows if material.lessons.shape[1] else material.kin(windows, generator)
    lengths, chances = zip(*LENGTHS, strict=True)
    pick = torch.multinomial(torch.tensor(chances), 1, generator=generator)
    frames = int(lengths[int(pick)])
    places = torch.rand(2, count, generator=generator).numpy()
    wide = material.crops(windows, crop_length(frames), places[0])
    clean = warp(wide, frames, generator, CLEAN_WARP)
    other = material.crops(others, crop_length(frames), places[1])
    lessons, tracks = material.lessons[windows], torch.from_numpy(material.track[windows].astype(np.int64))
    if lessons.shape[1]:
        clean, other, lessons = splice(clean, other, lessons, generator)
    return Batch(torch.cat([clean, augment(other, frames, generator)]), lessons, tracks)


def splice(
    clean: Tensor, other: Tensor, lessons: Tensor, generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Some windows go over into another one of the batch, in both views at the same share of their length.

    Teachers pool over time, so the lesson of two halves is close to the mean of their lessons: new windows
    for the price of a sum, and no window that could be learned by heart.
    """
    count = len(clean)
    share = 0.25 + 0.5 * torch.rand(count, 1, generator=generator)
    share = torch.where(torch.rand(count, 1, generator=generator) < SPLICED, share, torch.ones(1))
    views = []
    for view in (clean, other):
        place = torch.arange(view.shape[1])[None, :, None] / view.shape[1]
        views.append(torch.where(place < share[:, :, None], view, view.roll(1, 0)))
    mixed = share * lessons + (1 - share) * lessons.roll(1, 0)
    return views[0], views[1], torch.nn.functional.normalize(mixed, dim=1)
