"""Everything that belongs to one person: all of it as plain values, and all of it gone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, delete, select

from synesthete.catalog.noun import Noun
from synesthete.catalog.playlists import Playlists
from synesthete.catalog.schema import (
    api_keys,
    artists,
    feedback,
    imports,
    impressions,
    letter_picks,
    letters,
    listeners,
    listens,
    metadata,
    own_values,
    play_counts,
    playlist_tracks,
    playlists,
    scores,
    searches,
    shares,
    tracks,
    waiting_words,
)
from synesthete.catalog.tracks import Tracks
from synesthete.catalog.values import Values
from synesthete.catalog.writing import upsert

_SECRET = frozenset({"listener_id", "password_hash", "key_hash", "token", "html", "plain"})
_EXPORTED = (
    listens,
    play_counts,
    feedback,
    waiting_words,
    searches,
    impressions,
    letters,
    letter_picks,
    shares,
    imports,
    api_keys,
    scores,
)

ERASED = "people erased"
"""Named value that counts erased people: learning compares it, so that no model keeps a trace of them."""


class Personal(Noun):
    """One person's drawer in every cabinet."""

    def export(self, listener_id: int) -> dict[str, Any]:
        """Everything kept about this person, by table, as values JSON can say; secrets are left out."""
        who = int(listener_id)
        with self._database.read() as connection:
            document: dict[str, Any] = {"listener": next(iter(_rows(connection, listeners, who)), None)}
            document |= {table.name: _rows(connection, table, who) for table in _EXPORTED}
            lists = _rows(connection, playlists, who)
            document["playlists"] = [{**kept, "tracks": self._entries(kept["id"])} for kept in lists]
        return document

    def erase(self, listener_id: int) -> None:
        """Remove the person and everything that is theirs; models that were learned from them answer no more."""
        who, values = int(listener_id), Values(self._database)
        with self._database.begin() as connection:
            mine = select(playlists.c.id).where(playlists.c.listener_id == who)
            connection.execute(delete(playlist_tracks).where(playlist_tracks.c.playlist_id.in_(mine)))
            for table in reversed(metadata.sorted_tables):  # those that point at others first
                if "listener_id" in table.c:
                    connection.execute(delete(table).where(table.c.listener_id == who))
            connection.execute(delete(listeners).where(listeners.c.id == who))
            values.put(ERASED, str(self.erased + 1))

    @property
    def erased(self) -> int:
        """How many people were erased so far."""
        return int(Values(self._database).get(ERASED) or 0)

    # -- named values of one person: secrets and marks, in nobody's export and gone with the person

    def kept(self, listener_id: int, name: str) -> str | None:
        """The person's value of this name, or None."""
        asked = select(_own.value).where(_own.listener_id == int(listener_id), _own.name == name)
        with self._database.read() as connection:
            return connection.execute(asked).scalar()

    def keep(self, listener_id: int, name: str, value: str, *, once: bool = False) -> str:
        """Set the person's value, or with `once` only where there is none; the value in force either way."""
        row = {"listener_id": int(listener_id), "name": name, "value": value}
        with self._database.begin() as connection:
            upsert(connection, own_values, [row], ["listener_id", "name"], [] if once else ["value"])
            return str(self.kept(listener_id, name))

    def drop(self, listener_id: int, name: str) -> None:
        """Forget the person's value; nothing happens when there is none."""
        mine = (_own.listener_id == int(listener_id), _own.name == name)
        with self._database.begin() as connection:
            connection.execute(delete(own_values).where(*mine))

    def _entries(self, playlist_id: int) -> list[dict[str, Any]]:
        lines = Playlists(self._database).lines(playlist_id)
        known = Tracks(self._database).many(i for i, _ in lines if i is not None)
        named = (other if track_id is None else known[track_id] for track_id, other in lines)
        return [{"title": n.title, "artist": n.artist, "album": n.album} for n in named if n is not None]


_own = own_values.c


def _rows(connection: Connection, table: Table, who: int) -> list[dict[str, Any]]:
    asked = select(*(c for c in table.c if c.name not in _SECRET)).select_from(table)
    if "track_id" in table.c:  # our ids mean nothing elsewhere: names go along
        asked = asked.add_columns(tracks.c.title.label("track"), artists.c.name.label("track_artist"))
        asked = asked.outerjoin(tracks, tracks.c.id == table.c.track_id)
        asked = asked.outerjoin(artists, artists.c.id == tracks.c.artist_id)
    mine = table.c.id if table is listeners else table.c.listener_id
    return [dict(row._mapping) for row in connection.execute(asked.where(mine == who))]
