"""Entries become rows: artists and albums are found or made, genres, foreign ids and words follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from synesthete.catalog.albums import Albums
from synesthete.catalog.artists import Artists
from synesthete.catalog.database import Database
from synesthete.catalog.entries import UNKNOWN_ARTIST, Entry
from synesthete.catalog.folding import clean, fold
from synesthete.catalog.schema import external_ids, track_genres, tracks
from synesthete.catalog.words import note_words
from synesthete.catalog.writing import batches, now, upsert
from synesthete.music import AlbumId, ArtistId, TrackId

_OF_THE_SOUND = ("sound_hash", "duration_s", "codec", "sample_rate", "channels", "bit_rate")
"""What an entry that does not know it leaves as it was: tags are read more often than sound."""

_AS_THEY_ARE = (
    "folder_id", "path", "size", "modified_ns", "inode", "sound_hash", "track_no", "disc_no", "year",
    "duration_s", "codec", "sample_rate", "channels", "bit_rate", "recording_mbid", "isrc", "replaygain_db",
    "has_cover", "tags_from",
)  # fmt: skip


def write_entries(
    database: Database, connection: Connection, entries: Sequence[Entry], over: Sequence[int] | None
) -> list[TrackId]:
    """Write the entries as new tracks, or over existing ones; their ids, in the same order."""
    artist_ids = Artists(database).resolve(_artist_names(entries))
    album_ids = Albums(database).resolve(
        (artist_ids[_album_artist(e)], e.album, e.year, e.album_mbid) for e in entries if e.album
    )
    rows = [_row(entry, artist_ids, album_ids) for entry in entries]
    ids = _insert(connection, rows) if over is None else _update(connection, rows, over)
    _genres(connection, entries, ids, fresh=over is None)
    foreign = [
        {"track_id": track_id, "scheme": scheme, "value": clean(value)}
        for track_id, entry in zip(ids, entries, strict=True)
        for scheme, value in entry.ids
    ]
    upsert(connection, external_ids, foreign, ["scheme", "value"])
    note_words(
        connection,
        (
            (i, e.title, f"{e.artist} {e.album_artist or ''}", e.album or "")
            for i, e in zip(ids, entries, strict=True)
        ),
    )
    return ids


def _artist_names(entries: Sequence[Entry]) -> dict[str, str | None]:
    names: dict[str, str | None] = {}
    for entry in entries:
        names[_artist(entry)] = names.get(_artist(entry)) or entry.artist_mbid
        names.setdefault(_album_artist(entry), None)
    return names


def _artist(entry: Entry) -> str:
    return entry.artist.strip() or UNKNOWN_ARTIST


def _album_artist(entry: Entry) -> str:
    return (entry.album_artist or "").strip() or _artist(entry)


def _row(
    entry: Entry, artist_ids: Mapping[str, ArtistId], album_ids: Mapping[tuple[ArtistId, str], AlbumId]
) -> dict[str, Any]:
    title = clean(entry.title) or "Untitled"
    album = album_ids[artist_ids[_album_artist(entry)], entry.album] if entry.album else None
    return {
        **{name: getattr(entry, name) for name in _AS_THEY_ARE},
        "title": title,
        "title_key": fold(title),
        "artist_id": artist_ids[_artist(entry)],
        "album_id": album,
        "album_artist": None if entry.album_artist is None else clean(entry.album_artist),
        "changed_at": now(),
    }


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> list[TrackId]:
    added = now()
    if connection.dialect.name == "sqlite":
        # SQLite returns ids row by row, at five times the price; but we hold its only writing transaction,
        # so the next ids are known: it would take the same ones.
        first = int(connection.execute(select(func.coalesce(func.max(tracks.c.id), 0))).scalar_one()) + 1
        numbered = [{**row, "added_at": added, "id": first + at} for at, row in enumerate(rows)]
        for batch in batches(numbered):
            connection.execute(insert(tracks), batch)
        return [TrackId(first + at) for at in range(len(rows))]
    ids: list[TrackId] = []
    for batch in batches(rows):
        statement = insert(tracks).returning(tracks.c.id, sort_by_parameter_order=True)
        made = connection.execute(statement, [{**row, "added_at": added} for row in batch])
        ids.extend(TrackId(i) for (i,) in made)
    return ids


def _update(connection: Connection, rows: list[dict[str, Any]], over: Sequence[int]) -> list[TrackId]:
    if rows:
        statement = update(tracks).where(tracks.c.id == bindparam("over_id"))
        connection.execute(
            statement.values({name: _value(name) for name in rows[0]}),
            [{**row, "over_id": int(i)} for row, i in zip(rows, over, strict=True)],
        )
    return [TrackId(int(i)) for i in over]


def _value(name: str) -> ColumnElement[Any]:
    new: ColumnElement[Any] = bindparam(name, type_=tracks.c[name].type)
    return func.coalesce(new, tracks.c[name]) if name in _OF_THE_SOUND else new


def _genres(connection: Connection, entries: Sequence[Entry], ids: Sequence[TrackId], fresh: bool) -> None:
    if not fresh:
        for batch in batches(ids):
            connection.execute(delete(track_genres).where(track_genres.c.track_id.in_(batch)))
    rows = [
        {"track_id": track_id, "genre": genre, "position": position}
        for track_id, entry in zip(ids, entries, strict=True)
        for position, genre in enumerate(dict.fromkeys(filter(None, map(clean, entry.genres))))
    ]
    upsert(connection, track_genres, rows, ["track_id", "genre"])
