"""Search as you type, and the genres there are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from synesthete.recommend.by_word import heard_as
from synesthete.web.api.models.music import Genre, Genres, HeardTrack, SearchAnswer
from synesthete.web.house import Asking, TheHouse
from synesthete.web.show import Shower, sound_words

router = APIRouter(tags=["music"])


@router.get("/search")
def search(
    house: TheHouse,
    who: Asking,
    text: Annotated[str, Query(max_length=500)],
    n: Annotated[int, Query(ge=1, le=50)] = 8,
) -> SearchAnswer:
    """Up to n tracks, artists and albums each whose names hold the text; its last word may be unfinished.

    A text made of words for sound ("calm piano") also finds tracks that sound so: heard, not tagged.

    Nothing is remembered; a search that led somewhere is kept with POST /searches.
    """
    catalog, show = house.catalog, Shower(house.catalog, who)
    return SearchAnswer(
        text=text,
        tracks=[show.track(track) for track in catalog.tracks.search(text, n)],
        artists=show.artists(catalog.artists.search(text, n)),
        albums=show.albums(catalog.albums.search(text, n)),
        heard=[
            HeardTrack(track=show.track(one.track), words=sound_words(one.words))
            for one in heard_as(house.parts.recommender.collection, text, n)
        ],
    )


@router.get("/genres")
def genres(house: TheHouse, _who: Asking, n: Annotated[int, Query(ge=1, le=2000)] = 500) -> Genres:
    """Genres of the catalog, the most frequent first."""
    return Genres(genres=[Genre(name=name, tracks=count) for name, count in house.catalog.tracks.genres(n)])
