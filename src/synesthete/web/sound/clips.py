"""Clips: sound that people hand us, kept for an hour in the data folder under names that nobody chose but us."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from synesthete.encoders.hearing import Heard
from synesthete.errors import NotFound, printable
from synesthete.web.sound.tasks import HeardFile

KEPT_S = 3600
MOST = 200
"""Clips kept at once, and with MOST_BYTES the room they take; the oldest go first."""
MOST_BYTES = 2_000_000_000
SWEPT_AFTER = 20
"""Old clips are looked for when a 20th of either has come in since: looking costs more than keeping one."""

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What is remembered of a clip; `encoder` is the stamp of who heard it."""

    id: str
    listener_id: int
    name: str | None
    encoder: str
    total_s: float
    start_s: float
    end_s: float
    expires_at: int


class Clips:
    """A shelf of clips that empties itself. Processes of one server share it; it survives a restart."""

    def __init__(self, folder: Path, kept_s: int = KEPT_S, most: int = MOST, most_bytes: int = MOST_BYTES):
        self._folder = folder
        self._kept_s, self._most, self._most_bytes = kept_s, most, most_bytes
        self._lock = threading.Lock()
        self._since = (
            most,
            most_bytes,
        )  # clips and bytes since the last sweep; the first finds what is there

    def receive(self, source: BinaryIO) -> Path:
        """Copy an upload to a new place of ours, so that other processes can read it."""
        clips, size = self._since
        if clips * SWEPT_AFTER >= self._most or size * SWEPT_AFTER >= self._most_bytes:
            self._sweep()
        place = self._folder / secrets.token_urlsafe(16)
        place.mkdir(parents=True)
        with (place / "sound").open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
            self._note(file.tell())
        return place / "sound"

    def discard(self, sound: Path) -> None:
        """Forget what was received."""
        shutil.rmtree(sound.parent, ignore_errors=True)

    def keep(
        self, sound: Path, listener_id: int, name: str | None, encoder: str, made: HeardFile
    ) -> ClipFacts:
        """Remember what was heard in it; from now on it can be asked for."""
        heard = made.heard
        spans = np.column_stack([heard.starts_s, heard.ends_s])
        rows = np.block([[np.zeros((1, 2)), heard.track[None]], [spans, heard.excerpts]])
        np.save(
            sound.parent / "heard.npy", rows.astype(np.float32)
        )  # one array: a fifth of an archive's price
        shown = None if not name else printable(os.path.basename(name.replace("\\", "/")))[:200]
        facts = ClipFacts(
            sound.parent.name, int(listener_id), shown, encoder, made.total_s, made.start_s, made.end_s,
            int(time.time()) + self._kept_s,
        )  # fmt: skip
        draft = sound.parent / "about.new"
        draft.write_text(json.dumps(asdict(facts)), encoding="utf-8")
        os.replace(draft, sound.parent / "about.json")
        return facts

    def get(self, clip_id: str, listener_id: int) -> ClipFacts:
        """The clip, if it is this listener's. Raises NotFound, also for one that has expired."""
        place = self._place(clip_id)
        try:
            facts = ClipFacts(**json.loads((place / "about.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            facts = None
        if facts is None or facts.listener_id != int(listener_id) or facts.expires_at <= time.time():
            raise _gone(clip_id)
        return facts

    def sound(self, facts: ClipFacts) -> Path:
        """The file as it was sent."""
        return self._place(facts.id) / "sound"

    def heard(self, facts: ClipFacts) -> Heard:
        """What was heard in it."""
        try:
            rows = np.load(self._place(facts.id) / "heard.npy", allow_pickle=False)
        except OSError:
            raise _gone(facts.id) from None
        vectors, excerpts = rows[:, 2:], rows[1:]
        return Heard(vectors[0], vectors[1:], excerpts[:, 0], excerpts[:, 1], facts.end_s - facts.start_s)

    def remove(self, facts: ClipFacts) -> None:
        """Forget a clip."""
        shutil.rmtree(self._place(facts.id), ignore_errors=True)

    def _place(self, clip_id: str) -> Path:
        if not _ID.fullmatch(clip_id):
            raise _gone(clip_id)
        return self._folder / clip_id

    def _note(self, size: int) -> None:
        with self._lock:
            clips, before = self._since
            self._since = clips + 1, before + size

    def _sweep(self) -> None:
        """Make room: what has expired goes, then the oldest until the rest fits."""
        with self._lock:
            self._since = 0, 0
            if not self._folder.is_dir():
                return
            aged = sorted((_made_at(place), place) for place in self._folder.iterdir() if place.is_dir())
            room, count = self._most_bytes, self._most - 1
            for made, place in reversed(aged):
                room -= _size(place / "sound")
                count -= 1
                if made + self._kept_s <= time.time() or room < 0 or count < 0:
                    shutil.rmtree(place, ignore_errors=True)


def _gone(clip_id: str) -> NotFound:
    return NotFound(
        "no clip of yours has this id", subject=clip_id, hint="Clips are kept for an hour; send it again."
    )


def _made_at(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
