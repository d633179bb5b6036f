"""Signing in with a provider, against one that really listens, signs and checks."""

from __future__ import annotations

import time

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from synesthete.errors import SettingsError
from synesthete.settings import Settings, load_settings
from synesthete.web.auth.entrance import COOKIE
from synesthete.web.auth.oidc import open_provider
from synesthete.web.auth.proofs import hash_password
from tests.web.auth.provider import CLIENT, SECRET, provider
from tests.web.conftest import HERE, PASSWORD

API = "/api/v1"


@pytest.fixture(scope="module")
def running():
    with provider() as made:
        yield made


@pytest.fixture
def issuer(running):
    """The provider as it was made."""
    running.key = running.published
    running.lie, running.in_token = {}, True
    running.person = {"sub": "1001", "name": "Ana", "email": "ana@example.org", "email_verified": True}
    return running


@pytest.fixture
def browser(open_house, issuer):
    return open_house(oidc_issuer=issuer.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET)


def another(browser: TestClient) -> TestClient:
    return TestClient(browser.app, base_url=HERE, raise_server_exceptions=False)


def go(browser: TestClient, where: str = f"{API}/oidc/login") -> str:
    """The address at which the provider sends the browser back."""
    away = browser.get(where, follow_redirects=False)
    assert away.status_code == 303, away.text
    back = httpx.get(away.headers["location"])
    assert back.status_code == 302
    return back.headers["location"].removeprefix(HERE)


def sign_in(browser: TestClient, where: str = f"{API}/oidc/login"):
    return browser.get(go(browser, where), follow_redirects=False)


def refused(answer, words: str, status: int = 403) -> None:
    assert answer.status_code == status and "Signing in did not work" in answer.text
    said = answer.text.replace("&#39;", "'").casefold()
    assert words.casefold() in said, said[-500:]
    assert COOKIE not in answer.cookies


def test_the_first_to_come_becomes_the_owner_who_was_there(browser):
    catalog = browser.parts.catalog
    catalog.searches.put(catalog.listeners.owner().id, "from before")
    assert browser.get(f"{API}/tracks").status_code == 401
    assert browser.get(f"{API}/me").json()["sign_in"] == ["oidc"]
    answer = sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    me = browser.get(f"{API}/me").json()
    assert (me["via"], me["listener"]["name"], me["listener"]["role"]) == ("session", "Ana", "owner")
    assert me["listener"]["email"] == "ana@example.org"
    assert [s["text"] for s in browser.get(f"{API}/searches").json()["searches"]] == ["from before"]


def test_everybody_after_that_is_a_listener_known_by_issuer_and_subject(browser, issuer):
    sign_in(browser)
    ben = another(browser)
    issuer.person = {"sub": "2002", "preferred_username": "Ana"}  # a name somebody has
    sign_in(ben)
    me = ben.get(f"{API}/me").json()["listener"]
    assert (me["name"], me["role"], me["email"]) == ("Ana 2", "listener", None)
    issuer.person = {"sub": "2002", "preferred_username": "Benjamin"}
    again = another(browser)
    sign_in(again)
    assert again.get(f"{API}/me").json()["listener"]["id"] == me["id"]
    assert len([a for a in browser.parts.catalog.accounts.all() if a.subject]) == 2


def test_owners_are_those_named_by_a_verified_address(open_house, issuer):
    named = open_house(oidc_issuer=issuer.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
                       oidc_owners=("Ana@Example.org",))  # fmt: skip
    issuer.person |= {"email_verified": False}
    first = another(named)
    sign_in(first)
    me = first.get(f"{API}/me").json()["listener"]
    assert (me["role"], me["email"]) == ("listener", None)  # anybody may claim an address
    issuer.person |= {"email_verified": True}
    sign_in(first)
    assert first.get(f"{API}/me").json()["listener"]["role"] == "owner"


def test_name_and_address_may_be_told_by_userinfo_alone(browser, issuer):
    issuer.in_token = False
    sign_in(browser)
    assert browser.get(f"{API}/me").json()["listener"]["email"] == "ana@example.org"


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"aud": "another client"}, "aud"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"exp": int(time.time()) - 3600}, "expired"),
        ({"azp": "another client", "aud": [CLIENT, "another client"]}, "azp"),
    ],
)
def test_a_word_that_is_not_for_us_or_not_now_is_refused(browser, issuer, lie, words):
    issuer.lie = lie
    refused(sign_in(browser), words)
    assert not browser.parts.catalog.accounts.exist()


