"""Feedback: plays, skips, likes and dislikes of users about items; POST adds to what is kept, PUT takes its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from synesthete.catalog.platform.said import Key, Opinion, Play, Told
from synesthete.catalog.writing import now
from synesthete.errors import InputError
from synesthete.web.doors.gorse.gate import Guest, ThePlatform
from synesthete.web.doors.gorse.kinds import SKIPS, TYPES, WORDS, asked_for, check_type, check_word, plays_of
from synesthete.web.doors.gorse.models import (
    NO_CURSOR,
    Count,
    Cursor,
    FeedbackSent,
    Id,
    opened,
    sealed,
    told_time,
)
from synesthete.web.doors.gorse.routing import Routes
from synesthete.web.doors.gorse.shelving import make_items
from synesthete.web.doors.intake import is_plausible

router = Routes()


@router.post("/feedback")
def add(guest: ThePlatform, sent: list[FeedbackSent]) -> dict[str, int]:
    """Keep feedback beside what is kept; users and items that are new are made. All of it, or nothing."""
    return _keep(guest, sent, overwrite=False)


@router.put("/feedback")
def overwrite(guest: ThePlatform, sent: list[FeedbackSent]) -> dict[str, int]:
    """Keep feedback in place of what is kept of the same type, user and item."""
    return _keep(guest, sent, overwrite=True)


@router.get("/feedback")
def page(guest: ThePlatform, n: Count = 10, cursor: Cursor = "") -> dict[str, Any]:
    """All feedback by type, user and item, page by page."""
    return _page(guest, TYPES, n, cursor)


@router.get("/feedback/{type_}")
def page_of_type(guest: ThePlatform, type_: str, n: Count = 10, cursor: Cursor = "") -> dict[str, Any]:
    """Feedback of one type by user and item, page by page."""
    return _page(guest, _known(type_), n, cursor)


@router.get("/feedback/{user_id}/{item_id}")
def between(guest: ThePlatform, user_id: Id, item_id: Id) -> list[dict[str, Any]]:
    """Everything that a user did with an item."""
    return _shown(guest.platform.feedback.of(TYPES, user_id=user_id, item_id=item_id))


@router.get("/feedback/{type_}/{user_id}/{item_id}")
def one(guest: ThePlatform, type_: str, user_id: Id, item_id: Id) -> dict[str, Any]:
    """Feedback of one type by a user about an item; an empty document where there is none."""
    found = guest.platform.feedback.of(_known(type_), user_id=user_id, item_id=item_id)
    return _shown(found)[0] if found else {}


@router.delete("/feedback/{user_id}/{item_id}")
def remove(guest: ThePlatform, user_id: Id, item_id: Id) -> dict[str, int]:
    """Forget everything that a user did with an item."""
    return _remove(guest, TYPES, user_id, item_id)


@router.delete("/feedback/{type_}/{user_id}/{item_id}")
def remove_one(guest: ThePlatform, type_: str, user_id: Id, item_id: Id) -> dict[str, int]:
    """Forget feedback of one type by a user about an item."""
    return _remove(guest, _known(type_), user_id, item_id)


@router.get("/user/{user_id}/feedback")
def of_user(guest: ThePlatform, user_id: Id) -> list[dict[str, Any]]:
    """Everything that a user did."""
    return _shown(guest.platform.feedback.of(TYPES, user_id=user_id))


@router.get("/user/{user_id}/feedback/{type_}")
def of_user_of_type(guest: ThePlatform, user_id: Id, type_: str) -> list[dict[str, Any]]:
    """Feedback of one type by a user, or of those values of it that an expression such as `read>=3` means."""
    name, is_meant = asked_for(type_)
    found = guest.platform.feedback.of(_known(name), user_id=user_id)
    return _shown([one for one in found if is_meant(one.value)])


@router.get("/item/{item_id}/feedback")
def of_item(guest: ThePlatform, item_id: Id) -> list[dict[str, Any]]:
    """Everything that users did with an item."""
    return _shown(guest.platform.feedback.of(TYPES, item_id=item_id))


@router.get("/item/{item_id}/feedback/{type_}")
def of_item_of_type(guest: ThePlatform, item_id: Id, type_: str) -> list[dict[str, Any]]:
    """Feedback of one type about an item."""
    return _shown(guest.platform.feedback.of(_known(type_), item_id=item_id))


def _keep(guest: Guest, sent: Sequence[FeedbackSent], overwrite: bool) -> dict[str, int]:
    for told in sent:
        _check(told)
    at_once = now()
    plays, opinions = [], []
    with guest.platform.items.alone():
        users = guest.platform.users.resolve(told.user_id for told in sent)
        items = make_items(guest, [told.item_id for told in sent])
        for told in sent:
            who, track, at = users[told.user_id], items[told.item_id], told.at or at_once
            if told.type in WORDS:
                opinions.append(Opinion(who, track, told.type, WORDS[told.type], at))
            else:
                skipped, count = told.type in SKIPS, plays_of(told.value)
                plays.append(Play(who, track, told.item_id, told.type, at, skipped, count))
        guest.platform.feedback.play(plays, overwrite)
        guest.platform.feedback.say(opinions, overwrite)
    return {"RowAffected": len(sent)}


def _check(told: FeedbackSent) -> None:
    """Raises InputError for feedback that cannot be kept as it is meant."""
    if check_type(told.type) in WORDS:
        check_word(told.value)
    else:
        plays_of(told.value)
    if told.at is not None and not is_plausible(told.at):
        raise InputError(f"nobody can have listened at {told_time(told.at)}", subject=told.item_id)


def _known(type_: str) -> tuple[str, ...]:
    """The type as a list to look for: nothing is kept of one that is not understood."""
    return (type_,) if type_ in TYPES else ()


def _page(guest: Guest, types: Sequence[str], n: int, cursor: str) -> dict[str, Any]:
    found = guest.platform.feedback.page(types, n + 1, _key(cursor))
    following = ""
    if len(found) > n:
        following = sealed(json.dumps([found[n].type, found[n].user_id, found[n].item_id]))
    return {"Cursor": following, "Feedback": _shown(found[:n])}


def _key(cursor: str) -> Key:
    """Type, user and item where a page begins. Raises InputError for what no list ended with."""
    text = opened(cursor)
    if not text:
        return "", "", ""
    try:
        type_, user_id, item_id = (str(part) for part in json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(NO_CURSOR) from error
    if not all(part.isprintable() for part in (type_, user_id, item_id)):
        raise InputError(NO_CURSOR)
    return type_, user_id, item_id


def _remove(guest: Guest, types: Sequence[str], user_id: str, item_id: str) -> dict[str, int]:
    with guest.catalog.begin():
        who = guest.platform.users.find([user_id]).get(user_id)
        item = guest.platform.items.find([item_id]).get(item_id)
        if who is None or item is None:
            return {"RowAffected": 0}
        guest.platform.shown.drop(who, item.track_id)
        return {"RowAffected": guest.platform.feedback.remove(types, item.track_id, who)}


def _shown(found: Sequence[Told]) -> list[dict[str, Any]]:
    return [
        {
            "FeedbackType": one.type, "UserId": one.user_id, "ItemId": one.item_id, "Value": one.value,
            "Timestamp": told_time(one.at), "Updated": told_time(one.updated), "Labels": None, "Comment": "",
        }
        for one in found
    ]  # fmt: skip
