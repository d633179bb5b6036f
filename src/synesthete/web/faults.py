"""What went wrong, as an honest status and one shape of JSON. The one place where requests' errors are caught."""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from synesthete.errors import (
    AudioError,
    Busy,
    Conflict,
    InputError,
    MismatchError,
    NotAllowed,
    NotFound,
    ServiceError,
    SynestheteError,
    printable,
)
from synesthete.web.paper import regret

log = logging.getLogger("synesthete.web")


class SignInNeeded(NotAllowed):
    """Nobody knows who asks."""


class TooLarge(InputError):
    """What was sent is larger than this server takes."""


class TooMany(Busy):
    """Slow down: `wait_s` seconds."""

    def __init__(self, what: str, wait_s: float):
        seconds = max(1, math.ceil(wait_s))
        super().__init__(what, hint=f"Try again in {seconds} s.")
        self.wait_s = seconds


STATUS: tuple[tuple[type[SynestheteError], int], ...] = (
    (SignInNeeded, 401),
    (TooLarge, 413),
    (TooMany, 429),
    (AudioError, 415),
    (InputError, 400),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (MismatchError, 409),
    (Busy, 503),
    (ServiceError, 502),
    (SynestheteError, 500),
)
"""The status of each error; the first kind that fits holds."""


LINKS = ("/letters/", "/welcome/", "/s/")
"""Where links lead that people were sent: what is wrong with one is said on a page."""


def status_of(error: SynestheteError) -> int:
    """The HTTP status that says the same."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def body(what: str, subject: object = None, hint: str | None = None) -> dict[str, Any]:
    """The one shape of an error."""
    return {"error": {"what": what, "subject": None if subject is None else printable(subject), "hint": hint}}


def answer(error: SynestheteError) -> JSONResponse:
    """The answer to a request that failed in a way we have words for."""
    headers: dict[str, str] = {}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(getattr(error, "wait_s", 1))
    if isinstance(error, SignInNeeded):
        headers["WWW-Authenticate"] = 'Bearer realm="synesthete"'
    return JSONResponse(body(error.what, error.subject, error.hint), status_of(error), headers)


def catch_faults(app: FastAPI) -> None:
    """Answer every error in the one shape: ours, the framework's, and the unexpected."""

    @app.exception_handler(SynestheteError)
    async def ours(request: Request, error: SynestheteError) -> Response:
        if status_of(error) >= 500:
            log.warning("%s", error)
        if request.url.path.startswith(LINKS) and "text/html" in request.headers.get("accept", ""):
            return regret(request, error, status_of(error), "This link does not work")
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def wrong_field(_request: Request, error: RequestValidationError) -> JSONResponse:
        first: Mapping[str, Any] = next(iter(error.errors()), {})
        field = ".".join(str(part) for part in first.get("loc", ())[1:]) or None
        return JSONResponse(body(str(first.get("msg", "this request cannot be used")), field, _HINT), 422)

    @app.exception_handler(HTTPException)
    async def frameworks(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(body(str(error.detail)), error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        number = secrets.token_hex(4)
        log.error("fault %s at %s %s", number, request.method, request.url.path, exc_info=error)
        hint = f"The server's log says more under {number}."
        return JSONResponse(body("something unexpected went wrong in the server", number, hint), 500)


_HINT = "docs/reference/api.md and /api/v1/openapi.json say what each route takes."
