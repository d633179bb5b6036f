"""What is near in this contract: tracks, artists and paths; search by name; playlists."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, Field

from synesthete.errors import InputError, NotFound
from synesthete.music import Artist, ArtistId, Track
from synesthete.recommend.request import Request, similar_to
from synesthete.web.api.near import near_groups
from synesthete.web.doors.admission import Reader, Writer
from synesthete.web.doors.audiomuse.names import (
    MOST,
    Count,
    artist_of,
    item,
    their_artist_id,
    their_id,
    track_of,
)
from synesthete.web.doors.audiomuse.route import Route
from synesthete.web.house import House, TheHouse

REPRESENTATIVES = 3

router = APIRouter(prefix="/api", include_in_schema=False, route_class=Route)


def _its_id(given: Any) -> Any:
    """Plugins send ids, or whole rows of an answer."""
    return given.get("item_id") if isinstance(given, dict) else given


Listed = Annotated[str, BeforeValidator(_its_id)]


class NewPlaylist(BaseModel):
    """What the plugins send; they have two names for the list of ids."""

    playlist_name: str | None = None
    name: str | None = None
    track_ids: list[Listed] = Field(default_factory=list, max_length=10_000)
    tracks: list[Listed] = Field(default_factory=list, max_length=10_000)


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
    track = track_of(house, item_id) if item_id else _named(house, title, artist)
    asked = similar_to(track.id, n)
    request = Request(
        asked.seeds, n=n, per_artist=3 if eliminate_duplicates else 0, taste=0.0, adventurousness=0.0
    )
    answer = house.parts.recommender.recommend(request)
    return [item(house, one.track, one.similarity) for one in answer.results]


@router.get("/find_path")
def find_path(
    house: TheHouse,
    _who: Reader,
    start_song_id: str,
    end_song_id: str,
    max_steps: Count = 25,
    count: Count | None = None,
) -> dict[str, Any]:
    """A smooth path from one track to another, both included."""
    start, end = track_of(house, start_song_id), track_of(house, end_song_id)
    steps = max(count or max_steps, 2)
    answer = house.parts.recommender.path(start.id, end.id, Request(n=steps, per_artist=0))
    rows = [item(house, one.track, one.similarity) for one in answer.results]
    rows[0]["distance"] = 0.0  # of the start to itself, whatever rounding made of it
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
    text = artist or artist_id
    if not text:
        raise InputError("say which artist: artist or artist_id")
    asked = artist_of(house, text)
    near, _ = near_groups(house, house.catalog.artists.tracks(asked.id), "artist_id", asked.id, n)
    artists = house.catalog.artists.many(near)
    rows = []
    for near_id, similarity in near.items():
        found = artists[ArtistId(near_id)]
        row: dict[str, Any] = {
            "artist": found.name, "artist_id": their_artist_id(house, found), "divergence": round(max(0.0, 1 - similarity), 6),
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
    start: Annotated[int, Query(ge=0, le=10_000)] = 0,
    end: Annotated[int | None, Query(ge=0, le=11_000)] = None,
) -> list[dict[str, Any]]:
    """Tracks by words of title, artist and album: twenty, or those from `start` up to before `end`."""
    phrase = " ".join(filter(None, (search_query, q, title, artist)))
    last = min(start + 20 if end is None else end, start + MOST)
    found = house.catalog.tracks.search(phrase, last) if phrase.strip() and last > start else []
    return [item(house, track, None) for track in found[start:]]


@router.post("/create_playlist", status_code=201)
def create_playlist(house: TheHouse, who: Writer, question: NewPlaylist) -> dict[str, Any]:
    """Keep a playlist here; `synesthete sync put` writes it to the media server."""
    name = question.playlist_name or question.name
    if not name:
        raise InputError("a playlist needs a name", subject="playlist_name")
    wanted = dict.fromkeys(question.track_ids or question.tracks)
    ids = [track_of(house, text).id for text in wanted]
    if not ids:
        raise InputError("a playlist needs tracks", subject="track_ids")
    made = house.catalog.playlists.create(who.id, name, ids, source="audiomuse")
    return {"message": f"Playlist '{name}' created.", "playlist_id": str(int(made))}


def _named(house: House, title: str | None, artist: str | None) -> Track:
    if not title:
        raise InputError("say which track: item_id, or title and artist")
    found = house.catalog.tracks.search(f"{title} {artist or ''}", 1)
    if not found:
        raise NotFound("no track has this title", subject=title)
    return found[0]


def _component(house: House, one: Artist, other: Artist) -> dict[str, Any]:
    def of(artist: Artist) -> list[dict[str, str]]:
        ids = house.catalog.artists.tracks(artist.id)[:REPRESENTATIVES]
        tracks = house.catalog.tracks.many(ids).values()
        return [{"item_id": their_id(house, t), "title": t.title} for t in tracks]

    return {"artist1_representative_songs": of(one), "artist2_representative_songs": of(other)}
