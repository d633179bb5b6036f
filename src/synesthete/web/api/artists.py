"""Artists and albums: all of them page by page, and the page of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from fastapi import APIRouter

from synesthete.web.api.models.music import AlbumPage, ArtistPage, Track
from synesthete.web.api.models.shelves import AlbumList, ArtistList, Initial
from synesthete.web.house import Asking, Count, ItsId, Offset, TheHouse
from synesthete.web.show import Shower

router = APIRouter(tags=["music"])


@router.get("/artists")
def artists(house: TheHouse, who: Asking, n: Count = 50, offset: Offset = 0) -> ArtistList:
    """Artists with tracks in order of name, page by page."""
    catalog, show = house.catalog, Shower(house.catalog, who)
    initials = catalog.artists.initials()
    return ArtistList(
        artists=show.artists(catalog.artists.all(n, offset)),
        total=sum(count for _, count in initials),
        initials=[Initial(letter=letter, count=count) for letter, count in initials],
    )


@router.get("/albums")
def albums(
    house: TheHouse,
    who: Asking,
    order: Literal["title", "artist", "year", "newest"] = "title",
    n: Count = 50,
    offset: Offset = 0,
) -> AlbumList:
    """Albums with tracks, page by page."""
    catalog, show = house.catalog, Shower(house.catalog, who)
    initials = catalog.albums.initials()
    return AlbumList(
        albums=show.albums(catalog.albums.all(order, n, offset)),
        total=sum(count for _, count in initials),
        initials=[Initial(letter=letter, count=count) for letter, count in initials if order == "title"],
    )


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
