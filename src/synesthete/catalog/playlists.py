"""Playlists: ordered lists of tracks that belong to a listener."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, case, delete, func, insert, select, update

from synesthete.catalog.folding import clean
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import playlist_tracks, playlists
from synesthete.catalog.writing import batches, now, upsert
from synesthete.errors import InputError, NotFound
from synesthete.music import Description, ListenerId, PlaylistId, TrackId

Line = tuple[TrackId | None, Description | None]
"""One line: a catalog track, or (None, how it was named) for what the catalog does not hold."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A playlist as the catalog keeps it.

    `changed_at` (Unix seconds) guards against two people editing at once: every edit makes it larger, the
    second one within a second too, so that it may be some seconds ahead of the clock.
    """

    id: PlaylistId
    listener_id: ListenerId
    name: str
    comment: str | None
    source: str
    foreign_id: str | None
    created_at: int
    changed_at: int
    length: int


@dataclass(frozen=True, slots=True)
class Named:
    """A playlist from elsewhere on its way into the catalog; `foreign_id` is its identity there."""

    name: str
    lines: Sequence[Line]
    foreign_id: str
    comment: str | None = None


class Playlists(Noun):
    """Ordered lists. Positions count from 0."""

    def get(self, playlist_id: int) -> Kept:
        """The playlist with this id. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(playlists.c.id == int(playlist_id))).first()
        if row is None:
            raise NotFound("no playlist has this id", subject=playlist_id)
        return _kept(row)

    def of(self, listener_id: int) -> list[Kept]:
        """The listener's playlists in order of name."""
        asked = _ALL.where(playlists.c.listener_id == int(listener_id))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(func.lower(playlists.c.name), playlists.c.id))
            return [_kept(row) for row in rows]

    def lines(self, playlist_id: int) -> list[Line]:
        """Everything on the playlist in order, in or out of the catalog. Raises NotFound."""
        self.get(playlist_id)
        c = playlist_tracks.c
        asked = select(c.track_id, c.title, c.artist, c.album, c.path)
        asked = asked.where(c.playlist_id == int(playlist_id)).order_by(c.position)
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(asked)]

    def tracks(self, playlist_id: int) -> list[TrackId]:
        """The catalog tracks on the playlist, in order. Raises NotFound."""
        return [track_id for track_id, _ in self.lines(playlist_id) if track_id is not None]

    def create(
        self,
        listener_id: int,
        name: str,
        track_ids: Iterable[int] = (),
        comment: str | None = None,
        source: str = "page",
        foreign_id: str | None = None,
    ) -> PlaylistId:
        """A new playlist; one with the same source and foreign id is written over instead."""
        lines: list[Line] = [(TrackId(int(i)), None) for i in track_ids]
        return self.create_from(listener_id, name, lines, comment, source, foreign_id)

    def create_from(
        self,
        listener_id: int,
        name: str,
        lines: Sequence[Line],
        comment: str | None = None,
        source: str = "page",
        foreign_id: str | None = None,
    ) -> PlaylistId:
        """A new playlist from lines, of which some may not be in the catalog."""
        called = clean(name)
        if not called:
            raise InputError("a playlist needs a name")
        at = now()
        row = {
            "listener_id": int(listener_id), "name": called, "comment": comment, "source": source,
            "foreign_id": foreign_id, "created_at": at, "changed_at": at,
        }  # fmt: skip
        c = playlists.c
        with self._database.begin() as connection:
            if foreign_id is None:
                playlist_id = connection.execute(insert(playlists).values(row)).inserted_primary_key[0]  # type: ignore[index]  # an insert of one row has a key
            else:
                upsert(connection, playlists, [row], _FOREIGN, ["name", "comment", "changed_at"])
                found = select(c.id).where(
                    c.listener_id == int(listener_id), c.source == source, c.foreign_id == foreign_id
                )
                playlist_id = connection.execute(found).scalar_one()
            _write_lines(connection, playlist_id, lines)
        return PlaylistId(playlist_id)

    def create_many(self, listener_id: int, source: str, found: Sequence[Named]) -> list[PlaylistId]:
        """Many playlists with foreign ids at once; those that exist are written over."""
        at = now()
        shared = {"listener_id": int(listener_id), "source": source, "created_at": at, "changed_at": at}
        rows = [
            {**shared, "name": clean(n.name), "comment": n.comment, "foreign_id": n.foreign_id} for n in found
        ]
        if not all(row["name"] for row in rows):
            raise InputError("a playlist needs a name")
        c = playlists.c
        ids: dict[str, int] = {}
        with self._database.begin() as connection:
            upsert(connection, playlists, rows, _FOREIGN, ["name", "comment", "changed_at"])
            for batch in batches([n.foreign_id for n in found]):
                asked = select(c.foreign_id, c.id).where(
                    c.listener_id == int(listener_id), c.source == source, c.foreign_id.in_(batch)
                )
                ids.update((foreign, i) for foreign, i in connection.execute(asked))
            last = {ids[n.foreign_id]: n.lines for n in found}
            for own in batches(last):
                connection.execute(delete(playlist_tracks).where(playlist_tracks.c.playlist_id.in_(own)))
            _write_many_lines(connection, last)
        return [PlaylistId(ids[n.foreign_id]) for n in found]

    def rename(self, playlist_id: int, name: str | None = None, comment: str | None = None) -> None:
        """Change the name, the comment, or both."""
        more = {k: clean(v) for k, v in (("name", name), ("comment", comment)) if v is not None}
        if more.get("name") == "":
            raise InputError("a playlist needs a name")
        self._touch(playlist_id, **more)

    def write(self, playlist_id: int, lines: Sequence[Line]) -> None:
        """Put these lines in place of everything on the playlist."""
        with self._database.begin() as connection:
            self._touch(playlist_id)
            _write_lines(connection, int(playlist_id), lines)

    def append(self, playlist_id: int, track_ids: Iterable[int]) -> None:
        """Add tracks at the end."""
        with self._database.begin():
            more: list[Line] = [(TrackId(int(i)), None) for i in track_ids]
            self.write(playlist_id, [*self.lines(playlist_id), *more])

    def insert(self, playlist_id: int, position: int, track_ids: Iterable[int]) -> None:
        """Add tracks before the line at this position."""
        with self._database.begin():
            lines = self.lines(playlist_id)
            more: list[Line] = [(TrackId(int(i)), None) for i in track_ids]
            self.write(playlist_id, [*lines[:position], *more, *lines[position:]])

    def cut(self, playlist_id: int, positions: Iterable[int]) -> None:
        """Take the lines at these positions out; positions that do not exist are ignored."""
        with self._database.begin():
            gone = set(positions)
            self.write(playlist_id, [line for i, line in enumerate(self.lines(playlist_id)) if i not in gone])

    def reorder(self, playlist_id: int, order: Sequence[int]) -> None:
        """Put line order[0] first, order[1] second, and so on. Raises InputError unless all lines are named once."""
        with self._database.begin():
            lines = self.lines(playlist_id)
            if sorted(order) != list(range(len(lines))):
                raise InputError(
                    f"an order names each of the {len(lines)} positions once", subject=list(order)[:20]
                )
            self.write(playlist_id, [lines[i] for i in order])

    def remove(self, playlist_id: int) -> None:
        """Delete the playlist (not its tracks). Raises NotFound."""
        with self._database.begin() as connection:
            if not connection.execute(delete(playlists).where(playlists.c.id == int(playlist_id))).rowcount:
                raise NotFound("no playlist has this id", subject=playlist_id)

    def all_tracks(self) -> dict[PlaylistId, list[TrackId]]:
        """The catalog tracks of every playlist, in order: what continuation learns from."""
        c = playlist_tracks.c
        asked = (
            select(c.playlist_id, c.track_id)
            .where(c.track_id.is_not(None))
            .order_by(c.playlist_id, c.position)
        )
        found: dict[PlaylistId, list[TrackId]] = {}
        with self._database.read() as connection:
            for playlist_id, track_id in connection.execute(asked):
                found.setdefault(PlaylistId(playlist_id), []).append(TrackId(track_id))
        return found

    def _touch(self, playlist_id: int, **columns: str) -> None:
        with self._database.begin() as connection:
            changed = update(playlists).where(playlists.c.id == int(playlist_id))
            at = case((_c.changed_at < now(), now()), else_=_c.changed_at + 1)
            if not connection.execute(changed.values(changed_at=at, **columns)).rowcount:
                raise NotFound("no playlist has this id", subject=playlist_id)


