"""A shared list as strangers see it: titles, covers and reasons; sound only where the sharer allowed it."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from synesthete.catalog.shares import Shared
from synesthete.errors import NotFound
from synesthete.music import Track, TrackId
from synesthete.web import pictures
from synesthete.web.house import House, TheHouse
from synesthete.web.paper import base_url, sheet
from synesthete.web.share_picture import TALL, WIDE, draw

COVER = 256

router = APIRouter(prefix="/s", include_in_schema=False)


@router.get("/{token}")
def page(request: Request, house: TheHouse, token: str) -> Response:
    """The list, with what messengers need to show it well."""
    shared = house.catalog.shares.open(token)
    rows = [_row(track, reason) for track, reason in content(house, shared)]
    names = ", ".join(f"{row['title']} by {row['artist']}" for row in rows[:3])
    return sheet(
        request, "shared.html.j2", title=shared.title, tracks=rows, with_audio=shared.with_audio,
        summary=names + (f" and {len(rows) - 3} more" if len(rows) > 3 else ""),
        owner=house.catalog.listeners.get(shared.listener_id).name,
        url=f"{base_url(request, house.settings.base_url)}/s/{token}",
    )  # fmt: skip


@router.get("/{token}/picture.png")
def picture(house: TheHouse, token: str) -> Response:
    """What messengers show beside the link, 1200 x 630."""
    return _drawn(house, token, WIDE)


@router.get("/{token}/story.png")
def story(house: TheHouse, token: str) -> Response:
    """The same for a phone's story, 1080 x 1920."""
    return _drawn(house, token, TALL)


@router.get("/{token}/cover/{track_id}")
def cover(house: TheHouse, token: str, track_id: int) -> Response:
    """The cover of a track on the list, and of no other."""
    return pictures.cover(house, _file(_one(house, house.catalog.shares.open(token), track_id)), COVER)


@router.get("/{token}/audio/{track_id}")
def audio(house: TheHouse, token: str, track_id: int) -> Response:
    """The sound of a track on the list, where the sharer allowed it."""
    shared = house.catalog.shares.open(token)
    if not shared.with_audio:
        raise NotFound("this list is shared without sound")
    file = _file(_one(house, shared, track_id))
    return FileResponse(file, media_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream")


def content(house: House, shared: Shared) -> list[tuple[Track, str]]:
    """The tracks of a share with their reasons, in order; a shared playlist shows what is on it now."""
    pairs = shared.tracks
    if shared.playlist_id is not None:
        pairs = tuple((track_id, "") for track_id in house.catalog.playlists.tracks(shared.playlist_id))
    tracks = house.catalog.tracks.many(track_id for track_id, _ in pairs)
    return [(tracks[track_id], reason) for track_id, reason in pairs if track_id in tracks]


def _row(track: Track, reason: str) -> dict[str, Any]:
    return {"id": track.id, "title": track.title, "artist": track.artist, "album": track.album, "reason": reason,
            "has_cover": track.has_cover, "playable": track.path is not None}  # fmt: skip


def _drawn(house: House, token: str, size: tuple[int, int]) -> Response:
    shared = house.catalog.shares.open(token)
    rows = content(house, shared)
    covers = []
    for track in [track for track, _ in rows if track.has_cover and track.path][:4]:
        try:
            covers.append(bytes(pictures.cover(house, Path(track.path or ""), COVER).body))
        except (NotFound, OSError):
            continue  # its file or its cover has gone since: the picture has others
    lines = [f"{track.title} – {track.artist}" for track, _ in rows]
    return Response(draw(shared.title, lines, covers, size), media_type="image/png",
                    headers={"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"})  # fmt: skip


def _one(house: House, shared: Shared, track_id: int) -> Track:
    for track, _ in content(house, shared):
        if track.id == TrackId(track_id):
            return track
    raise NotFound("this track is not on the list")


def _file(track: Track) -> Path:
    if track.path is None or not Path(track.path).is_file():
        raise NotFound("the file of this track is not there", subject=track.title)
    return Path(track.path)
