"""The guard at the gate: right host, same site, not too large; and headers that keep a browser safe.

Plain ASGI, so that it sees a request before any of its body was read.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synesthete.errors import SynestheteError
from synesthete.web.faults import SignInNeeded, answer, body

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NO_COOKIES = ("/rest/", "/letters/say/")
"""Where no cookie opens anything: who asks is said in the address or the form itself, wherever it comes from."""
ORDINARY_BYTES = 11_000_000
"""Largest body of a route that takes no files: a full batch of ListenBrainz listens is 10,240,000 bytes."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


def content_policy(nonce: str) -> str:
    """What a page of ours may load: what we serve, sound it holds itself, and styles that carry the nonce."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


class Guard:
    """Wraps the whole application.

    `hosts` are the names a request may be addressed to (against DNS rebinding), or None for any;
    `limit` says for a path how many bytes its body may have; a body for one of the `closed` paths is read only
    when `is_known` knows who sends it.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str] | None,
        limit: Callable[[str], int],
        closed: frozenset[str],
        is_known: Callable[[Request], bool],
    ):
        self._app = app
        self._closed = closed
        self._hosts = None if hosts is None else frozenset(hosts)
        self._limit, self._is_known = limit, is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"])

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
                out.setdefault("Content-Security-Policy", content_policy(nonce))
                if scope["path"].startswith("/api/"):
                    out.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope, headers, limit) or await self._stranger(scope)
        if refusal is not None:
            await refusal(scope, receive, safely)
            return
        await self._app(scope, _counted(receive, limit), safely)

    async def _stranger(self, scope: Scope) -> JSONResponse | None:
        if scope["method"] in SAFE or scope["path"] not in self._closed:
            return None
        try:
            known = await run_in_threadpool(self._is_known, Request(scope))
        except SynestheteError as error:
            return answer(error)
        return None if known else answer(SignInNeeded("sign in first"))

    def _refusal(self, scope: Scope, headers: Headers, limit: int) -> JSONResponse | None:
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            hint = "Use http://127.0.0.1, or set SYNESTHETE_BASE_URL to the address people use."
            return JSONResponse(body("this server does not go by that name", headers.get("host"), hint), 400)
        by_cookie = "authorization" not in headers and not scope["path"].startswith(NO_COOKIES)
        if scope["method"] not in SAFE and by_cookie and not same_site(headers):
            return JSONResponse(
                body("this request came from a page of another site", headers.get("origin")), 403
            )
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return JSONResponse(body("the length of the body is not a number", length), 400)
        if int(length) > limit:
            return JSONResponse(_too_large(limit), 413, {"Connection": "close"})
        return None


def _too_large(limit: int) -> dict[str, object]:
    hint = "Send a shorter excerpt, or set SYNESTHETE_UPLOAD_MB higher."
    return body(f"this is larger than the {limit // 1_000_000} MB this server takes", None, hint)


def _counted(receive: Receive, limit: int) -> Receive:
    """The same, but a body that goes on beyond the limit (without having said so) ends in 413."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            text = f"this is larger than the {limit // 1_000_000} MB this server takes"
            raise HTTPException(413, text, {"Connection": "close"})
        return message

    return counted


def _name(host: str) -> str:
    """The host of a Host header, without its port."""
    try:
        return (urlsplit("//" + host).hostname or "") if "@" not in host else ""
    except ValueError:  # an unclosed bracket
        return ""


def same_site(headers: Headers) -> bool:
    """Whether a browser's request comes from a page of ours; programs send none of these headers."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")
