"""Audioscrobbler 1.2: a handshake gives a session and two addresses; every answer is a word on a line."""

from __future__ import annotations

import time
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from synesthete.web.doors.audioscrobbler.listens import asked_by, read_listens
from synesthete.web.doors.audioscrobbler.refusal import Refusal
from synesthete.web.doors.audioscrobbler.sessions import Sessions
from synesthete.web.doors.intake import AHEAD_S, keep
from synesthete.web.house import House, TheHouse, address_of

NAMES = {"a": "artist", "t": "track", "i": "timestamp", "l": "duration", "b": "album", "m": "mbid"}
"""What 1.2 calls in one letter, and 2.0 in a word."""

router = APIRouter(prefix="/audioscrobbler_legacy")


@router.get("")
@router.get("/")
def handshake(request: Request, house: TheHouse) -> PlainTextResponse:
    """A session, and where to go with it."""
    asked, sessions = request.query_params, Sessions(house)
    at = asked.get("t", "")
    if asked.get("hs") != "true":
        return _said("FAILED a handshake says hs=true")
    if not at.isdecimal() or len(at) > 12 or abs(int(at) - time.time()) > AHEAD_S:
        return _said("BADTIME")
    try:
        who = sessions.begin_legacy(asked.get("u", ""), at, asked.get("a", ""), address_of(request))
    except Refusal:
        return _said("BADAUTH")
    base = f"{(house.settings.base_url or str(request.base_url)).rstrip('/')}/apis/audioscrobbler_legacy"
    return _said("OK", sessions.key(who), f"{base}/nowplaying", f"{base}/scrobble")


@router.post("/nowplaying")
@router.post("/scrobble")
async def submit(request: Request, house: TheHouse) -> PlainTextResponse:
    """Listens: `a[0]` artist, `t[0]` title, `i[0]` time, `l[0]` length, `b[0]` album. What plays now is not kept."""
    asked = await asked_by(request)
    return await run_in_threadpool(_submit, house, asked, request)


def _submit(house: House, asked: Mapping[str, str], request: Request) -> PlainTextResponse:
    try:
        who = Sessions(house).of_key(asked.get("s", ""))
    except Refusal:
        return _said("BADSESSION")
    if request.url.path.endswith("/nowplaying"):
        return _said("OK")
    try:
        listens = read_listens(
            {NAMES[k[0]] + k[1:]: v for k, v in asked.items() if k[:1] in NAMES and k[1:2] == "["}
        )
    except Refusal as error:
        return _said(f"FAILED {error.what}")
    keep(request.app.state, house.catalog, who.id, listens, "lastfm")
    return _said("OK")


def _said(*lines: str) -> PlainTextResponse:
    return PlainTextResponse("\n".join(lines) + "\n")
