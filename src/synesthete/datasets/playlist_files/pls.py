"""PLS: File1=, Title1=, Length1= below [playlist]."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration
from synesthete.datasets.playlist_files.m3u import guessed
from synesthete.datasets.playlist_files.places import place
from synesthete.datasets.report import Report
from synesthete.datasets.text import lines
from synesthete.music import Description, Playlist

ENTRY = re.compile(r"\s*(file|title|length)(\d{1,7})\s*=(.*)", re.IGNORECASE)


def read_pls(document: Document, report: Report) -> Iterator[Playlist]:
    """The playlist in the order of its numbers; numbers that have no file are refused."""
    entries: dict[int, dict[str, str]] = {}
    first_line: dict[int, int] = {}
    with document.opened() as stream:
        for number, line in lines(stream, report):
            if found := ENTRY.match(line):
                key = int(found.group(2))
                first_line.setdefault(key, number)
                entries.setdefault(key, {})[found.group(1).lower()] = found.group(3).strip()
    tracks = []
    for key in sorted(entries):
        entry = entries[key]
        location = entry.get("file")
        if not location:
            report.refuse("an entry without a file", first_line[key])
            continue
        artist, dash, title = entry.get("title", "").partition(" - ")
        known = Description(clean(title if dash else artist), clean(artist) if dash else None)
        known = known if known.title else guessed(location)
        length = duration(entry.get("length"))
        tracks.append(
            Description(known.title, known.artist, duration_s=length, path=place(location, document.folder))
        )
        report.accept()
    yield Playlist(document.title, tuple(tracks))
