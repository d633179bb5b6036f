"""Coming in: open houses, accounts, sessions, keys, tokens, and those who guess."""

from __future__ import annotations

import time

import pytest
from fastapi.testclient import TestClient

from synesthete.errors import InputError
from synesthete.jobs.learn import learn
from synesthete.settings import Settings
from synesthete.web.auth.entrance import COOKIE, check_listening, is_loopback
from synesthete.web.auth.proofs import hash_password, password_fits
from synesthete.web.auth.throttle import FREE, Throttle
from synesthete.web.faults import TooMany
from tests.web.conftest import HERE, PASSWORD

API = "/api/v1"


def fresh(client: TestClient, **more: object) -> TestClient:
    return TestClient(client.app, base_url=HERE, raise_server_exceptions=False, **more)


def test_a_single_person_on_loopback_need_not_sign_in(client):
    me = client.get(f"{API}/me").json()
    assert (me["via"], me["listener"]["role"], me["accounts"], me["sign_in"]) == ("open", "owner", False, [])


def test_the_first_account_keeps_what_was_said_before_and_closes_the_house(client):
    client.post(f"{API}/feedback", json={"word": "like", "track_id": 1})
    made = client.post(f"{API}/account", json={"name": "Ana", "password": PASSWORD})
    assert made.status_code == 201 and made.json()["via"] == "session"
    assert client.get(f"{API}/feedback").json()["total"] == 1
    assert fresh(client).get(f"{API}/tracks").status_code == 401
    assert fresh(client).post(f"{API}/account", json={"name": "Eve", "password": PASSWORD}).status_code == 401
    assert client.post(f"{API}/account", json={"name": "Eve", "password": PASSWORD}).status_code == 409


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(two_people):
    _, _, stranger = two_people
    answer = stranger.post(f"{API}/login", json={"name": "ANA", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie
    token = answer.cookies[COOKIE]
    with stranger.parts.catalog.read() as connection:
        from sqlalchemy import text

        assert token not in str(connection.execute(text("SELECT * FROM sessions")).fetchall())


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(two_people):
    owner, _, _ = two_people
    thief = fresh(owner, cookies=dict(owner.cookies))
    assert thief.get(f"{API}/tracks").status_code == 200
    assert owner.post(f"{API}/logout").status_code == 204
    assert thief.get(f"{API}/tracks").status_code == 401


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(two_people):
    _, ben, _ = two_people
    other = fresh(ben, cookies=dict(ben.cookies))
    assert ben.patch(f"{API}/me", json={"password": "new password"}).status_code == 403
    changed = ben.patch(f"{API}/me", json={"password": "new password", "old_password": PASSWORD})
    assert changed.status_code == 200 and ben.get(f"{API}/tracks").status_code == 200
    assert other.get(f"{API}/tracks").status_code == 401
    assert fresh(ben).post(f"{API}/login", json={"name": "ben", "password": PASSWORD}).status_code == 401
    assert (
        fresh(ben).post(f"{API}/login", json={"name": "ben", "password": "new password"}).status_code == 200
    )


def test_guessing_is_slowed_down_also_with_the_right_password(two_people):
    _, _, stranger = two_people
    codes = [
        stranger.post(f"{API}/login", json={"name": "ben", "password": f"guess {i}"}).status_code
        for i in range(FREE + 2)
    ]
    assert codes[:FREE] == [401] * FREE and codes[-1] == 429
    slowed = stranger.post(f"{API}/login", json={"name": "ben", "password": PASSWORD})
    assert slowed.status_code == 429 and int(slowed.headers["retry-after"]) >= 1


def test_waits_double_and_a_success_forgives():
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    for _ in range(FREE + 1):
        throttle.failed("name")
    with pytest.raises(TooMany) as first:
        throttle.check("name", "elsewhere")
    now[0] += 1.1
    throttle.check("name")
    throttle.failed("name")
    with pytest.raises(TooMany) as second:
        throttle.check("name")
    assert (first.value.wait_s, second.value.wait_s) == (1, 2)
    throttle.succeeded("name")
    throttle.check("name")


def test_keys_are_shown_once_listed_by_their_beginning_and_revocable(two_people):
    _, ben, _ = two_people
    made = ben.post(f"{API}/keys", json={"name": "Phone", "scopes": ["read", "scrobble"]}).json()
    listed = ben.get(f"{API}/keys").json()["keys"]
    assert made["key"].startswith(listed[0]["hint"]) and made["key"] not in str(listed)
    program = fresh(ben, headers={"Authorization": f"Bearer {made['key']}"})
    assert program.get(f"{API}/me").json()["listener"]["name"] == "ben"
    assert program.post(f"{API}/playlists", json={"name": "x"}).status_code == 403
    assert program.post(f"{API}/listens", json={"listens": [{"at": 1, "track_id": 1}]}).status_code == 200
    assert program.post(f"{API}/keys", json={"name": "more", "scopes": ["admin"]}).status_code == 403
    assert ben.delete(f"{API}/keys/{listed[0]['id']}").status_code == 204
    assert program.get(f"{API}/me").status_code == 401
    assert ben.delete(f"{API}/keys/{listed[0]['id']}").status_code == 404


def test_somebody_elses_key_cannot_be_revoked(two_people):
    ana, ben, _ = two_people
    ben.post(f"{API}/keys", json={"name": "Phone", "scopes": ["read"]})
    assert ana.delete(f"{API}/keys/{ben.get(f'{API}/keys').json()['keys'][0]['id']}").status_code == 404


def test_the_servers_token_opens_as_the_owner(open_house):
    client = open_house(token="a-token-of-sixteen+")
    assert client.get(f"{API}/tracks").status_code == 401
    assert (
        client.get(f"{API}/tracks", headers={"Authorization": "Bearer a-token-of-sixteen+"}).status_code
        == 200
    )
    assert (
        client.get(f"{API}/tracks", headers={"Authorization": "Bearer a-token-of-sixteen"}).status_code == 401
    )
    assert client.get(f"{API}/me").json()["sign_in"] == ["token"]
    assert client.post(f"{API}/login", json={"token": "wrong"}).status_code == 403
    assert (
        client.post(f"{API}/login", json={"token": "a-token-of-sixteen+"}).json()["listener"]["role"]
        == "owner"
    )
    assert client.get(f"{API}/tracks").status_code == 200


def test_a_wrong_key_is_an_error_even_in_an_open_house(client):
    assert client.get(f"{API}/tracks", headers={"Authorization": "Bearer syn_nonsense"}).status_code == 401


def test_erasing_oneself_leaves_nothing(two_people):
    _, ben, stranger = two_people
    catalog = stranger.parts.catalog
    who = catalog.accounts.named("ben").id
    ben.post(f"{API}/feedback", json={"word": "like", "track_id": 1})
    ben.post(f"{API}/playlists", json={"name": "Mine", "track_ids": [1, 2]})
    ben.post(f"{API}/listens", json={"listens": [{"at": 5, "track_id": 1}]})
    ben.post(f"{API}/searches", json={"text": "blue"})
    ben.get(f"{API}/tracks/1/similar")
    learn(stranger.parts)
    exported = ben.get(f"{API}/me/export").json()
    assert [len(exported[part]) for part in ("listens", "feedback", "playlists", "searches")] == [1, 1, 1, 1]
    assert exported["playlists"][0]["tracks"][0]["title"] and exported["impressions"]
    assert "password" not in str(exported)
    assert ben.delete(f"{API}/me").status_code == 204
    assert ben.get(f"{API}/tracks").status_code == 401
    left = catalog.personal.export(who)
    assert left.pop("listener") is None and not any(left.values())
    assert catalog.values.get("people erased") == "1"
    assert stranger.parts.taste is None, "what was learned from him answers no more"
    errands = stranger.app.state.house.errands
    deadline = time.monotonic() + 60
    while errands.running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not stranger.parts.taste_folder.exists(), "nobody else has listened: nothing is left to know"


def test_the_last_owner_cannot_leave_the_others_alone(two_people):
    ana, _, stranger = two_people
    accounts = stranger.parts.catalog.accounts
    for owner in accounts.all():  # also the owner that was there before anybody signed in
        if owner.name not in ("ana", "ben"):
            assert ana.delete(f"{API}/listeners/{owner.id}").status_code == 204
    own = accounts.named("ana").id
    assert ana.patch(f"{API}/listeners/{own}", json={"role": "listener"}).status_code == 409
    assert ana.delete(f"{API}/me").status_code == 409


def test_the_owner_manages_people(two_people):
    ana, _, stranger = two_people
    made = ana.post(f"{API}/listeners", json={"name": "cleo", "password": PASSWORD})
    assert made.status_code == 201 and made.json()["role"] == "listener"
    assert ana.post(f"{API}/listeners", json={"name": "cleo"}).status_code == 409
    assert ana.patch(f"{API}/listeners/{made.json()['id']}", json={"role": "owner"}).json()["role"] == "owner"
    assert stranger.post(f"{API}/login", json={"name": "cleo", "password": PASSWORD}).status_code == 200
    names = [person["name"] for person in ana.get(f"{API}/listeners").json()["listeners"]]
    assert {"ana", "ben", "cleo"} <= set(names)


def test_a_listener_with_a_password_before_the_owner_would_lock_the_owner_out(client):
    assert client.post(f"{API}/listeners", json={"name": "kid", "password": PASSWORD}).status_code == 409
    assert client.get(f"{API}/tracks").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_is_recognized(host):
    assert is_loopback(host)


def test_others_are_refused_until_somebody_must_sign_in(client, tmp_path):
    catalog = client.parts.catalog
    outside = Settings(data=tmp_path, host="0.0.0.0")
    with pytest.raises(InputError, match="without signing in"):
        check_listening(outside, catalog)
    check_listening(Settings(data=tmp_path, host="0.0.0.0", token="a-token-of-sixteen+"), catalog)
    check_listening(Settings(data=tmp_path), catalog)
    catalog.listeners.add("ana", "owner", password_hash="$argon2id$")
    check_listening(outside, catalog)


def test_passwords_are_stretched_and_salted():
    one, two = hash_password("same words"), hash_password("same words")
    assert one != two and one.startswith("$argon2id$")
    assert password_fits("same words", one) and not password_fits("other words", one)
    assert not password_fits("anything", None) and not password_fits("x", "not a hash")


def test_settings_of_oneself_are_checked(client):
    assert client.patch(f"{API}/me", json={"time_zone": "Europe/Berlin", "letter": True}).status_code == 200
    assert client.get(f"{API}/me").json()["listener"]["time_zone"] == "Europe/Berlin"
    for wrong in (
        {"time_zone": "Mars"},
        {"email": "nobody"},
        {"name": " "},
        {"letter_hour": 24},
        {"colour": 1},
    ):
        assert client.patch(f"{API}/me", json=wrong).status_code in (400, 422)


def test_an_invitation_lets_somebody_choose_a_password_once(two_people):
    ana, ben, stranger = two_people
    made = ana.post(f"{API}/listeners", json={"name": "cleo <3"}).json()
    url = ana.post(f"{API}/listeners/{made['id']}/invitation").json()["url"]
    assert ben.post(f"{API}/listeners/{made['id']}/invitation").status_code == 403
    cleo = fresh(stranger)
    assert "Welcome, cleo &lt;3" in cleo.get(url).text
    assert cleo.post(url, data={"password": "short"}).status_code == 400
    came = cleo.post(url, data={"password": PASSWORD}, follow_redirects=False)
    assert (came.status_code, came.headers["location"]) == (303, "/")
    assert cleo.get(f"{API}/me").json()["listener"]["name"] == "cleo <3"
    assert fresh(stranger).get(url).status_code == 403
    assert fresh(stranger).post(url, data={"password": "another one"}).status_code == 403
    later = ana.post(f"{API}/listeners/{made['id']}/invitation").json()["url"]  # a password was forgotten
    assert (
        fresh(stranger).post(later, data={"password": "another one"}, follow_redirects=False).status_code
        == 303
    )
    assert cleo.get(f"{API}/tracks").status_code == 401  # who knew the old one is out


def test_forged_and_old_invitations_do_not_hold(two_people, monkeypatch):
    ana, _, stranger = two_people
    url = ana.post(f"{API}/listeners", json={"name": "cleo"}).json()["id"]
    url = ana.post(f"{API}/listeners/{url}/invitation").json()["url"]
    assert stranger.get(url[:-2] + ("AA" if url[-2:] != "AA" else "BB")).status_code == 403
    assert stranger.get("/welcome/nonsense").status_code == 403
    monkeypatch.setattr("synesthete.web.auth.invitation.LASTS_S", -1)
    assert stranger.get(url).status_code == 403


def test_nobody_is_invited_before_the_owner_has_an_account(client):
    made = client.post(f"{API}/listeners", json={"name": "kid"}).json()
    assert client.post(f"{API}/listeners/{made['id']}/invitation").status_code == 409
