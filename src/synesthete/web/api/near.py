"""What is near: tracks near a track, artists near an artist, albums near an album; and album covers."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Response

from synesthete.errors import NotFound
from synesthete.music import TrackId
from synesthete.web import pictures
from synesthete.web.api.models.ask import RecommendationAnswer
from synesthete.web.api.models.music import NearAlbum, NearAlbums, NearArtist, NearArtists
from synesthete.web.api.tracks import sound_file
from synesthete.web.asking import Asked
from synesthete.web.house import Asking, House, ItsId, TheHouse
from synesthete.web.show import Shower

router = APIRouter(tags=["music"])

FEW = Annotated[int, Query(ge=1, le=100)]
WIDE = 40
"""Tracks looked at for every artist or album asked for: most neighbors are by few artists."""
Begin = Annotated[float | None, Query(ge=0, le=1e6)]


@router.get("/tracks/{track_id}/similar")
def similar_tracks(
    house: TheHouse,
    who: Asking,
    track_id: ItsId,
    n: Annotated[int, Query(ge=1, le=200)] = 20,
    start_s: Begin = None,
    end_s: pictures.End = None,
    per_artist: Annotated[int, Query(ge=0, le=200)] = 2,
) -> RecommendationAnswer:
    """What sounds like a track, or like a span of it, with the moments that match."""
    return Asked(house, who).similar(track_id, n, start_s, end_s, per_artist)


@router.get("/artists/{artist_id}/similar")
def similar_artists(house: TheHouse, who: Asking, artist_id: ItsId, n: FEW = 20) -> NearArtists:
    """Artists whose work sounds near, nearest first."""
    catalog = house.catalog
    catalog.artists.get(artist_id)
    found, note = near_groups(house, catalog.artists.tracks(artist_id), "artist_id", artist_id, n)
    artists = catalog.artists.many(found)
    shown = Shower(catalog, who).artists([artists[i] for i in found if i in artists])  # type: ignore[index]
    return NearArtists(artists=[NearArtist(artist=a, similarity=found[a.id]) for a in shown], note=note)


@router.get("/albums/{album_id}/similar")
def similar_albums(house: TheHouse, who: Asking, album_id: ItsId, n: FEW = 20) -> NearAlbums:
    """Albums that sound near, nearest first."""
    catalog = house.catalog
    catalog.albums.get(album_id)
    found, note = near_groups(house, catalog.albums.tracks(album_id), "album_id", album_id, n)
    albums = catalog.albums.many(found)
    shown = Shower(catalog, who).albums([albums[i] for i in found if i in albums])  # type: ignore[index]
    return NearAlbums(albums=[NearAlbum(album=a, similarity=found[a.id]) for a in shown], note=note)


@router.get("/albums/{album_id}/cover", response_class=Response, responses=pictures.JPEG)
def album_cover(house: TheHouse, _who: Asking, album_id: ItsId, size: pictures.Size = 512) -> Response:
    """The cover of the first of its tracks that has one, as JPEG."""
    house.catalog.albums.get(album_id)
    ids = house.catalog.albums.tracks(album_id)
    tracks = house.catalog.tracks.many(ids)
    first = next((track for track in tracks.values() if track.has_cover and track.path), None)
    if first is None:
        raise NotFound("this album has no cover", subject=album_id)
    return pictures.cover(house, sound_file(house, first.id), size)


def near_groups(
    house: House, ids: list[TrackId], group: str, own: int, n: int
) -> tuple[dict[int, float], str | None]:
    """The artists or albums (`group` names the field) whose tracks are nearest the middle of these tracks.

    The similarity of a group is the mean of its two nearest tracks, so that one odd track does not decide.
    """
    collection = house.parts.recommender.collection
    vectors = collection.vectors([int(i) for i in ids]) if ids else np.zeros((0, 1), np.float32)
    vectors = vectors[~np.isnan(vectors[:, 0])] if len(vectors) else vectors
    if not len(vectors) or not len(collection.index):
        return {}, "It was not heard yet."
    near = collection.index.near(
        vectors.mean(axis=0), min(WIDE * n + len(ids), len(collection.index))
    ).pairs()
    tracks = house.catalog.tracks.many(i for i, _ in near)
    by_group: dict[int, list[float]] = {}
    for track_id, similarity in near:
        track = tracks.get(TrackId(track_id))
        number = None if track is None else getattr(track, group)
        if number is not None and number != own:
            by_group.setdefault(int(number), []).append(similarity)
    scores = {number: float(np.mean(nearest[:2])) for number, nearest in by_group.items()}
    best = sorted(scores, key=lambda number: (-scores[number], number))[:n]
    return {number: scores[number] for number in best}, collection.coverage().note
