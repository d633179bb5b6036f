"""The AudioMuse-compatible door answers what its plugins ask, in the media server's own ids."""

from __future__ import annotations

import httpx
import pytest


@pytest.fixture(scope="module")
def plugin(place, key_of):
    parts, url = place
    parts.catalog.external_ids.put("subsonic@navidrome:4533", [(i, f"nd-{i:04x}") for i in range(1, 25)])
    yield httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key_of(1, 'read', 'write')}"}, timeout=20
    )
    parts.catalog.external_ids.remove("subsonic@navidrome:4533")


def test_similar_tracks_are_an_array_nearest_first_in_the_servers_ids(plugin):
    rows = plugin.get(
        "/api/similar_tracks", params={"item_id": "nd-0001", "n": 4, "eliminate_duplicates": "true"}
    ).json()
    assert [set(row) for row in rows] == [{"item_id", "title", "author", "album", "distance"}] * 4
    assert all(row["item_id"].startswith("nd-") for row in rows)
    assert [row["distance"] for row in rows] == sorted(row["distance"] for row in rows)
    assert rows[0]["author"] == "Ada Byron" and "nd-0001" not in [row["item_id"] for row in rows]


def test_a_path_begins_and_ends_where_asked(plugin):
    answer = plugin.get(
        "/api/find_path", params={"start_song_id": "nd-0001", "end_song_id": "nd-0018", "max_steps": 6}
    ).json()
    ids = [row["item_id"] for row in answer["path"]]
    assert (ids[0], ids[-1]) == ("nd-0001", "nd-0018") and len(set(ids)) == len(ids)
    assert answer["total_distance"] == pytest.approx(sum(row["distance"] for row in answer["path"]), abs=1e-4)


def test_similar_artists_come_with_what_speaks_for_them(plugin):
    rows = plugin.get(
        "/api/similar_artists", params={"artist": "ada byron", "n": 3, "include_component_matches": "true"}
    ).json()
    assert rows and "Ada Byron" not in [row["artist"] for row in rows]
    assert set(rows[0]) == {"artist", "artist_id", "divergence", "component_matches"}
    match = rows[0]["component_matches"][0]
    assert match["artist1_representative_songs"][0]["item_id"].startswith("nd-")


def test_search_and_playlist(plugin, place):
    parts, _ = place
    found = plugin.get("/api/search_tracks", params={"search_query": "first 1"}).json()
    ids = [row["item_id"] for row in found]
    assert len(ids) == 4
    made = plugin.post(
        "/api/create_playlist", json={"playlist_name": "From a plugin", "track_ids": ids}
    ).json()
    assert len(parts.catalog.playlists.tracks(int(made["playlist_id"]))) == 4


def test_our_own_ids_work_where_no_server_was_synced(plugin):
    assert plugin.get("/api/similar_tracks", params={"item_id": "1", "n": 2}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [
    ("/api/similar_tracks?item_id=nd-ffff", 404), ("/api/similar_tracks", 400), ("/api/similar_tracks?item_id=1&n=0", 422),
    ("/api/similar_artists?artist=nobody", 404),
])  # fmt: skip
def test_what_is_not_there_is_an_error_in_words(plugin, path: str, status: int):
    answer = plugin.get(path)
    assert answer.status_code == status and answer.json()["error"]["what"]


def test_strangers_are_asked_for_a_key(place):
    _, url = place
    assert httpx.get(f"{url}/api/similar_tracks", params={"item_id": "1"}).status_code == 401
    wrong = httpx.get(
        f"{url}/api/similar_tracks", params={"item_id": "1"}, headers={"Authorization": "Bearer nope"}
    )
    assert wrong.status_code == 401
