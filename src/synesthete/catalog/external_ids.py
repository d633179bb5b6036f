"""External ids: what others call our tracks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import external_ids
from synesthete.catalog.writing import batches, upsert
from synesthete.music import TrackId

ARTIST = "artist of "
"""Before the scheme of an artist's id, which is kept with a track of theirs."""


class ExternalIds(Noun):
    """(scheme, value) -> track: ("spotify", "4uLU6hMCjMI75M1A2tKUQC"), ("navidrome@host", "...")."""

    def put(self, scheme: str, pairs: Iterable[tuple[int, str]]) -> None:
        """Remember that these (track id, value) belong together; a value that was another track's moves."""
        rows = [{"track_id": int(i), "scheme": scheme, "value": value} for i, value in pairs]
        with self._database.begin() as connection:
            upsert(connection, external_ids, rows, ["scheme", "value"], ["track_id"])

    def find(self, scheme: str, values: Iterable[str]) -> dict[str, TrackId]:
        """The tracks behind these values; unknown ones are left out."""
        c = external_ids.c
        found: dict[str, TrackId] = {}
        with self._database.read() as connection:
            for batch in batches(set(values)):
                asked = select(c.value, c.track_id).where(c.scheme == scheme, c.value.in_(batch))
                found.update({value: TrackId(i) for value, i in connection.execute(asked)})
        return found

    def of(self, track_id: int) -> dict[str, str]:
        """What others call this track, by scheme."""
        c = external_ids.c
        with self._database.read() as connection:
            asked = select(c.scheme, c.value).where(c.track_id == int(track_id))
            rows = connection.execute(asked).all()
        return {scheme: value for scheme, value in rows if not scheme.startswith(ARTIST)}

    def put_artists(self, scheme: str, pairs: Iterable[tuple[int, str]]) -> None:
        """Remember what the artists of these tracks are called there: (track id, value)."""
        self.put(ARTIST + scheme, {value: (i, value) for i, value in pairs}.values())

    def of_artist(self, track_ids: Iterable[int]) -> dict[str, str]:
        """What others call the artist of these tracks, by scheme."""
        c, found = external_ids.c, dict[str, str]()
        with self._database.read() as connection:
            for batch in batches(set(map(int, track_ids))):
                asked = select(c.scheme, c.value).where(c.track_id.in_(batch), c.scheme.startswith(ARTIST))
                found.update(
                    (scheme.removeprefix(ARTIST), value) for scheme, value in connection.execute(asked)
                )
        return found

    def of_servers(self, value: str, servers: Sequence[str], artists: bool = False) -> TrackId | None:
        """The track that a server whose scheme begins with one of `servers` calls so; None when none does.

        With `artists` a track of the artist whom it calls so.
        """
        before = ARTIST if artists else ""
        servers = [before + server for server in servers]
        c = external_ids.c
        asked = select(c.scheme, c.track_id).where(c.value == value).order_by(c.scheme)
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return next((TrackId(i) for scheme, i in rows if scheme.startswith(tuple(servers))), None)

    def all(self, scheme: str) -> dict[str, TrackId]:
        """Every value of one scheme with its track."""
        c = external_ids.c
        with self._database.read() as connection:
            asked = select(c.value, c.track_id).where(c.scheme == scheme)
            return {value: TrackId(i) for value, i in connection.execute(asked)}

    def remove(self, scheme: str) -> None:
        """Forget a whole scheme, of a server that is no longer used."""
        with self._database.begin() as connection:
            connection.execute(delete(external_ids).where(external_ids.c.scheme == scheme))
