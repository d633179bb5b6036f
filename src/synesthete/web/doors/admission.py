"""Who may use a door that other programs come through: the same keys, token and open house as the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from synesthete.web.auth.entrance import Who, admit
from synesthete.web.auth.rules import READ, WRITE, Rule
from synesthete.web.house import TheHouse, address_of


def _admitted(request: Request, house: TheHouse, rule: Rule) -> Who:
    who = house.entrance.who(request.headers, request.cookies, address_of(request))
    admit(who, rule)
    return who


def _reader(request: Request, house: TheHouse) -> Who:
    return _admitted(request, house, READ)


def _writer(request: Request, house: TheHouse) -> Who:
    return _admitted(request, house, WRITE)


Reader = Annotated[Who, Depends(_reader)]
"""A listener whose key may read. Raises SignInNeeded or NotAllowed."""
Writer = Annotated[Who, Depends(_writer)]
"""A listener whose key may write."""
