"""A real HTTP server on loopback that answers from a table: a faithful stub where the real service cannot be run."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], Any]


class Stub:
    """`routes[(method, path)](query, body, headers) -> (status, headers, JSON-able)`; every request is kept in `seen`."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Callable[[dict[str, str], str, dict[str, str]], Answer]] = {}
        self.seen: list[tuple[str, str, dict[str, str], str]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                parts = urlsplit(self.path)
                query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                stub.seen.append((self.command, parts.path, query, body))
                route = stub.routes.get((self.command, parts.path))
                status, headers, content = (
                    route(query, body, dict(self.headers)) if route else (404, {}, {"error": "no"})
                )
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, *_: Any) -> None:
                """Quiet: `seen` is the log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
