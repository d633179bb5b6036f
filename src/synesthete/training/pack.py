"""Packed material: the pictures of many tracks as bytes, beside what the teachers hear in them.

A pack is a folder of `.npz` shards, one per source track: written beside and renamed into place, so that a
stopped preparation goes on where it was. Decibels are kept in steps of half a decibel: thirty hours are 350
MB.

Letters in shapes: T frames, M bands, W windows of a track, F features of a teacher.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synesthete.audio.spectrogram import MelSpec

# Our ear's picture: 64 ms windows, 40 frames per second, 80 bands; sounds below -50 dB are floor.
EAR_MEL = MelSpec(
    sample_rate=16_000,
    n_fft=1024,
    win_length=1024,
    hop_length=400,
    n_mels=80,
    fmin=30.0,
    fmax=8000.0,
    floor=1e-5,
    center=False,
)
FLOOR_DB = -50.0  # 10 log10 of the spec's floor
STEP_DB = 0.5  # half a decibel is below what an ear, or the augmentations, can tell
WINDOW_S = 10.0  # what one lesson of a teacher covers
WINDOW_HOP_S = 5.0


@dataclass(frozen=True)
class PackedTrack:
    """One track of the pack: its picture in bytes and the teachers' features of its windows."""

    name: str
    group: str  # what belongs together for splits: an album, a kind of synthesized sound
    pictures: np.ndarray  # (T, M) uint8
    starts: np.ndarray  # (W,) first frame of each window
    lessons: dict[str, np.ndarray]  # teacher -> (W, F) float16


def to_bytes(picture: np.ndarray) -> np.ndarray:
    """A (T, M) picture in decibels as uint8, steps of STEP_DB above FLOOR_DB."""
    return np.clip(np.rint((picture - FLOOR_DB) / STEP_DB), 0, 255).astype(np.uint8)


def to_decibels(packed: np.ndarray) -> np.ndarray:
    """The inverse of `to_bytes`, float32, within a quarter of a decibel."""
    return packed.astype(np.float32) * np.float32(STEP_DB) + np.float32(FLOOR_DB)


def window_starts(seconds: float) -> np.ndarray:
    """Where the windows of a track begin, in seconds.

    Every WINDOW_HOP_S, the last one whole if there is room.
    """
    last = max(0.0, seconds - WINDOW_S)
    return np.append(np.arange(0.0, last, WINDOW_HOP_S), last) if last > 1.0 else np.array([0.0])


def shard_path(folder: Path, name: str) -> Path:
    """Where the track of this name is packed."""
    told = name.encode(errors="surrogateescape")  # names need not be valid text
    return folder / f"{hashlib.sha1(told).hexdigest()[:16]}.npz"


def write_track(folder: Path, track: PackedTrack) -> None:
    """Packs one track; beside first, then in place."""
    path = shard_path(folder, track.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with open(beside, "wb") as file:
        arrays: dict[str, Any] = {f"lesson:{teacher}": values for teacher, values in track.lessons.items()}
        arrays |= {"name": np.array(track.name), "group": np.array(track.group)}
        np.savez(file, pictures=track.pictures, starts=track.starts.astype(np.int32), **arrays)
    os.replace(beside, path)


def read_track(path: Path) -> PackedTrack:
    """One packed track."""
    with np.load(path) as shard:
        lessons = {key[7:]: shard[key] for key in shard.files if key.startswith("lesson:")}
        return PackedTrack(
            str(shard["name"]), str(shard["group"]), shard["pictures"], shard["starts"], lessons
        )


def pack_waveform(name: str, group: str, waveform: np.ndarray, teachers: dict | None = None) -> PackedTrack:
    """The packed form of one 16 kHz waveform; lessons are empty without teachers."""
    starts_s = window_starts(len(waveform) / EAR_MEL.sample_rate)
    lessons: dict[str, np.ndarray] = {}
    if teachers:
        from synesthete.training.teachers import lessons as ask

        lessons = ask(teachers, waveform, starts_s.tolist(), WINDOW_S)
    starts = np.rint(starts_s * EAR_MEL.frame_rate).astype(np.int32)
    return PackedTrack(name, group, to_bytes(EAR_MEL.log_mel(waveform)), starts, lessons)


def read_pack(folders: Sequence[Path]) -> list[PackedTrack]:
    """All tracks of some packs, in the order of their names; shorter than a second is left out."""
    tracks = [read_track(path) for folder in folders for path in sorted(folder.glob("*.npz"))]
    enough = [track for track in tracks if len(track.pictures) >= EAR_MEL.frame_rate]
    return sorted(enough, key=lambda track: track.name)
