"""The page: the built web app where there is one, else a plain page that asks with sound and plays."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from synesthete.errors import NotFound
from synesthete.web.guard import content_policy

BUILT = Path(__file__).parent / "static"
PLAIN = Path(__file__).parent / "plain"
NONCE = "__CSP_NONCE__"
"""In index.html, where scripts that make style elements find the nonce they must carry."""
HASHED = "assets/"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
SERVER_PATHS = ("api/", "rest/", "apis/", "model/", "external/", "gorse/", "letters/", "s/", "welcome/")
"""Below these nothing is a page: a wrong address there is an error, not the web app."""

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


def serve_pages(app: FastAPI, built: Path = BUILT, plain: Path = PLAIN) -> None:
    """Serve the built app, or the plain page, for every path no other route took. Call last."""
    root = built if (built / "index.html").is_file() else plain

    @app.get("/{path:path}", include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        file = _inside(root, path)
        if file is None:
            if path.startswith(SERVER_PATHS) or "." in path.rpartition("/")[2]:
                raise NotFound("there is nothing at this address", subject=f"/{path}")
            return _index(request, root / "index.html")
        if file.name == "index.html":
            return _index(request, file)
        keep = FOREVER if path.startswith(HASHED) else ASK_AGAIN
        return FileResponse(file, headers={"Cache-Control": keep})


def _index(request: Request, file: Path) -> Response:
    """The page itself, with this answer's nonce in it."""
    nonce = request.scope["state"]["nonce"]
    text = _text(file, file.stat().st_mtime_ns).replace(NONCE, nonce)
    headers = {"Cache-Control": ASK_AGAIN, "Content-Security-Policy": content_policy(nonce)}
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)


@cache
def _text(file: Path, _modified_ns: int) -> str:
    return file.read_text(encoding="utf-8")


def _inside(root: Path, path: str) -> Path | None:
    """The file of the app with this path, or None; nothing outside the root is ever one."""
    if not path or "\0" in path or "\\" in path:
        return None
    try:
        file = (root / path).resolve()
        return file if file.is_relative_to(root.resolve()) and file.is_file() else None
    except (OSError, ValueError):
        return None
