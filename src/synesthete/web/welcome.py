"""Where an invitation leads: a page on which somebody chooses their password, and is in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from synesthete.web.api.me import welcome
from synesthete.web.auth.invitation import invited
from synesthete.web.auth.proofs import hash_password
from synesthete.web.house import TheHouse
from synesthete.web.paper import sheet

LEAST, MOST = 8, 1_000
"""Characters of a password, as everywhere."""

router = APIRouter(prefix="/welcome", include_in_schema=False)


@router.get("/{token}")
def ask(request: Request, house: TheHouse, token: str) -> Response:
    """A page with one field; looking at it changes nothing."""
    return _page(request, invited(house.catalog, token).name)


@router.post("/{token}")
def choose(request: Request, house: TheHouse, token: str, password: Annotated[str, Form()] = "") -> Response:
    """Take the password and let them in; older sessions end."""
    account = invited(house.catalog, token)
    if not LEAST <= len(password) <= MOST:
        return _page(request, account.name, 400)
    changed = house.catalog.accounts.change(account.id, password_hash=hash_password(password))
    house.catalog.accounts.close_sessions(account.id)
    inside = RedirectResponse("/", 303)
    welcome(house, request, inside, changed)
    return inside


def _page(request: Request, name: str, status: int = 200) -> Response:
    return sheet(request, "welcome.html.j2", status, title=f"Welcome, {name}", name=name, least=LEAST)
