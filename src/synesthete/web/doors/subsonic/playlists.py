"""Playlists through the door: a listener's own, and nobody else's."""

from __future__ import annotations

from typing import Any

from synesthete.catalog.playlists import Kept
from synesthete.music import Track, TrackId
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.facts import number, playlist_record, without_none


def get_playlists(asked: Asked) -> dict[str, Any]:
    rows = asked.house.catalog.playlists.of(asked.listener_id)
    return {"playlists": {"playlist": [_head(asked, kept, _tracks(asked, kept)) for kept in rows]}}


def get_playlist(asked: Asked) -> dict[str, Any]:
    return {"playlist": _whole(asked, _mine(asked, asked.need("id")))}


def create_playlist(asked: Asked) -> dict[str, Any]:
    """A new playlist by name, or new content for the one with `playlistId`."""
    asked.may("write")
    playlists, tracks = asked.house.catalog.playlists, _known(asked, "songId")
    old = asked.get("playlistId")
    if old is not None:
        kept = _mine(asked, old)
        if asked.get("name"):
            playlists.rename(kept.id, asked.get("name"), None)
        playlists.write(kept.id, [(track_id, None) for track_id in tracks])
        return {"playlist": _whole(asked, playlists.get(kept.id))}
    made = playlists.create(asked.listener_id, asked.need("name"), tracks, source="subsonic")
    return {"playlist": _whole(asked, playlists.get(made))}


def update_playlist(asked: Asked) -> dict[str, Any]:
    asked.may("write")
    playlists, kept = asked.house.catalog.playlists, _mine(asked, asked.need("playlistId"))
    name, comment = asked.get("name"), asked.get("comment")
    if name is not None or comment is not None:
        playlists.rename(kept.id, name or None, comment)
    gone = set()
    for text in asked.all("songIndexToRemove"):
        if not text.isdigit():
            raise SubsonicError(Code.FAILED, f"songIndexToRemove is not a whole number: {text[:40]}")
        gone.add(int(text))
    more = _known(asked, "songIdToAdd")
    if gone or more:
        lines = [line for place, line in enumerate(playlists.lines(kept.id)) if place not in gone]
        playlists.write(kept.id, lines + [(track_id, None) for track_id in more])
    return {}


def delete_playlist(asked: Asked) -> dict[str, Any]:
    asked.may("write")
    asked.house.catalog.playlists.remove(_mine(asked, asked.need("id")).id)
    return {}


def _mine(asked: Asked, text: str) -> Kept:
    kept = asked.house.catalog.playlists.get(number(text, "pl"))
    if kept.listener_id != asked.listener_id:
        raise SubsonicError(
            Code.NOT_FOUND, "playlist not found"
        )  # not "forbidden": it is nobody's business that it exists
    return kept


def _head(asked: Asked, kept: Kept, tracks: list[Track]) -> dict[str, Any]:
    owner = asked.who.account.name if asked.who.account else ""
    return without_none(playlist_record(kept, owner, tracks))


def _whole(asked: Asked, kept: Kept) -> dict[str, Any]:
    tracks = _tracks(asked, kept)
    return _head(asked, kept, tracks) | {"entry": [asked.child(track) for track in tracks]}


def _tracks(asked: Asked, kept: Kept) -> list[Track]:
    """A track may be on a list more than once, and every time it counts."""
    ids = asked.house.catalog.playlists.tracks(kept.id)
    found = asked.house.catalog.tracks.many(ids)
    return [found[i] for i in ids if i in found]


def _known(asked: Asked, name: str) -> list[TrackId]:
    ids = asked.track_ids(name)
    asked.known(ids)
    return ids
