"""Sound and covers through the door: files as they are kept, with HTTP range."""

from __future__ import annotations

import mimetypes
from contextlib import suppress
from pathlib import Path

from fastapi import Response
from fastapi.responses import FileResponse

from synesthete.errors import NotFound
from synesthete.music import Track
from synesthete.web import pictures
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.facts import kind_of, number

LARGEST_COVER = 1024
USUAL_COVER = 512


def stream(asked: Asked) -> Response:
    """The file of a track. It is never transcoded: every player of today plays what people keep."""
    track = asked.house.catalog.tracks.get(number(asked.need("id"), "tr"))
    if track.path is None or not Path(track.path).is_file():
        raise SubsonicError(Code.NOT_FOUND, f"the file of this track is not there: {track.title}")
    kind = mimetypes.guess_type(track.path)[0] or "application/octet-stream"
    return FileResponse(track.path, media_type=kind, content_disposition_type="inline")


def get_cover_art(asked: Asked) -> Response:
    """The cover of a track, or of the first track that has one on an album, by an artist or on a playlist."""
    size = asked.whole("size", USUAL_COVER, LARGEST_COVER) or LARGEST_COVER
    for track in _tracks(asked, asked.need("id")):
        if track.path is not None and Path(track.path).is_file():
            with suppress(NotFound):  # tags promised a cover that is not there: the next track may have it
                return pictures.cover(asked.house, Path(track.path), size, exactly=True)
    raise SubsonicError(Code.NOT_FOUND, "there is no cover")


def _tracks(asked: Asked, text: str) -> list[Track]:
    catalog, kind = asked.house.catalog, kind_of(text)
    key = number(text, kind)
    if kind == "tr":
        return [catalog.tracks.get(key)]
    if kind == "pl":
        kept = catalog.playlists.get(key)
        ids = catalog.playlists.tracks(key) if kept.listener_id == asked.listener_id else []
    else:
        ids = asked.album_tracks(key) if kind == "al" else catalog.artists.tracks(key)
    return [track for track in catalog.tracks.many(ids).values() if track.has_cover]
