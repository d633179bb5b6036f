"""Last.fm-style intake: a real client of 2.0 over TLS, 1.2 as its contract tells it, and what is refused."""

from __future__ import annotations

import hashlib
import ssl
import threading
import time
from collections.abc import Iterator

import httpx
import pylast
import pytest
import trustme
import uvicorn

from synesthete.music import ListenerId
from synesthete.web.app import create_app
from synesthete.web.auth.proofs import hash_password
from synesthete.web.doors.subsonic.login import app_password

NOW = int(time.time()) - 7200


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def echo(place) -> Iterator[ListenerId]:
    """Somebody whom the tests of other doors do not know, and who is gone when they begin."""
    catalog = place[0].catalog
    made = catalog.listeners.add("echo", password_hash=hash_password("only your last words")).id
    yield made
    catalog.personal.erase(made)


@pytest.fixture(scope="module")
def password(place, echo) -> str:
    """Echo's app password."""
    return app_password(place[0].catalog, echo)


@pytest.fixture
def network(place, tmp_path, monkeypatch) -> Iterator[pylast._Network]:
    """A real client's idea of a network: ours, behind TLS, since it knows nothing else."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    files = tmp_path / "key.pem", tmp_path / "chain.pem"
    certificate.private_key_pem.write_to_path(str(files[0]))
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(str(files[1]), append=True)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(pylast, "SSL_CONTEXT", trusting)
    config = uvicorn.Config(
        create_app(place[0]), host="127.0.0.1", port=0, log_level="warning", ssl_keyfile=files[0], ssl_certfile=files[1]
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    nowhere = dict.fromkeys(range(20), "")
    yield pylast._Network(
        "Ours", "https://localhost", (f"127.0.0.1:{port}", "/apis/audioscrobbler/2.0/"), "any key", "any secret", "",
        "", "", nowhere, nowhere,
    )  # fmt: skip
    server.should_exit = True
    thread.join(20)


def test_a_real_client_signs_in_and_scrobbles(place, network, password, echo):
    catalog = place[0].catalog
    before = catalog.listens.number(echo)
    network.session_key = pylast.SessionKeyGenerator(network).get_session_key("echo", pylast.md5(password))
    network.update_now_playing("Ada Byron", "First 1 by A")
    assert catalog.listens.number(echo) == before
    network.scrobble("Ada Byron", "First 2 by A", NOW, album="First of A", duration=2)
    more = [
        {"artist": "Nobody & Söhne", "title": f"Elsewhere <{n}>", "timestamp": NOW + n} for n in range(1, 61)
    ]
    network.scrobble_many(more)
    network.scrobble_many(more[:3])
    assert catalog.listens.number(echo) == before + 61, "the same listens sent twice are kept once"
    kept = {heard.at: heard for heard in catalog.listens.of(echo, 100)}
    assert catalog.tracks.get(kept[NOW].track_id).title == "First 2 by A"
    assert kept[NOW + 7].track_id is None


def test_a_wrong_password_and_a_forged_session_are_refused_in_the_contracts_codes(network):
    with pytest.raises(pylast.WSError) as caught:
        pylast.SessionKeyGenerator(network).get_session_key("echo", pylast.md5("guess"))
    assert caught.value.get_id() == "4"
    network.session_key = "forged"
    with pytest.raises(pylast.WSError) as caught:
        network.scrobble("A", "B", NOW)
    assert caught.value.get_id() == "9"


def test_in_json_with_the_accounts_own_password_and_listens_that_are_not_believed(place, echo):
    with httpx.Client(base_url=f"{place[1]}/apis/audioscrobbler", timeout=20) as client:
        ask = {"format": "json", "api_key": "k", "api_sig": "s"}
        login = {"method": "auth.getMobileSession", "username": "echo", "password": "only your last words"}
        session = client.post("/2.0/", data={**ask, **login}).json()["session"]
        assert session["name"] == "echo"
        listens = {"artist[0]": "A", "track[0]": "B", "timestamp[0]": str(NOW - 9), "artist[1]": "A", "track[1]": "B",
                   "timestamp[1]": "12"}  # fmt: skip
        answer = client.post(
            "/", data={**ask, "method": "track.scrobble", "sk": session["key"], **listens}
        ).json()
        assert answer["scrobbles"]["@attr"] == {"accepted": 1, "ignored": 1}
        assert [s["ignoredMessage"]["code"] for s in answer["scrobbles"]["scrobble"]] == ["0", "3"]
        for wrong, code in (
            ({"method": "user.getInfo"}, 3),
            ({"method": "track.scrobble", "sk": session["key"], "artist": "A"}, 6),
            ({"method": "track.scrobble", "sk": session["key"], "artist": "A", "track": "B", "timestamp": "soon"}, 6),
            ({"method": "track.scrobble", "sk": session["key"],
              **{f"track[{n}]": "B" for n in range(51)}, **{f"artist[{n}]": "A" for n in range(51)}}, 6),
            ({**login, "password": "wrong"}, 4),
        ):  # fmt: skip
            answer = client.post("/2.0/", data={**ask, **wrong})
            assert (answer.json()["error"], answer.status_code >= 400) == (code, True)


def test_a_new_app_password_ends_the_sessions_of_the_old(place):
    parts, url = place
    dido = parts.catalog.listeners.add("dido", password_hash=hash_password("queen of carthage")).id
    old = app_password(parts.catalog, dido)
    sign_in = {
        "method": "auth.getMobileSession",
        "format": "json",
        "username": "dido",
        "authToken": md5("dido" + md5(old)),
    }
    key = httpx.post(f"{url}/apis/audioscrobbler/2.0/", data=sign_in).json()["session"]["key"]
    app_password(parts.catalog, dido, renew=True)
    playing = {"method": "track.updateNowPlaying", "format": "json", "artist": "A", "track": "B", "sk": key}
    assert httpx.post(f"{url}/apis/audioscrobbler/2.0/", data=playing).json()["error"] == 9
    parts.catalog.personal.erase(dido)


def test_the_older_protocol(place, password, echo):
    parts, url = place
    door = f"{url}/apis/audioscrobbler_legacy/"
    at = str(int(time.time()))
    hello = {
        "hs": "true",
        "p": "1.2.1",
        "c": "tst",
        "v": "1.0",
        "u": "echo",
        "t": at,
        "a": md5(md5(password) + at),
    }
    word, session, playing, submission = httpx.get(door, params=hello).text.split("\n")[:4]
    assert word == "OK"
    before = parts.catalog.listens.number(echo)
    now = {"s": session, "a": "Ada Byron", "t": "First 3 by A", "b": "", "l": "", "n": "", "m": ""}
    assert httpx.post(playing, data=now).text == "OK\n"
    rows = {"s": session, "a[0]": "Ada Byron", "t[0]": "First 3 by A", "i[0]": str(NOW + 999), "o[0]": "P", "r[0]": "",
            "l[0]": "2", "b[0]": "First of A", "n[0]": "", "m[0]": ""}  # fmt: skip
    for _ in range(2):
        assert httpx.post(submission, data=rows).text == "OK\n"
    assert parts.catalog.listens.number(echo) == before + 1
    for wrong, answer in (
        ({"t": "1000000000"}, "BADTIME"), ({"a": "0" * 32}, "BADAUTH"), ({"u": "nobody"}, "BADAUTH"), ({"hs": "no"}, "FAILED"),
    ):  # fmt: skip
        assert httpx.get(door, params={**hello, **wrong}).text.startswith(answer)
    assert httpx.post(submission, data={**rows, "s": "made up"}).text == "BADSESSION\n"
    assert httpx.post(submission, data={"s": session, "a[0]": "x"}).text.startswith("FAILED")
