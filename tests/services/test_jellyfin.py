"""Jellyfin: a stub built from its published API document (no server of it can run here, which is said plainly)."""

from __future__ import annotations

import json

import pytest

from synesthete.errors import NotAllowed, NotFound, ServiceError
from synesthete.music import Description
from synesthete.services.jellyfin import Jellyfin
from tests.services.stub import Stub


def audio(n: int) -> dict:
    return {
        "Id": f"{n:032x}", "Name": f"T{n}", "Type": "Audio", "Artists": ["A"], "Album": "R", "RunTimeTicks": 1_815_000_000,
        "ProviderIds": {"MusicBrainzRecording": "mb"}, "Path": f"/m/{n}.flac",
        "UserData": {"IsFavorite": n == 2, "PlayCount": n, "LastPlayedDate": "2026-01-02T03:04:05.6789012Z" if n else None},
    }  # fmt: skip


@pytest.fixture
def jellyfin(stub: Stub) -> Jellyfin:
    lists = {"old": {"Id": "old", "Name": "Monday", "Type": "Playlist"}}
    tracks = [audio(n) for n in range(1201)]

    def guarded(answer):
        return lambda q, b, h: answer(q, b) if h.get("X-Emby-Token") == "key" else (401, {}, {})

    def items(query: dict, body: str) -> tuple:
        rows = tracks if query["IncludeItemTypes"] == "Audio" else list(lists.values())
        start = int(query["StartIndex"])
        return 200, {}, {"Items": rows[start : start + int(query["Limit"])], "TotalRecordCount": len(rows)}

    def create(query: dict, body: str) -> tuple:
        lists["new"] = {"Id": "new", "Name": json.loads(body)["Name"], "Type": "Playlist"}
        return 200, {}, {"Id": "new"}

    def delete(query: dict, body: str) -> tuple:
        del lists["old"]
        return 204, {}, b""

    stub.routes["GET", "/Users"] = guarded(lambda q, b: (200, {}, [{"Name": "Ana", "Id": "u1"}]))
    stub.routes["GET", "/Items"] = guarded(items)
    stub.routes["POST", "/Playlists"] = guarded(create)
    stub.routes["DELETE", "/Items/old"] = guarded(delete)
    stub.lists = lists
    return Jellyfin(stub.url, "key", "ana", sleep=lambda s: None)


def test_all_pages_of_the_catalog_are_read(jellyfin: Jellyfin):
    tracks = list(jellyfin.tracks())
    assert len({t.ids for t in tracks}) == 1201
    assert (tracks[0].duration_s, tracks[0].recording_mbid, tracks[0].artist) == (181.5, "mb", "A")


def test_favorites_and_play_counts_become_opinions(jellyfin: Jellyfin):
    opinions = list(jellyfin.opinions())
    assert len(opinions) == 1200 and [o.track.title for o in opinions if o.starred] == ["T2"]
    assert opinions[0].last_played_at == 1_767_323_045


def test_a_playlist_replaces_the_one_of_the_same_name(stub: Stub, jellyfin: Jellyfin):
    tracks = [Description("T1", ids=((jellyfin.scheme, audio(1)["Id"]),)), Description("elsewhere")]
    assert jellyfin.put_playlist("Monday", tracks) == "new"
    assert list(stub.lists) == ["new"]


def test_a_failed_creation_keeps_the_old_playlist(stub: Stub, jellyfin: Jellyfin):
    stub.routes["POST", "/Playlists"] = lambda q, b, h: (500, {}, {})
    with pytest.raises(ServiceError):
        jellyfin.put_playlist("Monday", [Description("T1", ids=((jellyfin.scheme, audio(1)["Id"]),))])
    assert list(stub.lists) == ["old"]


def test_an_unknown_user_and_a_wrong_key_are_told_apart(stub: Stub, jellyfin: Jellyfin):
    with pytest.raises(NotFound, match="no such user"):
        list(Jellyfin(stub.url, "key", "bob").tracks())
    with pytest.raises(NotAllowed):
        list(Jellyfin(stub.url, "wrong", "ana").tracks())
