"""Items of the platform: each is a track, perhaps one of this house with its sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synesthete.catalog.folding import clean
from synesthete.catalog.platform.items import Item
from synesthete.errors import NotFound
from synesthete.web.doors.gorse import naming
from synesthete.web.doors.gorse.gate import Guest, ThePlatform
from synesthete.web.doors.gorse.kinds import TYPES
from synesthete.web.doors.gorse.models import (
    MOST,
    Count,
    Cursor,
    Id,
    ItemChange,
    ItemSent,
    opened,
    sealed,
    told_time,
)
from synesthete.web.doors.gorse.routing import Routes
from synesthete.web.doors.gorse.shelving import change_item, put_items

router = Routes()


@router.post("/item")
def insert(guest: ThePlatform, item: ItemSent) -> dict[str, int]:
    """Keep an item, over what was kept of it."""
    put_items(guest, [item])
    return {"RowAffected": 1}


@router.post("/items")
def insert_many(guest: ThePlatform, items: list[ItemSent]) -> dict[str, int]:
    """Keep items; of two with one id the first holds. All of them, or none."""
    put_items(guest, items)
    return {"RowAffected": len(items)}


@router.get("/items")
def page(guest: ThePlatform, n: Count = 10, cursor: Cursor = "", q: str = "") -> dict[str, Any]:
    """Items in order of id, page by page; with `q` those whose title, artist and album hold its words."""
    if clean(q):
        return {"Cursor": "", "Items": _found(guest, clean(q), n)}
    items = guest.platform.items.page(n + 1, opened(cursor))
    following = sealed(items[n].id) if len(items) > n else ""
    return {"Cursor": following, "Items": _told(guest, items[:n])}


@router.get("/item/{item_id}")
def get(guest: ThePlatform, item_id: Id) -> dict[str, Any]:
    """One item. Raises NotFound."""
    return _told(guest, [known(guest, item_id)])[0]


@router.patch("/item/{item_id}")
def change(guest: ThePlatform, item_id: Id, change: ItemChange) -> dict[str, int]:
    """Change what is told of an item. Raises NotFound."""
    change_item(guest, known(guest, item_id), change)
    return {"RowAffected": 1}


@router.delete("/item/{item_id}")
def remove(guest: ThePlatform, item_id: Id) -> dict[str, int]:
    """Forget an item and its feedback; a track of this house stays what it is."""
    with guest.catalog.begin():
        item = guest.platform.items.find([item_id]).get(item_id)
        if item is None:
            return {"RowAffected": 0}
        guest.platform.feedback.remove(TYPES, item.track_id)
        guest.platform.items.remove(item_id)
    return {"RowAffected": 1}


@router.put("/item/{item_id}/category/{category}")
def put_category(guest: ThePlatform, item_id: Id, category: Id) -> dict[str, int]:
    """Add a category. Raises NotFound."""
    return _with_categories(guest, item_id, lambda kept: [*kept, category])


@router.delete("/item/{item_id}/category/{category}")
def drop_category(guest: ThePlatform, item_id: Id, category: Id) -> dict[str, int]:
    """Take a category away. Raises NotFound."""
    return _with_categories(guest, item_id, lambda kept: [one for one in kept if one != category])


def known(guest: Guest, item_id: str) -> Item:
    """The item with this id. Raises NotFound."""
    item = guest.platform.items.find([item_id]).get(item_id)
    if item is None:
        raise NotFound(f"item {item_id} not found")
    return item


def _with_categories(guest: Guest, item_id: str, changed: Any) -> dict[str, int]:
    item = known(guest, item_id)
    genres = list(guest.catalog.tracks.get(item.track_id).genres)
    change_item(guest, item, ItemChange(categories=changed(genres)))
    return {"RowAffected": 1}


def _found(guest: Guest, words: str, n: int) -> list[dict[str, Any]]:
    tracks = guest.catalog.tracks.search(words, MOST)
    names = guest.platform.items.names(track.id for track in tracks)
    wanted = [names[track.id] for track in tracks if track.id in names][:n]
    items = guest.platform.items.find(wanted)
    return _told(guest, [items[item_id] for item_id in wanted])


def _told(guest: Guest, items: Sequence[Item]) -> list[dict[str, Any]]:
    tracks = guest.catalog.tracks.many(item.track_id for item in items)
    rows = []
    for item in items:
        track = tracks[item.track_id]
        labels, comment = naming.told(track, item.id)
        rows.append(
            {
                "ItemId": item.id, "IsHidden": item.hidden or item.missing, "Categories": list(track.genres),
                "Timestamp": told_time(item.at), "Labels": labels, "Comment": comment,
            }
        )  # fmt: skip
    return rows
