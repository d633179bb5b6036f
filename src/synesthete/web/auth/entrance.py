"""The entrance: who asks, told from a key, the server's token, a session cookie, or an open house."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from synesthete.catalog import Catalog
from synesthete.catalog.accounts import Account
from synesthete.errors import InputError, NotAllowed
from synesthete.music import ListenerId, Role
from synesthete.settings import Settings
from synesthete.web.auth.proofs import new_token, password_fits, same, token_hash
from synesthete.web.auth.rules import Role as Needed
from synesthete.web.auth.rules import Rule
from synesthete.web.auth.throttle import Throttle
from synesthete.web.faults import SignInNeeded

COOKIE = "synesthete_session"
SESSION_S = 30 * 86_400
"""Thirty days: a music player on one's own server should not ask every morning."""
EVERY_SCOPE = ("read", "write", "scrobble", "admin")

Via = Literal["open", "session", "key", "token"]


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks. `account` is None for a stranger, who may do what anyone may."""

    account: Account | None
    via: Via | None = None
    scopes: tuple[str, ...] = ()

    @property
    def id(self) -> ListenerId:
        """The listener's id. Raises SignInNeeded for a stranger."""
        if self.account is None:
            raise SignInNeeded("sign in first", hint="POST /api/v1/login, or send an API key.")
        return self.account.id

    @property
    def is_owner(self) -> bool:
        """Whether they run the house."""
        return self.account is not None and self.account.role is Role.OWNER


STRANGER = Who(None)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Entrance:
    """Tells who asks. One for the whole server; threads may share it."""

    def __init__(self, settings: Settings, catalog: Catalog):
        self._settings = settings
        self._catalog = catalog
        self.throttle = Throttle()

    def is_open(self) -> bool:
        """Whether nobody must sign in: loopback, no token, no account, no provider."""
        settings = self._settings
        closed = settings.token or settings.oidc_issuer or not is_loopback(settings.host)
        return not closed and not self._catalog.accounts.exist()

    def who(self, headers: Mapping[str, str], cookies: Mapping[str, str], address: str) -> Who:
        """Who sent a request with these headers and cookies from this address.

        Raises SignInNeeded for a key or token that is not ours: a program should learn that it is wrong.
        """
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "token") and secret.strip():
            return self.with_secret(secret.strip(), address)
        if cookies.get(COOKIE):
            account = self._catalog.accounts.in_session(token_hash(cookies[COOKIE]))
            if account is not None:
                self._catalog.accounts.seen(account)
                return Who(account, "session", EVERY_SCOPE)
        with self._catalog.still():
            is_open, owner = self.is_open(), self._catalog.accounts.owner()
        return Who(owner or self.owner(), "open", EVERY_SCOPE) if is_open else STRANGER

    def with_secret(self, secret: str, address: str) -> Who:
        """Who has this API key or the server's token. Raises SignInNeeded, and TooMany for a guesser."""
        place = f"address:{address}"
        if self._settings.token and same(secret, self._settings.token):
            return Who(self.owner(), "token", EVERY_SCOPE)
        found = self._catalog.accounts.with_key(token_hash(secret))
        if found is None:
            self.throttle.check(place)
            self.throttle.failed(place)
            raise SignInNeeded("this key is not known here", hint="It may have been revoked; make a new one.")
        account, key = found
        return Who(account, "key", key.scopes)

    def sign_in(self, name: str, password: str, address: str) -> Account:
        """The account with this name and password. Raises SignInNeeded, and TooMany for a guesser."""
        keys = (f"name:{name.casefold()}", f"address:{address}")
        self.throttle.check(*keys)
        account = self._catalog.accounts.named(name)
        if not password_fits(password, None if account is None else account.password_hash) or account is None:
            self.throttle.failed(*keys)
            raise SignInNeeded("name or password is wrong")
        self.throttle.succeeded(*keys)
        return account

    def open_session(self, account: Account, agent: str | None) -> str:
        """A new session's token, for the cookie."""
        token = new_token()
        self._catalog.accounts.open_session(token_hash(token), account.id, SESSION_S, agent)
        self._catalog.accounts.seen(account)
        return token

    def close_session(self, token: str | None) -> None:
        """End the session with this token, if there is one."""
        if token:
            self._catalog.accounts.close_session(token_hash(token))

    def owner(self) -> Account:
        """The owner of the house; made when there is nobody yet."""
        found = self._catalog.accounts.owner()
        return found or self._catalog.accounts.get(self._catalog.listeners.owner().id)


def admit(who: Who, rule: Rule) -> None:
    """Let them in, or raise SignInNeeded or NotAllowed."""
    if rule.role is Needed.ANYONE:
        return
    _ = who.id  # a stranger is asked to sign in
    if rule.scope not in who.scopes and not (rule.scope == "scrobble" and "write" in who.scopes):
        raise NotAllowed(f"this key may not do this; it would need the scope {rule.scope!r}")
    if rule.role is Needed.OWNER and not who.is_owner:
        raise NotAllowed("only the owner may do this")


def check_listening(settings: Settings, catalog: Catalog) -> None:
    """Raises InputError when the address can be reached by others and nobody would have to sign in."""
    if is_loopback(settings.host) or settings.token or settings.oidc_issuer or catalog.accounts.exist():
        return
    raise InputError(
        "others could reach this address without signing in",
        subject=settings.host,
        hint="Set SYNESTHETE_TOKEN, or make an account with `synesthete listeners add NAME --owner`.",
    )
