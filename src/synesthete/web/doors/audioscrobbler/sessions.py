"""Who comes through this door, and the session that a player keeps from then on.

Both protocols send MD5 sums of a password, which our Argon2 hashes cannot be compared with: so the password to give
a player is the app password. 2.0 takes the account's own password too, where the player sends it as it is. A session
is signed, holds no secret, and ends when the app password is made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from synesthete.catalog.accounts import Account
from synesthete.errors import NotFound
from synesthete.web.auth.entrance import EVERY_SCOPE, Who
from synesthete.web.auth.proofs import new_token, same
from synesthete.web.doors.audioscrobbler.refusal import Code, Refusal
from synesthete.web.doors.subsonic.login import APP_PASSWORD, app_password
from synesthete.web.faults import SignInNeeded, TooMany
from synesthete.web.house import House

SECRET = "secret of scrobbling sessions"
"""Name of the value that signs them."""
SCOPES = ("scrobble",)


class Sessions:
    """Signs in, gives sessions and knows them again."""

    def __init__(self, house: House):
        self._catalog, self._entrance = house.catalog, house.entrance

    def begin(self, asked: Mapping[str, str], address: str) -> Who:
        """Who signs in with `username` and `password`, or `authToken` (md5 of name and md5 of password)."""
        name, password = asked.get("username", ""), asked.get("password")
        if password is not None and not self._entrance.is_open():
            kept = self._kept(name)
            if kept is not None and same(password, kept):
                return Who(self._catalog.accounts.named(name), "key", SCOPES)
            try:
                return Who(self._entrance.sign_in(name, password, address), "session", SCOPES)
            except (SignInNeeded, TooMany) as error:
                raise Refusal(Code.WRONG_LOGIN, str(error)) from error
        return self._by_sum(name, asked.get("authToken", ""), lambda kept: md5(name + md5(kept)), address)

    def begin_legacy(self, name: str, at: str, proof: str, address: str) -> Who:
        """Who signs in with md5 of md5 of the app password and the time."""
        return self._by_sum(name, proof, lambda kept: md5(md5(kept) + at), address)

    def key(self, who: Who) -> str:
        """The session of who has signed in."""
        password = app_password(self._catalog, who.id)
        return str(self._signer().dumps([int(who.id), _fingerprint(password)]))

    def of_key(self, key: str) -> Who:
        """Whose session this is. Raises Refusal when it is forged, or the app password is another by now."""
        from itsdangerous import BadSignature

        over = Refusal(Code.WRONG_SESSION, "this session does not hold any more; sign in again")
        try:
            listener_id, fingerprint = self._signer().loads(key)
            account = self._catalog.accounts.get(listener_id)
        except (BadSignature, ValueError, TypeError, NotFound) as error:
            raise over from error
        kept = self._catalog.personal.kept(account.id, APP_PASSWORD)
        if kept is None or not same(fingerprint, _fingerprint(kept)):
            raise over
        return Who(account, "key", SCOPES)

    def _by_sum(self, name: str, proof: str, expected: Any, address: str) -> Who:
        if self._entrance.is_open():
            return Who(self._entrance.owner(), "open", EVERY_SCOPE)
        keys = (f"name:{name.casefold()}", f"address:{address}")
        try:
            self._entrance.throttle.check(*keys)
        except TooMany as error:
            raise Refusal(Code.WRONG_LOGIN, str(error)) from error
        kept = self._kept(name)
        if kept is None or not same(proof.lower(), expected(kept)):
            self._entrance.throttle.failed(*keys)
            raise Refusal(Code.WRONG_LOGIN, "wrong name or app password (Settings, Keys makes one)")
        self._entrance.throttle.succeeded(*keys)
        return Who(self._named(name), "key", SCOPES)

    def _named(self, name: str) -> Account | None:
        return self._catalog.accounts.named(name)

    def _kept(self, name: str) -> str | None:
        account = self._named(name)
        return None if account is None else self._catalog.personal.kept(account.id, APP_PASSWORD)

    def _signer(self) -> Any:
        from itsdangerous import URLSafeSerializer

        return URLSafeSerializer(self._catalog.values.once(SECRET, new_token()), salt="synesthete scrobbling")


def md5(text: str) -> str:
    """The sum that both protocols ask for."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _fingerprint(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()[:16]
