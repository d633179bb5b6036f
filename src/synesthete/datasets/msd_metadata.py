"""The Million Song Dataset's names: `unique_tracks.txt`, `song_data.csv`, and the mismatch list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, number
from synesthete.datasets.findings import Listing
from synesthete.datasets.report import Report
from synesthete.datasets.tables import find_header
from synesthete.datasets.text import lines, rows, text_of
from synesthete.errors import FormatError
from synesthete.music import Description

SEPARATOR = "<SEP>"
TRACK_ID = re.compile(r"TR[A-Z]{5}[0-9A-F]{11}")
SONG_ID = re.compile(r"SO[A-Z]{5}[0-9A-F]{11}")
MISMATCH = re.compile(r"<(SO[A-Z]{5}[0-9A-F]{11})\s+(TR[A-Z]{5}[0-9A-F]{11})>")

COLUMNS = {
    "song": ("songid", "msdsngid"),
    "title": ("title", "trackname", "songname"),
    "artist": ("artistname", "artist"),
    "album": ("release", "album"),
    "year": ("year",),
}


def read_msd_metadata(document: Document, report: Report) -> Iterator[Listing]:
    """A Listing for each song: names, year, and its Million Song ids."""
    if SEPARATOR in text_of(document.head()):
        yield from _unique_tracks(document, report)
    else:
        yield from _song_data(document, report)


def _unique_tracks(document: Document, report: Report) -> Iterator[Listing]:
    """Track id, song id, artist, title, parted by <SEP>."""
    with document.opened() as stream:
        for line, text in lines(stream, report):
            fields = text.split(SEPARATOR)
            if len(fields) != 4:
                report.refuse(f"{len(fields)} fields where 4 belong", line, text)
                continue
            track, song, artist, title = map(str.strip, fields)
            if not TRACK_ID.fullmatch(track) or not SONG_ID.fullmatch(song):
                report.refuse("not a track id and a song id", line, text)
            elif not clean(artist) or not clean(title):
                report.refuse("no track or artist name", line, text)
            else:
                report.accept()
                ids = (("msd_song", song), ("msd_track", track))
                yield Listing(Description(title=clean(title), artist=clean(artist), ids=ids))


def _song_data(document: Document, report: Report) -> Iterator[Listing]:
    """song_id, title, release, artist_name, year (0 where unknown)."""
    columns = find_header(text_of(document.head()), COLUMNS, ("song", "title", "artist"))
    if columns is None:
        raise FormatError("no columns song_id, title and artist_name", subject=document.name)
    seen: set[str] = set()
    with document.opened() as stream:
        below = (pair for pair in lines(stream, report) if pair[0] > columns.line)
        for line, row in rows(below, columns.delimiter, report):
            song, title = (columns.value(row, "song") or "").strip(), clean(columns.value(row, "title"))
            artist = clean(columns.value(row, "artist"))
            if not SONG_ID.fullmatch(song):
                report.refuse("not a song id", line, song)
            elif not title or not artist:
                report.refuse("no track or artist name", line, song)
            elif song in seen:  # the file names about 200 songs twice, with another spelling
                report.refuse("a song named twice", line, song)
            else:
                seen.add(song)
                report.accept()
                album, year = clean(columns.value(row, "album")), number(columns.value(row, "year"))
                known_year = int(year) if year and 1000 < year < 3000 else None
                yield Listing(Description(title, artist, album, ids=(("msd_song", song),)), year=known_year)


def read_mismatches(document: Document, report: Report) -> Iterator[tuple[str, str]]:
    """(song id, track id) of each pair on `sid_mismatches.txt`: the song's audio is another recording."""
    with document.opened() as stream:
        for line, text in lines(stream, report):
            found = MISMATCH.search(text)
            if found:
                report.accept()
                yield found.group(1), found.group(2)
            elif text.strip():
                report.refuse("not a mismatch", line, text)
