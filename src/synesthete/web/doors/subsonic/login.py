"""Who comes through the Subsonic door: an API key, a name with a password, or a salted token.

Our passwords are kept as Argon2 hashes, from which no salted token (MD5 of password and salt) can be
checked. So each listener may have an app password, made at random for this door alone and kept readable:
with it `t` and `s` work, as `p` does. Losing it opens this door and no other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from synesthete.catalog import Catalog
from synesthete.catalog.accounts import Account
from synesthete.music import ListenerId
from synesthete.web.auth.entrance import EVERY_SCOPE, Entrance, Who
from synesthete.web.auth.proofs import same
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.faults import SignInNeeded, TooMany

SCOPES = ("read", "write", "scrobble")
"""What this door can do at most; administration is not among it."""
APP_PASSWORD = "app password"
"""Name of the person's value that holds it."""


def app_password(catalog: Catalog, listener_id: ListenerId, *, renew: bool = False) -> str:
    """The listener's password for Subsonic players, made when there is none, or anew."""
    return catalog.personal.keep(listener_id, APP_PASSWORD, secrets.token_urlsafe(15), once=not renew)


def forget_app_password(catalog: Catalog, listener_id: ListenerId) -> None:
    """Close this door for the listener until a new app password is made."""
    catalog.personal.drop(listener_id, APP_PASSWORD)


class Login:
    """Checks the login of each request; a password that was right is remembered (hashed) while the server runs,
    because Argon2 takes tens of milliseconds and players ask many times a second."""

    def __init__(self, entrance: Entrance, catalog: Catalog):
        self.entrance, self.catalog = entrance, catalog
        self._pepper = secrets.token_bytes(32)
        self._right: dict[str, str] = {}

    def who(self, asked: dict[str, str], address: str) -> Who:
        """Who asks with these parameters. Raises SubsonicError with the contract's code."""
        try:
            return self._who(asked, address)
        except TooMany as error:
            raise SubsonicError(Code.WRONG_LOGIN, str(error)) from error

    def _who(self, asked: dict[str, str], address: str) -> Who:
        key, name = asked.get("apiKey"), asked.get("u")
        if key:
            if any(other in asked for other in ("u", "p", "t", "s")):
                raise SubsonicError(
                    Code.CONFLICTING_LOGIN, "send an API key or a name and password, not both"
                )
            return self._by_key(key, address)
        if self.entrance.is_open():
            return Who(self.entrance.owner(), "open", EVERY_SCOPE)
        if not name:
            raise SubsonicError(Code.MISSING, "required parameter is missing: u")
        if asked.get("p") is not None:
            return self._by_password(name, _plain(asked["p"]), address)
        if asked.get("t") and asked.get("s"):
            return self._by_token(name, asked["t"], asked["s"], address)
        raise SubsonicError(Code.MISSING, "required parameter is missing: p, or t and s, or apiKey")

    def _by_key(self, key: str, address: str) -> Who:
        try:
            return self.entrance.with_secret(key, address)
        except SignInNeeded as error:
            raise SubsonicError(Code.WRONG_KEY, "invalid API key") from error

    def _by_password(self, name: str, password: str, address: str) -> Who:
        account = self.catalog.accounts.named(name)
        if account is not None and self._is_app_password(account, password):
            return Who(account, "key", SCOPES)
        mark = hmac.new(self._pepper, f"{name}\0{password}".encode(), "sha256").hexdigest()
        if account is not None and self._right.get(mark) == account.password_hash is not None:
            return Who(account, "session", SCOPES)
        try:
            account = self.entrance.sign_in(name, password, address)
        except SignInNeeded as error:
            raise SubsonicError(Code.WRONG_LOGIN, "wrong user name or password") from error
        self._right = {mark: account.password_hash or "", **dict(list(self._right.items())[:999])}
        return Who(account, "session", SCOPES)

    def _by_token(self, name: str, token: str, salt: str, address: str) -> Who:
        keys = (f"name:{name.casefold()}", f"address:{address}")
        self.entrance.throttle.check(*keys)
        account = self.catalog.accounts.named(name)
        password = self.catalog.personal.kept(account.id, APP_PASSWORD) if account else None
        if account is not None and password is None:
            raise SubsonicError(
                Code.NO_TOKENS, "this listener has no app password yet: make one with `synesthete keys subsonic`, "
                "or let the player send the password itself or an API key",
            )  # fmt: skip
        expected = hashlib.md5(f"{password}{salt}".encode(), usedforsecurity=False).hexdigest()
        if account is None or not same(token.lower(), expected):
            self.entrance.throttle.failed(*keys)
            raise SubsonicError(Code.WRONG_LOGIN, "wrong user name or password")
        self.entrance.throttle.succeeded(*keys)
        return Who(account, "key", SCOPES)

    def _is_app_password(self, account: Account, password: str) -> bool:
        kept = self.catalog.personal.kept(account.id, APP_PASSWORD)
        return kept is not None and same(password, kept)


def _plain(given: str) -> str:
    """The password, from `enc:` and hexadecimal where it was sent so."""
    if not given.startswith("enc:"):
        return given
    try:
        return bytes.fromhex(given[4:]).decode()
    except ValueError as error:
        raise SubsonicError(Code.WRONG_LOGIN, "the password after enc: is not hexadecimal") from error
