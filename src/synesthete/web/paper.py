"""Pages without the app: what a stranger or a mail program opens. Plain HTML, one style, no script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from synesthete.errors import SynestheteError

TEMPLATES = Path(__file__).parent / "templates"


def sheet(request: Request, template: str, status: int = 200, **facts: Any) -> Response:
    """The template filled with facts, with this answer's style nonce; nothing in it can run."""
    nonce = request.scope["state"]["nonce"]
    text = _environment().get_template(template).render(nonce=nonce, style=_style(), **facts)
    return HTMLResponse(text, status, {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"})


def regret(request: Request, error: SynestheteError, status: int, title: str) -> Response:
    """What did not work, for a person: as a page."""
    text = f"{error.what[:1].upper()}{error.what[1:]}." + (f" {error.hint}" if error.hint else "")
    return sheet(request, "confirm.html.j2", status, title=title, text=text, button=None)


def base_url(request: Request, named: str | None) -> str:
    """The address people use: as set, or as this request was addressed."""
    return named.rstrip("/") if named else str(request.base_url).rstrip("/")


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


@cache
def _style() -> Any:
    from markupsafe import Markup

    return Markup((TEMPLATES / "plain.css").read_text(encoding="utf-8"))
