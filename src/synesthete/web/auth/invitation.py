"""Invitations: a link with which somebody chooses their own password, so that nobody else ever knows it.

The link is signed and carries no secret of its own to keep; it ends after a week, or with the first password
chosen by it, because it holds only as long as the password is the one it was made for.
"""

from __future__ import annotations

import hashlib
from typing import Any

from synesthete.catalog import Catalog
from synesthete.catalog.accounts import Account
from synesthete.errors import NotAllowed, NotFound
from synesthete.web.auth.proofs import new_token, same

LASTS_S = 7 * 86_400
"""A week: long enough for a message to be read, short enough to be forgotten."""
SECRET = "secret of invitations"
"""Name of the value that signs them."""


def invite(catalog: Catalog, account: Account) -> str:
    """The token of a link with which this person may choose a password, once."""
    return _serializer(catalog).dumps([int(account.id), _fingerprint(account)])


def invited(catalog: Catalog, token: str) -> Account:
    """Whom an invitation is for. Raises NotAllowed when it is forged, used or too old."""
    from itsdangerous import BadSignature

    over = NotAllowed("this invitation does not hold any more", hint="Ask the owner for a new one.")
    try:
        listener_id, fingerprint = _serializer(catalog).loads(token, max_age=LASTS_S)
        account = catalog.accounts.get(listener_id)
    except (BadSignature, ValueError, TypeError, NotFound) as error:
        raise over from error
    if not same(fingerprint, _fingerprint(account)):
        raise over
    return account


def _fingerprint(account: Account) -> str:
    """Changes with the password, and tells nothing about it."""
    text = f"{account.id} {account.created_at} {account.password_hash}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _serializer(catalog: Catalog) -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(catalog.values.once(SECRET, new_token()), salt="synesthete invitation")
