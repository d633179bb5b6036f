"""The words of tracks for full-text search: FTS5 on SQLite, tsvector on PostgreSQL, one way to ask both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import Connection, Row, text

from synesthete.catalog.folding import search_words

_SQLITE = """
CREATE VIRTUAL TABLE track_words USING fts5(
    title, artist, album, tokenize = "unicode61 remove_diacritics 0", prefix = '1 2 3')
"""

_POSTGRESQL = """
CREATE TABLE track_words (
    track_id BIGINT PRIMARY KEY REFERENCES tracks (id) ON DELETE CASCADE, words TSVECTOR NOT NULL);
CREATE INDEX ix_track_words_words ON track_words USING gin (words)
"""

# A title that matches says more than an artist, an artist more than an album.
_WEIGHTS = "4.0, 2.0, 1.0"

CANDIDATES = 2000
"""How many matches are ranked: a one-letter prefix matches half a library, and nobody reads its tail."""


def make_words(connection: Connection) -> None:
    """Make the table (for the migration)."""
    ddl = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for statement in filter(str.strip, ddl.split(";")):
        connection.exec_driver_sql(statement)


def note_words(connection: Connection, rows: Iterable[tuple[int, str, str, str]]) -> None:
    """Remember the words of tracks given as (id, title, artist, album), in place of what was there."""
    values = [
        {"id": int(i), "t": _joined(title), "ar": _joined(artist), "al": _joined(album)}
        for i, title, artist, album in rows
    ]
    if not values:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM track_words WHERE rowid = :id"), values)
        connection.execute(
            text("INSERT INTO track_words (rowid, title, artist, album) VALUES (:id, :t, :ar, :al)"), values
        )
        return
    connection.execute(
        text(
            "INSERT INTO track_words (track_id, words) VALUES (:id, setweight(to_tsvector('simple', :t), 'A')"
            " || setweight(to_tsvector('simple', :ar), 'B') || setweight(to_tsvector('simple', :al), 'C'))"
            " ON CONFLICT (track_id) DO UPDATE SET words = excluded.words"
        ),
        values,
    )


def ids_with_words(connection: Connection, phrase: str, n: int, every: bool = True) -> list[int]:
    """Up to n ids of visible tracks that hold every word (or any, with `every` False), best first.

    The last word may be unfinished. Titles count more than artists, artists more than albums.
    """
    words = search_words(phrase)
    if not words:
        return []
    lite = connection.dialect.name == "sqlite"
    wanted = _fts5(words, every) if lite else _tsquery(words, every)
    statement = _ASK_SQLITE if lite else _ASK_POSTGRESQL
    rows: Sequence[Row] = connection.execute(
        text(statement), {"wanted": wanted, "n": n, "some": max(CANDIDATES, n)}
    ).fetchall()
    return [int(row[0]) for row in rows]


def ids_named(
    connection: Connection, noun: Literal["artist", "album"], phrase: str, some: int = 2 * CANDIDATES
) -> list[int]:
    """Ids of artists or albums of visible tracks whose name holds the phrase, in no order.

    The words stand in it side by side, the last one perhaps unfinished. Of the tracks they have, `some` are
    looked at, so that a phrase of one letter does not go through half a library; a name that is just the
    phrase may then be among those that are not.
    """
    words = search_words(phrase)
    if not words:
        return []
    lite = connection.dialect.name == "sqlite"
    wanted = _fts5_phrase(words, noun) if lite else _tsquery_phrase(words, "B" if noun == "artist" else "C")
    statement = (_NAMED_SQLITE if lite else _NAMED_POSTGRESQL).format(noun=noun)
    return [int(i) for (i,) in connection.execute(text(statement), {"wanted": wanted, "some": some})]


_NAMED_SQLITE = """
SELECT DISTINCT t.{noun}_id FROM (
    SELECT rowid AS id FROM track_words WHERE track_words MATCH :wanted LIMIT :some
) AS w JOIN tracks AS t ON t.id = w.id WHERE t.missing_at IS NULL AND t.{noun}_id IS NOT NULL
"""

_NAMED_POSTGRESQL = """
SELECT DISTINCT t.{noun}_id FROM (
    SELECT track_id AS id FROM track_words, to_tsquery('simple', :wanted) AS q WHERE words @@ q LIMIT :some
) AS w JOIN tracks AS t ON t.id = w.id WHERE t.missing_at IS NULL AND t.{noun}_id IS NOT NULL
"""

# Candidates are cut before they are ranked; shorter titles first among equals ("Help!" before "Help me").
_ASK_SQLITE = f"""
SELECT t.id FROM (
    SELECT rowid AS id, bm25(track_words, {_WEIGHTS}) AS badness
    FROM track_words WHERE track_words MATCH :wanted LIMIT :some
) AS w JOIN tracks AS t ON t.id = w.id
WHERE t.missing_at IS NULL ORDER BY round(w.badness, 2), length(t.title), t.id LIMIT :n
"""

_ASK_POSTGRESQL = """
SELECT t.id FROM (
    SELECT track_id AS id, ts_rank('{0.1, 0.25, 0.5, 1.0}', words, q) AS goodness
    FROM track_words, to_tsquery('simple', :wanted) AS q WHERE words @@ q LIMIT :some
) AS w JOIN tracks AS t ON t.id = w.id
WHERE t.missing_at IS NULL ORDER BY round(w.goodness::numeric, 2) DESC, length(t.title), t.id LIMIT :n
"""


def _joined(value: str) -> str:
    return " ".join(search_words(value))


def _fts5_phrase(words: Sequence[str], column: str) -> str:
    quoted = " ".join(words).replace('"', '""')
    return f'{column} : "{quoted}" *'


def _tsquery_phrase(words: Sequence[str], weight: str) -> str:
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "':" + weight for word in words]
    quoted[-1] += "*"
    return " <-> ".join(quoted)


def _fts5(words: Sequence[str], every: bool) -> str:
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    quoted[-1] += "*"
    return (" AND " if every else " OR ").join(quoted)


def _tsquery(words: Sequence[str], every: bool) -> str:
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words]
    quoted[-1] += ":*"
    return (" & " if every else " | ").join(quoted)
