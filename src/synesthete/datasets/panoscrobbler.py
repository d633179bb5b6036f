"""Pano Scrobbler's export: one JSON object a line, scrobbles and hearts among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, moment, wrong_time
from synesthete.datasets.findings import Opinion
from synesthete.datasets.json_stream import json_lines
from synesthete.datasets.report import Report
from synesthete.music import Description, Listen, Word


def read_panoscrobbler(document: Document, report: Report) -> Iterator[Listen | Opinion]:
    """A Listen for each `scrobble`, an Opinion for each `love`."""
    with document.opened() as stream:
        for line, row in json_lines(stream, report):
            if not isinstance(row, dict):
                report.refuse("not a scrobble", line, row)
                continue
            event = row.get("event", "scrobble")
            found = _found(row, event)
            if not isinstance(found, str):
                report.accept()
                yield found
            elif event not in ("scrobble", "love"):
                report.leave_out(found)
            else:
                report.refuse(found, line, row)


def _found(row: dict[str, Any], event: str) -> Listen | Opinion | str:
    track = Description(
        title=clean(row.get("track")),
        artist=clean(row.get("artist")),
        album=clean(row.get("album")),
        duration_s=duration(row.get("durationMs"), 1000),
    )
    if event not in ("scrobble", "love"):
        return f"event {event!r}"
    if not track.title or not track.artist:
        return "no track or artist name"
    at = moment(row.get("timeMs"))
    wrong = wrong_time(at)
    if wrong or at is None:
        return wrong or "no readable time"
    return Opinion(track, Word.LIKE, at) if event == "love" else Listen(track, at=at)
