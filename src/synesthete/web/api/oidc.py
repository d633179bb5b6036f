"""Signing in with the provider that the owner chose: off to it, and back from it, in a browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from synesthete.catalog.accounts import Account
from synesthete.errors import Conflict, NotAllowed, NotFound, SynestheteError
from synesthete.music import Role
from synesthete.web.api.me import is_secure, welcome
from synesthete.web.auth.entrance import Who
from synesthete.web.auth.oidc import Person, Provider
from synesthete.web.auth.pending import depart, unseal
from synesthete.web.faults import status_of
from synesthete.web.house import PREFIX, Asking, House, TheHouse
from synesthete.web.paper import base_url, regret

COOKIE = "synesthete_signing_in"
PATH = f"{PREFIX}/oidc"
Said = Annotated[str | None, Query(max_length=4_000)]

router = APIRouter(prefix="/oidc", include_in_schema=False)


@router.get("/login")
def login(request: Request, house: TheHouse, who: Asking, join: bool = False) -> Response:
    """Off to the provider. With `join`, to come in this way too: the account stays the one signed in."""
    try:
        back = base_url(request, house.settings.base_url) + f"{PATH}/callback"
        address, pending = _provider(house).begin(back, int(who.id) if join else None)
    except SynestheteError as error:
        return _problem(request, error)
    return depart(address, pending, house.catalog, cookie=COOKIE, path=PATH, secure=is_secure(house, request))


@router.get("/callback")
def callback(
    request: Request,
    house: TheHouse,
    who: Asking,
    code: Said = None,
    state: Said = None,
    iss: Said = None,
    error: Said = None,
    error_description: Said = None,
) -> Response:
    """Back from the provider: the session of the account that belongs to whom it vouches for."""
    try:
        provider = _provider(house)
        if error is not None or code is None:
            raise NotAllowed(f"the provider did not let you in ({error_description or error or 'no code'})")
        pending = unseal(request.cookies.get(COOKIE), house.catalog)
        person = provider.finish(pending, state or "", code, iss)
        account = (
            _account(house, person)
            if pending.listener_id is None
            else _joined(house, who, pending.listener_id, person)
        )
    except SynestheteError as problem:
        answer = _problem(request, problem)
    else:
        answer = RedirectResponse("/" if pending.listener_id is None else "/settings", 303)
        welcome(house, request, answer, account)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _provider(house: House) -> Provider:
    if house.provider is None:
        raise NotFound(
            "this server knows no sign-in provider", hint="The owner can set SYNESTHETE_OIDC_ISSUER."
        )
    return house.provider


def _account(house: House, person: Person) -> Account:
    """The account of this person, made when they come for the first time.

    An owner is whoever the settings name, or without names the first to come; while no owner can sign in
    they become the owner who was there all along, so that what was listened to before stays theirs.
    """
    accounts = house.catalog.accounts
    with house.catalog.begin():
        known = accounts.of_subject(person.subject)
        owners = {address.casefold() for address in house.settings.oidc_owners}
        named = (person.email or "").casefold() in owners
        if known is not None:
            return accounts.change(known.id, role=str(Role.OWNER)) if named else known
        role = Role.OWNER if named or (not owners and not accounts.exist()) else Role.LISTENER
        columns = {"subject": person.subject, "email": person.email}
        name = _free_name(house, person.name)
        if role is Role.OWNER and not any(
            a.role is role and (a.password_hash or a.subject) for a in accounts.all()
        ):
            return accounts.change(house.entrance.owner().id, name=name, **columns)
        return accounts.get(house.catalog.listeners.add(name, role, **columns).id)


def _joined(house: House, who: Who, listener_id: int, person: Person) -> Account:
    """The account that was signed in when it began, now also of this person."""
    accounts = house.catalog.accounts
    with house.catalog.begin():
        if who.account is None or int(who.id) != listener_id:
            raise NotAllowed("somebody else is signed in by now", hint="Begin again.")
        other = accounts.of_subject(person.subject)
        if other is not None and other.id != who.id:
            raise Conflict("the provider knows you as another listener here", subject=other.name)
        return accounts.change(who.id, subject=person.subject)


def _free_name(house: House, wished: str) -> str:
    """The name, with a number where somebody has it already."""
    wished = " ".join(wished.split()) or "listener"
    name, number = wished, 1
    while house.catalog.listeners.named(name) is not None:
        number += 1
        name = f"{wished} {number}"
    return name


def _problem(request: Request, error: SynestheteError) -> Response:
    return regret(request, error, status_of(error), "Signing in did not work")
