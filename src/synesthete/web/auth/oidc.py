"""Signing in with an OpenID Connect provider: authorization code with PKCE, state and nonce.

The provider says who somebody is, in a token that it signed; nothing else of its answer is believed.
Facts: OpenID Connect Core 1.0 sections 3.1 and 5.3, Discovery 1.0 section 4, RFC 7636, RFC 9207.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlencode, urlsplit

from synesthete.errors import NotAllowed, ServiceError, SettingsError, SynestheteError
from synesthete.services.caller import Caller
from synesthete.services.spotify import challenge_of
from synesthete.settings import Settings
from synesthete.web.auth.entrance import is_loopback
from synesthete.web.auth.pending import Pending

SCOPES = "openid profile email"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key. Never `none`, nor HS256, for which whoever knows the secret could speak."""
REMEMBERED_S = 3600
"""How long the provider's own description is believed before it is read again."""
CLOCKS_APART_S = 60


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for. `email` only where the provider says that it is verified."""

    subject: str
    """Issuer and subject: the one name that never changes hands."""
    name: str
    email: str | None


def open_provider(settings: Settings) -> Provider | None:
    """The provider of these settings, not asked anything yet; None when there is none.

    Raises SettingsError where nobody could ever come in by it.
    """
    if not settings.oidc_issuer:
        return None
    address = urlsplit(settings.oidc_issuer)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        raise SettingsError("a provider is reached by https", subject=settings.oidc_issuer)
    if not settings.oidc_client_id:
        raise SettingsError("a provider needs a client id", subject=settings.oidc_issuer,
                            hint="Register this server there, and set SYNESTHETE_OIDC_CLIENT_ID.")  # fmt: skip
    if find_spec("authlib") is None:
        raise SettingsError("signing in with a provider needs the package Authlib", subject=settings.oidc_issuer,
                            hint="Install it: pip install 'synesthete[oidc]'")  # fmt: skip
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)


class Provider:
    """An OpenID Connect provider as one client sees it. Threads may share it."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None, clock: Callable[[], float] = time.time
    ):
        self.issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._clock = clock
        self._caller = Caller("the sign-in provider", issuer)
        self._described: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: Any = None

    def begin(self, redirect_uri: str, joins: int | None = None) -> tuple[str, Pending]:
        """Where to send the browser, and what to remember until it comes back."""
        pending = Pending.begin(redirect_uri, joins)
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": redirect_uri, "scope": SCOPES,
            "state": pending.state, "nonce": pending.nonce,
            "code_challenge": challenge_of(pending.verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        address = self._description()["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", pending

    def finish(self, pending: Pending, state: str, code: str, issuer: str | None = None) -> Person:
        """Who came back. Raises NotAllowed for an answer that does not hold, ServiceError without one."""
        pending.check(state)
        if issuer is not None and issuer != self.issuer:
            raise NotAllowed("another provider answered", subject=issuer)
        tokens = self._exchange(code, pending)
        claims = self._checked(tokens, pending.nonce)
        if not claims.get("email") or not claims.get("name"):
            claims = self._with_userinfo(claims, tokens.get("access_token"))
        email = claims.get("email") if claims.get("email_verified") is True else None
        name = claims.get("preferred_username") or claims.get("name") or (email or "").partition("@")[0]
        return Person(f"{self.issuer} {claims['sub']}", str(name or "listener")[:150], email)

    def _exchange(self, code: str, pending: Pending) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": pending.redirect_uri,
            "code_verifier": pending.verifier, "client_id": self._client_id,
        }  # fmt: skip
        description = self._description()
        more: dict[str, Any] = {}
        if self._client_secret:
            ways = description.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
            if "client_secret_basic" in ways:
                more["auth"] = (self._client_id, self._client_secret)
            else:
                form["client_secret"] = self._client_secret
        tokens = self._caller.json("POST", description["token_endpoint"], data=form, **more)
        if not isinstance(tokens, dict) or not isinstance(tokens.get("id_token"), str):
            raise ServiceError("the provider did not say who signed in", subject=self.issuer)
        return tokens

    def _checked(self, tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the identity token, once signature, issuer, audience, times and nonce hold."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            try:
                token = jwt.decode(tokens["id_token"], self._key_set(), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError):  # the provider may have new keys since we last asked
                token = jwt.decode(tokens["id_token"], self._key_set(anew=True), algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                token.claims, token.header,
                {"iss": {"essential": True, "value": self.issuer},
                 "aud": {"essential": True, "value": self._client_id}, "nonce": {"essential": True, "value": nonce}},
                {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")},
            )  # fmt: skip
            claims.validate(int(self._clock()), CLOCKS_APART_S)
        except (JoseError, ValueError) as error:
            raise NotAllowed(f"the provider's word does not hold ({error})", subject=self.issuer) from error
        return dict(claims)

    def _with_userinfo(self, claims: dict[str, Any], access_token: str | None) -> dict[str, Any]:
        """The claims with what the provider tells besides; many keep names and addresses out of the token."""
        address = self._description().get("userinfo_endpoint")
        if not address or not access_token:
            return claims
        try:
            more = self._caller.json("GET", address, headers={"Authorization": f"Bearer {access_token}"})
        except SynestheteError:
            return claims  # who it is was said already; a name can be given later
        # Core 5.3.2: what is said about another subject must not be used.
        return more | claims if isinstance(more, dict) and more.get("sub") == claims["sub"] else claims

    def _key_set(self, anew: bool = False) -> Any:
        from joserfc.jwk import KeySet

        if self._keys is None or anew:
            self._keys = KeySet.import_key_set(self._caller.json("GET", self._description()["jwks_uri"]))
        return self._keys

    def _description(self) -> dict[str, Any]:
        read_at, description = self._described
        if not description or self._clock() - read_at > REMEMBERED_S:
            where = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            description = self._caller.json("GET", where)
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if not isinstance(description, dict) or not all(
                isinstance(description.get(w), str) for w in wanted
            ):
                raise ServiceError("this is no OpenID Connect provider", subject=self.issuer)
            if description.get("issuer") != self.issuer:
                raise ServiceError(
                    f"the provider calls itself {description.get('issuer')}", subject=self.issuer,
                    hint="Set SYNESTHETE_OIDC_ISSUER to exactly that.",
                )  # fmt: skip
            self._described = (self._clock(), description)
        return description
