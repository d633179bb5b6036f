"""Rockbox and other portable players: the Audioscrobbler log (.scrobbler.log), version 1.0 and 1.1.

Tab-separated: artist, album, title, track number, length in seconds, rating (L listened, S skipped),
unix time, MusicBrainz id. `#` lines are the header; #TZ/UTC says that the clock knew its zone.
"""

from __future__ import annotations

from collections.abc import Iterator

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, mbid, moment, wrong_time
from synesthete.datasets.report import Report
from synesthete.datasets.text import lines
from synesthete.music import Description, Listen

FIELDS = 7
"""Fields a line must have; the MusicBrainz id is optional, and 1.0 has none."""

RATINGS = {"L": False, "S": True}


def read_rockbox(document: Document, report: Report) -> Iterator[Listen]:
    """A Listen for each line, skips included."""
    with document.opened() as stream:
        for number, line in lines(stream, report):
            if line.startswith("#"):
                if line.startswith("#TZ/") and "UTC" not in line:
                    report.note("the player's clock had no time zone; its times are taken as UTC")
                continue
            if not line.strip():
                continue
            listen = _listen(line.split("\t"))
            if isinstance(listen, str):
                report.refuse(listen, number, line)
            else:
                report.accept()
                yield listen


def _listen(fields: list[str]) -> Listen | str:
    if len(fields) < FIELDS or len(fields) > FIELDS + 1:
        return f"{len(fields)} fields where 7 or 8 belong"
    artist, album, title, _, length, rating, at_text, *rest = fields
    if artist.strip().lower() == "<untagged>" or not clean(artist) or not clean(title):
        return "no track or artist name"
    if rating.strip() not in RATINGS:
        return "rating is neither L nor S"
    at = moment(at_text)
    wrong = wrong_time(at)
    if wrong or at is None:
        return wrong or "no readable time"
    track = Description(
        title=clean(title),
        artist=clean(artist),
        album=clean(album),
        duration_s=duration(length),
        recording_mbid=mbid(rest[0]) if rest else None,
    )
    return Listen(track, at=at, skipped=RATINGS[rating.strip()])
