"""Hear one file: what a worker process does for the analysis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from synesthete.audio.decode import AudioInfo, open_sound
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import Heard, Plan, hear_sound
from synesthete.encoders.shelf import open_encoder
from synesthete.jobs.identity import sound_hash


@dataclass(frozen=True, slots=True)
class Ear:
    """Which encoder a worker opens, and how; one thread each, because there are as many workers as cores."""

    stamp: str
    folder: Path | None = None
    provider: str = "CPUExecutionProvider"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to hear."""

    track_id: int
    path: str
    plan: Plan
    hashed: bool = False
    """Whether its sound is to be hashed too, while the file is at hand."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was heard in one file; `silent` when there is nothing to hear in it."""

    heard: Heard
    info: AudioInfo
    sound_hash: str | None


def hear_file(ear: Ear, task: Task) -> Told:
    """Hear the file, decoding it once. Raises AudioError when its sound cannot be read."""
    encoder = _encoder(ear)
    with open_sound(task.path) as sound:
        heard = hear_sound(encoder, sound, task.plan, named=task.plan == "full")
        info = sound.info
    return Told(heard, info, sound_hash(task.path) if task.hashed else None)


@lru_cache(maxsize=1)
def _encoder(ear: Ear) -> Encoder:
    return open_encoder(ear.stamp, ear.folder, provider=ear.provider, threads=1)


def check(ear: Ear) -> Encoder:
    """The encoder, opened here: what keeps it from opening is told once, not for every file."""
    return _encoder(ear)
