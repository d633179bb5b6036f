"""Services that are set up: all are read, whatever becomes of one, and the list of jobs tells of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from synesthete.catalog.entries import Entry
from synesthete.cli import run
from synesthete.errors import NotFound, SettingsError
from synesthete.jobs.synced import ALL, listener_of, read_all, reading_of
from synesthete.parts import Parts, open_parts
from synesthete.settings import SyncedService, load_settings
from tests.services.stub import Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    """ListenBrainz with two listens of ana's, and a Subsonic server that lets nobody in."""
    server = Stub()
    rows = [
        {
            "listened_at": 1_700_000_000 + n,
            "track_metadata": {"track_name": "Cogs", "artist_name": "Ada Byron"},
        }
        for n in (2, 1)
    ]
    server.routes["GET", "/1/user/ana/listens"] = lambda q, b, h: (
        200, {}, {"payload": {"listens": [r for r in rows if r["listened_at"] > int(q["min_ts"])]}}
    )  # fmt: skip
    server.routes["GET", "/1/feedback/user/ana/get-feedback"] = lambda q, b, h: (
        200, {}, {"total_count": 0, "feedback": []}
    )  # fmt: skip
    refused = {"subsonic-response": {"status": "failed", "error": {"code": 40, "message": "Wrong user"}}}
    for method in ("GET", "POST"):
        for verb in ("ping", "getAlbumList2", "getPlaylists"):
            server.routes[method, f"/rest/{verb}.view"] = lambda q, b, h: (200, {}, refused)
    yield server
    server.close()


def wanted(stub: Stub) -> list[dict[str, str]]:
    """A server that refuses us, one for somebody who is not here, and one that works, in this order."""
    return [
        {"service": "subsonic", "url": stub.url, "user": "ana", "password": "swordfish"},
        {"service": "listenbrainz", "url": stub.url, "user": "ana", "listener": "nobody"},
        {"service": "listenbrainz", "url": stub.url, "user": "ana"},
    ]


@pytest.fixture
def parts(stub: Stub, tmp_path: Path) -> Iterator[Parts]:
    with open_parts(load_settings(tmp_path, sync=wanted(stub))) as opened:
        opened.catalog.tracks.put(Entry(title="Cogs", artist="Ada Byron", duration_s=180.0))
        yield opened


def test_one_that_fails_costs_the_others_nothing_and_is_told(parts: Parts):
    accounts = read_all(parts)
    refused, unknown, fine = accounts.values()
    assert "Wrong user" in refused.troubles[0] and "no such listener" in unknown.troubles[0]
    assert fine.troubles == [] and fine.counts["listens"] == 2
    assert parts.catalog.listens.number(parts.catalog.listeners.owner().id) == 2
    [job] = [one for one in parts.catalog.jobs.recent(10) if one.about == ALL]
    assert (job.kind, job.state, job.found, job.done, job.failed) == ("sync", "done", 3, 1, 2)
    assert "Wrong user" in job.message and "no such listener" in job.message
    assert "swordfish" not in job.message + repr(parts.settings) + str(list(accounts))
    assert next(iter(read_all(parts).values())).counts["listens"] == 0, "nothing comes twice"


def test_the_verb_reads_what_the_file_and_the_environment_name(stub: Stub, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SYNESTHETE_SYNC", json.dumps(wanted(stub)[1:]))
    assert run(["sync", "all", "--json", "--data", str(tmp_path)]) == 3
    told = json.loads(capsys.readouterr().out)["services"]
    assert [bool(one["troubles"]) for one in told] == [True, False]
    assert told[0]["service"] == f"listenbrainz {stub.url} ana for nobody"
    monkeypatch.delenv("SYNESTHETE_SYNC")
    (tmp_path / "settings.toml").write_text(
        f'[[sync]]\nservice = "listenbrainz"\nurl = "{stub.url}"\nuser = "ana"\ntoken = "swordfish"\n'
    )
    assert run(["sync", "all", "--data", str(tmp_path)]) == 0
    assert "listenbrainz" in capsys.readouterr().out
    assert run(["config", "--data", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert f"listenbrainz {stub.url} ana" in shown and "swordfish" not in shown


def test_a_server_that_is_away_is_said_once_and_has_failed(tmp_path, capsys):
    words = ["sync", "listenbrainz", "ana", "--url", "http://127.0.0.1:1", "--data", str(tmp_path)]
    assert run(words) == 1
    assert capsys.readouterr().err.count("cannot be reached") == 1


def test_without_any_the_verb_says_so(tmp_path, capsys):
    assert run(["sync", "all", "--data", str(tmp_path)]) == 0
    assert "No service is set up" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('[{"service": "subsonic", "url": "https://music.example", "user": "ana"}]', "subsonic needs"),
        ('[{"service": "jellyfin", "user": "ana", "key": "k"}]', "jellyfin needs"),
        ('[{"service": "listenbrainz"}]', "listenbrainz needs user"),
        ('[{"service": "gramophone"}]', "sync"),
        ("subsonic", "not JSON"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_the_door(tmp_path, monkeypatch, given, said):
    monkeypatch.setenv("SYNESTHETE_SYNC", given)
    with pytest.raises(SettingsError, match=said):
        load_settings(tmp_path)


def test_a_service_is_read_as_by_its_verb(parts: Parts):
    one = reading_of(
        SyncedService(service="jellyfin", url="http://j.example:8096", user="Ana", key="k", hear=True)
    )
    assert (one.name, one.scheme, one.hear) == ("jellyfin", "jellyfin@j.example:8096", True)
    two = reading_of(SyncedService(service="subsonic", url="https://s.example", key="k", adopt=True))
    assert (two.name, two.scheme, two.adopt, two.listener) == ("subsonic", "subsonic@s.example", True, None)
    assert reading_of(SyncedService(service="listenbrainz", user="ana")).name == "listenbrainz ana"
    owner = parts.catalog.listeners.owner()
    assert listener_of(parts.catalog, None) == listener_of(parts.catalog, owner.name) == owner.id
    with pytest.raises(NotFound):
        listener_of(parts.catalog, "nobody")
