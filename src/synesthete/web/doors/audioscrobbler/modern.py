"""Audioscrobbler 2.0: signing in, now playing, and listens; answers as XML or JSON, as asked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from synesthete.music import Listen
from synesthete.web.doors.audioscrobbler.listens import asked_by, read_listen, read_listens
from synesthete.web.doors.audioscrobbler.refusal import Code, Refusal
from synesthete.web.doors.audioscrobbler.sessions import Sessions
from synesthete.web.doors.intake import is_plausible, keep
from synesthete.web.house import House, TheHouse, address_of

IGNORED_TIME = 3
"""The contract's word for a listen of a time that is not believed."""

router = APIRouter()


@router.api_route("/audioscrobbler", methods=["GET", "POST"])
@router.api_route("/audioscrobbler/", methods=["GET", "POST"])
@router.api_route("/audioscrobbler/2.0", methods=["GET", "POST"])
@router.api_route("/audioscrobbler/2.0/", methods=["GET", "POST"])
async def call(request: Request, house: TheHouse) -> Response:
    """Every method goes here."""
    asked = await asked_by(request)
    try:
        tree = await run_in_threadpool(_answer, house, asked, request)
    except Refusal as error:
        said = {"error": int(error.code), "message": error.what}
        status = 403 if error.code in (Code.WRONG_LOGIN, Code.WRONG_SESSION) else 400
        line = f'<error code="{error.code}">{escape(error.what)}</error>'
        return JSONResponse(said, status) if _wants_json(asked) else _xml("failed", line, status)
    return JSONResponse(tree) if _wants_json(asked) else _xml("ok", _lines(tree))


def _answer(house: House, asked: Mapping[str, str], request: Request) -> dict[str, Any]:
    sessions = Sessions(house)
    method = asked.get("method", "").casefold()
    if method == "auth.getmobilesession":
        who = sessions.begin(asked, address_of(request))
        name = who.account.name if who.account else ""
        return {"session": {"subscriber": 0, "name": name, "key": sessions.key(who)}}
    if method not in ("track.scrobble", "track.updatenowplaying"):
        known = "auth.getMobileSession, track.scrobble and track.updateNowPlaying"
        raise Refusal(Code.NO_SUCH_METHOD, f"this server knows {known}")
    who = sessions.of_key(asked.get("sk", ""))
    if method == "track.updatenowplaying":
        return {"nowplaying": _said(read_listen(asked, at=int(time.time())))}
    listens = read_listens(asked)
    keep(request.app.state, house.catalog, who.id, listens, "lastfm")
    return {"scrobbles": _counted(listens)}


def _counted(listens: Sequence[Listen]) -> dict[str, Any]:
    told = [{**_said(listen), "timestamp": str(listen.at)} for listen in listens]
    refused = sum(not is_plausible(listen.at) for listen in listens)
    return {
        "scrobble": told if len(told) > 1 else told[0],
        "@attr": {"accepted": len(told) - refused, "ignored": refused},
    }


def _said(listen: Listen) -> dict[str, Any]:
    names = {"track": listen.track.title, "artist": listen.track.artist, "album": listen.track.album}
    code = 0 if is_plausible(listen.at) else IGNORED_TIME
    return {
        **{name: {"corrected": "0", "#text": text or ""} for name, text in names.items()},
        "ignoredMessage": {"code": str(code), "#text": ""},
    }


def _wants_json(asked: Mapping[str, str]) -> bool:
    return asked.get("format", "").casefold() == "json"


def _lines(tree: Mapping[str, Any]) -> str:
    """The tree as XML: `@attr` and names of ours beside a `#text` are attributes, all else elements."""
    out = []
    for name, value in tree.items():
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, Mapping):
                out.append(f"<{name}>{escape(str(one))}</{name}>")
                continue
            text = one.get("#text")
            attributes = (
                one.get("@attr", {}) if text is None else {k: v for k, v in one.items() if k != "#text"}
            )
            written = "".join(f' {key}="{escape(str(said))}"' for key, said in attributes.items())
            inside = (
                escape(text) if text is not None else _lines({k: v for k, v in one.items() if k != "@attr"})
            )
            out.append(f"<{name}{written}>{inside}</{name}>")
    return "".join(out)


def _xml(status: str, lines: str, code: int = 200) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="{status}">{lines}</lfm>\n'
    return Response(text, code, media_type="text/xml")
