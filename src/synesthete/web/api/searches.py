"""Recent searches, and clicks on what was recommended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from synesthete.errors import NotFound
from synesthete.web.api.models.base import Done
from synesthete.web.api.models.people import Click, NewSearch, Search, Searches
from synesthete.web.house import Asking, TheHouse

router = APIRouter(tags=["people"])


@router.get("/searches")
def searches(house: TheHouse, who: Asking, n: Annotated[int, Query(ge=1, le=200)] = 20) -> Searches:
    """Recent searches of the listener who asks, each text once."""
    found = house.catalog.searches.of(who.id, n)
    return Searches(searches=[Search(text=text, at=at) for text, at in found])


@router.post("/searches", status_code=204)
def remember(house: TheHouse, who: Asking, question: NewSearch) -> None:
    """Keep a search that led somewhere."""
    house.catalog.searches.put(who.id, question.text)


@router.delete("/searches")
def forget(house: TheHouse, who: Asking) -> Done:
    """Forget all recent searches."""
    many = len(house.catalog.searches.of(who.id, 1_000_000))
    house.catalog.searches.forget(who.id)
    return Done(changed=many)


@router.post("/clicks", status_code=204)
def click(house: TheHouse, who: Asking, question: Click) -> None:
    """Note that a recommendation was taken (played, opened, kept)."""
    _ = who.id
    if not house.catalog.impressions.click(question.request_id, question.track_id, who.id):
        raise NotFound("this list did not hold this track", subject=question.request_id)
