"""Artists and albums: their pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from fastapi import APIRouter

from synesthete.web.api.models.music import AlbumPage, ArtistPage, Track
from synesthete.web.house import Asking, ItsId, TheHouse
from synesthete.web.show import Shower

router = APIRouter(tags=["music"])


@router.get("/artists/{artist_id}")
def artist(house: TheHouse, who: Asking, artist_id: ItsId) -> ArtistPage:
    """An artist: albums by year, and the tracks."""
    catalog, show = house.catalog, Shower(house.catalog, who)
    found = catalog.artists.get(artist_id)
    tracks = show.tracks(catalog.artists.tracks(artist_id))
    return ArtistPage(
        artist=show.artists([found])[0],
        albums=show.albums(catalog.albums.of(artist_id)),
        tracks=tracks,
        genres=_genres(tracks),
    )


@router.get("/albums/{album_id}")
def album(house: TheHouse, who: Asking, album_id: ItsId) -> AlbumPage:
    """An album and its tracks in playing order."""
    catalog, show = house.catalog, Shower(house.catalog, who)
    found = catalog.albums.get(album_id)
    tracks = show.tracks(catalog.albums.tracks(album_id))
    durations = [track.duration_s for track in tracks if track.duration_s is not None]
    return AlbumPage(
        album=show.albums([found])[0],
        tracks=tracks,
        genres=_genres(tracks),
        duration_s=sum(durations) if durations else None,
    )


def _genres(tracks: Iterable[Track]) -> list[str]:
    """The genres of the tracks, the most frequent first."""
    return [genre for genre, _ in Counter(g for track in tracks for g in track.genres).most_common(20)]
