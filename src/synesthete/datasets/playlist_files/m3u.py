"""M3U and M3U8: a path or address a line; #EXTINF above it may give seconds, artist and title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration
from synesthete.datasets.playlist_files.places import place, relative
from synesthete.datasets.report import Report
from synesthete.datasets.text import lines
from synesthete.music import Description, Playlist

EXTINF = re.compile(r"#EXTINF:\s*(-?[\d.]*)\s*((?:[\w-]+=\"[^\"]*\"\s*)*),?(.*)", re.IGNORECASE)
"""Seconds (-1 for unknown), attributes some programs add, and "Artist - Title"."""

NUMBERED = re.compile(r"^\d{1,3}(?:-\d{1,3})?[\s._-]+")
"""A track number before the name in a file name: "07 - ", "1-07 "."""


def read_m3u(document: Document, report: Report) -> Iterator[Playlist]:
    """The playlist: one Description for each line that names something to play."""
    name, tracks = document.title, list[Description]()
    album: str | None = None
    info = Description()
    with document.opened() as stream:
        for _, line in lines(stream, report):
            text = line.strip().lstrip("\ufeff")
            upper = text[:12].upper()
            if upper.startswith("#PLAYLIST:"):
                name = clean(text[10:]) or name
            elif upper.startswith("#EXTALB:"):
                album = clean(text[8:])
            elif upper.startswith("#EXTINF:"):
                info = described(text)
            elif text and not text.startswith("#"):
                tracks.append(_track(text, info, album, document.folder))
                report.accept()
                info, album = Description(), None
    yield Playlist(name, tuple(tracks))


def described(extinf: str) -> Description:
    """What an #EXTINF line says; the first " - " parts artist from title."""
    found = EXTINF.match(extinf)
    if found is None:
        return Description()
    artist, dash, title = found.group(3).partition(" - ")
    return Description(
        title=clean(title if dash else artist),
        artist=clean(artist) if dash else None,
        duration_s=duration(found.group(1)),
    )


def guessed(location: str) -> Description:
    """Artist and title from a file name such as "07 - Artist - Title.mp3"; without a dash, only the title."""
    pure = PureWindowsPath(location) if "\\" in location else PurePosixPath(location)
    stem = NUMBERED.sub("", pure.stem.replace("_", " "))
    artist, dash, title = stem.partition(" - ")
    return Description(title=clean(title if dash else artist), artist=clean(artist) if dash else None)


def write_m3u(playlist: Playlist, folder: Path | None = None) -> str:
    """The playlist as extended M3U8 (UTF-8); paths below or beside `folder` become relative to it.

    Tracks without a path are kept as a comment, so that the list still tells what is missing.
    """
    out = ["#EXTM3U", f"#PLAYLIST:{_one_line(playlist.name)}"]
    for track in playlist.tracks:
        seconds = round(track.duration_s) if track.duration_s else -1
        label = f"{track.artist} - {track.title}" if track.artist else track.title or ""
        if not track.path:
            out.append(f"# not in the library: {_one_line(label)}")
            continue
        if track.album:
            out.append(f"#EXTALB:{_one_line(track.album)}")
        out += [f"#EXTINF:{seconds},{_one_line(label)}", _line(relative(track.path, folder))]
    return "\n".join(out) + "\n"


def _track(location: str, info: Description, album: str | None, folder: Path | None) -> Description:
    path = place(location, folder)
    known = info if info.title else guessed(path or location)
    return Description(known.title, known.artist, album, info.duration_s, path=path)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(path: str) -> str:
    """A path that starts with # would read as a comment."""
    return f"./{path}" if path.startswith("#") else path
