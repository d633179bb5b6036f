"""What every route needs: the parts, the entrance, ears for strange sound, and who asks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Query, Request
from fastapi import Path as PathValue
from fastapi.concurrency import run_in_threadpool

from synesthete.catalog import Catalog
from synesthete.settings import Settings
from synesthete.web.auth.entrance import Entrance, Who, admit
from synesthete.web.auth.oidc import Provider
from synesthete.web.auth.rules import RULES

if TYPE_CHECKING:
    from synesthete.parts import Parts
    from synesthete.web.errands import Errands
    from synesthete.web.sound.clips import Clips
    from synesthete.web.sound.ears import Ears

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class House:
    """Made once by `create_app`, closed with it."""

    parts: Parts
    entrance: Entrance
    ears: Ears
    clips: Clips
    errands: Errands
    provider: Provider | None = None
    leaving: threading.Event = field(default_factory=threading.Event)
    """Set when the server is asked to stop: streams that have no end of their own end then."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.parts.settings

    @property
    def catalog(self) -> Catalog:
        """What we know."""
        return self.parts.catalog


async def house_of(request: Request) -> House:
    """The house a request was sent to (asynchronous, so that it costs no thread)."""
    return cast(House, request.app.state.house)


def address_of(request: Request) -> str:
    """Where a request comes from, as far as the connection says."""
    return request.client.host if request.client else "unknown"


def who_asks(entrance: Entrance, request: Request) -> Who:
    """Who sent this request; looked up once, however many want to know."""
    if not hasattr(request.state, "who"):
        request.state.who = entrance.who(request.headers, request.cookies, address_of(request))
    return cast(Who, request.state.who)


async def identify(request: Request) -> Who:
    """Who asks, once the rule of the route let them in; a thread is taken only when the catalog must be asked."""
    entrance = cast(House, request.app.state.house).entrance
    who = cast(Who | None, getattr(request.state, "who", None))
    if who is None:
        who = await run_in_threadpool(who_asks, entrance, request)
    path = request.scope["route"].path.removeprefix(PREFIX)  # whether or not it was told with its prefix
    method = "GET" if request.method == "HEAD" else request.method
    admit(who, RULES[f"{method} {path}"])
    return who


ItsId = Annotated[int, PathValue(ge=0, le=2**53 - 1)]
Count = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
TheHouse = Annotated[House, Depends(house_of)]
Asking = Annotated[Who, Depends(identify)]
