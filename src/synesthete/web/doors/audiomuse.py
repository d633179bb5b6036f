"""AudioMuse-compatible answers, so that existing Navidrome, Jellyfin and Lyrion plugins work by changing one URL.

Items are named by the media server's own ids where `synesthete sync` has learned them (external ids of a
scheme subsonic@HOST, jellyfin@HOST ...), else by ours. Distances are 1 - cosine, smaller is nearer.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from synesthete.errors import InputError, NotFound
from synesthete.music import Artist, ArtistId, Track, TrackId
from synesthete.recommend.request import Request, similar_to
from synesthete.web.api.near import near_groups
from synesthete.web.doors.admission import Reader, Writer
from synesthete.web.house import House, TheHouse

SERVERS = ("subsonic@", "navidrome@", "jellyfin@", "emby@", "lyrion@", "plex@")
"""Schemes of external ids that are media servers."""
MOST = 500
REPRESENTATIVES = 3

router = APIRouter(prefix="/api", include_in_schema=False)
Count = Annotated[int, Query(ge=1, le=MOST)]


class NewPlaylist(BaseModel):
    """What the plugins send; they have two names for the list of ids."""

    playlist_name: str | None = None
    name: str | None = None
    track_ids: list[str] = Field(default_factory=list, max_length=10_000)
    tracks: list[str] = Field(default_factory=list, max_length=10_000)


@router.get("/similar_tracks")
def similar_tracks(
    house: TheHouse,
    _who: Reader,
    item_id: str | None = None,
    title: str | None = None,
    artist: str | None = None,
    n: Count = 10,
    eliminate_duplicates: bool = False,
) -> list[dict[str, Any]]:
    """What sounds like a track; `eliminate_duplicates` allows an artist three times at most."""
    track = _track(house, item_id) if item_id else _named(house, title, artist)
    asked = similar_to(track.id, n)
    request = Request(
        asked.seeds, n=n, per_artist=3 if eliminate_duplicates else 0, taste=0.0, adventurousness=0.0
    )
    answer = house.parts.recommender.recommend(request)
    return [_item(house, one.track, one.similarity) for one in answer.results]


@router.get("/find_path")
def find_path(
    house: TheHouse,
    _who: Reader,
    start_song_id: str,
    end_song_id: str,
    max_steps: Count = 25,
    count: int | None = None,
) -> dict[str, Any]:
    """A smooth path from one track to another, both included."""
    start, end = _track(house, start_song_id), _track(house, end_song_id)
    steps = min(max(count or max_steps, 2), MOST)
    answer = house.parts.recommender.path(start.id, end.id, Request(n=steps, per_artist=0))
    rows = [_item(house, one.track, one.similarity) for one in answer.results]
    return {"path": rows, "total_distance": round(sum(row["distance"] for row in rows), 6)}


@router.get("/similar_artists")
def similar_artists(
    house: TheHouse,
    _who: Reader,
    artist: str | None = None,
    artist_id: str | None = None,
    n: Count = 10,
    include_component_matches: bool = False,
) -> list[dict[str, Any]]:
    """Artists whose tracks lie near; with the tracks that speak for it, if wished."""
    asked = _artist(house, artist, artist_id)
    near, _ = near_groups(house, house.catalog.artists.tracks(asked.id), "artist_id", asked.id, n)
    artists = house.catalog.artists.many(near)
    rows = []
    for near_id, similarity in near.items():
        found = artists[ArtistId(near_id)]
        row: dict[str, Any] = {
            "artist": found.name, "artist_id": str(found.id), "divergence": round(max(0.0, 1 - similarity), 6),
        }  # fmt: skip
        if include_component_matches:
            row["component_matches"] = [_component(house, asked, found)]
        rows.append(row)
    return rows


@router.get("/search_tracks")
def search_tracks(
    house: TheHouse,
    _who: Reader,
    search_query: str | None = None,
    title: str | None = None,
    artist: str | None = None,
    q: str | None = None,
) -> list[dict[str, Any]]:
    """Tracks by words of title, artist and album."""
    phrase = " ".join(filter(None, (search_query, q, title, artist)))
    found = house.catalog.tracks.search(phrase, 20) if phrase.strip() else []
    return [_item(house, track, None) for track in found]


@router.post("/create_playlist")
def create_playlist(house: TheHouse, who: Writer, question: NewPlaylist) -> dict[str, Any]:
    """Keep a playlist here; `synesthete sync put` writes it to the media server."""
    name = question.playlist_name or question.name
    if not name:
        raise InputError("a playlist needs a name", subject="playlist_name")
    ids = [_track(house, item).id for item in question.track_ids or question.tracks]
    if not ids:
        raise InputError("a playlist needs tracks", subject="track_ids")
    made = house.catalog.playlists.create(who.id, name, ids, source="audiomuse")
    return {"message": f"Playlist '{name}' created.", "playlist_id": str(int(made))}


def _track(house: House, item: str) -> Track:
    """The track behind a media server's id, or one of ours. Raises NotFound."""
    track_id = house.catalog.external_ids.of_servers(item, SERVERS)
    if track_id is not None:
        return house.catalog.tracks.get(track_id)
    if item.isascii() and item.isdigit() and len(item) < 18:
        return house.catalog.tracks.get(int(item))
    raise NotFound(
        "no track has this id", subject=item, hint="`synesthete sync` learns a media server's ids."
    )


def _named(house: House, title: str | None, artist: str | None) -> Track:
    if not title:
        raise InputError("say which track: item_id, or title and artist")
    found = house.catalog.tracks.search(f"{title} {artist or ''}", 1)
    if not found:
        raise NotFound("no track has this title", subject=title)
    return found[0]


def _artist(house: House, name: str | None, artist_id: str | None) -> Artist:
    if artist_id and artist_id.isdigit():
        return house.catalog.artists.get(int(artist_id))
    found = house.catalog.artists.named(name or artist_id or "")
    if found is None:
        raise NotFound("no artist has this name", subject=name or artist_id)
    return found


def _item(house: House, track: Track, similarity: float | None) -> dict[str, Any]:
    row = {
        "item_id": _their_id(house, track.id),
        "title": track.title,
        "author": track.artist,
        "album": track.album or "",
    }
    return row if similarity is None else row | {"distance": round(max(0.0, 1 - similarity), 6)}


def _their_id(house: House, track_id: TrackId) -> str:
    theirs = house.catalog.external_ids.of(track_id)
    return next((value for scheme, value in theirs.items() if scheme.startswith(SERVERS)), str(int(track_id)))


def _component(house: House, one: Artist, other: Artist) -> dict[str, Any]:
    def of(artist: Artist) -> list[dict[str, str]]:
        ids = house.catalog.artists.tracks(artist.id)[:REPRESENTATIVES]
        tracks = house.catalog.tracks.many(ids).values()
        return [{"item_id": _their_id(house, t.id), "title": t.title} for t in tracks]

    return {"artist1_representative_songs": of(one), "artist2_representative_songs": of(other)}
