"""Last.fm and Libre.fm as JSON: pages of the API (recent, loved, top tracks), and Last.fm stats exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import MOST_PLAYS, clean, duration, mbid, moment, number, wrong_time
from synesthete.datasets.findings import Opinion
from synesthete.datasets.json_stream import members
from synesthete.datasets.listens_csv import read_listens_csv
from synesthete.datasets.report import Report
from synesthete.datasets.text import text_of
from synesthete.music import Description, Listen, Word

PAGE = re.compile(r'"(lovedtracks|recenttracks|toptracks)"')
PLAYING_NOW = "playing now, not yet a listen"


def read_lastfm(document: Document, report: Report) -> Iterator[Listen | Opinion]:
    """Listens and loved tracks of Last.fm or Libre.fm, from JSON or CSV."""
    head = text_of(document.head())
    if head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        yield from read_listens_csv(document, report)
        return
    page = PAGE.search(head)
    path = (page.group(1), "track") if page else ("scrobbles",)
    read = _loved if page and page.group(1) == "lovedtracks" else _played
    with document.opened() as stream:
        for position, row in _all_pages(stream, report, path, head):
            found = read(row) if isinstance(row, dict) else "not a track"
            if not isinstance(found, str):
                report.accept()
                yield found
            elif found == PLAYING_NOW:
                report.leave_out(found)
            else:
                report.refuse(found, position, row)


def _all_pages(stream: Any, report: Report, path: tuple[str, ...], head: str) -> Iterator[tuple[int, Any]]:
    """Members of one page, or of every page where a tool saved an array of pages, whole or their tracks alone."""
    if not head.lstrip("\ufeff \t\r\n").startswith("["):
        yield from members(stream, report, *path)
        return
    position = 0
    for _, page in members(stream, report):
        for key in path:
            page = page[key] if isinstance(page, dict) and key in page else page
        for row in page if isinstance(page, list) else [page]:
            position += 1
            yield position, row


def _loved(row: dict[str, Any]) -> Opinion | str:
    track = _described(row)
    if not track.title or not track.artist:
        return "no track or artist name"
    return Opinion(track, Word.LIKE, _at(row))


def _played(row: dict[str, Any]) -> Listen | str:
    if (row.get("@attr") or {}).get("nowplaying") == "true":
        return PLAYING_NOW
    track = _described(row)
    if not track.title or not track.artist:
        return "no track or artist name"
    count = number(row.get("playcount", 1))
    if count is None or not 1 <= count <= MOST_PLAYS or count != int(count):
        return "impossible number of plays"
    at = _at(row)
    if at is None and "playcount" in row:  # totals of top tracks carry no time
        return Listen(track, at=0, count=int(count))
    wrong = wrong_time(at)
    return wrong if wrong or at is None else Listen(track, at=at, count=int(count))  # type: ignore[return-value]


def _at(row: dict[str, Any]) -> int | None:
    date = row.get("date") or row.get("uts")
    return moment(date.get("uts") or date.get("#text")) if isinstance(date, dict) else moment(date)


def _described(row: dict[str, Any]) -> Description:
    return Description(
        title=clean(row.get("name") or row.get("track")),
        artist=_name(row.get("artist")),
        album=_name(row.get("album")),
        duration_s=duration(row.get("duration")),
        recording_mbid=mbid(row.get("mbid")),
    )


def _name(value: object) -> str | None:
    return clean(value.get("name") or value.get("#text")) if isinstance(value, dict) else clean(value)
