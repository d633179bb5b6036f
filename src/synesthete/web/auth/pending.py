"""A sign-in that was begun here and goes on elsewhere; kept, signed, in the browser that began it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fastapi.responses import RedirectResponse

from synesthete.catalog import Catalog
from synesthete.errors import NotAllowed
from synesthete.services.spotify import new_verifier
from synesthete.web.auth.proofs import new_token, same

PENDING_S = 600
"""Ten minutes to type a password elsewhere."""
SECRET = "secret of sign-in"
"""Name of the value that seals what a browser keeps meanwhile."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What must come back, or be shown, for the sign-in to hold."""

    state: str
    nonce: str
    verifier: str
    """Of PKCE: only who began can end."""
    redirect_uri: str
    listener_id: int | None = None
    """The listener, signed in here already, for whom it is."""

    @classmethod
    def begin(cls, redirect_uri: str, listener_id: int | None = None) -> Pending:
        """A new one, with fresh secrets."""
        return cls(new_token(), new_token(), new_verifier(), redirect_uri, listener_id)

    def check(self, state: str) -> None:
        """Raises NotAllowed unless this is the state that was sent along."""
        if not same(state, self.state):
            raise NotAllowed("this is not the sign-in that was begun here", hint="Begin again.")


def seal(pending: Pending, catalog: Catalog) -> str:
    """What the browser keeps: it cannot be altered, and lasts ten minutes."""
    return _serializer(catalog).dumps(asdict(pending))


def depart(
    address: str, pending: Pending, catalog: Catalog, *, cookie: str, path: str, secure: bool
) -> RedirectResponse:
    """Off to an address, while the browser keeps what was begun, in a cookie of this path."""
    away = RedirectResponse(address, 303)
    away.set_cookie(
        cookie,
        seal(pending, catalog),
        max_age=PENDING_S,
        path=path,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return away


def unseal(sealed: str | None, catalog: Catalog) -> Pending:
    """The sign-in that this browser began. Raises NotAllowed when it began none, or too long ago."""
    from itsdangerous import BadSignature

    try:
        return Pending(**_serializer(catalog).loads(sealed or "", max_age=PENDING_S))
    except (BadSignature, TypeError) as error:
        raise NotAllowed("no sign-in was begun in this browser, or too long ago",
                         hint="Begin again, and let it keep cookies.") from error  # fmt: skip


def _serializer(catalog: Catalog) -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(catalog.values.once(SECRET, new_token()), salt="synesthete sign-in")
