"""One polite way to call a server: timeouts, a few retries with growing pauses, 429 respected."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from synesthete.errors import NotAllowed, NotFound, ServiceError, SynestheteError

TIMEOUT_S = 20.0
TRIES = 4
FIRST_PAUSE_S = 0.5
MOST_MOVES = 5
LONGEST_PAUSE_S = 60.0
"""A server that asks for a longer pause than this is reported instead of waited for."""


class Caller:
    """A client of one server. `sleep` is handed in so that tests need not wait."""

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        headers: dict[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ):
        self.service = service
        self.base_url = base_url.rstrip("/")
        self.sleep = sleep
        self.client = httpx.Client(
            base_url=self.base_url,
            headers=headers,
            timeout=TIMEOUT_S,
            transport=transport,
        )

    def json(self, method: str, path: str, **request: Any) -> Any:
        """The parsed JSON answer; None for an empty one.

        Raises NotAllowed (401, 403), NotFound (404) and ServiceError for anything else that is not an answer.
        """
        response = self._send(method, path, **request)
        if response.status_code == 204 or not response.content:
            return None
        try:
            return response.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ServiceError(
                f"{self.service} answered something that is not JSON", subject=path,
                hint="Check the address: is it the server itself?",
            ) from error  # fmt: skip

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:
        """A response whose bytes are read as they come."""
        try:
            response = self._moved(method, path, stream=True, **request)
            try:
                if response.is_error:
                    response.read()
                    self._refuse(response, path)
                yield response
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        pause = FIRST_PAUSE_S
        for attempt in range(1, TRIES + 1):
            try:
                response = self._moved(method, path, **request)
            except httpx.TransportError as error:
                # Only what is safe to repeat is repeated: a POST may have arrived before the line broke.
                if attempt == TRIES or method not in ("GET", "PUT", "DELETE"):
                    raise self._unreachable(error) from error
            else:
                if response.status_code != 429 and response.status_code < 500:
                    self._refuse(response, path)
                    return response
                asked = _retry_after_s(response)
                if attempt == TRIES or (asked or 0) > LONGEST_PAUSE_S:
                    raise ServiceError(
                        f"{self.service} answered {response.status_code}", subject=path,
                        hint=f"It asks to wait {asked:.0f} s." if asked else "Try again later.",
                    )  # fmt: skip
                pause = asked if asked is not None else pause
            self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _moved(
        self, method: str, path: str, *, stream: bool = False, auth: Any = None, **more: Any
    ) -> httpx.Response:
        """The answer, wherever on the same host it has moved to, asked there as it was asked here.

        Elsewhere nothing is sent: user, key and token are for this host alone, and not for a line without https.
        """
        request = self.client.build_request(method, path, **more)
        body = request.read()
        for _ in range(MOST_MOVES):
            response = self.client.send(request, stream=stream, auth=auth)
            if response.next_request is None:
                return response
            response.close()
            there = request.url.join(response.headers["Location"])
            if there.host != request.url.host or (request.url.scheme, there.scheme) == ("https", "http"):
                raise ServiceError(
                    f"{self.service} sends us elsewhere", subject=str(there.copy_with(query=None)),
                    hint="If you trust that address, use it instead of this one.",
                )  # fmt: skip
            if request.method == "GET" and not there.query:
                there = there.copy_with(query=request.url.query or None)
            headers = {k: v for k, v in request.headers.items() if k != "host"}
            request = self.client.build_request(request.method, there, headers=headers, content=body)
        raise ServiceError(f"{self.service} sends us around in circles", subject=self.base_url)

    def _refuse(self, response: httpx.Response, path: str) -> None:
        if not response.is_error:
            return
        said = response.text[:200].strip()
        if response.status_code in (401, 403):
            raise NotAllowed(f"{self.service} refused ({response.status_code}) {said}", subject=path,
                             hint="Check the user, key or token.")  # fmt: skip
        if response.status_code == 404:
            raise NotFound(f"{self.service} does not have this", subject=path)
        raise ServiceError(f"{self.service} answered {response.status_code} {said}", subject=path)

    def _unreachable(self, error: Exception) -> ServiceError:
        return ServiceError(
            f"{self.service} cannot be reached ({type(error).__name__})", subject=self.base_url,
            hint="Is it running, and is the address right? Everything else goes on without it.",
        )  # fmt: skip

    def close(self) -> None:
        self.client.close()


@contextmanager
def understood(service: str) -> Iterator[None]:
    """Inside, what an answer lacks, or has otherwise than its contract says, is a ServiceError."""
    try:
        yield
    except SynestheteError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ServiceError(
            f"{service} answered something else than its contract says ({type(error).__name__}: {error})",
            hint="Is this the server that is meant, and its version a usual one?",
        ) from error


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds the server asks to wait, or None; dates in Retry-After are rare and count as unknown."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None
