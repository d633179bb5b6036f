"""Signing in with Spotify, against a stub of the official schema that checks the challenge."""

from __future__ import annotations

import base64
import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from synesthete.jobs.spotify import open_spotify
from tests.services.stub import Stub
from tests.web.conftest import HERE

API = "/api/v1"
LIST = "37i9dQZF1DXcBWIGoYBM5M"
APP = "the id of an application"


@pytest.fixture
def spotify(monkeypatch):
    """Gives a token for a code whose challenge fits, and renews it; every answer needs the newest one."""
    stub = Stub()
    stub.challenge, stub.tokens, stub.codes = "", [], ["a code"]

    def token(query: dict, body: str, headers: dict) -> tuple:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        assert form["client_id"] == APP and "Authorization" not in headers  # PKCE: there is no secret
        if form["grant_type"] == "authorization_code":
            digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(
                b"="
            )
            if digest.decode() != stub.challenge or form["code"] not in stub.codes:
                return 400, {}, {"error": "invalid_grant"}
            stub.codes.remove(form["code"])
        elif form["refresh_token"] != f"renews {stub.tokens[-1]}":
            return 400, {}, {"error": "invalid_grant"}
        stub.tokens.append(f"token {len(stub.tokens)}")
        return (
            200,
            {},
            {
                "access_token": stub.tokens[-1],
                "refresh_token": f"renews {stub.tokens[-1]}",
                "expires_in": 3600,
            },
        )

    def checked(content: object):
        def answer(query: dict, body: str, headers: dict) -> tuple:
            known = stub.tokens and headers.get("Authorization") == f"Bearer {stub.tokens[-1]}"
            return (200, {}, content) if known else (401, {}, {"error": {"status": 401}})

        return answer

    track = {
        "type": "track",
        "id": "0" * 22,
        "name": "Cogs",
        "artists": [{"name": "Ada Byron"}],
        "duration_ms": 12_000,
    }
    other = track | {"id": "1" * 22, "name": "Nowhere"}
    stub.routes["POST", "/api/token"] = token
    stub.routes["GET", "/v1/me/playlists"] = checked(
        {"items": [{"id": LIST, "name": "Mine", "tracks": {"total": 2}}, None], "next": None}
    )
    stub.routes["GET", f"/v1/playlists/{LIST}"] = checked({"name": "Mine", "description": "", "owner": {}})
    stub.routes["GET", f"/v1/playlists/{LIST}/tracks"] = checked(
        {"items": [{"track": track}, {"track": other}], "next": None}
    )
    monkeypatch.setattr("synesthete.services.spotify.API", stub.url)
    monkeypatch.setattr("synesthete.services.spotify.ACCOUNTS", stub.url)
    yield stub
    stub.close()


@pytest.fixture
def browser(open_house, spotify):
    return open_house(spotify_client_id=APP)


def go(browser: TestClient, spotify: Stub) -> str:
    """The address at which Spotify sends the browser back."""
    away = browser.get(f"{API}/spotify/login", follow_redirects=False)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away.headers["location"]).query).items()}
    assert away.status_code == 303 and asked["code_challenge_method"] == "S256" and asked["client_id"] == APP
    assert asked["redirect_uri"] == browser.get(f"{API}/spotify").json()["redirect_uri"]
    spotify.challenge = asked["code_challenge"]
    return f"{API}/spotify/callback?code=a+code&state={asked['state']}"


def test_who_signs_in_takes_their_own_lists(browser, spotify):
    assert browser.get(f"{API}/spotify/lists").status_code == 409
    back = browser.get(go(browser, spotify), follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/settings")
    state = browser.get(f"{API}/spotify").json()
    assert state["signed_in"] and state["can_read_links"] and state["instead"] is None
    [mine] = browser.get(f"{API}/spotify/lists").json()["lists"]
    assert (mine["name"], mine["tracks"]) == ("Mine", 2)
    taken = browser.post(f"{API}/playlists/link", json={"link": mine["link"]}).json()
    assert (taken["matched"], [one["title"] for one in taken["missing"]]) == (1, ["Nowhere"])
    assert "token" not in str(browser.get(f"{API}/me/export").json())
    assert browser.delete(f"{API}/spotify").status_code == 204
    assert not browser.get(f"{API}/spotify").json()["signed_in"]


def test_a_token_is_renewed_and_the_new_one_kept(browser, spotify):
    browser.get(go(browser, spotify))
    catalog, settings = browser.parts.catalog, browser.parts.settings
    owner = catalog.listeners.owner().id
    later = open_spotify(settings, catalog, owner, clock=lambda: time.time() + 7200)
    assert [one.name for one in later.lists()] == ["Mine"] and spotify.tokens == ["token 0", "token 1"]
    assert [one.name for one in open_spotify(settings, catalog, owner).lists()] == ["Mine"]


def test_each_listener_has_a_sign_in_of_their_own(browser, spotify):
    browser.get(go(browser, spotify))
    catalog = browser.parts.catalog
    ben = catalog.listeners.add("ben")
    assert open_spotify(browser.parts.settings, catalog, catalog.listeners.owner().id).token is not None
    catalog.personal.erase(catalog.listeners.owner().id)
    with pytest.raises(Exception, match="sign in"):
        open_spotify(browser.parts.settings, catalog, ben.id)


def test_what_does_not_hold_is_told_on_a_page(browser, spotify):
    back = go(browser, spotify)
    stranger = TestClient(browser.app, base_url=HERE, raise_server_exceptions=False)
    for answer in (
        stranger.get(back),
        browser.get(back.replace("state=", "state=x")),
        browser.get(f"{API}/spotify/callback?error=access_denied"),
    ):
        assert answer.status_code == 400 and "did not work" in answer.text
    go(browser, spotify)
    spotify.challenge = "another"
    wrong = browser.get(go(browser, spotify).replace("a+code", "another"))
    assert wrong.status_code == 502 and "did not work" in wrong.text
    assert not browser.get(f"{API}/spotify").json()["signed_in"]


def test_spotify_asking_to_wait_is_passed_on(browser, spotify):
    browser.get(go(browser, spotify))
    spotify.routes["GET", "/v1/me/playlists"] = lambda q, b, h: (429, {"Retry-After": "4000"}, {})
    answer = browser.get(f"{API}/spotify/lists")
    assert answer.status_code == 502 and "4000 s" in answer.json()["error"]["hint"]


def test_without_an_application_it_says_what_to_do_instead(client):
    state = client.get(f"{API}/spotify").json()
    assert (state["can_sign_in"], state["can_read_links"]) == (False, False) and "Exportify" in state[
        "instead"
    ]
    assert "Exportify" in client.get(f"{API}/spotify/login").text
    answer = client.post(f"{API}/playlists/link", json={"link": f"spotify:playlist:{LIST}"})
    assert answer.status_code == 403 and "Exportify" in answer.json()["error"]["hint"]


def test_loopback_is_named_by_number_as_spotify_wants_it(open_house):
    house = open_house(spotify_client_id=APP)
    named = TestClient(house.app, base_url="http://localhost:8000")
    away = named.get(f"{API}/spotify/login", follow_redirects=False)
    assert away.headers["location"] == f"http://127.0.0.1:8000{API}/spotify/login"
