"""Who may use this door: the owner alone, since it reads and writes for every user of the platform."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from synesthete.catalog.platform import Platform
from synesthete.web.auth.entrance import EVERY_SCOPE, Who, admit
from synesthete.web.auth.rules import OWNER
from synesthete.web.house import House, TheHouse, address_of

NAME = "gorse"


class Guest:
    """The platform that asks: the house, and what the house keeps of the platform."""

    def __init__(self, house: House, state: Any):
        self.house, self.catalog = house, house.catalog
        self.platform = Platform(house.catalog, NAME)
        self.state = state
        """The application's, for what is remembered between requests."""


def _guest(request: Request, house: TheHouse) -> Guest:
    admit(_who(request, house), OWNER)
    return Guest(house, request.app.state)


def _who(request: Request, house: House) -> Who:
    """Who has the key in `X-API-Key`; in an open house no key is looked at, as where the contract's own server has none."""
    key, address = request.headers.get("x-api-key", "").strip(), address_of(request)
    if not key:
        return house.entrance.who(request.headers, request.cookies, address)
    if house.entrance.is_open():
        return Who(house.entrance.owner(), "open", EVERY_SCOPE)
    return house.entrance.with_secret(key, address)


ThePlatform = Annotated[Guest, Depends(_guest)]
"""The platform, once the owner's key let it in. Raises SignInNeeded or NotAllowed."""
