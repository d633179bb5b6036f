"""What to recommend: to a user, for a session, beside an item, and to anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from pydantic import AfterValidator

from synesthete.catalog.folding import clean
from synesthete.catalog.writing import now
from synesthete.errors import NotFound
from synesthete.web.doors.gorse.choosing import Chooser, Scored
from synesthete.web.doors.gorse.gate import Guest, ThePlatform
from synesthete.web.doors.gorse.kinds import POSITIVE, check_showing
from synesthete.web.doors.gorse.models import Count, Id, Offset, SessionSent, seconds_of
from synesthete.web.doors.gorse.routing import Routes

router = Routes()

SEEDS = 100
"""Items of a session, the last ones, that a list starts from: as many as the contract's own server looks at."""


def _categories(request: Request) -> list[str]:
    """The category in the path, else those in the query."""
    in_path = request.path_params.get("category")
    asked = [in_path] if in_path else request.query_params.getlist("category")
    return [clean(category) for category in asked]


Categories = Annotated[list[str], Depends(_categories)]
UserId = Annotated[str, AfterValidator(clean), Query(alias="user-id")]


@router.get("/recommend/{user_id}")
@router.get("/recommend/{user_id}/{category}")
def recommend(
    guest: ThePlatform,
    user_id: Id,
    categories: Categories,
    n: Count = 10,
    offset: Offset = 0,
    version: Annotated[str, Header(alias="x-api-version")] = "",
    write_back: Annotated[str, Query(alias="write-back-type")] = "",
    delay: Annotated[str, Query(alias="write-back-delay", max_length=40)] = "0",
) -> list[Any]:
    """Items for a user that they have not met; with `X-API-Version: 2` with scores.

    With `write-back-type` they do not come again once the delay is over.
    """
    since = now() + seconds_of(delay or "0")
    if write_back:
        check_showing(write_back)
    found = Chooser(guest, categories).for_user(user_id, n + offset)[offset:]
    ids = [item_id for item_id, _ in found]
    if write_back:
        _note(guest, user_id, ids, since)
    return _scored(found) if version.strip() == "2" else ids


@router.post("/session/recommend")
@router.post("/session/recommend/{category}")
def session(
    guest: ThePlatform, sent: list[SessionSent], categories: Categories, n: Count = 10, offset: Offset = 0
) -> list[dict[str, Any]]:
    """Items for a visitor, by what they played and liked just now; nothing of it is kept."""
    in_order = sorted(sent, key=lambda told: told.at or 0)
    items = guest.platform.items.find(told.item_id for told in in_order)
    met = frozenset(item.track_id for item in items.values())
    liked = [told.item_id for told in in_order if told.type in POSITIVE and told.item_id in items]
    seeds = list(dict.fromkeys(items[item_id].track_id for item_id in liked))[-SEEDS:]
    return _scored(Chooser(guest, categories).like(seeds, n + offset, met)[offset:])


@router.get("/item/{item_id}/neighbors")
@router.get("/item/{item_id}/neighbors/{category}")
@router.get("/item-to-item/{name}/{item_id}")
def neighbors(
    guest: ThePlatform,
    item_id: Id,
    categories: Categories,
    n: Count = 10,
    offset: Offset = 0,
    user_id: UserId = "",
) -> list[dict[str, Any]]:
    """Items like an item, whatever the recommender is called; without what the user in `user-id` has met."""
    chosen = Chooser(guest, categories)
    item = guest.platform.items.find([item_id]).get(item_id)
    seeds = [] if item is None else [item.track_id]
    return _scored(chosen.like(seeds, n + offset, chosen.met(user_id))[offset:])


def _for_anybody(
    guest: ThePlatform, categories: Categories, n: Count = 10, offset: Offset = 0, user_id: UserId = ""
) -> Callable[[str], list[dict[str, Any]]]:
    """Makes a list for anybody by its name, as it is asked for; without what the user in `user-id` has met."""

    def listed(name: str) -> list[dict[str, Any]]:
        chosen = Chooser(guest, categories)
        lists = {"popular": chosen.popular, "latest": chosen.latest}
        if name not in lists:
            raise NotFound(f"non-personalized recommender {name} not found; there are {', '.join(lists)}")
        found = lists[name](n + offset, chosen.met(user_id))
        return _scored(chosen.listed(found)[offset:])

    return listed


Listed = Annotated[Callable[[str], list[dict[str, Any]]], Depends(_for_anybody)]


@router.get("/latest")
@router.get("/latest/{category}")
def latest(listed: Listed) -> list[dict[str, Any]]:
    """The newest items, with their time in unix seconds as score."""
    return listed("latest")


@router.get("/popular")
@router.get("/popular/{category}")
def popular(listed: Listed) -> list[dict[str, Any]]:
    """The items that were played most, with plays as score."""
    return listed("popular")


@router.get("/non-personalized/{name}")
def non_personalized(listed: Listed, name: str) -> list[dict[str, Any]]:
    """One of the two lists for anybody by its name. Raises NotFound."""
    return listed(name)


def _note(guest: Guest, user_id: str, item_ids: list[str], since: int) -> None:
    """Note what was shown to a user, so that it is left out from a time on; nothing of strangers is noted."""
    who = guest.platform.users.find([user_id]).get(user_id)
    if who is not None and item_ids:
        items = guest.platform.items.find(item_ids)
        guest.platform.shown.put(who, [items[i].track_id for i in item_ids if i in items], since)


def _scored(found: Scored) -> list[dict[str, Any]]:
    return [{"Id": item_id, "Score": score} for item_id, score in found]
