"""Clips: sound that people hand us, kept for an hour in the data folder under names that nobody chose but us."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
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
SWEPT_AFTER = 10
"""Old clips are looked for when a tenth of either has come in since: looking costs more than keeping one."""

HEARD = ".heard"
"""Beside each sound: a line of JSON with its facts, and an array (1 + E, 2 + D) as `np.save` writes it. Its first row
is the clip as a whole, the others are its excerpts; the first two numbers of each say from when to when."""

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
        # Clips and bytes since the last sweep; the first finds what is there.
        self._since = most, most_bytes

    def receive(self, source: BinaryIO) -> Path:
        """Copy an upload to a new file of ours, so that other processes can read it."""
        clips, size = self._since
        if clips * SWEPT_AFTER >= self._most or size * SWEPT_AFTER >= self._most_bytes:
            self._sweep()
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._folder / secrets.token_urlsafe(16)
        with place.open("xb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
            self._note(file.tell())
        return place

    def discard(self, sound: Path) -> None:
        """Forget what was received."""
        if sound.is_dir():  # as earlier versions kept them
            shutil.rmtree(sound, ignore_errors=True)
            return
        for file in (sound, sound.with_suffix(HEARD)):
            file.unlink(missing_ok=True)

    def keep(
        self, sound: Path, listener_id: int, name: str | None, encoder: str, made: HeardFile
    ) -> ClipFacts:
        """Remember what was heard in it; from now on it can be asked for."""
        heard = made.heard
        shown = None if not name else printable(os.path.basename(name.replace("\\", "/")))[:200]
        facts = ClipFacts(
            sound.name, int(listener_id), shown, encoder, made.total_s, made.start_s, made.end_s,
            int(time.time()) + self._kept_s,
        )  # fmt: skip
        spans = np.column_stack([heard.starts_s, heard.ends_s])
        rows = np.block([[np.zeros((1, 2)), heard.track[None]], [spans, heard.excerpts]])
        with sound.with_suffix(HEARD).open("wb") as file:  # nobody can ask for it before its id is told
            file.write(json.dumps(asdict(facts)).encode() + b"\n")
            np.save(file, rows.astype(np.float32))
        return facts

    def get(self, clip_id: str, listener_id: int) -> ClipFacts:
        """The clip, if it is this listener's. Raises NotFound, also for one that has expired."""
        try:
            with self._sound(clip_id).with_suffix(HEARD).open("rb") as file:
                facts = ClipFacts(**json.loads(file.readline()))
        except (OSError, ValueError, TypeError):
            facts = None
        if facts is None or facts.listener_id != int(listener_id) or facts.expires_at <= time.time():
            raise _gone(clip_id)
        return facts

    def sound(self, facts: ClipFacts) -> Path:
        """The file as it was sent."""
        return self._sound(facts.id)

    def heard(self, facts: ClipFacts) -> Heard:
        """What was heard in it."""
        try:
            with self._sound(facts.id).with_suffix(HEARD).open("rb") as file:
                file.readline()
                rows = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError):  # gone meanwhile, or never written to its end
            raise _gone(facts.id) from None
        vectors, excerpts = rows[:, 2:], rows[1:]
        return Heard(vectors[0], vectors[1:], excerpts[:, 0], excerpts[:, 1], facts.end_s - facts.start_s)

    def remove(self, facts: ClipFacts) -> None:
        """Forget a clip."""
        self.discard(self._sound(facts.id))

    def _sound(self, clip_id: str) -> Path:
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
            aged = sorted(_aged(self._folder), reverse=True)
            room, count = self._most_bytes, self._most - 1
            for made, size, name in aged:
                room -= size
                count -= 1
                if made + self._kept_s <= time.time() or room < 0 or count < 0:
                    self.discard(self._folder / name)


def _gone(clip_id: str) -> NotFound:
    return NotFound(
        "no clip of yours has this id", subject=clip_id, hint="Clips are kept for an hour; send it again."
    )


def _aged(folder: Path) -> Iterator[tuple[float, int, str]]:
    """When each sound came (unix seconds), its bytes and its name."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if _ID.fullmatch(entry.name):
                with suppress(FileNotFoundError):  # another process made room meanwhile
                    facts = entry.stat()
                    yield facts.st_mtime, facts.st_size, entry.name
