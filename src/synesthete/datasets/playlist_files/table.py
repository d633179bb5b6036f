"""Playlists as tables: one track a row, as Exportify, TuneMyMusic, Soundiiz and this program write them.

With a column that names the playlist, one file holds many (the form of AotM and other collections).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, isrc, mbid, number, spotify_id
from synesthete.datasets.playlist_files.places import place, relative
from synesthete.datasets.report import Report
from synesthete.datasets.tables import Columns, find_header
from synesthete.datasets.text import lines, rows, text_of
from synesthete.errors import FormatError
from synesthete.music import Description, Playlist

COLUMNS = {
    "title": ("trackname", "tracktitle", "title", "track", "song", "songname", "name"),
    "artist": ("artistnames", "artistname", "artists", "artist", "trackartist", "albumartistnames"),
    "album": ("albumname", "album", "release"),
    "duration_ms": ("trackdurationms", "durationms"),
    "duration_s": ("durations", "duration", "length"),
    "isrc": ("isrc",),
    "mbid": ("recordingmbid", "mbid", "musicbrainzid"),
    "spotify": ("trackuri", "spotifyuri", "spotifyid", "spotifytrackid", "spotify", "trackid"),
    "path": ("path", "location", "file"),
    "playlist": ("playlistid", "playlist", "mixid", "sessionid", "pid"),
    "playlist_name": ("playlistname", "playlisttitle", "mixname"),
    "user": ("userid", "user", "username"),
    "position": ("position", "pos"),
}

Placed = tuple[float | None, Description]
"""Where a track stands in its playlist, if the table says so, and which it is."""

NEEDED = ("title", "artist")
"""A table with these two columns is a playlist."""

HEADER = ("position", "title", "artist", "album", "duration_s", "isrc", "recording_mbid", "spotify", "path")
"""Columns this program writes."""


def read_table(document: Document, report: Report) -> Iterator[Playlist]:
    """The playlist of the file, or one Playlist for each run of rows with the same playlist id."""
    columns = find_header(text_of(document.head()), COLUMNS, NEEDED)
    if columns is None:
        raise FormatError(
            "no columns for track and artist", subject=report.file, hint="The first line should name them."
        )
    with document.opened() as stream:
        below = (pair for pair in lines(stream, report) if pair[0] > columns.line)
        yield from _grouped(rows(below, columns.delimiter, report), columns, document, report)


def _grouped(
    numbered: Iterator[tuple[int, list[str]]], columns: Columns, document: Document, report: Report
) -> Iterator[Playlist]:
    many = "playlist" in columns.at or "playlist_name" in columns.at
    finished: set[str] = set()
    current, name, tracks = "", document.title.replace("_", " "), list[Placed]()
    for line, row in numbered:
        track = _track(row, columns, document.folder)
        key = _key(row, columns) if many else ""
        if not (track.title or track.path or track.ids):
            report.refuse("no track name", line, columns.delimiter.join(row))
        elif many and not key:
            report.refuse("no playlist id", line, columns.delimiter.join(row))
        elif key in finished:
            report.refuse("rows of one playlist do not stand together; sort the file by playlist", line, key)
        else:
            if key != current and tracks:
                finished.add(current)
                yield _playlist(name, tracks, current)
                tracks = []
            if many:
                current, name = key, clean(columns.value(row, "playlist_name")) or key
            tracks.append((number(columns.value(row, "position")), track))
            report.accept()
    if tracks or not many:
        yield _playlist(name, tracks, current)


def _key(row: Sequence[str], columns: Columns) -> str:
    """What tells one playlist from another: its id, or its name and whose it is."""
    if "playlist" in columns.at:
        return clean(columns.value(row, "playlist")) or ""
    name = clean(columns.value(row, "playlist_name"))
    return " ".join(filter(None, (clean(columns.value(row, "user")), name))) if name else ""


def _playlist(name: str, placed: list[Placed], key: str) -> Playlist:
    """In the order of their positions where every row has one, else of their rows."""
    if all(position is not None for position, _ in placed):
        placed = sorted(placed, key=lambda pair: pair[0] or 0.0)
    return Playlist(name, tuple(track for _, track in placed), ids=(("table", key),) if key else ())


def _track(row: Sequence[str], columns: Columns, folder: Path | None) -> Description:
    def value(field: str) -> str | None:
        return columns.value(row, field)

    uri = spotify_id(value("spotify"))
    location = value("path")
    return Description(
        title=clean(value("title")),
        artist=clean(value("artist")),
        album=clean(value("album")),
        duration_s=duration(value("duration_ms"), 1000) or duration(value("duration_s")),
        recording_mbid=mbid(value("mbid")),
        isrc=isrc(value("isrc")),
        path=place(location, folder) if location else None,
        ids=(("spotify", uri),) if uri else (),
    )


def write_table(playlist: Playlist, folder: Path | None = None) -> str:
    """The playlist as CSV with a header; reading it again gives the same descriptions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for position, track in enumerate(playlist.tracks, 1):
        spotify = next((value for scheme, value in track.ids if scheme == "spotify"), None)
        writer.writerow([
            position, track.title, track.artist, track.album, track.duration_s, track.isrc,
            track.recording_mbid, spotify, relative(track.path, folder) if track.path else None,
        ])  # fmt: skip
    return out.getvalue()
