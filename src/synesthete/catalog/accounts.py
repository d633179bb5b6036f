"""Accounts: how listeners get in. Passwords, sessions and keys are kept only as hashes made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update

from synesthete.catalog.listeners import check_email
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import api_keys, listeners, sessions
from synesthete.catalog.writing import now
from synesthete.errors import Conflict, NotFound
from synesthete.music import ListenerId, Role

PEOPLE = (str(Role.OWNER), str(Role.LISTENER))
"""Roles of people; a data set's imported people have another and no account."""
SEEN_EVERY_S = 300
"""How exact `seen_at` is: noting every request would turn each read into a write."""


@dataclass(frozen=True, slots=True)
class Account:
    """A listener with everything about getting in and getting letters."""

    id: ListenerId
    name: str
    role: Role
    email: str | None
    time_zone: str
    language: str | None
    letter: bool
    letter_weekday: int
    letter_hour: int
    password_hash: str | None
    subject: str | None
    created_at: int
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it may be shown: never the key itself."""

    id: int
    listener_id: ListenerId
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: int
    used_at: int | None
    revoked_at: int | None


class Accounts(Noun):
    """Who may come in, and by which door."""

    def get(self, listener_id: int) -> Account:
        """The account of this person. Raises NotFound."""
        return _found(self._first(_l.id == int(listener_id)), listener_id)

    def named(self, name: str) -> Account | None:
        """The person who signs in with this name; letter case does not matter unless two names differ by it."""
        return self._first(_l.name == name) or self._first(func.lower(_l.name) == name.lower())

    def owner(self) -> Account | None:
        """The first owner of the house, or None while there is nobody."""
        with self._database.read() as connection:
            row = connection.execute(_OWNER).first()
        return None if row is None else _account(row)

    def of_subject(self, subject: str) -> Account | None:
        """The person an OpenID Connect provider knows as this issuer and subject."""
        return self._first(_l.subject == subject)

    def all(self) -> list[Account]:
        """Every person, in order of id."""
        with self._database.read() as connection:
            rows = connection.execute(_ACCOUNT.where(_l.role.in_(PEOPLE)).order_by(_l.id))
            return [_account(row) for row in rows]

    def exist(self) -> bool:
        """Whether anybody has a way to sign in by name: a password, or a provider's word."""
        with self._database.read() as connection:
            return connection.execute(_SIGNS_IN).first() is not None

    def have_passwords(self) -> bool:
        """Whether anybody signs in with a password."""
        with self._database.read() as connection:
            asked = select(_l.id).where(_l.password_hash.is_not(None)).limit(1)
            return connection.execute(asked).first() is not None

    def change(self, listener_id: int, **columns: Any) -> Account:
        """Set columns of a person.

        Raises NotFound, Conflict for a name taken or the last owner leaving, InputError for what is no mail address.
        """
        check_email(columns.get("email"))
        with self._database.begin() as connection:
            account = self.get(listener_id)
            name = columns.get("name")
            if name is not None and name != account.name:
                taken = select(_l.id).where(_l.name == name)
                if connection.execute(taken).first() is not None:
                    raise Conflict("this name is taken", subject=name)
            if columns.get("role") == str(Role.LISTENER):
                self._keep_an_owner(account)
            connection.execute(update(listeners).where(_l.id == account.id).values(**columns))
            return self.get(listener_id)

    def leaving(self, listener_id: int) -> Account:
        """The account, if the person may leave. Raises NotFound, and Conflict for the last owner among others."""
        account = self.get(listener_id)
        if len(self.all()) > 1:
            self._keep_an_owner(account)
        return account

    def seen(self, account: Account) -> None:
        """Note that the person is here."""
        at = now()
        if at - (account.seen_at or 0) >= SEEN_EVERY_S:
            with self._database.begin() as connection:
                connection.execute(update(listeners).where(_l.id == account.id).values(seen_at=at))

    # -- sessions

    def open_session(self, token_hash: str, listener_id: int, lasts_s: int, agent: str | None) -> None:
        """Remember a session of this person; expired ones of anyone are swept out."""
        at = now()
        row = {
            "token_hash": token_hash, "listener_id": int(listener_id), "created_at": at,
            "expires_at": at + lasts_s, "agent": None if agent is None else agent[:200],
        }  # fmt: skip
        with self._database.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
            connection.execute(sessions.insert().values(row))

    def in_session(self, token_hash: str) -> Account | None:
        """Whose living session this is, or None."""
        s = sessions.c
        asked = _ACCOUNT.join(sessions, s.listener_id == _l.id)
        return self._one(asked.where(s.token_hash == token_hash, s.expires_at > now()))

    def close_session(self, token_hash: str) -> None:
        """End one session."""
        with self._database.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def close_sessions(self, listener_id: int) -> None:
        """End every session of a person, after the password was changed, say."""
        with self._database.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.listener_id == int(listener_id)))

    # -- keys

    def add_key(self, listener_id: int, name: str, key_hash: str, hint: str, scopes: tuple[str, ...]) -> Key:
        """Keep a new key's hash."""
        row = {
            "listener_id": int(listener_id), "name": name, "key_hash": key_hash, "hint": hint,
            "scopes": " ".join(scopes), "created_at": now(),
        }  # fmt: skip
        with self._database.begin() as connection:
            key_id = connection.execute(api_keys.insert().values(row)).inserted_primary_key[0]  # type: ignore[index]  # an insert of one row has a key
            return _key(connection.execute(_KEY.where(_k.id == key_id)).one())

    def keys(self, listener_id: int) -> list[Key]:
        """The person's keys, the newest first, revoked ones too."""
        with self._database.read() as connection:
            rows = connection.execute(_KEY.where(_k.listener_id == int(listener_id)).order_by(_k.id.desc()))
            return [_key(row) for row in rows]

    def with_key(self, key_hash: str) -> tuple[Account, Key] | None:
        """Whose living key this is, or None; its use is noted."""
        with self._database.read() as connection:
            row = connection.execute(_KEY.where(_k.key_hash == key_hash, _k.revoked_at.is_(None))).first()
        if row is None:
            return None
        key, at = _key(row), now()
        if at - (key.used_at or 0) >= SEEN_EVERY_S:
            with self._database.begin() as connection:
                connection.execute(update(api_keys).where(_k.id == key.id).values(used_at=at))
        return self.get(key.listener_id), key

    def revoke_key(self, listener_id: int, key_id: int) -> None:
        """End a key of this person for good. Raises NotFound."""
        mine = (_k.id == int(key_id), _k.listener_id == int(listener_id), _k.revoked_at.is_(None))
        with self._database.begin() as connection:
            if not connection.execute(update(api_keys).where(*mine).values(revoked_at=now())).rowcount:
                raise NotFound("no key of yours in force has this id", subject=key_id)

    def _keep_an_owner(self, account: Account) -> None:
        owners = [other for other in self.all() if other.role is Role.OWNER]
        if account.role is Role.OWNER and len(owners) == 1:
            hint = "Make somebody else an owner first."
            raise Conflict("the last owner cannot go", subject=account.name, hint=hint)

    def _first(self, condition: Any) -> Account | None:
        return self._one(_ACCOUNT.where(condition))

    def _one(self, asked: Any) -> Account | None:
        with self._database.read() as connection:
            row = connection.execute(asked.where(_l.role.in_(PEOPLE)).order_by(_l.id).limit(1)).first()
        return None if row is None else _account(row)


_l, _k = listeners.c, api_keys.c
_ACCOUNT = select(
    _l.id, _l.name, _l.role, _l.email, _l.time_zone, _l.language, _l.letter, _l.letter_weekday, _l.letter_hour,
    _l.password_hash, _l.subject, _l.created_at, _l.seen_at,
)  # fmt: skip
# Asked with every request: put together once.
_OWNER = _ACCOUNT.where(_l.role == str(Role.OWNER)).order_by(_l.id).limit(1)
_SIGNS_IN = select(_l.id).where(or_(_l.password_hash.is_not(None), _l.subject.is_not(None))).limit(1)
_KEY = select(_k.id, _k.listener_id, _k.name, _k.hint, _k.scopes, _k.created_at, _k.used_at, _k.revoked_at)


def _account(row: Row) -> Account:
    values = row._asdict()
    return Account(**values | {"role": Role(row.role), "letter": bool(row.letter)})


def _key(row: Row) -> Key:
    return Key(**row._asdict() | {"scopes": tuple(row.scopes.split())})


def _found(account: Account | None, listener_id: int) -> Account:
    if account is None:
        raise NotFound("no listener has this id", subject=listener_id)
    return account
