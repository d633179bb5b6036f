"""ListenBrainz: the export archive (JSON lines), pages of the API, and what clients submit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, isrc, mbid, moment, spotify_id, wrong_time
from synesthete.datasets.findings import Opinion
from synesthete.datasets.json_stream import json_lines, members
from synesthete.datasets.report import Report
from synesthete.datasets.text import text_of
from synesthete.music import Description, Listen, Word

SCORES = {1: Word.LIKE, -1: Word.DISLIKE}
PLAYING_NOW = "playing now, not yet a listen"
PINNED = "pinned, not a listen"


def read_listenbrainz(document: Document, report: Report) -> Iterator[Listen | Opinion]:
    """Listens and feedback (love is like, hate is dislike), in the order of the file."""
    head = text_of(document.head())
    with document.opened() as stream:
        for position, row in _rows(stream, head, report):
            if not isinstance(row, dict):
                report.refuse("not a listen", position, row)
                continue
            found = _opinion(row) if "score" in row else _listen(row)
            if not isinstance(found, str):
                report.accept()
                yield found
            elif found in (PLAYING_NOW, PINNED, "feedback taken back"):
                report.leave_out(found)
            else:
                report.refuse(found, position, row.get("track_metadata", row))


def _rows(stream: Any, head: str, report: Report) -> Iterator[tuple[int, Any]]:
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        yield from members(stream, report)
    elif '"listens"' in head and '"payload"' in head:
        yield from members(stream, report, "payload", "listens")
    elif '"payload"' in head:
        yield from members(stream, report, "payload")
    elif start.startswith("{") and '"feedback"' in start[:200]:
        yield from members(stream, report, "feedback")
    else:
        yield from json_lines(stream, report)


def _listen(row: dict[str, Any]) -> Listen | str:
    if "pinned_until" in row:
        return PINNED
    track = described(row.get("track_metadata"))
    if not track.title or not track.artist:
        return "no track or artist name"
    if "listened_at" not in row or row.get("playing_now") or row.get("listen_type") == "playing_now":
        return PLAYING_NOW
    at = moment(row["listened_at"])
    wrong = wrong_time(at)
    if wrong or at is None:
        return wrong or "no readable time"
    return Listen(track, at=at, listener=None)


def _opinion(row: dict[str, Any]) -> Opinion | str:
    track = described(row.get("track_metadata"), row.get("recording_mbid"))
    if row["score"] == 0:
        return "feedback taken back"
    if row["score"] not in SCORES:
        return "score is not 1, 0 or -1"
    if not track.recording_mbid and not (track.title and track.artist):
        return "feedback about a recording without a MusicBrainz id or name"
    return Opinion(track, SCORES[row["score"]], moment(row.get("created")))


def described(metadata: object, recording: object = None) -> Description:
    """ListenBrainz's `track_metadata` as a description; the mapping supplies ids the player did not know."""
    about: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
    extra = about.get("additional_info")
    extra = extra if isinstance(extra, dict) else {}
    mapping = about.get("mbid_mapping")
    mapping = mapping if isinstance(mapping, dict) else {}
    length = duration(extra.get("duration_ms"), 1000) or duration(extra.get("duration"))
    uri = spotify_id(extra.get("spotify_id"))
    return Description(
        title=clean(about.get("track_name")),
        artist=clean(about.get("artist_name")),
        album=clean(about.get("release_name")),
        duration_s=length,
        recording_mbid=mbid(recording)
        or mbid(extra.get("recording_mbid"))
        or mbid(mapping.get("recording_mbid")),
        isrc=isrc(extra.get("isrc")),
        ids=(("spotify", uri),) if uri else (),
    )
