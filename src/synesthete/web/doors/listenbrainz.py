"""ListenBrainz intake: players, phones and servers that can submit listens send them here.

Contract: listenbrainz.readthedocs.io, `validate-token` and `submit-listens`; the address to give a player is
BASE/apis/listenbrainz (as Maloja has it), the token is an API key with the scope `scrobble`.
"""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from synesthete.datasets.listenbrainz import described
from synesthete.errors import NotAllowed
from synesthete.music import Listen
from synesthete.web.auth.entrance import Who
from synesthete.web.doors.intake import is_plausible, keep
from synesthete.web.faults import SignInNeeded, TooMany
from synesthete.web.house import House, TheHouse, address_of

MOST_LISTENS = 1000
MOST_BYTES = 10_240_000
MOST_LISTEN_BYTES = 10_240
"""The service's published limits: listens and bytes per request, bytes per listen."""

router = APIRouter(prefix="/apis/listenbrainz", include_in_schema=False)


class Payload(BaseModel):
    """One listen as clients send it; what else they say is kept out of the way."""

    model_config = ConfigDict(extra="ignore")
    listened_at: int | None = None
    track_metadata: dict[str, Any]


class Submission(BaseModel):
    """The body of submit-listens."""

    model_config = ConfigDict(extra="ignore")
    listen_type: str = Field(pattern="^(single|playing_now|import)$")
    payload: list[Payload] = Field(min_length=1)


@router.get("/1/validate-token")
def validate_token(request: Request, house: TheHouse) -> JSONResponse:
    """Whether the token is one of ours that may send listens, and whose."""
    if (
        not request.query_params.get("token")
        and "authorization" not in request.headers
        and not house.entrance.is_open()
    ):
        return _refusal(400, "You need to provide an Authorization token.")
    try:
        who = _who(request, house)
    except TooMany as error:
        return _refusal(429, str(error))
    except SignInNeeded:
        return JSONResponse({"code": 200, "message": "Token invalid.", "valid": False})
    except NotAllowed as error:
        return JSONResponse({"code": 200, "message": f"Token invalid: {error.what}.", "valid": False})
    name = who.account.name if who.account else ""
    return JSONResponse({"code": 200, "message": "Token valid.", "valid": True, "user_name": name})


@router.post("/1/submit-listens")
@router.post("/1/submit-listens/", include_in_schema=False)
async def submit_listens(request: Request, house: TheHouse) -> JSONResponse:
    """Keep listens; the same one sent twice is kept once."""
    try:
        who = await run_in_threadpool(_who, request, house)
    except TooMany as error:
        return _refusal(429, str(error))
    except SignInNeeded as error:
        return _refusal(401, error.what)
    except NotAllowed as error:
        return _refusal(403, error.what)
    body = await request.body()
    if len(body) > MOST_BYTES:
        return _refusal(400, f"JSON document is too large; at most {MOST_BYTES} bytes")
    return await run_in_threadpool(_submit, house, who, body, request.app.state)


def _submit(house: House, who: Who, body: bytes, state: Any) -> JSONResponse:
    try:
        submission = Submission.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        return _refusal(400, f"Invalid JSON document submitted: {place}: {first['msg']}")
    if len(submission.payload) > MOST_LISTENS:
        return _refusal(400, f"Too many listens; at most {MOST_LISTENS} in one request")
    if submission.listen_type != "import" and len(submission.payload) > 1:
        return _refusal(400, f"{submission.listen_type} takes one listen")
    listens = []
    for row in submission.payload:
        listen = _listen(row, submission.listen_type)
        if isinstance(listen, str):
            return _refusal(400, listen)
        listens.append(listen)
    if submission.listen_type != "playing_now":
        keep(state, house.catalog, who.id, listens, "listenbrainz")
    return JSONResponse({"status": "ok"})


def _listen(row: Payload, kind: str) -> Listen | str:
    """The listen, or why it is none."""
    if len(row.model_dump_json()) > MOST_LISTEN_BYTES:
        return f"Listen is too large; at most {MOST_LISTEN_BYTES} bytes"
    names = (row.track_metadata.get(name) for name in ("artist_name", "track_name"))
    if not all(isinstance(name, str) for name in names):
        return "track_metadata needs artist_name and track_name, as text"
    track = described(row.track_metadata)
    if not track.title or not track.artist:
        return "track_metadata needs artist_name and track_name"
    if kind == "playing_now":
        return (
            "playing_now has no listened_at"
            if row.listened_at is not None
            else Listen(track, at=int(time.time()))
        )
    if row.listened_at is None:
        return "listened_at is missing"
    if not is_plausible(row.listened_at):
        return f"listened_at is not a time at which anybody listened: {row.listened_at}"
    return Listen(track, at=row.listened_at)


def _who(request: Request, house: House) -> Who:
    token = request.query_params.get("token")
    address = address_of(request)
    who = (
        house.entrance.with_secret(token, address)
        if token
        else house.entrance.who(request.headers, {}, address)
    )
    _ = who.id  # a stranger is asked for a token
    if "scrobble" not in who.scopes and "write" not in who.scopes:
        raise NotAllowed("this key may not scrobble")
    return who


def _refusal(status: int, what: str) -> JSONResponse:
    return JSONResponse({"code": status, "error": what}, status)
