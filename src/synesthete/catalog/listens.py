"""Listens: what was played, when, by whom. Writing the same listen twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete, func, select

from synesthete.catalog.folding import clean, fold
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import listens
from synesthete.catalog.writing import upsert
from synesthete.music import Listen, TrackId


@dataclass(frozen=True, slots=True)
class Heard:
    """One listen as kept: `track_id` is None while what was played is not in the catalog."""

    id: int
    at: int
    track_id: TrackId | None
    title: str | None
    artist: str | None
    album: str | None
    played_s: float | None
    skipped: bool | None
    count: int
    source: str


@dataclass(frozen=True, slots=True)
class Plays:
    """Many plays as columns, (n,) int64 each, by listener and then by time."""

    listeners: np.ndarray
    tracks: np.ndarray
    counts: np.ndarray


class Listens(Noun):
    """The diary of what was played."""

    def put(
        self, listener_id: int, track_id: int, at: int, source: str = "player", **more: float | bool | int
    ) -> bool:
        """Keep one play of a catalog track (`more`: played_s, skipped, count); False when it was known."""
        row = {"listener_id": int(listener_id), "track_id": int(track_id), "at": int(at), "source": source}
        row |= {"what": f"track:{int(track_id)}", "count": 1, **more}
        with self._database.begin() as connection:
            return upsert(connection, listens, [row], _IDENTITY) > 0

    def put_many(self, listener_id: int, plays: Iterable[tuple[Listen, TrackId | None]], source: str) -> int:
        """Keep plays with the tracks they were matched to; how many of them were new.

        Identity is (listener, second, what): a second import of the same history adds nothing.
        """
        rows = (_row(int(listener_id), listen, track_id, source) for listen, track_id in plays)
        with self._database.begin() as connection:
            return upsert(connection, listens, rows, _IDENTITY)

    def of(
        self, listener_id: int, n: int = 100, before: int | None = None, since: int | None = None
    ) -> list[Heard]:
        """The listener's last n listens, newest first, at or after `since` and before `before` (unix seconds)."""
        asked = select(*_COLUMNS).where(listens.c.listener_id == int(listener_id))
        if before is not None:
            asked = asked.where(listens.c.at < before)
        if since is not None:
            asked = asked.where(listens.c.at >= since)
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(listens.c.at.desc(), listens.c.id.desc()).limit(n))
            return [_heard(row) for row in rows]

    def history(self, listener_id: int) -> list[Heard]:
        """Everything the listener played that is in the catalog, oldest first."""
        asked = select(*_COLUMNS).where(
            listens.c.listener_id == int(listener_id), listens.c.track_id.is_not(None)
        )
        with self._database.read() as connection:
            return [_heard(row) for row in connection.execute(asked.order_by(listens.c.at, listens.c.id))]

    def counts(self, listener_id: int) -> dict[TrackId, int]:
        """How often the listener played each track; skipped plays do not count."""
        c = listens.c
        asked = (
            select(c.track_id, func.sum(c.count))
            .where(
                c.listener_id == int(listener_id),
                c.track_id.is_not(None),
                func.coalesce(c.skipped, False).is_(False),
            )
            .group_by(c.track_id)
        )
        with self._database.read() as connection:
            return {TrackId(i): int(n) for i, n in connection.execute(asked)}

    def arrays(self) -> Plays:
        """Everybody's plays of catalog tracks, skipped ones left out: what taste is learned from."""
        c = listens.c
        asked = (
            select(c.listener_id, c.track_id, c.count)
            .where(c.track_id.is_not(None), func.coalesce(c.skipped, False).is_(False))
            .order_by(c.listener_id, c.at, c.id)
        )
        with self._database.read() as connection:
            table = np.array([tuple(row) for row in connection.execute(asked)], np.int64).reshape(-1, 3)
        return Plays(table[:, 0], table[:, 1], table[:, 2])

    def number(self, listener_id: int | None = None) -> int:
        """How many listens are kept, of one listener or of all."""
        asked = select(func.count()).select_from(listens)
        if listener_id is not None:
            asked = asked.where(listens.c.listener_id == int(listener_id))
        with self._database.read() as connection:
            return int(connection.execute(asked).scalar_one())

    def remove(self, listener_id: int, listen_ids: Sequence[int]) -> int:
        """Forget these listens of this listener; how many there were."""
        c = listens.c
        gone = delete(listens).where(
            c.listener_id == int(listener_id), c.id.in_([int(i) for i in listen_ids])
        )
        with self._database.begin() as connection:
            return connection.execute(gone).rowcount


_IDENTITY = ("listener_id", "at", "what")
_c = listens.c
_COLUMNS = (
    _c.id, _c.at, _c.track_id, _c.title, _c.artist, _c.album, _c.played_s, _c.skipped, _c.count, _c.source
)  # fmt: skip


def _heard(row: Sequence) -> Heard:
    return Heard(*row)


def _row(listener_id: int, listen: Listen, track_id: TrackId | None, source: str) -> dict[str, object]:
    named = listen.track
    text = " / ".join(fold(part) for part in (named.artist or "", named.title or "", named.album or ""))
    return {
        "listener_id": listener_id,
        "track_id": None if track_id is None else int(track_id),
        "at": int(listen.at),
        "what": text if text.strip(" /") else f"track:{track_id}",
        "played_s": listen.played_s,
        "skipped": listen.skipped,
        "count": listen.count,
        "source": source,
        "title": None if named.title is None else clean(named.title),
        "artist": None if named.artist is None else clean(named.artist),
        "album": None if named.album is None else clean(named.album),
    }
