"""A table of route x role, generated from the rules: nobody comes in where they should not, everybody where they should."""

from __future__ import annotations

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from synesthete.web.app import ROUTERS, rule_names
from synesthete.web.auth.proofs import HINT_LENGTH, new_key, token_hash
from synesthete.web.auth.rules import RULES, Role, check_rules
from tests.web.conftest import HERE

SCOPES = ("read", "write", "scrobble", "admin")
LEAVES = {"DELETE /me", "POST /logout", "POST /jobs", "GET /jobs/events", "PATCH /me"}
"""Routes that end the session, change who asks, start work or never end: their entrance is tested by itself."""


def address(route: str) -> tuple[str, str]:
    """Method and path with ids that lead nowhere."""
    method, path = route.split()
    parts = ["999999" if part.endswith("_id}") else part.strip("{}") for part in path.split("/")]
    return method, "/api/v1" + "/".join(parts)


def keyed(stranger: TestClient, name: str, scopes: tuple[str, ...]) -> TestClient:
    accounts = stranger.parts.catalog.accounts
    key = new_key()
    accounts.add_key(accounts.named(name).id, "test", token_hash(key), key[:HINT_LENGTH], scopes)
    return TestClient(stranger.app, base_url=HERE, headers={"Authorization": f"Bearer {key}"})


BROWSERS = {f"GET /{door}/{end}" for door in ("oidc", "spotify") for end in ("login", "callback")}
"""Where browsers are sent away and come back: they answer with pages, and programs have no use for them."""


@pytest.fixture
def everybody(two_people):
    """Clients by what they are."""
    owner, listener, stranger = two_people
    clients = {"stranger": stranger, "owner": owner, "listener": listener}
    for scope in SCOPES:
        clients[f"owner's {scope} key"] = keyed(stranger, "ana", (scope,))
        clients[f"listener's {scope} key"] = keyed(stranger, "ben", (scope,))
    return clients


def may(who: str, route: str) -> bool:
    """What the table says."""
    rule = RULES[route]
    if rule.role is Role.ANYONE:
        return True
    if who == "stranger":
        return False
    if rule.role is Role.OWNER and "listener" in who:
        return False
    if "key" not in who:
        return True
    scope = who.split()[1]
    return scope == rule.scope or (rule.scope == "scrobble" and scope == "write")


def test_every_route_and_every_role(everybody):
    wrong = []
    for route in sorted(set(RULES) - LEAVES):
        method, path = address(route)
        for who, client in everybody.items():
            status = client.request(method, path).status_code
            let_in = status not in (401, 403)
            if let_in != may(who, route) or status >= 500:
                wrong.append(f"{route} as {who}: {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", sorted(LEAVES))
def test_routes_that_change_who_asks_keep_strangers_out(two_people, route):
    _, listener, stranger = two_people
    method, path = address(route)
    body = {"kind": "update"} if route == "POST /jobs" else {}
    if RULES[route].role is not Role.ANYONE:
        assert stranger.request(method, path, json=body).status_code == 401
    if RULES[route].role is Role.OWNER:
        assert listener.request(method, path, json=body).status_code == 403


def test_the_table_and_the_routes_are_the_same():
    check_rules(rule_names(ROUTERS))


def test_a_route_without_a_rule_does_not_start():
    router = APIRouter()

    @router.get("/secrets")
    def secrets() -> None:
        """Nobody thought of a rule."""

    with pytest.raises(RuntimeError, match="GET /secrets"):
        check_rules(rule_names([*ROUTERS, router]))


def test_every_route_of_the_document_has_a_rule(client):
    document = client.get("/api/v1/openapi.json").json()
    named = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert named == {rule for rule in RULES if not rule.startswith("HEAD ")} - BROWSERS
