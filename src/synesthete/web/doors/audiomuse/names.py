"""What a media server calls our tracks and artists, and how this contract writes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator

from synesthete.errors import NotFound
from synesthete.music import Artist, Track
from synesthete.web.house import House

SERVERS = ("subsonic@", "navidrome@", "jellyfin@", "emby@", "lyrion@", "plex@")
"""Schemes of external ids that are media servers."""
MOST = 500

Count = Annotated[int, AfterValidator(lambda n: min(max(n, 1), MOST))]
"""How many are wanted: more are cut, and none means one, as the original has it."""


def track_of(house: House, item: str) -> Track:
    """The track behind a media server's id, or one of ours. Raises NotFound."""
    track_id = house.catalog.external_ids.of_servers(item, SERVERS)
    if track_id is not None:
        return house.catalog.tracks.get(track_id)
    if _is_ours(item):
        return house.catalog.tracks.get(int(item))
    raise NotFound(
        "no track has this id", subject=item, hint="`synesthete sync` learns a media server's ids."
    )


def artist_of(house: House, text: str) -> Artist:
    """The artist with this name, or with this id at a media server (plugins send either), or here. Raises NotFound."""
    artists, tracks = house.catalog.artists, house.catalog.tracks
    found = artists.named(text)
    if found is not None:
        return found
    track_id = house.catalog.external_ids.of_servers(text, SERVERS, artists=True)
    artist_id = None if track_id is None else tracks.get(track_id).artist_id
    if artist_id is None and _is_ours(text):
        artist_id = artists.get(int(text)).id
    if artist_id is None:
        raise NotFound("no artist has this name or id", subject=text)
    return artists.get(artist_id)


def item(house: House, track: Track, similarity: float | None) -> dict[str, Any]:
    """A track as the contract writes it, with its distance where a similarity is known."""
    row = {
        "item_id": their_id(house, track),
        "title": track.title,
        "author": track.artist,
        "album": track.album or "",
    }
    return row if similarity is None else row | {"distance": round(max(0.0, 1 - similarity), 6)}


def their_id(house: House, track: Track) -> str:
    """What the media server calls a track; our own id where it was not synced."""
    theirs = house.catalog.external_ids.of(track.id)
    return next((value for scheme, value in theirs.items() if scheme.startswith(SERVERS)), str(int(track.id)))


def their_artist_id(house: House, artist: Artist) -> str:
    """What the media server calls an artist; our own id where it was not synced."""
    ids = house.catalog.artists.tracks(artist.id)
    theirs = house.catalog.external_ids.of_artist(ids)
    return next(
        (value for scheme, value in theirs.items() if scheme.startswith(SERVERS)), str(int(artist.id))
    )


def _is_ours(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18
