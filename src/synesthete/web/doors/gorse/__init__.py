"""gorse-compatible: a platform that asks gorse for recommendations asks us by changing one address, to BASE/gorse.

Contract: the REST API of gorse 0.5, github.com/gorse-io/gorse, server/rest.go. The platform's users are listeners
without an account, its items are tracks that carry its ids, its feedback is listens and words; everything is answered
by the same recommender as our own API.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from synesthete.errors import NotFound
from synesthete.web.doors.gorse import feedback, items, recommend, users
from synesthete.web.doors.gorse.gate import ThePlatform
from synesthete.web.doors.gorse.routing import Routes
from synesthete.web.house import TheHouse

_own = Routes()


@_own.get("/health/live")
@_own.get("/health/ready")
def health(house: TheHouse) -> dict[str, Any]:
    """Alive, and the catalog answers. Anyone may ask."""
    house.catalog.values.get("health")
    return {
        "Ready": True, "DataStoreError": None, "CacheStoreError": None,
        "DataStoreConnected": True, "CacheStoreConnected": True,
    }  # fmt: skip


@_own.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing(_guest: ThePlatform, path: str) -> None:
    """What this door does not know is not found, and not answered with a page."""
    raise NotFound("this door has no such route", subject=f"/api/{path}", hint="docs/reference/doors.md")


router = APIRouter(prefix="/gorse/api", include_in_schema=False)
for _noun in (users.router, feedback.router, items.router, recommend.router, _own):
    router.include_router(_noun)
