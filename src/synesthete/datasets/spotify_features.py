"""Tables of Spotify's audio features: SpotifyFeatures.csv (232,725 rows), its cousins, CSV or Parquet."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, number, spotify_id
from synesthete.datasets.findings import Listing
from synesthete.datasets.parquet import MAGIC, parquet_rows
from synesthete.datasets.report import Report
from synesthete.datasets.tables import assign, find_header
from synesthete.datasets.text import lines, rows, text_of
from synesthete.errors import FormatError
from synesthete.music import Description

COLUMNS = {
    "spotify": ("trackid", "id", "spotifyid", "uri", "trackuri"),
    "title": ("trackname", "name", "title", "track", "songtitle"),
    "artist": ("artistname", "trackartist", "artists", "artist", "artistnames"),
    "album": ("trackalbumname", "albumname", "album"),
    "year": ("year", "trackalbumreleasedate", "releasedate"),
    "genre": ("trackgenre", "playlistsubgenre", "genre", "genres", "playlistgenre"),
    "duration_ms": ("durationms",),
}

RANGES = {
    "acousticness": (0.0, 1.0),
    "danceability": (0.0, 1.0),
    "energy": (0.0, 1.0),
    "instrumentalness": (0.0, 1.0),
    "liveness": (0.0, 1.0),
    "speechiness": (0.0, 1.0),
    "valence": (0.0, 1.0),
    "loudness": (-100.0, 20.0),  # dB relative to full scale; silence has been seen at -60
    "tempo": (0.0, 500.0),  # beats per minute, 0 where none was found
    "key": (-1.0, 11.0),  # pitch class from C, -1 where none was found
    "mode": (0.0, 1.0),  # 1 is major
    "time_signature": (0.0, 12.0),
    "popularity": (0.0, 100.0),
}
"""Feature -> its smallest and largest possible value, from the Web API's documentation of audio features."""

NAMES = {**COLUMNS, **{name: (name.replace("_", ""), f"track{name}") for name in RANGES}}

NEEDED = ("danceability", "energy")
"""A table with these two is a feature table."""

KEYS = {n: i for i, n in enumerate(("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"))}
MODES = {"major": 1.0, "minor": 0.0}


def read_spotify_features(document: Document, report: Report) -> Iterator[Listing]:
    """A Listing for each row, its features as `values`; the same track may come once for each genre.

    Refused: rows without a name, rows where a feature is not a number or outside its range.
    """
    is_parquet = document.head().startswith(MAGIC)
    yield from (_parquet if is_parquet else _csv)(document, report)


def _csv(document: Document, report: Report) -> Iterator[Listing]:
    columns = find_header(text_of(document.head()), NAMES, NEEDED)
    if columns is None:
        raise FormatError("no columns danceability and energy", subject=document.name)
    with document.opened() as stream:
        below = (pair for pair in lines(stream, report) if pair[0] > columns.line)
        for line, row in rows(below, columns.delimiter, report):
            yield from _taken(partial(columns.value, row), line, report)


def _parquet(document: Document, report: Report) -> Iterator[Listing]:
    at: dict[str, int] = {}
    for line, header, row in parquet_rows(document):
        at = at or assign(header, NAMES)
        if not all(name in at for name in NEEDED):
            raise FormatError("no columns danceability and energy", subject=document.name)
        yield from _taken({name: row[i] for name, i in at.items()}.get, line, report)


def _taken(value: Callable[[str], Any], line: int, report: Report) -> Iterator[Listing]:
    title, artist = clean(value("title")), _artists(value("artist"))
    values: dict[str, float] = {}
    for name, (low, high) in RANGES.items():
        raw = value(name)
        if raw is None or raw == "":
            continue
        found = _plain(name, raw)
        if found is None:
            report.refuse(f"{name} is not a number", line, raw)
            return
        if not low <= found <= high:
            report.refuse(f"{name} is outside {low:g} to {high:g}", line, raw)
            return
        values[name] = found
    if not title or not artist:
        report.refuse("no track or artist name", line, title or artist)
        return
    report.accept()
    uri = spotify_id(value("spotify"))
    length = duration(value("duration_ms"), 1000)
    ids = (("spotify", uri),) if uri else ()
    genre = clean(value("genre"))
    track = Description(title, artist, clean(value("album")), length, ids=ids)
    yield Listing(track, _year(value("year")), (genre,) if genre else (), values)


def _plain(name: str, raw: object) -> float | None:
    if name == "key" and str(raw).strip() in KEYS:
        return float(KEYS[str(raw).strip()])
    if name == "mode" and str(raw).strip().lower() in MODES:
        return MODES[str(raw).strip().lower()]
    if name == "time_signature":
        return number(str(raw).split("/")[0])
    return number(raw)


def _artists(raw: object) -> str | None:
    """Some tables write the artists as a Python list: "['Queen', 'David Bowie']"."""
    text = clean(raw)
    if text and text.startswith("[") and text.endswith("]"):
        try:
            return ", ".join(map(str, ast.literal_eval(text))) or None
        except (ValueError, SyntaxError):
            return text
    return text


def _year(raw: object) -> int | None:
    found = number(str(raw or "")[:4])
    return int(found) if found and 1000 < found < 3000 else None
