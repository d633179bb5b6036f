"""Playlists: made, edited, continued, read from files and written to them."""

from __future__ import annotations

import json

import pytest

API = "/api/v1"


def make(client, *track_ids: int, name: str = "Evening") -> int:
    answer = client.post(f"{API}/playlists", json={"name": name, "track_ids": list(track_ids)})
    assert answer.status_code == 201
    return int(answer.json()["playlist"]["id"])


def on(client, number: int) -> list[int]:
    entries = client.get(f"{API}/playlists/{number}").json()["entries"]
    return [entry["track"]["id"] for entry in entries]


def test_a_playlist_is_edited_in_place(client):
    number = make(client, 1, 2, 3)
    address = f"{API}/playlists/{number}"
    client.post(f"{address}/tracks", json={"track_ids": [4]})
    client.post(f"{address}/tracks", json={"track_ids": [5], "position": 0})
    assert on(client, number) == [5, 1, 2, 3, 4]
    client.put(f"{address}/order", json={"positions": [4, 0, 2]})
    assert on(client, number) == [4, 5, 2]
    assert client.patch(address, json={"name": "Night"}).json()["name"] == "Night"
    assert client.get(f"{API}/playlists").json()["playlists"][0]["tracks"] == 3
    assert client.delete(address).status_code == 204 and client.get(address).status_code == 404


@pytest.mark.parametrize("positions", [[0, 0], [3], [0, 1, 2, 3]])
def test_an_order_that_is_none_changes_nothing(client, positions):
    number = make(client, 1, 2, 3)
    answer = client.put(f"{API}/playlists/{number}/order", json={"positions": positions})
    assert answer.status_code == 400 and on(client, number) == [1, 2, 3]


def test_two_people_editing_at_once_do_not_overwrite_each_other(client):
    number = make(client, 1, 2)
    seen = client.get(f"{API}/playlists/{number}").json()["playlist"]["changed_at"]
    stale = client.put(f"{API}/playlists/{number}/order", json={"positions": [1, 0], "changed_at": seen - 1})
    assert stale.status_code == 409
    fresh = client.put(f"{API}/playlists/{number}/order", json={"positions": [1, 0], "changed_at": seen})
    assert fresh.status_code == 200 and on(client, number) == [2, 1]
    within_the_second = client.put(
        f"{API}/playlists/{number}/order", json={"positions": [1, 0], "changed_at": seen}
    )
    assert within_the_second.status_code == 409 and on(client, number) == [2, 1]


def test_tracks_that_are_not_there_cannot_be_put_on_it(client):
    assert client.post(f"{API}/playlists", json={"name": "x", "track_ids": [4711]}).status_code == 404
    number = make(client, 1)
    assert client.post(f"{API}/playlists/{number}/tracks", json={"track_ids": [4711]}).status_code == 404
    assert on(client, number) == [1]


def test_it_goes_on_with_what_fits_and_is_not_on_it(client):
    number = make(client, 1, 2)
    answer = client.post(f"{API}/playlists/{number}/continuation", json={"n": 2, "add": True}).json()
    new = [result["track"]["id"] for result in answer["results"]]
    assert answer["added"] == 2 and not {1, 2} & set(new) and on(client, number) == [1, 2, *new]


@pytest.mark.parametrize("form", ["m3u8", "xspf", "jspf", "csv"])
def test_what_is_written_is_read_again(client, form):
    number = make(client, 3, 1, 2, name="Été <1>")
    file = client.get(f"{API}/playlists/{number}/export", params={"format": form})
    assert file.status_code == 200 and form in file.headers["content-disposition"]
    answer = client.post(f"{API}/playlists/import", files={"file": (f"list.{form}", file.content)}).json()
    assert (answer["found"], answer["matched"], answer["missing"]) == (3, 3, [])
    assert on(client, answer["playlists"][0]["id"]) == [3, 1, 2]


def test_what_is_not_in_the_library_is_told_and_kept(client):
    document = {
        "playlist": {
            "title": "Mixed",
            "track": [
                {"title": "Cogs", "creator": "Ada Byron"},
                {"title": "Unheard of", "creator": "Nobody"},
            ],
        }
    }
    answer = client.post(
        f"{API}/playlists/import", files={"file": ("mixed.jspf", json.dumps(document))}
    ).json()
    assert (answer["found"], answer["matched"]) == (2, 1)
    assert answer["missing"][0]["title"] == "Unheard of" and answer["missing"][0]["line"] == 2
    entries = client.get(f"{API}/playlists/{answer['playlists'][0]['id']}").json()["entries"]
    assert entries[0]["track"]["title"] == "Cogs" and entries[1]["named"]["artist"] == "Nobody"
    assert client.get(f"{API}/playlists").json()["playlists"][0]["missing"] == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jspf", b"{"),
        ("a.xspf", b"<playlist>"),
        ("a.m3u8", b""),
        ("../../x", b"\0\1\2" * 99),
        ("h.json", b"[]"),
    ],
)
def test_a_file_that_is_none_is_refused_and_nothing_is_made(client, name, data):
    answer = client.post(f"{API}/playlists/import", files={"file": (name, data)})
    assert answer.status_code == 400 and answer.json()["error"]["what"]
    assert client.get(f"{API}/playlists").json()["playlists"] == []
