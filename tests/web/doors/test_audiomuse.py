"""The AudioMuse-compatible door answers what its plugins ask, in the media server's own ids."""

from __future__ import annotations

import httpx
import pytest

from synesthete.recommend.by_word import heard_as


@pytest.fixture(scope="module")
def plugin(place, key_of):
    parts, url = place
    parts.catalog.external_ids.put("subsonic@navidrome:4533", [(i, f"nd-{i:04x}") for i in range(1, 25)])
    parts.catalog.external_ids.put_artists(
        "subsonic@navidrome:4533", [(t.id, f"nd-artist-{t.artist_id}") for t in parts.catalog.tracks.page(24)]
    )
    yield httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key_of(1, 'read', 'write')}"}, timeout=20
    )
    parts.catalog.external_ids.remove("subsonic@navidrome:4533")
    parts.catalog.external_ids.remove("artist of subsonic@navidrome:4533")


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
    assert answer["path"][0]["distance"] == 0
    assert answer["total_distance"] == pytest.approx(sum(row["distance"] for row in answer["path"]), abs=1e-4)


def test_similar_artists_come_with_what_speaks_for_them(plugin):
    rows = plugin.get(
        "/api/similar_artists", params={"artist": "ada byron", "n": 3, "include_component_matches": "true"}
    ).json()
    assert rows and "Ada Byron" not in [row["artist"] for row in rows]
    assert set(rows[0]) == {"artist", "artist_id", "divergence", "component_matches"}
    match = rows[0]["component_matches"][0]
    assert match["artist1_representative_songs"][0]["item_id"].startswith("nd-")


def test_artists_are_named_by_the_servers_ids_too_as_its_plugin_does(plugin):
    by_name = plugin.get("/api/similar_artists", params={"artist": "Ada Byron", "n": 3}).json()
    by_id = plugin.get("/api/similar_artists", params={"artist": "nd-artist-1", "n": 3}).json()
    assert by_id == by_name and {row["artist_id"] for row in by_id} == {f"nd-artist-{i}" for i in range(2, 5)}
    assert by_id == plugin.get("/api/similar_artists", params={"artist_id": "nd-artist-1", "n": 3}).json()


def test_search_and_playlist(plugin, place):
    parts, _ = place
    found = plugin.get("/api/search_tracks", params={"search_query": "first 1"}).json()
    ids = [row["item_id"] for row in found]
    assert len(ids) == 4
    page = plugin.get("/api/search_tracks", params={"search_query": "first 1", "start": 1, "end": 3}).json()
    assert [row["item_id"] for row in page] == ids[1:3]
    body = {"playlist_name": "From a plugin", "track_ids": [*ids, ids[0], {"item_id": "nd-0002"}]}
    answer = plugin.post("/api/create_playlist", json=body)
    assert answer.status_code == 201
    assert len(parts.catalog.playlists.tracks(int(answer.json()["playlist_id"]))) == 5


def test_health_is_told_to_anyone_and_a_key_can_be_tried(plugin, place):
    assert httpx.get(f"{place[1]}/api/health").json() == {"status": "ok"}
    assert plugin.get("/api/active_tasks").json() == {}
    assert httpx.get(f"{place[1]}/api/active_tasks").status_code == 401


def test_words_for_sound_find_what_sounds_so(plugin, place):
    collection = place[0].recommender.collection
    word = next(name for name in collection.tags.names if heard_as(collection, name, 5))
    expected = [(one.track.title, round(one.confidence, 4)) for one in heard_as(collection, word, 5)]
    for phrase in (word, f"the most {word} of all"):
        answer = plugin.post("/api/clap/search", json={"query": phrase, "limit": 5}).json()
        assert (answer["query"], answer["count"], answer["words"]) == (phrase, len(expected), [word])
        assert [(row["title"], row["similarity"]) for row in answer["results"]] == expected
        assert all(row["item_id"].startswith("nd-") and row["author"] for row in answer["results"])
    nothing = plugin.post("/api/clap/search", json={"query": "xyzzy"}).json()
    assert nothing == {"query": "xyzzy", "results": [], "count": 0, "words": []}


