"""Other people's contracts, spoken exactly."""

from __future__ import annotations

from fastapi import FastAPI

from synesthete.web.doors import audiomuse, audioscrobbler, gorse, listenbrainz, max, subsonic
from synesthete.web.house import House

ROUTERS = (
    subsonic.router, audiomuse.router, listenbrainz.router, audioscrobbler.router, gorse.router, max.router,
)  # fmt: skip


def open_doors(app: FastAPI, house: House) -> None:
    """Let other people's programs in, beside our own API."""
    for router in ROUTERS:
        app.include_router(router)
