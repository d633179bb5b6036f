"""Listeners, as the owner sees them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from synesthete.catalog.writing import now
from synesthete.errors import Conflict
from synesthete.music import Role
from synesthete.web import show
from synesthete.web.api.me import leave
from synesthete.web.api.models.people import Invitation, Listener, ListenerChange, Listeners, NewListener
from synesthete.web.auth.invitation import LASTS_S, invite
from synesthete.web.auth.proofs import hash_password
from synesthete.web.house import Asking, ItsId, TheHouse
from synesthete.web.paper import base_url

router = APIRouter(prefix="/listeners", tags=["people"])


@router.get("")
def listeners(house: TheHouse, _who: Asking) -> Listeners:
    """Everyone with an account here."""
    return Listeners(listeners=[show.listener(account) for account in house.catalog.accounts.all()])


@router.post("", status_code=201)
def add(house: TheHouse, _who: Asking, question: NewListener) -> Listener:
    """Make an account. The owner needs a password first, or everybody would be locked out of theirs."""
    accounts = house.catalog.accounts
    if not accounts.exist() and question.password and question.role != "owner":
        raise Conflict(
            "make your own account first", hint="POST /api/v1/account with your name and a password."
        )
    more = {} if question.password is None else {"password_hash": hash_password(question.password)}
    made = house.catalog.listeners.add(
        question.name.strip(), Role(question.role), email=question.email, **more
    )
    return show.listener(accounts.get(made.id))


@router.patch("/{listener_id}")
def change(house: TheHouse, _who: Asking, listener_id: ItsId, question: ListenerChange) -> Listener:
    """Change name, role, mail address or password of someone. A new password ends their sessions."""
    given = question.model_dump(exclude_unset=True, exclude={"password"})
    columns = {name: value for name, value in given.items() if value is not None or name == "email"}
    accounts = house.catalog.accounts
    if question.password is not None:
        columns["password_hash"] = hash_password(question.password)
    changed = accounts.change(listener_id, **columns) if columns else accounts.get(listener_id)
    if question.password is not None:
        accounts.close_sessions(listener_id)
    return show.listener(changed)


@router.post("/{listener_id}/invitation", status_code=201)
def invitation(house: TheHouse, request: Request, _who: Asking, listener_id: ItsId) -> Invitation:
    """A link with which someone chooses their password: the first one, or a new one when it was forgotten.

    It ends after a week, or once a password was chosen; making it changes nothing yet.
    """
    account = house.catalog.accounts.get(listener_id)
    if not house.catalog.accounts.exist() and account.role is not Role.OWNER:
        raise Conflict(
            "make your own account first", hint="POST /api/v1/account with your name and a password."
        )
    url = f"{base_url(request, house.settings.base_url)}/welcome/{invite(house.catalog, account)}"
    return Invitation(url=url, expires_at=now() + LASTS_S)


@router.delete("/{listener_id}", status_code=204)
def remove(house: TheHouse, _who: Asking, listener_id: ItsId) -> None:
    """Erase someone and everything of theirs."""
    leave(house, listener_id)
