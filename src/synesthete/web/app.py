"""The application: settings and parts become a server. `create_app(parts)` is all there is to know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartParser

from synesthete import __version__
from synesthete.parts import Parts
from synesthete.web import letters, pages, shared_pages, welcome
from synesthete.web.api import (
    artists,
    clips,
    clusters,
    dashboard,
    encoders,
    jobs,
    keys,
    letter,
    library,
    listeners,
    listens,
    map,
    me,
    near,
    oidc,
    outside,
    playlist_files,
    playlists,
    recommendations,
    replay,
    search,
    searches,
    shares,
    spotify,
    status,
    tracks,
    words,
)
from synesthete.web.api.models.base import ErrorAnswer
from synesthete.web.auth.entrance import Entrance, is_loopback
from synesthete.web.auth.oidc import open_provider
from synesthete.web.auth.rules import check_rules
from synesthete.web.clockwork import Clock
from synesthete.web.doors import open_doors
from synesthete.web.errands import Errands
from synesthete.web.faults import catch_faults
from synesthete.web.guard import ORDINARY_BYTES, Guard
from synesthete.web.house import PREFIX, House, identify, who_asks
from synesthete.web.sound.clips import Clips
from synesthete.web.sound.ears import Ears
from synesthete.web.sound.tasks import HearTask, warm

ROUTERS: tuple[APIRouter, ...] = (
    status.router, search.router, tracks.router, artists.router, near.router, clips.router, recommendations.router,
    outside.router, spotify.router, playlist_files.router, playlists.router, clusters.router, map.router, library.router, jobs.router,
    encoders.router, me.router, letter.router, oidc.router, listeners.router, keys.router, words.router, listens.router, searches.router,
    shares.router, dashboard.router, replay.router,
)  # fmt: skip

FILES = (f"{PREFIX}/clips", f"{PREFIX}/playlists/import", "/model/predict")
"""Routes that take files: their bodies may be as large as SYNESTHETE_UPLOAD_MB says."""

IN_MEMORY_BYTES = 4_000_000
"""Uploads up to so large are not written to a temporary file on their way: ten seconds of WAV are not."""

ERRORS: dict[int | str, dict[str, object]] = {"default": {"model": ErrorAnswer}, 422: {"model": ErrorAnswer}}


def create_app(parts: Parts, *, ears: Ears | None = None) -> FastAPI:
    """The server of these parts, which stay the caller's to close, as do `ears` that are handed over.

    The end of the lifespan ends the processes it started.
    """
    MultiPartParser.spool_max_size = IN_MEMORY_BYTES
    settings = parts.settings
    house = House(
        parts=parts,
        entrance=Entrance(settings, parts.catalog),
        ears=ears or Ears(1, settings.upload_timeout_s),
        clips=Clips(settings.data / "clips"),
        errands=Errands(settings),
        provider=open_provider(settings),
    )
    app = FastAPI(
        title="Synesthete",
        summary="Music recommendation that hears.",
        version=__version__,
        docs_url=None,  # its pages load scripts from elsewhere; docs/reference/api.md is the guide
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        generate_unique_id_function=_operation,
        separate_input_output_schemas=False,
        lifespan=_lifespan(house, owns_ears=ears is None),
    )
    app.state.house = house
    api = APIRouter(prefix=PREFIX, responses=ERRORS, dependencies=[Depends(identify)])
    for router in ROUTERS:
        api.include_router(router)
    check_rules(rule_names(ROUTERS))
    app.include_router(api)
    open_doors(app, house)
    for page in (letters.router, shared_pages.router, welcome.router):
        app.include_router(page)
    pages.serve_pages(app)
    catch_faults(app)
    app.add_middleware(
        Guard,
        hosts=_hosts(parts),
        limit=_limit(settings.upload_mb),
        closed=frozenset(FILES),
        is_known=_is_known(house),
    )
    return app


def rule_names(routers: Iterable[APIRouter]) -> list[str]:
    """METHOD and path below /api/v1 of every route, as the table of rules names them."""
    return [
        f"{method} {route.path}"
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def _operation(route: APIRoute) -> str:
    """The name of an operation: its module and function, which clients are generated from."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"


def _lifespan(house: House, owns_ears: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        clock = asyncio.create_task(Clock(house.settings, house.catalog, house.errands).run())
        try:
            yield
        finally:
            clock.cancel()
            await run_in_threadpool(house.errands.close)
            if owns_ears:
                await run_in_threadpool(house.ears.close)

    return lifespan


def warm_ears(house: House) -> None:
    """Start the listening process before anybody waits for it."""
    settings, parts = house.settings, house.parts
    house.ears.ask(warm, HearTask("", parts.stamp, parts.encoders_folder, settings.execution_provider))


def _hosts(parts: Parts) -> set[str] | None:
    """Names by which a server on loopback may be called: a page elsewhere must not reach it by its own name."""
    settings = parts.settings
    if not is_loopback(settings.host):
        return None
    named = urlsplit(settings.base_url or "").hostname
    return {"localhost", "127.0.0.1", "::1", settings.host.strip("[]")} | ({named} if named else set())


def _is_known(house: House) -> Callable[[Request], bool]:
    """Whether somebody we know sends this: asked before a file is read, so that strangers cannot fill the disk."""

    def is_known(request: Request) -> bool:
        return who_asks(house.entrance, request).account is not None

    return is_known


def _limit(upload_mb: int) -> Callable[[str], int]:
    """How many bytes the body of a request for this path may have; files get a little room for their envelope."""
    largest = upload_mb * 1_000_000 + 65_536

    def limit(path: str) -> int:
        return largest if path in FILES else ORDINARY_BYTES

    return limit
