"""JSPF: XSPF as JSON, with the extensions ListenBrainz gives it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, mbid
from synesthete.datasets.playlist_files.places import address, relative
from synesthete.datasets.playlist_files.xspf import described, identifiers_of
from synesthete.datasets.report import Report
from synesthete.datasets.text import decoded, text_of
from synesthete.errors import FormatError
from synesthete.music import Description, Playlist

PLAYLIST_EXTENSION = "https://musicbrainz.org/doc/jspf#playlist"
TRACK_EXTENSION = "https://musicbrainz.org/doc/jspf#track"

LARGEST = 64 * 2**20
"""Bytes of the largest playlist that is read whole."""


def read_jspf(document: Document, report: Report) -> Iterator[Playlist]:
    """Every playlist in the file: {"playlist": {...}}, or a list page's {"playlists": [...]}."""
    with document.opened() as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise FormatError("a playlist larger than 64 MB", subject=document.name)
    try:
        whole = json.loads(text_of(raw) if raw[:1] in (b"\xff", b"\xfe", b"\xef") else decoded(raw)[0])
    except ValueError as error:
        raise FormatError(f"the JSON cannot be read ({error})", subject=document.name) from error
    for member in whole.get("playlists", [whole]) if isinstance(whole, dict) else []:
        about = member.get("playlist") if isinstance(member, dict) else None
        if not isinstance(about, dict):
            report.refuse("not a playlist")
            continue
        yield _playlist(about, document, report)


def _playlist(about: dict[str, Any], document: Document, report: Report) -> Playlist:
    tracks: list[Description] = []
    for position, row in enumerate(about.get("track") or [], 1):
        track = _track(row, document.folder) if isinstance(row, dict) else Description()
        if track.title or track.path or track.recording_mbid or track.ids:
            tracks.append(track)
            report.accept()
        else:
            report.refuse("an entry that names nothing", position, row)
    own = mbid(about.get("identifier"))
    return Playlist(
        clean(about.get("title")) or document.title,
        tuple(tracks),
        comment=clean(about.get("annotation")),
        owner=clean(about.get("creator")),
        ids=(("listenbrainz", own),) if own else (),
    )


def _track(row: dict[str, Any], folder: Path | None) -> Description:
    return described(
        row.get("title"), row.get("creator"), row.get("album"), row.get("duration"),
        _texts(row.get("location")), _texts(row.get("identifier")), folder,
    )  # fmt: skip


def _texts(value: object) -> list[str]:
    """One text or a list of them: `identifier` was a string once and is a list today."""
    listed = value if isinstance(value, list) else [value]
    return [v for v in listed if isinstance(v, str)]


def write_jspf(playlist: Playlist, folder: Path | None = None, public: bool = False) -> str:
    """The playlist as ListenBrainz takes it: identifiers as lists, ids that only we know in an extension."""
    about: dict[str, Any] = {
        "title": playlist.name,
        "annotation": playlist.comment,
        "creator": playlist.owner,
        "extension": {PLAYLIST_EXTENSION: {"public": public}},
        "track": [_row(track, folder) for track in playlist.tracks],
    }
    whole = {"playlist": {key: value for key, value in about.items() if value is not None}}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _row(track: Description, folder: Path | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": track.title,
        "creator": track.artist,
        "album": track.album,
        "duration": round(track.duration_s * 1000) if track.duration_s else None,
        "identifier": identifiers_of(track) or None,
        "location": [address(relative(track.path, folder))] if track.path else None,
    }
    return {key: value for key, value in row.items() if value is not None}
