"""Errors as this contract has them: `{"error": "in words"}`, and 400 for whatever a request lacks."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from synesthete.errors import SynestheteError
from synesthete.web.faults import answer


class Route(APIRoute):
    """A route of the contract."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def said(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"][1:])
                return JSONResponse({"error": f"{field}: {first['msg']}".removeprefix(": ")}, 400)
            except SynestheteError as error:
                usual = answer(error)
                headers = {
                    k: v for k, v in usual.headers.items() if k not in ("content-length", "content-type")
                }
                return JSONResponse({"error": str(error)}, usual.status_code, headers)

        return said
