"""Recommendations: a question with seeds and sliders, a list with reasons; and a path between two tracks."""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.recommend.request import Seed, SeedKind
from synesthete.web.api.models.ask import PathRequest, RecommendationAnswer, RecommendationRequest
from synesthete.web.api.models.playlists import ContinuationAnswer, ContinuationRequest
from synesthete.web.api.playlists import own
from synesthete.web.asking import Asked
from synesthete.web.house import Asking, ItsId, TheHouse

router = APIRouter(tags=["ask"])


@router.post("/recommendations")
def recommend(house: TheHouse, who: Asking, question: RecommendationRequest) -> RecommendationAnswer:
    """What the listener who asks would like: from seeds, or (without seeds) from their own listens and words."""
    return Asked(house, who).recommend(question)


@router.post("/path")
def path(house: TheHouse, who: Asking, question: PathRequest) -> RecommendationAnswer:
    """A walk from one track to another, smooth to the ear; both ends included."""
    return Asked(house, who).path(question)


@router.post("/playlists/{playlist_id}/continuation")
def continuation(
    house: TheHouse, who: Asking, playlist_id: ItsId, question: ContinuationRequest
) -> ContinuationAnswer:
    """Tracks that fit a playlist and are not on it; with `add` they are put at its end."""
    own(house.catalog, who, playlist_id)
    there = house.catalog.playlists.tracks(playlist_id)
    asked = Asked(house, who)
    exclude = question.exclude.model_copy(update={"tracks": [*question.exclude.tracks, *map(int, there)]})
    seeds = [Seed(SeedKind.PLAYLIST, playlist_id)] if there else []
    request = asked.request(
        seeds, question.filters, exclude, question.sliders, question.n, question.per_artist
    )
    answer = asked.shown(asked.recommender.recommend(request))
    if question.add and answer.results:
        house.catalog.playlists.append(playlist_id, [r.track.id for r in answer.results])
    added = len(answer.results) if question.add else 0
    return ContinuationAnswer(
        **{name: getattr(answer, name) for name in RecommendationAnswer.model_fields}, added=added
    )
