"""Remembered folders of music."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sqlalchemy import select, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import folders
from synesthete.catalog.writing import now, upsert


@dataclass(frozen=True, slots=True)
class Folder:
    """One remembered folder; `scanned_at` is None until it was looked at."""

    id: int
    path: str
    added_at: int
    scanned_at: int | None


class Folders(Noun):
    """Which folders to look at again."""

    def add(self, path: str | os.PathLike[str]) -> Folder:
        """Remember a folder (an absolute path); one that is remembered already is returned."""
        row = {"path": os.fspath(path), "added_at": now(), "removed_at": None}
        with self._database.begin() as connection:
            upsert(connection, folders, [row], ["path"], ["removed_at"])
            return next(f for f in self.all() if f.path == row["path"])

    def all(self) -> list[Folder]:
        """Every remembered folder, in order of its path."""
        c = folders.c
        asked = select(c.id, c.path, c.added_at, c.scanned_at).where(c.removed_at.is_(None)).order_by(c.path)
        with self._database.read() as connection:
            return [Folder(*row) for row in connection.execute(asked)]

    def around(self, path: str | os.PathLike[str]) -> Folder | None:
        """The remembered folder that is or contains the path, or None."""
        place = os.fspath(path)
        holding = [
            f for f in self.all() if place == f.path or place.startswith(f.path.rstrip(os.sep) + os.sep)
        ]
        return max(holding, key=lambda f: len(f.path), default=None)

    def scanned(self, folder_id: int) -> None:
        """Note that the folder was looked at just now."""
        self._set(folder_id, scanned_at=now())

    def remove(self, folder_id: int) -> None:
        """Forget the folder; hiding its tracks is up to the caller."""
        self._set(folder_id, removed_at=now())

    def _set(self, folder_id: int, **columns: int) -> None:
        with self._database.begin() as connection:
            connection.execute(update(folders).where(folders.c.id == folder_id).values(**columns))
