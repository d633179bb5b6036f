"""Tracks: read by id, path, phrase or filter, and written from entries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from synesthete.audio.suffixes import SUFFIXES
from synesthete.catalog.among import among, these
from synesthete.catalog.entries import Entry
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import albums, artists, external_ids, track_genres, tracks
from synesthete.catalog.track_rows import write_entries
from synesthete.catalog.words import ids_with_words
from synesthete.catalog.writing import batches
from synesthete.errors import NotFound
from synesthete.music import Track, TrackId


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tracks may be chosen; a track must satisfy everything that is given.

    `genres`: any of these (case does not matter). Years and durations (seconds) include their ends; tracks
    without a year or duration fail a filter on it. `folder`: the path begins with this folder. `known_to`:
    the track has an external id of this scheme.
    """

    genres: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    shortest_s: float | None = None
    longest_s: float | None = None
    folder: str | None = None
    artist_id: int | None = None
    album_id: int | None = None
    with_file: bool = False
    known_to: str | None = None


class Tracks(Noun):
    """Everything that can be played, or at least named."""

    def get(self, track_id: int) -> Track:
        """The track with this id, hidden or not. Raises NotFound."""
        found = self.many([track_id])
        if not found:
            raise NotFound(
                "no track has this id", subject=track_id, hint="`synesthete status` says what is there."
            )
        return found[TrackId(track_id)]

    def many(self, ids: Iterable[int], wanted: Filter | None = None) -> dict[TrackId, Track]:
        """The tracks with these ids, in the order asked; ids that lead nowhere are left out.

        With `wanted`, only those that are visible and pass the filter.
        """
        asked = list(dict.fromkeys(int(i) for i in ids))
        if not asked:
            return {}
        rows = _VISIBLE if wanted is not None else _NAMED
        if wanted is not None and wanted != Filter():
            rows = rows.where(*_conditions(wanted))
        with self._database.read() as connection:
            found = {track.id: track for track in _tracks(connection, rows, these(asked))}
        return {TrackId(i): found[TrackId(i)] for i in asked if TrackId(i) in found}

    def at(self, path: str | os.PathLike[str]) -> Track | None:
        """The track whose file has this absolute path, or None."""
        return self._first(tracks.c.path == os.fspath(path))

    def search(self, phrase: str, n: int = 20) -> list[Track]:
        """Up to n visible tracks whose title, artist and album hold every word of the phrase, best first.

        Accents, case and punctuation do not matter, and the last word may be unfinished. When no track
        holds every word, those with most of them are returned.
        """
        return self._search(phrase, n, some=True)

    def _search(self, phrase: str, n: int, some: bool) -> list[Track]:
        """Tracks with every word of the phrase; where there are none, and `some` will do, with most of them."""
        with self._database.read() as connection:
            ids = ids_with_words(connection, phrase, n)
            if not ids and some:
                ids = ids_with_words(connection, phrase, n, every=False)
        return list(self.many(ids).values())

    def find(self, query: str) -> Track:
        """The one track meant by an id, a path or a search phrase. Raises NotFound.

        What is written like a path is never answered with a track that has only some of its words.
        """
        track = self._by_number(query) or self.at(os.path.abspath(os.path.expanduser(query)))
        if track is None:
            track = next(iter(self._search(query, 1, some=not _is_path(query))), None)
        if track is None and _is_path(query):
            what = "this is a folder" if os.path.isdir(os.path.expanduser(query)) else "there is no such file"
            raise NotFound(what, subject=query, hint="Give the path of a sound file, or a track's name.")
        if track is None:
            empty = not self.count()
            hint = (
                "The library is empty: synesthete add ~/Music"
                if empty
                else "Try fewer words, or a path to a file."
            )
            raise NotFound("no track is meant by this", subject=query, hint=hint)
        return track

    def _by_number(self, query: str) -> Track | None:
        number = int(query) if query.isascii() and query.isdigit() and len(query) < 19 else None
        return None if number is None else self._first(tracks.c.id == number)

    def ids(self, wanted: Filter | None = None) -> np.ndarray:
        """Ids of the visible tracks that pass the filter: (N,) int64, ascending."""
        asked = select(tracks.c.id).where(tracks.c.missing_at.is_(None), *_conditions(wanted or Filter()))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(tracks.c.id)).scalars().all()
        return np.array(rows, np.int64)

    def passing(self, track_ids: Iterable[int], wanted: Filter | None = None) -> set[int]:
        """Those of these tracks that are visible and pass the filter."""
        passed: set[int] = set()
        asked = select(tracks.c.id).where(tracks.c.missing_at.is_(None), *_conditions(wanted or Filter()))
        with self._database.read() as connection:
            for batch in batches(int(i) for i in track_ids):
                passed.update(connection.execute(asked.where(tracks.c.id.in_(batch))).scalars())
        return passed

    def page(self, n: int = 100, offset: int = 0, wanted: Filter | None = None) -> list[Track]:
        """Visible tracks that pass the filter by artist, album, disc and number: n from `offset`."""
        c = tracks.c
        asked = (  # ids alone are sorted twice as fast as whole rows
            select(c.id)
            .join(artists, artists.c.id == c.artist_id)
            .where(c.missing_at.is_(None), *_conditions(wanted or Filter()))
            .order_by(artists.c.key, c.year, c.album_id, c.disc_no, c.track_no, c.id)
        )
        with self._database.read() as connection:
            ids = connection.execute(asked.limit(n).offset(offset)).scalars().all()
        return list(self.many(ids).values())

    def newest(self, n: int = 20) -> list[TrackId]:
        """Ids of the n visible tracks added last, newest first."""
        asked = select(tracks.c.id).where(tracks.c.missing_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(tracks.c.added_at.desc(), tracks.c.id.desc()).limit(n))
            return [TrackId(i) for (i,) in rows]

    def added_since(self, at: int, n: int = 1000) -> list[TrackId]:
        """Ids of up to n visible tracks with a file that were added at or after a time, newest first."""
        c = tracks.c
        asked = select(c.id).where(c.missing_at.is_(None), c.path.is_not(None), c.added_at >= at)
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(c.added_at.desc(), c.id.desc()).limit(n))
            return [TrackId(i) for (i,) in rows]

    def count(self, wanted: Filter | None = None) -> int:
        """How many visible tracks pass the filter."""
        asked = select(func.count()).select_from(tracks)
        asked = asked.where(tracks.c.missing_at.is_(None), *_conditions(wanted or Filter()))
        with self._database.read() as connection:
            return int(connection.execute(asked).scalar_one())

    def any_there(self, wanted: Filter | None = None) -> bool:
        """Whether a visible track passes the filter; quicker than counting them."""
        asked = select(tracks.c.id).where(tracks.c.missing_at.is_(None), *_conditions(wanted or Filter()))
        with self._database.read() as connection:
            return connection.execute(asked.limit(1)).first() is not None

    def genres(self, n: int = 500) -> list[tuple[str, int]]:
        """Genres of visible tracks with how many have each, most first; spellings that differ in case are one."""
        g, key = track_genres.c, func.lower(track_genres.c.genre)
        count = func.count(g.track_id.distinct())
        asked = (
            select(func.min(g.genre), count)
            .join(tracks, tracks.c.id == g.track_id)
            .where(tracks.c.missing_at.is_(None))
            .group_by(key)
            .order_by(count.desc(), key)
        )
        with self._database.read() as connection:
            return [(genre, count) for genre, count in connection.execute(asked.limit(n))]

    def groups(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Artist ids (N,) int64, album ids (N,) int64 (-1: none) and durations (N,) float32 in seconds (NaN: unknown).

        `ids` (N,) int64 ascending; those that lead nowhere have -1, -1 and NaN.
        """
        facts = np.full((len(ids), 2), -1, np.int64)
        durations = np.full(len(ids), np.nan, np.float32)
        asked = select(tracks.c.id, tracks.c.artist_id, tracks.c.album_id, tracks.c.duration_s)
        with self._database.read() as connection:
            for batch in batches(ids.tolist()):
                for track_id, artist_id, album_id, duration_s in connection.execute(
                    asked.where(tracks.c.id.in_(batch))
                ):
                    place = int(np.searchsorted(ids, track_id))
                    facts[place] = artist_id, -1 if album_id is None else album_id
                    durations[place] = np.nan if duration_s is None else duration_s
        return facts[:, 0], facts[:, 1], durations

    def put(self, entry: Entry, track_id: int | None = None) -> TrackId:
        """Write what is known of a track: over `track_id`, or as a new one."""
        return self.put_many([entry], None if track_id is None else [track_id])[0]

    def put_many(self, entries: Sequence[Entry], over: Sequence[int] | None = None) -> list[TrackId]:
        """Write many tracks at once, as new ones, or over the tracks `over` (one id per entry)."""
        with self._database.begin() as connection:
            return write_entries(self._database, connection, entries, over)

    def _first(self, condition: ColumnElement[bool]) -> Track | None:
        with self._database.read() as connection:
            return next(iter(_tracks(connection, _ALL.where(condition).limit(1))), None)


_c = tracks.c
_ALL = (
    select(
        _c.id, _c.title, artists.c.name.label("artist"), albums.c.title.label("album"), _c.path, _c.duration_s,
        _c.artist_id, _c.album_id, _c.album_artist, _c.track_no, _c.disc_no, _c.year, _c.recording_mbid, _c.isrc,
        _c.replaygain_db, _c.has_cover, _c.size,
    )
    .join(artists, artists.c.id == _c.artist_id)
    .outerjoin(albums, albums.c.id == _c.album_id)
)  # fmt: skip


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    c = tracks.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.year_from is not None:
        conditions.append(c.year >= wanted.year_from)
    if wanted.year_to is not None:
        conditions.append(c.year <= wanted.year_to)
    if wanted.shortest_s is not None:
        conditions.append(c.duration_s >= wanted.shortest_s)
    if wanted.longest_s is not None:
        conditions.append(c.duration_s <= wanted.longest_s)
    if wanted.artist_id is not None:
        conditions.append(c.artist_id == wanted.artist_id)
    if wanted.album_id is not None:
        conditions.append(c.album_id == wanted.album_id)
    if wanted.with_file:
        conditions.append(c.path.is_not(None))
    if wanted.known_to is not None:
        conditions.append(
            c.id.in_(select(external_ids.c.track_id).where(external_ids.c.scheme == wanted.known_to))
        )
    if wanted.folder is not None:
        conditions.append(inside(wanted.folder))
    if wanted.genres:
        named = func.lower(track_genres.c.genre).in_([genre.lower() for genre in wanted.genres])
        conditions.append(c.id.in_(select(track_genres.c.track_id).where(named)))
    return conditions


def inside(folder: str | os.PathLike[str]) -> ColumnElement[bool]:
    """The condition that a track's file lies in the folder, at any depth."""
    stem = os.fspath(folder).rstrip(os.sep) + os.sep
    return func.substr(tracks.c.path, 1, len(stem)) == stem


def _is_path(query: str) -> bool:
    """Whether somebody means a file: it begins like a path, or ends like the name of a sound file."""
    return query.startswith(("/", "./", "../", "~/")) or os.path.splitext(query)[1].lower() in SUFFIXES


_NAMED = _ALL.where(among(_c.id))
_VISIBLE = _NAMED.where(_c.missing_at.is_(None))
_g = track_genres.c
_GENRES = select(_g.track_id, _g.genre).where(among(_g.track_id)).order_by(_g.track_id, _g.position)


def _tracks(connection: Connection, asked: Select, given: Mapping[str, Any] | None = None) -> list[Track]:
    rows = connection.execute(asked, given).fetchall()
    genres: dict[int, list[str]] = {}
    for track_id, genre in connection.execute(_GENRES, these(row[0] for row in rows)).fetchall():
        genres.setdefault(track_id, []).append(genre)
    return [_track(row, tuple(genres.get(row[0], ()))) for row in rows]


def _track(row: Row, genres: tuple[str, ...]) -> Track:
    """The track in a row of `_ALL`; its columns stand in the order of the noun's fields around the genres."""
    fields: tuple[Any, ...] = (*row[:12], genres, *row[12:15], bool(row[15]), row[16])
    return Track(*fields)