_FOREIGN = ("listener_id", "source", "foreign_id")
_c = playlists.c
_LENGTH = (
    select(func.count())
    .where(playlist_tracks.c.playlist_id == _c.id)
    .correlate(playlists)
    .scalar_subquery()
    .label("length")
)
_ALL = select(
    _c.id,
    _c.listener_id,
    _c.name,
    _c.comment,
    _c.source,
    _c.foreign_id,
    _c.created_at,
    _c.changed_at,
    _LENGTH,
)


def _kept(row: Row) -> Kept:
    return Kept(*row)


def _line(row: Row) -> Line:
    if row.track_id is not None:
        return TrackId(row.track_id), None
    return None, Description(title=row.title, artist=row.artist, album=row.album, path=row.path)


def _write_lines(connection: Connection, playlist_id: int, lines: Sequence[Line]) -> None:
    connection.execute(delete(playlist_tracks).where(playlist_tracks.c.playlist_id == int(playlist_id)))
    rows = []
    for position, (track_id, named) in enumerate(lines):
        row = {"playlist_id": int(playlist_id), "position": position, "track_id": track_id}
        known = named or Description()
        rows.append(row | {name: getattr(known, name) for name in ("title", "artist", "album", "path")})
    for batch in batches(rows):
        connection.execute(insert(playlist_tracks), batch)


def _write_many_lines(connection: Connection, found: Mapping[int, Sequence[Line]]) -> None:
    """Write the lines of many empty playlists; those in the catalog, the bulk, go to the driver directly."""
    known, named = [], []
    for playlist_id, lines in found.items():
        for position, (track_id, description) in enumerate(lines):
            if track_id is not None:
                known.append((playlist_id, position, int(track_id)))
                continue
            told = description or Description()
            row = {name: getattr(told, name) for name in ("title", "artist", "album", "path")}
            named.append({"playlist_id": playlist_id, "position": position, "track_id": None, **row})
    marks = "?, ?, ?" if connection.dialect.name == "sqlite" else "%s, %s, %s"
    if known:
        connection.exec_driver_sql(
            f"INSERT INTO playlist_tracks (playlist_id, position, track_id) VALUES ({marks})", known
        )
    for batch in batches(named):
        connection.execute(insert(playlist_tracks), batch)
