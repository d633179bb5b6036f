"""At the gate: hosts, sites, sizes and headers, in front of a real server where it matters."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

API = "/api/v1"


@pytest.fixture
def address(open_house) -> Iterator[tuple[str, int]]:
    """A real server of an open house on loopback."""
    client = open_house(upload_mb=100)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(client.app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    server_address = listening.getsockname()
    yield server_address[0], server_address[1]
    server.should_exit = True
    thread.join(20)


def test_500_megabytes_are_refused_before_they_are_sent(address):
    with socket.create_connection(address, 10) as line:
        line.sendall(
            b"POST /api/v1/clips HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            b"Content-Length: 500000000\r\n\r\n--x\r\n"
        )
        answer = line.recv(65536)
        while b"\r\n\r\n" not in answer or b"}}" not in answer:
            answer += line.recv(65536)
        assert answer.startswith(b"HTTP/1.1 413") and b"100 MB" in answer
        assert line.recv(1) == b""  # and the line is closed: the rest is never read


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit(address):
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(2000):
            yield b"\0" * 100_000

    with httpx.Client(base_url=f"http://{address[0]}:{address[1]}", timeout=30) as client:
        try:
            answer = client.post(
                f"{API}/clips", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
            )
            assert answer.status_code == 413
        except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
            pass  # the server closed the line while we were still sending, as it may
        assert client.get(f"{API}/health").status_code == 200


def test_jobs_are_told_as_they_go(address, tmp_path):
    with httpx.Client(base_url=f"http://{address[0]}:{address[1]}", timeout=20) as client:
        with client.stream("GET", f"{API}/jobs/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            first = next(line for line in lines if line.startswith("data:"))
            assert json.loads(first[5:]) == {"jobs": []}
            started = httpx.post(
                f"http://{address[0]}:{address[1]}{API}/jobs", json={"kind": "update"}, timeout=20
            )
            assert started.status_code == 202 and started.json()["process"] > 0
            told = json.loads(next(line for line in lines if line.startswith("data:"))[5:])
            assert told["jobs"][0]["kind"] in ("scan", "analyze")
        jobs = client.get(f"{API}/jobs").json()["jobs"]
        assert client.post(f"{API}/jobs/{jobs[0]['id']}/stop").status_code in (200, 409)
        assert client.post(f"{API}/jobs/4711/stop").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204), ({"Origin": "http://127.0.0.1"}, 204), ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "none"}, 204), ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
    ],
)  # fmt: skip
def test_pages_of_other_sites_change_nothing(client, headers, status):
    answer = client.post(f"{API}/searches", json={"text": "x"}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "a@127.0.0.1"])
def test_a_name_that_somebody_pointed_here_is_not_ours(client, host):
    assert client.get(f"{API}/tracks", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:9", "LOCALHOST"])
def test_names_of_this_machine_are_ours(client, host):
    assert client.get(f"{API}/health", headers={"Host": host}).status_code == 200


def test_the_name_people_use_behind_a_proxy_is_ours(open_house):
    client = open_house(base_url="https://music.example.org/")
    assert client.get(f"{API}/health", headers={"Host": "music.example.org"}).status_code == 200


def test_nothing_is_loaded_from_elsewhere_and_nothing_inline(client):
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200 and "default-src 'none'" in policy and "unsafe-inline" not in policy
    assert "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert client.get("/").headers["content-security-policy"] != policy  # a fresh nonce each time
    assert "<script>" not in page.text and " onclick=" not in page.text and " style=" not in page.text


def test_a_stranger_cannot_fill_the_disk(open_house):
    client = open_house(token="a-token-of-sixteen+")
    answer = client.post(f"{API}/clips", files={"file": ("a.wav", b"x" * 5_000_000)})
    assert answer.status_code == 401 and not (client.parts.settings.data / "clips").exists()


def test_errors_have_one_shape(client):
    answers = [
        client.get(f"{API}/nothing"), client.get(f"{API}/tracks/0x"), client.put(f"{API}/tracks"),
        client.post(f"{API}/playlists", content=b"{", headers={"Content-Type": "application/json"}),
        client.get("/assets/none.js"), client.get(f"{API}/tracks", params={"n": 10**30}),
        client.get(f"{API}/tracks", params={"ids": "1,x"}), client.get(f"{API}/tracks/{10**30}"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404, 422, 405, 422, 404, 422, 400, 422]
    for answer in answers:
        assert set(answer.json()) == {"error"} and set(answer.json()["error"]) == {"what", "subject", "hint"}


def test_what_nobody_expected_is_answered_without_details(client, monkeypatch, caplog):
    monkeypatch.setattr(type(client.parts.catalog.tracks), "genres", lambda *_: 1 / 0)
    answer = client.get(f"{API}/genres")
    assert answer.status_code == 500 and "ZeroDivision" not in answer.text
    assert answer.json()["error"]["subject"] in caplog.text


def test_pages_are_found_and_nothing_outside_them(client, tmp_path):
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from synesthete.web.faults import catch_faults
    from synesthete.web.guard import Guard
    from synesthete.web.pages import serve_pages

    built = tmp_path / "app"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__">', encoding="utf-8")
    (built / "assets" / "app-abc.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    app = FastAPI()
    serve_pages(app, built)
    catch_faults(app)
    app.add_middleware(Guard, hosts=None, limit=lambda _: 10, closed=frozenset(), is_known=lambda _: True)
    page = TestClient(app)
    answer = page.get("/artists/3")
    nonce = answer.text.split('content="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"] and len(nonce) > 16
    assert "immutable" in page.get("/assets/app-abc.js").headers["cache-control"]
    for wrong in (
        "/assets/none.js",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/api/v9/x",
        "/assets/..%2f..%2fsecret.txt",
    ):
        assert page.get(wrong).status_code == 404
    assert TestClient(app).get("/", headers={"Range": "bytes=0-1"}).status_code == 200
