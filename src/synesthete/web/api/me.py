"""Who asks: signing in and out, the first account, one's own settings, and leaving for good."""

from __future__ import annotations

from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from synesthete.catalog.accounts import Account
from synesthete.errors import Conflict, InputError, NotAllowed
from synesthete.web import show
from synesthete.web.api.models.people import FirstAccount, Login, Me, MyChange
from synesthete.web.auth.entrance import COOKIE, EVERY_SCOPE, SESSION_S, Who
from synesthete.web.auth.proofs import hash_password, password_fits, same
from synesthete.web.house import Asking, House, TheHouse, address_of

router = APIRouter(tags=["people"])


@router.get("/me")
def me(house: TheHouse, who: Asking) -> Me:
    """Who asks, and how one gets in."""
    return _me(house, who)


@router.post("/login")
def login(house: TheHouse, request: Request, response: Response, _who: Asking, question: Login) -> Me:
    """Sign in with name and password, or with the server's token; a cookie remembers it for thirty days."""
    address = address_of(request)
    if question.token is not None:
        account = _with_token(house, question.token, address)
    elif question.name and question.password:
        account = house.entrance.sign_in(question.name, question.password, address)
    else:
        raise InputError("give name and password, or the token")
    return welcome(house, request, response, account)


@router.post("/logout", status_code=204)
def logout(house: TheHouse, request: Request, response: Response, _who: Asking) -> None:
    """End the session."""
    house.entrance.close_session(request.cookies.get(COOKIE))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


@router.post("/account", status_code=201)
def first_account(
    house: TheHouse, request: Request, response: Response, who: Asking, question: FirstAccount
) -> Me:
    """Make the owner's account, while nobody has one. What was listened to so far stays theirs."""
    accounts = house.catalog.accounts
    password_hash = hash_password(question.password)
    with house.catalog.begin():
        if accounts.exist():
            raise Conflict("there is an account already", hint="Sign in, or ask the owner for an account.")
        account = accounts.change(who.id, name=question.name.strip() or "owner", password_hash=password_hash)
    return welcome(house, request, response, account)


@router.patch("/me")
def change(house: TheHouse, request: Request, response: Response, who: Asking, question: MyChange) -> Me:
    """Change one's own settings. A new password ends every other session."""
    columns = question.model_dump(exclude_unset=True, exclude={"password", "old_password"})
    _check_columns(columns)
    account = house.catalog.accounts.get(who.id)
    if question.password is not None:
        if account.password_hash and not password_fits(question.old_password or "", account.password_hash):
            raise NotAllowed("the old password is wrong", hint="Send it as old_password.")
        columns["password_hash"] = hash_password(question.password)
    account = house.catalog.accounts.change(who.id, **columns) if columns else account
    if question.password is not None:
        house.catalog.accounts.close_sessions(who.id)
        return welcome(house, request, response, account)
    return _me(house, Who(account, who.via, who.scopes))


@router.get("/me/export", response_class=JSONResponse)
def export(house: TheHouse, who: Asking) -> JSONResponse:
    """Everything kept about the listener who asks, as one JSON file."""
    document = house.catalog.personal.export(who.id)
    return JSONResponse(document, headers={"Content-Disposition": 'attachment; filename="synesthete.json"'})


@router.delete("/me", status_code=204)
def erase(house: TheHouse, response: Response, who: Asking) -> None:
    """Erase the listener who asks and everything of theirs; taste is learned again without them."""
    leave(house, who.id)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def leave(house: House, listener_id: int) -> None:
    """Erase a person. Raises Conflict for the last owner among others.

    What was learned from them answers no more, and taste is learned again without them.
    """
    with house.catalog.begin():
        house.catalog.personal.erase(house.catalog.accounts.leaving(listener_id).id)
    if house.parts.taste_folder.exists():
        house.errands.start("learn", ["learn"], again=True)


def welcome(house: House, request: Request, response: Response, account: Account) -> Me:
    """Open a session for this account and put its cookie into the answer."""
    token = house.entrance.open_session(account, request.headers.get("user-agent"))
    response.set_cookie(
        COOKIE, token, max_age=SESSION_S, path="/", secure=is_secure(house, request), httponly=True,
        samesite="lax",
    )  # fmt: skip
    return _me(house, Who(account, "session", EVERY_SCOPE))


def is_secure(house: House, request: Request) -> bool:
    """Whether people reach this server by https, so that cookies may insist on it."""
    return request.url.scheme == "https" or (house.settings.base_url or "").startswith("https:")


def _with_token(house: House, token: str, address: str) -> Account:
    key = f"address:{address}"
    house.entrance.throttle.check(key)
    expected = house.settings.token
    if not expected or not same(token, expected):
        house.entrance.throttle.failed(key)
        raise NotAllowed("this is not the token of this server")
    return house.entrance.owner()


def _me(house: House, who: Who) -> Me:
    ways = []
    accounts = house.catalog.accounts.exist()
    if house.catalog.accounts.have_passwords():
        ways.append("password")
    if house.settings.token:
        ways.append("token")
    if house.settings.oidc_issuer:
        ways.append("oidc")
    stranger = who.account is None
    return Me(
        listener=None if who.account is None else show.listener(who.account),
        via=who.via,
        scopes=[] if stranger else list(who.scopes),
        accounts=accounts,
        sign_in=ways,
    )


def _check_columns(columns: dict[str, object]) -> None:
    zone = columns.get("time_zone")
    if zone is not None and zone not in available_timezones():
        raise InputError("no time zone has this name", subject=zone, hint='Names look like "Europe/Berlin".')
    for name in ("name", "time_zone", "letter", "letter_weekday", "letter_hour"):
        if name in columns and columns[name] is None:
            raise InputError("this cannot be empty", subject=name)
    if isinstance(columns.get("name"), str) and not str(columns["name"]).strip():
        raise InputError("a listener needs a name")
