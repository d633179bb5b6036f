"""Proofs of who somebody is: passwords are stretched with Argon2id, long random tokens are hashed once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

KEY_PREFIX = "syn_"
HINT_LENGTH = 9
"""Prefix and five characters: enough to tell one's keys apart, useless to a thief."""

_AT_ONCE = threading.BoundedSemaphore(2)
"""Argon2 takes 64 MiB and a core for tens of milliseconds each time; a flood of guesses waits in line."""


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()  # RFC 9106's second recommendation: 64 MiB, 3 passes, 4 lanes


def hash_password(password: str) -> str:
    """The password stretched and salted, in Argon2's own text form."""
    with _AT_ONCE:
        return _hasher().hash(password)


def password_fits(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one that was hashed. Takes as long for people who do not exist."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            return _hasher().verify(password_hash or _nobody(), password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def new_token() -> str:
    """256 random bits as text that fits in a cookie."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """A new API key; the prefix lets secret scanners recognize one that leaked."""
    return KEY_PREFIX + new_token()


def token_hash(token: str) -> str:
    """What is stored of a token or key: they are random and long, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8"))
