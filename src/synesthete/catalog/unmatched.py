"""What people played, listed and said that is not in the catalog: kept by name until it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, bindparam, delete, null, select, update

from synesthete.catalog.feedback import FeedbackWords
from synesthete.catalog.folding import clean, fold
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import listens, playlist_tracks, waiting_words
from synesthete.catalog.writing import batches, now, upsert
from synesthete.music import Description, TrackId, Word

BATCH = 5_000


class Unmatched(Noun):
    """Listens, lines of playlists and words without a track."""

    def keep_words(
        self, listener_id: int, said: Iterable[tuple[Description, Word, int | None]], source: str
    ) -> int:
        """Keep words about tracks that are not here, with when they were said; how many were not kept before."""
        rows = [
            {
                "listener_id": int(listener_id), "what": _what(named), "word": str(word), "at": at or now(),
                "source": source, "title": _clean(named.title), "artist": _clean(named.artist),
                "album": _clean(named.album), "recording_mbid": named.recording_mbid,
            }
            for named, word, at in said
        ]  # fmt: skip
        kept = [row for row in rows if row["what"]]
        with self._database.begin() as connection:
            return upsert(connection, waiting_words, kept, ["listener_id", "what"])

    def names(self) -> set[Description]:
        """Everything that is named and not here, each description once."""
        found: set[Description] = set()
        with self._database.read() as connection:
            for table in (listens, playlist_tracks):
                c = table.c
                asked = select(*_named(table)).where(c.track_id.is_(None)).distinct()
                found.update(_description(row) for row in connection.execute(asked))
            found.update(_description(row) for row in connection.execute(select(*_named(waiting_words))))
        return found - {Description()}

    def attach(self, tracks: Mapping[Description, TrackId]) -> Counter[str]:
        """Give what was named the tracks that are meant; how many listens, lines and words got one.

        A word that a listener has said about the track since stands; the one that waited is dropped.
        """
        with self._database.begin():
            counts = Counter(
                {
                    "listens": self._attach(listens, ("id",), tracks),
                    "lines of playlists": self._attach(playlist_tracks, ("playlist_id", "position"), tracks),
                    "words": self._say(tracks),
                }
            )
        return +counts

    def _attach(self, table: Table, key: tuple[str, ...], tracks: Mapping[Description, TrackId]) -> int:
        keys = [table.c[name] for name in key]
        asked = select(*keys, *_named(table)).where(table.c.track_id.is_(None))
        change = update(table).where(*(table.c[name] == bindparam(f"its_{name}") for name in key))
        change = change.values(track_id=bindparam("found"))
        with self._database.begin() as connection:
            rows = connection.execute(asked).fetchall()
            found = [
                {"found": int(track_id)} | {f"its_{name}": row[i] for i, name in enumerate(key)}
                for row in rows
                if (track_id := tracks.get(_description(row[len(key) :]))) is not None
            ]
            for batch in batches(found, BATCH):
                connection.execute(change, batch)
        return len(found)

    def _say(self, tracks: Mapping[Description, TrackId]) -> int:
        c, feedback = waiting_words.c, FeedbackWords(self._database)
        said, done = 0, []
        with self._database.begin() as connection:
            asked = select(*_named(waiting_words), c.id, c.listener_id, c.word, c.source).order_by(c.at, c.id)
            for row in connection.execute(asked).fetchall():
                track_id = tracks.get(_description(row[:5]))
                if track_id is None:
                    continue
                words = feedback.words(row.listener_id)
                if track_id not in words.liked | words.disliked | words.never:
                    feedback.say(row.listener_id, row.word, track_id=track_id, source=row.source)
                    said += 1
                done.append(int(row.id))
            for batch in batches(done):
                connection.execute(delete(waiting_words).where(c.id.in_(batch)))
        return said


def _named(table: Table) -> list[Any]:
    """Title, artist, album, recording id and path of a table, as far as it has them, always five columns."""
    names = ("title", "artist", "album", "recording_mbid", "path")
    return [table.c[name] if name in table.c else null().label(name) for name in names]


def _description(row: Iterable[str | None]) -> Description:
    title, artist, album, mbid, path = row
    return Description(title=title, artist=artist, album=album, recording_mbid=mbid, path=path)


def _what(named: Description) -> str:
    """The identity of what is named: its recording id, or its names folded; empty for no name at all."""
    if named.recording_mbid and not named.title:
        return named.recording_mbid
    text = " / ".join(fold(part) for part in (named.artist or "", named.title or "", named.album or ""))
    return text if text.strip(" /") else ""


def _clean(text: str | None) -> str | None:
    return None if text is None else clean(text)
