"""Artists: found by the folded name, made when first met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Row, func, select, update

from synesthete.catalog.among import among, these
from synesthete.catalog.folding import clean, fold
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import artists, tracks
from synesthete.catalog.words import ids_named
from synesthete.catalog.writing import batches, upsert
from synesthete.errors import NotFound
from synesthete.music import Artist, ArtistId, TrackId


class Artists(Noun):
    """Who made the music."""

    def get(self, artist_id: int) -> Artist:
        """The artist with this id. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(artists.c.id == artist_id)).first()
        if row is None:
            raise NotFound("no artist has this id", subject=artist_id)
        return _artist(row)

    def many(self, ids: Iterable[int]) -> dict[ArtistId, Artist]:
        """The artists with these ids; ids that lead nowhere are left out."""
        found: dict[ArtistId, Artist] = {}
        with self._database.read() as connection:
            for batch in batches(set(map(int, ids))):
                for row in connection.execute(_ALL.where(artists.c.id.in_(batch))):
                    found[ArtistId(row.id)] = _artist(row)
        return found

    def named(self, name: str) -> Artist | None:
        """The artist with this name, whatever its case, accents and punctuation."""
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(artists.c.key == fold(name))).first()
        return None if row is None else _artist(row)

    def search(self, phrase: str, n: int = 20) -> list[Artist]:
        """Up to n artists with visible tracks whose name holds the phrase, names that begin with it first.

        The shorter name goes first; the last word of the phrase may be unfinished.
        """
        key = fold(phrase)
        begins = artists.c.key.startswith(key, autoescape=True)
        with self._database.read() as connection:
            ids = ids_named(connection, "artist", phrase)
            exact = select(artists.c.id).where(artists.c.key == key, _HAS_TRACKS)
            ids += connection.execute(exact).scalars().all() if key else []
            holds = artists.c.key.contains(key, autoescape=True)  # the words may be its album's artist's
            ranked = _ALL.where(among(artists.c.id), holds)
            ranked = ranked.order_by(begins.desc(), func.length(artists.c.key), artists.c.id)
            return [_artist(row) for row in connection.execute(ranked.limit(n), these(ids))]

    def all(self, n: int = 500, offset: int = 0) -> list[Artist]:
        """Artists with visible tracks in order of name, n from `offset`."""
        asked = _ALL.where(_HAS_TRACKS).order_by(artists.c.key).limit(n).offset(offset)
        with self._database.read() as connection:
            return [_artist(row) for row in connection.execute(asked)]

    def initials(self) -> list[tuple[str, int]]:
        """First letters of the folded names with how many artists with visible tracks have it, in order."""
        return self._initials(artists.c.key, _HAS_TRACKS)

    def tracks(self, artist_id: int) -> list[TrackId]:
        """Ids of the artist's visible tracks, by year, album, disc and number."""
        c = tracks.c
        asked = (
            select(c.id)
            .where(c.artist_id == artist_id, c.missing_at.is_(None))
            .order_by(c.year, c.album_id, c.disc_no, c.track_no, c.id)
        )
        with self._database.read() as connection:
            return [TrackId(i) for (i,) in connection.execute(asked)]

    def loose(self) -> list[ArtistId]:
        """Artists with visible tracks that are on no album, in order of name."""
        c = tracks.c
        asked = (
            select(artists.c.id)
            .where(artists.c.id.in_(select(c.artist_id).where(c.album_id.is_(None), c.missing_at.is_(None))))
            .order_by(artists.c.key)
        )
        with self._database.read() as connection:
            return [ArtistId(i) for (i,) in connection.execute(asked)]

    def resolve(self, names: Mapping[str, str | None] | Iterable[str]) -> dict[str, ArtistId]:
        """The ids of artists by name, made where missing; a mapping gives each name's MusicBrainz id.

        >>> catalog.artists.resolve(["Nina Simone", "nina simone"])   # doctest: +SKIP
        {'Nina Simone': 1, 'nina simone': 1}
        """
        mbids = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names)
        keys = {name: fold(name) for name in mbids}
        by_key: dict[str, dict[str, str | None]] = {}
        for name, key in keys.items():
            by_key.setdefault(key, {"name": clean(name), "key": key, "mbid": mbids[name]})
        ids: dict[str, int] = {}
        with self._database.begin() as connection:
            c = artists.c
            for batch in batches(by_key):
                known = connection.execute(select(c.key, c.id, c.mbid).where(c.key.in_(batch))).fetchall()
                for key, artist_id, mbid in known:
                    ids[key] = artist_id
                    if mbid is None and by_key[key]["mbid"] is not None:
                        connection.execute(
                            update(artists).where(c.id == artist_id).values(mbid=by_key[key]["mbid"])
                        )
                new = [by_key[key] for key in batch if key not in ids]
                if new:
                    upsert(connection, artists, new, ["key"])
                    made = select(c.key, c.id).where(c.key.in_([row["key"] for row in new]))
                    ids.update({key: artist_id for key, artist_id in connection.execute(made)})
        return {name: ArtistId(ids[key]) for name, key in keys.items()}


_ALL = select(artists.c.id, artists.c.name, artists.c.mbid)
_HAS_TRACKS = (
    select(tracks.c.id).where(tracks.c.artist_id == artists.c.id, tracks.c.missing_at.is_(None)).exists()
)


def _artist(row: Row) -> Artist:
    return Artist(ArtistId(row.id), row.name, row.mbid)