def test_mixtures_go_toward_what_is_added_and_away_from_what_is_subtracted(plugin):
    items = [
        {"id": "nd-0001", "op": "ADD", "type": "song"},
        {"id": "nd-artist-2", "op": "ADD", "type": "artist"},
    ]
    both = plugin.post("/api/alchemy", json={"items": items, "n": 6}).json()["results"]
    assert {row["author"] for row in both} <= {"Ada Byron", "Bela B"} and len(both) == 6
    assert set(both[0]) == {"item_id", "title", "author", "album", "distance"}
    less = [*items[:1], {"id": "nd-artist-2", "op": "SUBTRACT", "type": "artist"}]
    rest = plugin.post("/api/alchemy", json={"items": less, "n": 5}).json()["results"]
    assert {row["author"] for row in rest} == {"Ada Byron"}
    older = plugin.post("/api/alchemy", json={"add": ["nd-0001"], "sub": ["nd-0007"], "n": 5}).json()[
        "results"
    ]
    assert {row["author"] for row in older} == {"Ada Byron"}


def test_a_fingerprint_is_of_whose_key_it_is(place, key_of):
    parts, url = place
    dora = parts.catalog.listeners.add("dora").id
    asks = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key_of(dora, 'read')}"}, timeout=20)
    assert asks.get("/api/sonic_fingerprint/generate").json() == []
    parts.catalog.listens.put(dora, 7, 1_700_000_000)
    rows = asks.get("/api/sonic_fingerprint/generate", params={"n": 4}).json()
    assert len(rows) == 4 and {row["author"] for row in rows} == {"Bela B"}
    assert set(rows[0]) == {"item_id", "title", "author", "album", "distance"}
    parts.catalog.personal.erase(dora)


def test_the_embedding_is_the_one_we_use(plugin, place):
    answer = plugin.get("/external/get_embedding", params={"id": "nd-0003"}).json()
    vector = place[0].recommender.collection.vectors([3])[0]
    assert answer["item_id"] == "nd-0003" and answer["embedding"] == pytest.approx(vector.tolist())


def test_our_own_ids_work_where_no_server_was_synced(plugin):
    assert plugin.get("/api/similar_tracks", params={"item_id": "1", "n": 2}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [
    ("/api/similar_tracks?item_id=nd-ffff", 404), ("/api/similar_tracks", 400), ("/api/similar_tracks?item_id=1&n=x", 400),
    ("/api/similar_artists?artist=nobody", 404), ("/api/similar_artists", 400), ("/api/find_path?start_song_id=1", 400),
    ("/api/find_path?start_song_id=1&end_song_id=nd-ffff", 404), ("/external/get_embedding", 400),
    ("/external/get_embedding?id=nd-ffff", 404),
])  # fmt: skip
def test_what_is_not_there_is_an_error_in_words(plugin, path: str, status: int):
    answer = plugin.get(path)
    assert answer.status_code == status and isinstance(answer.json()["error"], str)


@pytest.mark.parametrize(("path", "body"), [
    ("clap/search", {}), ("clap/search", {"query": "  "}), ("alchemy", {}), ("alchemy", {"items": [{"id": "1", "op": "SUBTRACT"}]}),
    ("alchemy", {"items": [{"id": "1", "op": "ADD", "type": "mood"}]}), ("create_playlist", {"playlist_name": "x"}),
])  # fmt: skip
def test_questions_that_ask_nothing_are_refused(plugin, path: str, body: dict):
    answer = plugin.post(f"/api/{path}", json=body)
    assert answer.status_code == 400 and isinstance(answer.json()["error"], str)


def test_numbers_beyond_the_limits_are_cut(plugin):
    assert len(plugin.get("/api/similar_tracks", params={"item_id": "1", "n": 0}).json()) == 1
    assert len(plugin.get("/api/similar_tracks", params={"item_id": "1", "n": 99999}).json()) == 23


def test_strangers_are_asked_for_a_key(place):
    _, url = place
    assert httpx.get(f"{url}/api/similar_tracks", params={"item_id": "1"}).status_code == 401
    wrong = httpx.get(
        f"{url}/api/similar_tracks", params={"item_id": "1"}, headers={"Authorization": "Bearer nope"}
    )
    assert wrong.status_code == 401
