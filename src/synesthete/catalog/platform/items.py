"""A platform's items: which of our tracks each of its ids means, and which of them it hides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Row, Select, delete, func, or_, select, text, update

from synesthete.catalog.database import Database
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import external_ids, feedback, listens, playlist_tracks, track_genres, tracks
from synesthete.catalog.writing import batches, now, upsert
from synesthete.music import TrackId

_LOCK = 0x49544D53  # "ITMS": the advisory lock of those who write items into a PostgreSQL catalog


@dataclass(frozen=True, slots=True)
class Item:
    """One id of the platform, the track it means, and since when (unix seconds) that track is known."""

    id: str
    track_id: TrackId
    hidden: bool
    missing: bool
    """Whether the file behind the track is gone, for now."""
    at: int
    made: bool
    """Whether the track is known from the platform alone: it may be named anew, and goes with its last id."""


class Items(Noun):
    """External ids of two schemes: one for items that are shown, one for those that are hidden."""

    def __init__(self, database: Database, platform: str):
        super().__init__(database)
        self.shown, self.concealed = platform, f"{platform} (hidden)"
        self._platform = platform

    def find(self, item_ids: Iterable[str]) -> dict[str, Item]:
        """The items with these ids; unknown ones are left out."""
        found: dict[str, Item] = {}
        with self._database.read() as connection:
            for batch in batches(set(item_ids)):
                rows = connection.execute(self._all().where(_e.value.in_(batch)))
                found.update({row.value: self._item(row) for row in rows})
        return found

    def page(self, n: int, start: str = "") -> list[Item]:
        """Up to n items in order of id, from the one called `start`."""
        asked = self._all().where(_e.value >= start).order_by(_e.value).limit(n)
        with self._database.read() as connection:
            return [self._item(row) for row in connection.execute(asked)]

    def names(self, track_ids: Iterable[int]) -> dict[TrackId, str]:
        """What the platform calls these tracks; those it does not know, or hides, are left out."""
        found: dict[TrackId, str] = {}
        with self._database.read() as connection:
            for batch in batches(int(i) for i in track_ids):
                asked = select(_e.track_id, func.min(_e.value)).where(
                    _e.scheme == self.shown, _e.track_id.in_(batch)
                )
                found.update({TrackId(i): v for i, v in connection.execute(asked.group_by(_e.track_id))})
        return found

    def strangers(self, most: int) -> frozenset[TrackId] | None:
        """The visible tracks that are no shown item; None where there are more than `most`."""
        # The scheme is asked for so that no database goes through all ids by the index of schemes.
        mine = select(1).where(_e.track_id == tracks.c.id, func.coalesce(_e.scheme, "") == self.shown)
        asked = select(tracks.c.id).where(tracks.c.missing_at.is_(None), ~mine.exists()).limit(most + 1)
        with self._database.read() as connection:
            found = frozenset(TrackId(i) for (i,) in connection.execute(asked))
        return found if len(found) <= most else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A transaction that writes items while nobody else does: two who make one item must not make it twice."""
        with self._database.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield

    def put(self, items: Mapping[str, tuple[int, bool]]) -> None:
        """Keep which track each id means, and whether it is hidden."""
        rows = [
            {"track_id": int(i), "scheme": self.concealed if hidden else self.shown, "value": item_id}
            for item_id, (i, hidden) in items.items()
        ]
        with self._database.begin() as connection:
            self._forget(items)
            upsert(connection, external_ids, rows, ["scheme", "value"], ["track_id"])

    def date(self, times: Mapping[int, int]) -> None:
        """Say since when (unix seconds) tracks are known that this platform brought."""
        with self._database.begin() as connection:
            for track_id, at in times.items():
                mine = tracks.c.id == int(track_id), tracks.c.tags_from == self._platform
                connection.execute(update(tracks).where(*mine).values(added_at=at))

    def move(self, old: Item, new: int, sources: Sequence[str]) -> None:
        """Let what was played and said of an item's track be of another track.

        Everything, where the platform brought the old one, which goes when nobody names it any more; else what
        came from these sources, since the old one is a track of this house.
        """
        with self._database.begin() as connection:
            for table in (listens, feedback, playlist_tracks) if old.made else (listens, feedback):
                moved = update(table).where(table.c.track_id == int(old.track_id))
                if not old.made:
                    moved = moved.where(table.c.source.in_(sources))
                connection.execute(moved.values(track_id=int(new)))
            self._forget([old.id])
            self._retire([old.track_id])

    def remove(self, item_id: str) -> Item | None:
        """Forget an id; the item as it was, or None. A track that only it named is hidden."""
        with self._database.begin():
            item = self.find([item_id]).get(item_id)
            if item is not None:
                self._forget([item_id])
                self._retire([item.track_id])
        return item

    def latest(
        self, n: int, without: Iterable[int] = (), genre: str | None = None
    ) -> list[tuple[TrackId, int]]:
        """The n tracks of shown items known last, with since when (unix seconds), newest first."""
        shut = {int(i) for i in without}
        mine = select(_e.track_id).where(_e.scheme == self.shown)
        asked = select(tracks.c.id, tracks.c.added_at).where(
            tracks.c.missing_at.is_(None), tracks.c.id.in_(mine)
        )
        if genre is not None:
            asked = asked.where(tracks.c.id.in_(_with_genre(genre)))
        asked = asked.order_by(tracks.c.added_at.desc(), tracks.c.id.desc())
        with self._database.read() as connection:
            rows = connection.execute(asked.limit(n + len(shut)))
            return [(TrackId(i), at) for i, at in rows if i not in shut][:n]

    def popular(
        self, n: int, sources: Sequence[str], without: Iterable[int] = (), genre: str | None = None
    ) -> list[tuple[TrackId, int]]:
        """The n tracks of shown items that users played most, with plays, most first."""
        shut, plays = {int(i) for i in without}, func.sum(listens.c.count)
        mine = select(_e.track_id).where(_e.scheme == self.shown)
        asked = select(listens.c.track_id, plays).where(
            listens.c.source.in_(sources),
            listens.c.track_id.in_(mine),
            func.coalesce(listens.c.skipped, False).is_(False),
        )
        if genre is not None:
            asked = asked.where(listens.c.track_id.in_(_with_genre(genre)))
        asked = asked.group_by(listens.c.track_id).order_by(plays.desc(), listens.c.track_id)
        with self._database.read() as connection:
            rows = connection.execute(asked.limit(n + len(shut)))
            return [(TrackId(i), int(count)) for i, count in rows if i not in shut][:n]

    def _forget(self, item_ids: Iterable[str]) -> None:
        mine = _e.scheme.in_((self.shown, self.concealed))
        with self._database.begin() as connection:
            for batch in batches(item_ids):
                connection.execute(delete(external_ids).where(mine, _e.value.in_(batch)))

    def _retire(self, track_ids: Iterable[int]) -> None:
        """Hide those of these tracks that this platform brought and nobody names any more."""
        named = select(_e.track_id)
        with self._database.begin() as connection:
            for track_id in track_ids:
                only = tracks.c.id == int(track_id), tracks.c.tags_from == self._platform
                hide = update(tracks).where(*only, tracks.c.id.not_in(named))
                connection.execute(hide.values(missing_at=now()))

    def _all(self) -> Select:
        asked = select(
            _e.value, _e.track_id, _e.scheme, tracks.c.missing_at, tracks.c.added_at, tracks.c.tags_from
        )
        asked = asked.join(tracks, tracks.c.id == _e.track_id)
        return asked.where(or_(_e.scheme == self.shown, _e.scheme == self.concealed))

    def _item(self, row: Row) -> Item:
        hidden, missing = row.scheme == self.concealed, row.missing_at is not None
        made = row.tags_from == self._platform
        return Item(row.value, TrackId(row.track_id), hidden, missing, row.added_at, made)


_e = external_ids.c


def _with_genre(genre: str) -> Select:
    return select(track_genres.c.track_id).where(func.lower(track_genres.c.genre) == genre.lower())
