"""`serve`, `listeners` and `keys` as a person at the server uses them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest
from click.testing import CliRunner

from synesthete.cli import root


def say(data, *words: str, stdin: str = "") -> tuple[int, str]:
    outcome = CliRunner().invoke(root, ["--data", str(data), *words], input=stdin, standalone_mode=False)
    if outcome.exception is not None:
        return 1, str(outcome.exception)
    return int(outcome.return_value or 0), outcome.stdout


def test_accounts_and_keys_from_the_terminal(tmp_path):
    assert say(tmp_path, "listeners", "add", "Ada", "--password-stdin", stdin="short\n")[0] == 1
    assert say(tmp_path, "listeners", "add", "Ada", "--password-stdin", stdin="long enough\n")[0] == 0
    assert say(tmp_path, "listeners", "add", "Ben", "--no-password", "--email", "ben@example.org")[0] == 0
    people = json.loads(say(tmp_path, "listeners", "list", "--json")[1])["listeners"]
    assert [(p["name"], p["role"], p["has_password"]) for p in people] == [
        ("Ada", "owner", True), ("Ben", "listener", False)
    ]  # fmt: skip
    key = say(tmp_path, "keys", "make", "Ben", "Phone", "--scope", "scrobble")[1].split()[0]
    listed = json.loads(say(tmp_path, "keys", "list", "Ben", "--json")[1])["keys"]
    assert key.startswith(listed[0]["hint"]) and listed[0]["scopes"] == ["scrobble"]
    assert say(tmp_path, "keys", "revoke", "Ben", str(listed[0]["id"]))[0] == 0
    assert say(tmp_path, "listeners", "change", "Ben", "--rename", "Benno", "--letter")[0] == 0
    assert json.loads(say(tmp_path, "listeners", "export", "Benno")[1])["listener"]["letter"] is True
    assert "last owner" in say(tmp_path, "listeners", "erase", "Ada", "--yes")[1]
    assert say(tmp_path, "listeners", "erase", "Benno", "--yes")[0] == 0
    assert "no listener has this name" in say(tmp_path, "keys", "list", "Benno")[1]


def test_what_is_no_mail_address_or_cannot_be_typed_is_refused(tmp_path):
    assert (
        "not a mail address" in say(tmp_path, "listeners", "add", "Ada", "--no-password", "--email", "ada")[1]
    )
    assert say(tmp_path, "listeners", "add", "Ada", "--no-password")[0] == 0
    assert "not a mail address" in say(tmp_path, "listeners", "change", "Ada", "--email", "a b@c")[1]
    assert "--password-stdin" in say(tmp_path, "listeners", "add", "Ben")[1], "no terminal, no question"
    assert "--password-stdin" in say(tmp_path, "listeners", "change", "Ada", "--password")[1]


def serve(data, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "synesthete", "--data", str(data), "serve", "--port", "0", *words]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("SYNESTHETE_")}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=quiet)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_until_it_is_told_to_stop(tmp_path, workers):
    server = serve(tmp_path, "--workers", workers)
    assert server.stderr is not None
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
        assert address
        assert httpx.get(f"{address[0]}/api/v1/health", timeout=60).json()["ok"] is True
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) in (0, -signal.SIGTERM)
    finally:
        server.kill()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_stops_at_once_and_quietly_while_a_page_listens(tmp_path, workers):
    server = serve(tmp_path, "--workers", workers)
    assert server.stderr is not None
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
        assert address
        with httpx.stream("GET", f"{address[0]}/api/v1/jobs/events", timeout=60) as events:
            assert next(events.iter_lines()) == "event: jobs"
            told_at = time.monotonic()
            server.send_signal(signal.SIGINT)
            assert server.wait(60) == 0
        assert time.monotonic() - told_at < 4.5, "before the patience with unfinished requests is over"
        assert server.stderr.read() == ""
    finally:
        server.kill()


def test_it_does_not_listen_where_others_could_walk_in(tmp_path):
    server = serve(tmp_path, "--host", "0.0.0.0")
    said = server.communicate(timeout=60)[1]
    assert server.returncode == 1 and "without signing in" in said and "SYNESTHETE_TOKEN" in said
