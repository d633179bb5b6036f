"""Albums: found by artist and folded title, made when first met."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, bindparam, func, select, update

from synesthete.catalog.among import among, these
from synesthete.catalog.folding import clean, fold
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import albums, artists, tracks
from synesthete.catalog.words import ids_named
from synesthete.catalog.writing import batches, upsert
from synesthete.errors import NotFound
from synesthete.music import Album, AlbumId, ArtistId, TrackId

Order = Literal["title", "artist", "year", "newest", "random"]


class Albums(Noun):
    """Releases."""

    def get(self, album_id: int) -> Album:
        """The album with this id. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(albums.c.id == album_id)).first()
        if row is None:
            raise NotFound("no album has this id", subject=album_id)
        return _album(row)

    def many(self, ids: Iterable[int]) -> dict[AlbumId, Album]:
        """The albums with these ids; ids that lead nowhere are left out."""
        found: dict[AlbumId, Album] = {}
        with self._database.read() as connection:
            for batch in batches(set(map(int, ids))):
                for row in connection.execute(_ALL.where(albums.c.id.in_(batch))):
                    found[AlbumId(row.id)] = _album(row)
        return found

    def search(self, phrase: str, n: int = 20) -> list[Album]:
        """Up to n albums with visible tracks whose title holds the phrase, titles that begin with it first.

        The shorter title goes first; the last word of the phrase may be unfinished.
        """
        begins = albums.c.key.startswith(fold(phrase), autoescape=True)
        ranked = _ALL.where(among(albums.c.id)).order_by(
            begins.desc(), func.length(albums.c.key), albums.c.id
        )
        with self._database.read() as connection:
            ids = ids_named(connection, "album", phrase)
            return [_album(row) for row in connection.execute(ranked.limit(n), these(ids))]

    def all(self, order: Order = "title", n: int = 500, offset: int = 0) -> list[Album]:
        """Albums with visible tracks, n from `offset`."""
        columns: dict[str, list[ColumnElement[Any]]] = {
            "title": [albums.c.key],
            "artist": [artists.c.key, albums.c.year, albums.c.key],
            "year": [albums.c.year, albums.c.key],
            "newest": [albums.c.id.desc()],
            "random": [func.random()],
        }
        by = columns[order]
        with self._database.read() as connection:
            rows = connection.execute(_ALL.where(_HAS_TRACKS).order_by(*by).limit(n).offset(offset))
            return [_album(row) for row in rows]

    def initials(self) -> list[tuple[str, int]]:
        """First letters of the folded titles with how many albums with visible tracks have it, in order."""
        return self._initials(albums.c.key, _HAS_TRACKS)

    def of(self, artist_id: int) -> list[Album]:
        """The artist's albums, oldest first."""
        asked = _ALL.where(albums.c.artist_id == artist_id, _HAS_TRACKS).order_by(albums.c.year, albums.c.key)
        with self._database.read() as connection:
            return [_album(row) for row in connection.execute(asked)]

    def tracks(self, album_id: int) -> list[TrackId]:
        """Ids of the album's visible tracks in playing order."""
        c = tracks.c
        asked = (
            select(c.id)
            .where(c.album_id == album_id, c.missing_at.is_(None))
            .order_by(func.coalesce(c.disc_no, 1), func.coalesce(c.track_no, 9999), c.path, c.id)
        )
        with self._database.read() as connection:
            return [TrackId(i) for (i,) in connection.execute(asked)]

    def added(self, ids: Iterable[int]) -> dict[AlbumId, int]:
        """When the first track of each album came into the catalog, unix seconds."""
        c = tracks.c
        found: dict[AlbumId, int] = {}
        with self._database.read() as connection:
            for batch in batches(set(map(int, ids))):
                asked = (
                    select(c.album_id, func.min(c.added_at)).where(c.album_id.in_(batch)).group_by(c.album_id)
                )
                found.update({AlbumId(album_id): int(at) for album_id, at in connection.execute(asked)})
        return found

    def resolve(
        self, wanted: Iterable[tuple[ArtistId, str, int | None, str | None]]
    ) -> dict[tuple[ArtistId, str], AlbumId]:
        """The ids of albums given as (artist id, title, year, MusicBrainz id), made where missing.

        Comes back by (artist id, title). A year or MusicBrainz id is filled in where it was not known.
        """
        rows: dict[tuple[int, str], dict[str, object]] = {}
        asked: dict[tuple[ArtistId, str], tuple[int, str]] = {}
        for artist_id, title, year, mbid in wanted:
            key = (int(artist_id), fold(title))
            asked[artist_id, title] = key
            row = rows.setdefault(
                key, {"artist_id": key[0], "title": clean(title), "key": key[1], "year": year, "mbid": mbid}
            )
            row["year"], row["mbid"] = row["year"] or year, row["mbid"] or mbid
        ids: dict[tuple[int, str], int] = {}
        learned: list[dict[str, object]] = []
        with self._database.begin() as connection:
            c = albums.c
            for artists_batch in batches({key[0] for key in rows}):
                known = select(c.artist_id, c.key, c.id, c.year, c.mbid).where(c.artist_id.in_(artists_batch))
                for artist_id, key, album_id, year, mbid in connection.execute(known).fetchall():
                    wished = rows.get((artist_id, key))
                    if wished is None:
                        continue
                    ids[artist_id, key] = album_id
                    more = {"its_year": year or wished["year"], "its_mbid": mbid or wished["mbid"]}
                    if (more["its_year"], more["its_mbid"]) != (year, mbid):
                        learned.append({"its_id": album_id, **more})
            if learned:
                complete = update(albums).where(c.id == bindparam("its_id"))
                connection.execute(
                    complete.values(year=bindparam("its_year"), mbid=bindparam("its_mbid")), learned
                )
            for batch in batches([row for key, row in rows.items() if key not in ids]):
                upsert(connection, albums, batch, ["artist_id", "key"])
                owners = {row["artist_id"] for row in batch}
                for artist_id, key, album_id in connection.execute(
                    select(c.artist_id, c.key, c.id).where(c.artist_id.in_(owners))
                ):
                    ids[artist_id, key] = album_id
        return {pair: AlbumId(ids[key]) for pair, key in asked.items()}


_ALL = select(
    albums.c.id,
    albums.c.title,
    albums.c.artist_id,
    artists.c.name.label("artist"),
    albums.c.year,
    albums.c.mbid,
).join(artists, artists.c.id == albums.c.artist_id)
_HAS_TRACKS = (
    select(tracks.c.id).where(tracks.c.album_id == albums.c.id, tracks.c.missing_at.is_(None)).exists()
)


def _album(row: Row) -> Album:
    return Album(AlbumId(row.id), row.title, row.artist, ArtistId(row.artist_id), row.year, row.mbid)
