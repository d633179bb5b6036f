"""Maloja's own export, {"maloja": {...}, "scrobbles": [...]}, and its API's pages, {"list": [...]}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, moment, number, wrong_time
from synesthete.datasets.json_stream import members
from synesthete.datasets.report import Report
from synesthete.datasets.text import text_of
from synesthete.music import Description, Listen


def read_maloja(document: Document, report: Report) -> Iterator[Listen]:
    """A Listen for each scrobble; `duration` is how long it was played, `length` how long the track is."""
    name = "scrobbles" if '"scrobbles"' in text_of(document.head()) else "list"
    with document.opened() as stream:
        for position, row in members(stream, report, name):
            listen = _listen(row) if isinstance(row, dict) else "not a scrobble"
            if isinstance(listen, str):
                report.refuse(listen, position, row)
            else:
                report.accept()
                yield listen


def _listen(row: dict[str, Any]) -> Listen | str:
    about = row.get("track")
    about = about if isinstance(about, dict) else {}
    names = about.get("artists")
    artist = ", ".join(n for n in map(clean, names) if n) if isinstance(names, list) else clean(names)
    title = clean(about.get("title"))
    if not title or not artist:
        return "no track or artist name"
    at = moment(row.get("time"))
    wrong = wrong_time(at)
    if wrong or at is None:
        return wrong or "no readable time"
    album = about.get("album")
    track = Description(
        title=title,
        artist=artist,
        album=clean(album.get("albumtitle")) if isinstance(album, dict) else clean(album),
        duration_s=duration(about.get("length")),
    )
    played = number(row.get("duration"))
    return Listen(track, at=at, played_s=played if played and played > 0 else None)
