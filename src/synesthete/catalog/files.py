"""Files: what the catalog remembers of the files behind its tracks, so that moved ones are recognized."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import tracks
from synesthete.catalog.tracks import inside
from synesthete.catalog.writing import batches, now
from synesthete.music import TrackId


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What is remembered of one track's file.

    `missing_at` is set while the track is hidden; `path` is None when another file has taken its place;
    `tags_from` tells whether the title is the file's name.
    """

    track_id: TrackId
    path: str | None
    size: int | None
    modified_ns: int | None
    inode: str | None
    sound_hash: str | None
    missing_at: int | None
    folder_id: int
    tags_from: str | None


class Files(Noun):
    """The files behind tracks."""

    def under(self, folder_id: int, path: str | os.PathLike[str] | None = None) -> list[KnownFile]:
        """Every file of a remembered folder (or of what lies under `path`), hidden ones too."""
        place = tracks.c.folder_id == folder_id
        asked = select(*_COLUMNS).where(place if path is None else or_(place, inside(path)))
        with self._database.read() as connection:
            return [
                KnownFile(*row) for row in connection.execute(asked.where(tracks.c.folder_id.is_not(None)))
            ]

    def all(self) -> list[KnownFile]:
        """Every file of every remembered folder, hidden ones too."""
        with self._database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).where(tracks.c.folder_id.is_not(None)))
            return [KnownFile(*row) for row in rows]

    def hide(self, track_ids: Iterable[int]) -> None:
        """Hide tracks whose files are gone; nothing is deleted."""
        at = now()
        with self._database.begin() as connection:
            for batch in batches(int(i) for i in track_ids):
                gone = update(tracks).where(tracks.c.id.in_(batch), tracks.c.missing_at.is_(None))
                connection.execute(gone.values(missing_at=at))

    def show(self, track_ids: Iterable[int]) -> None:
        """Show tracks again whose files are back."""
        with self._database.begin() as connection:
            for batch in batches(int(i) for i in track_ids):
                connection.execute(update(tracks).where(tracks.c.id.in_(batch)).values(missing_at=None))

    def note(self, facts: Iterable[tuple[int, dict[str, Any]]]) -> None:
        """Write facts of files (path, size, modified_ns, inode, sound_hash, folder_id, missing_at ...).

        Each is (track id, facts); all must name the same facts.
        """
        rows = [{**named, "over_id": int(i)} for i, named in facts]
        if not rows:
            return
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "over_id"}
        with self._database.begin() as connection:
            connection.execute(
                update(tracks).where(tracks.c.id == bindparam("over_id")).values(columns), rows
            )


_c = tracks.c
_COLUMNS = (
    _c.id, _c.path, _c.size, _c.modified_ns, _c.inode, _c.sound_hash, _c.missing_at, _c.folder_id,
    _c.tags_from,
)  # fmt: skip
