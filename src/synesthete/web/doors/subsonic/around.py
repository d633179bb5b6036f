"""What players ask besides: folders, as older ones go through a library, and what there is to tell of an artist or album."""

from __future__ import annotations

from typing import Any

from synesthete.catalog.jobs import lives
from synesthete.web.api.near import near_groups
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.browse import artist_of, get_album, get_artist
from synesthete.web.doors.subsonic.facts import kind_of, number, without_none

MOST_ARTISTS = 100


def get_music_directory(asked: Asked) -> dict[str, Any]:
    """An artist's albums, or an album's tracks, as if they were folders."""
    text = asked.need("id")
    if kind_of(text) == "ar":
        artist = get_artist(asked)["artist"]
        albums = [{**album, "parent": artist["id"], "album": album["name"]} for album in artist["album"]]
        return {"directory": {"id": artist["id"], "name": artist["name"], "child": albums}}
    if kind_of(text) != "al":
        raise SubsonicError(Code.NOT_FOUND, f"no such directory: {text[:60]}")
    album = get_album(asked)["album"]
    head = {"id": album["id"], "parent": album.get("artistId"), "name": album["name"]}
    return {"directory": without_none(head) | {"child": album["song"]}}


def get_artist_info2(asked: Asked) -> dict[str, Any]:
    return {"artistInfo2": _artist_info(asked)}


def get_artist_info(asked: Asked) -> dict[str, Any]:
    return {"artistInfo": _artist_info(asked)}


def get_album_info2(asked: Asked) -> dict[str, Any]:
    """Nobody has written about it here: its MusicBrainz id is all there is."""
    album = get_album(asked)["album"]
    return {"albumInfo": {"musicBrainzId": album["musicBrainzId"]}}


def get_scan_status(asked: Asked) -> dict[str, Any]:
    """How many tracks there are, and whether a job is at work on them."""
    catalog = asked.house.catalog
    busy = any(lives(job) for job in catalog.jobs.living())
    return {"scanStatus": {"scanning": busy, "count": catalog.tracks.count()}}


def _artist_info(asked: Asked) -> dict[str, Any]:
    """The artists whose tracks sound near, nearest first."""
    catalog, artist_id = asked.house.catalog, number(asked.need("id"), "ar")
    artist = catalog.artists.get(artist_id)
    count = asked.whole("count", 20, MOST_ARTISTS)
    near: dict[int, float] = {}
    if count:
        near, _ = near_groups(asked.house, catalog.artists.tracks(artist_id), "artist_id", artist_id, count)
    found = catalog.artists.many(near)
    similar = [artist_of(asked, one) for one in sorted(found.values(), key=lambda a: -near[int(a.id)])]
    return {"musicBrainzId": artist.mbid or "", "similarArtist": similar}
