"""How this contract answers: routes with and without a last slash, errors as plain text, never kept by anybody between."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from synesthete.errors import SynestheteError
from synesthete.web.faults import status_of


class PlainRoute(APIRoute):
    """A route whose errors are a status and a line of text, as clients of this contract expect."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the framework, with its errors in this contract's words."""
        handle = super().get_route_handler()

        async def plainly(request: Request) -> Response:
            try:
                answer = await handle(request)
            except SynestheteError as error:
                answer = PlainTextResponse(str(error), status_of(error))
            except RequestValidationError as error:
                answer = PlainTextResponse(_first(error), 400)
            except HTTPException as error:
                answer = PlainTextResponse(str(error.detail), error.status_code, error.headers)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return plainly


class Routes(APIRouter):
    """A router whose every path may end in a slash."""

    def __init__(self) -> None:
        super().__init__(route_class=PlainRoute, include_in_schema=False)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        """The route, and the same with a slash at its end."""
        super().add_api_route(path, endpoint, **more)
        super().add_api_route(f"{path}/", endpoint, **more)


def _first(error: RequestValidationError) -> str:
    first: Mapping[str, Any] = next(iter(error.errors()), {})
    place = ".".join(str(part) for part in first.get("loc", ())[1:])
    said = str(first.get("msg", "this request cannot be used"))
    return f"{place}: {said}" if place else said
