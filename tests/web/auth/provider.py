"""An OpenID Connect provider to sign in with: discovery, keys, codes, tokens signed with RS256, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "synesthete", "a secret of the client"


class Provider:
    """Whoever comes is `person`; `lie` changes the claims of the next tokens, `key` may be another's."""

    def __init__(self, issuer: str):
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
        self.published = self.key
        self.person = {
            "sub": "248289761001",
            "name": "Ana",
            "email": "ana@example.org",
            "email_verified": True,
        }
        self.in_token = True
        """Whether name and e-mail are in the token, or only told by userinfo."""
        self.lie: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes once the person said yes."""
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Tokens for a code: once, for the client itself, with the verifier of its challenge."""
        asked = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(
            b"="
        )
        client = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != client:
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode()
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= (self.person if self.in_token else {"sub": self.person["sub"]}) | self.lie
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return 200, {
            "access_token": "opens userinfo",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": signed,
        }

    def answer(self, path: str) -> dict[str, Any] | None:
        """What the provider tells everybody."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys",
                    "userinfo_endpoint": "userinfo"}  # fmt: skip
            return {"issuer": self.issuer} | {name: f"{self.issuer}/{end}" for name, end in ends.items()}
        if path == "/keys":
            return KeySet([self.published]).as_dict(private=False)
        return self.person if path == "/userinfo" else None


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that listens on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/authorize":
                self.send_response(302)
                asked = {name: values[0] for name, values in parse_qs(address.query).items()}
                self.send_header("Location", made.authorize(asked))
                self.end_headers()
            else:
                self._say(200, made.answer(address.path))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self._say(*made.token(form, self.headers.get("Authorization", "")))

        def _say(self, status: int, document: object) -> None:
            self.send_response(status if document is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Provider(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()
