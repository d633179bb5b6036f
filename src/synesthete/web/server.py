"""Running the application: one process or several, on a socket that is open before anybody is told of it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from synesthete.errors import SettingsError, SynestheteError
from synesthete.parts import Parts, open_parts
from synesthete.settings import PREFIX, Settings, load_settings
from synesthete.web.app import create_app, warm_ears
from synesthete.web.auth.entrance import check_listening

log = logging.getLogger("synesthete.web")

BACKLOG = 2048
CLOSE_S = 5
"""How long requests may go on after Ctrl-C; players hold their connections open."""
_WAYS: dict[str, Any] = {
    "log_level": "warning", "access_log": False, "server_header": False, "backlog": BACKLOG,
    "timeout_graceful_shutdown": CLOSE_S,
}  # fmt: skip


def run(settings: Settings, workers: int, analyze: bool, tell: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM. `tell` gets the address once it can be reached.

    Raises InputError where others could reach the server without signing in, SettingsError for an address
    that cannot be had.
    """
    with open_parts(settings) as parts:
        check_listening(settings, parts.catalog)
        listening = _listen(settings)
        tell(_address(settings, listening))
        if workers == 1:
            _serve(parts, listening, analyze)
            return
    _serve_many(settings, listening, workers, analyze)


def application() -> FastAPI:
    """The application of the settings in the environment: what each of several server processes runs."""
    return _parting(create_app(open_parts(load_settings())))  # the process ends with its parts


def _serve(parts: Parts, listening: socket.socket, analyze: bool) -> None:
    app = create_app(parts)
    house = app.state.house
    threading.Thread(target=_warm, args=(app,), daemon=True, name="warm").start()
    if analyze:
        house.errands.start("update", ["update"])
    server = uvicorn.Server(uvicorn.Config(partial(_parting, app), factory=True, **_WAYS))
    with suppress(KeyboardInterrupt):  # how a server that runs until Ctrl-C ends
        server.run(sockets=[listening])


def _serve_many(settings: Settings, listening: socket.socket, workers: int, analyze: bool) -> None:
    """Processes read their settings anew, so what the command line said goes into their environment."""
    from synesthete.web.errands import Errands

    os.environ[f"{PREFIX}DATA"] = os.fspath(settings.data)
    os.environ[f"{PREFIX}HOST"] = settings.host
    errands = Errands(settings)
    if analyze:
        errands.start("update", ["update"])
    try:
        uvicorn.run(
            "synesthete.web.server:application", factory=True, workers=workers, fd=listening.fileno(), **_WAYS
        )
    finally:
        errands.close()


def _parting(app: FastAPI) -> FastAPI:
    """The application, made ready to part: told to stop, it ends its endless streams and makes no noise about others.

    Called while the server's own handlers of signals are in place.
    """

    def also(before: Callable[..., Any]) -> Callable[..., None]:
        def leave(number: int, frame: FrameType | None) -> None:
            app.state.house.leaving.set()
            before(number, frame)

        return leave

    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before) and threading.current_thread() is threading.main_thread():
            signal.signal(number, also(before))
    logging.getLogger("uvicorn.error").addFilter(_is_no_farewell)
    return app


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """False for what the server says of requests that it cancels when time is up after Ctrl-C."""
    is_cancelled = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not is_cancelled and "graceful shutdown exceeded" not in record.getMessage()


def _warm(app: FastAPI) -> None:
    try:
        warm_ears(app.state.house)
    except SynestheteError as error:  # the first question will say so to whom it concerns
        if not app.state.house.leaving.is_set():
            log.warning("%s", error)
    gc.collect()
    gc.freeze()  # modules and routes stay for good: looking through them for garbage again and again costs a tenth


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host.strip("[]"), settings.port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        hint = "Choose another with --port; 0 picks a free one."
        raise SettingsError(
            f"cannot listen there ({reason})", subject=f"{settings.host}:{settings.port}", hint=hint
        ) from error
    listening.set_inheritable(True)
    return listening


def _address(settings: Settings, listening: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listening.getsockname()[1]}"