def test_a_signature_by_another_key_is_refused(browser, issuer):
    issuer.key = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
    refused(sign_in(browser), "does not hold")


def test_a_token_signed_with_the_client_secret_is_refused(browser, issuer, monkeypatch):
    """HS256 with a secret that is no key of the provider: the classic confusion of algorithms."""
    encode = jwt.encode
    key = OctKey.import_key(SECRET.encode())
    monkeypatch.setattr(
        "tests.web.auth.provider.jwt.encode", lambda _, claims, __: encode({"alg": "HS256"}, claims, key)
    )
    refused(sign_in(browser), "does not hold")


def test_a_provider_with_new_keys_is_asked_for_them(browser, issuer):
    sign_in(browser)
    issuer.key = issuer.published = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
    assert sign_in(another(browser)).status_code == 303


def test_only_the_browser_that_began_may_end_it(browser):
    back = go(browser)
    refused(another(browser).get(back), "no sign-in was begun")
    refused(browser.get(back.replace("state=", "state=x")), "not the sign-in that was begun")


def test_a_code_counts_once(browser):
    back = go(browser)
    cookies = dict(browser.cookies)
    assert browser.get(back, follow_redirects=False).status_code == 303
    thief = TestClient(browser.app, base_url=HERE, cookies=cookies, raise_server_exceptions=False)
    refused(thief.get(back), "invalid_grant", 502)


def test_somebody_who_said_no_is_told_so(browser):
    go(browser)
    refused(
        browser.get(f"{API}/oidc/callback", params={"error": "access_denied", "state": "x"}), "access_denied"
    )


def test_one_who_is_signed_in_may_add_this_way_to_their_account(browser):
    catalog = browser.parts.catalog
    catalog.listeners.add("ana", "owner", password_hash=hash_password(PASSWORD))
    assert browser.post(f"{API}/login", json={"name": "ana", "password": PASSWORD}).status_code == 200
    answer = sign_in(browser, f"{API}/oidc/login?join=true")
    assert answer.headers["location"] == "/settings"
    later = another(browser)
    sign_in(later)
    assert later.get(f"{API}/me").json()["listener"]["name"] == "ana"
    catalog.listeners.add("ben", "listener", password_hash=hash_password(PASSWORD))
    ben = another(browser)
    ben.post(f"{API}/login", json={"name": "ben", "password": PASSWORD})
    refused(sign_in(ben, f"{API}/oidc/login?join=true"), "as another listener", 409)
    assert another(browser).get(f"{API}/oidc/login?join=true").status_code == 401


def test_a_provider_that_is_gone_costs_only_itself(open_house):
    house = open_house(oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT, token="a-token-of-sixteen+")
    house.app.state.house.provider._caller.sleep = lambda _: None
    refused(house.get(f"{API}/oidc/login"), "cannot be reached", 502)
    assert house.post(f"{API}/login", json={"token": "a-token-of-sixteen+"}).status_code == 200


def test_without_a_provider_there_is_nothing_to_come_in_by(client):
    refused(client.get(f"{API}/oidc/login"), "knows no sign-in provider", 404)


def test_settings_that_let_nobody_in_are_refused_at_the_start(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match="client id"):
        open_provider(Settings(data=tmp_path, oidc_issuer="https://id.example"))
    with pytest.raises(SettingsError, match="https"):
        open_provider(Settings(data=tmp_path, oidc_issuer="http://id.example", oidc_client_id="x"))
    monkeypatch.setattr("synesthete.web.auth.oidc.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match="Authlib"):
        open_provider(Settings(data=tmp_path, oidc_issuer="https://id.example", oidc_client_id="x"))
    monkeypatch.setenv("SYNESTHETE_OIDC_OWNERS", "ana@example.org, ben@example.org")
    assert load_settings(tmp_path).oidc_owners == ("ana@example.org", "ben@example.org")
