"""The Subsonic door, with a real client library and against the contract."""

from __future__ import annotations

import hashlib
import io
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from synesthete.catalog.entries import Entry
from synesthete.services.subsonic import Subsonic as OurClient
from synesthete.web.auth.proofs import HINT_LENGTH, new_key, token_hash
from synesthete.web.doors.subsonic import METHODS
from synesthete.web.doors.subsonic.login import app_password
from tests.audio.test_tags import id3
from tests.web.house import house

knuckles = pytest.importorskip("knuckles", reason="the dev extra is not installed")


@pytest.fixture(scope="module")
def call(place):
    _, url = place
    client = httpx.Client(base_url=url, timeout=20)

    def call(method: str, user: str = "ana", password: str = "correct horse", **parameters):
        asked = {"u": user, "p": password, "v": "1.16.1", "c": "test", "f": "json", **parameters}
        return client.get(f"/rest/{method}", params=asked).json()["subsonic-response"]

    call.client = client
    return call


@pytest.fixture(scope="module")
def knocking(place):
    parts, url = place
    return knuckles.Subsonic(url, "ana", app_password(parts.catalog, 1), "test", use_https=False)


def test_a_real_client_library_gets_on_with_it(knocking):
    """knuckles logs in with salted tokens and parses what it gets strictly."""
    assert knocking.system.ping().status == "ok"
    artists = knocking.browsing.get_artists()
    assert len(artists) == 4
    albums = knocking.lists.get_album_list_alphabetical_by_name()
    assert len(albums) == 8
    album = knocking.browsing.get_album(albums[0].id)
    assert [song.track for song in album.songs] == [1, 2, 3]
    song = album.songs[0]
    knocking.media_annotation.star_song(song.id)
    knocking.media_annotation.set_rating(song.id, 5)
    again = knocking.browsing.get_song(song.id)
    assert again.user_rating == 5 and again.starred is not None
    found = knocking.searching.search("first by")
    assert found.songs or knocking.searching.search("first").songs
    near = knocking.browsing.get_similar_songs(song.id, 5)
    assert near and song.id not in [s.id for s in near]
    playlist = knocking.playlists.create_playlist("Mix", song_ids=[song.id])
    assert [s.id for s in knocking.playlists.get_playlist(playlist.id).songs] == [song.id]
    assert len(knocking.media_retrieval.stream(song.id)) > 0


def test_our_own_client_reads_it_too(place):
    parts, url = place
    client = OurClient(url, "ana", app_password(parts.catalog, 1), sleep=lambda s: None)
    assert client.ping().startswith("synesthete")
    assert len(list(client.tracks())) == 24


def test_tracks_on_no_album_are_reached_like_all_others(place, call):
    parts, url = place
    tracks = parts.catalog.tracks
    entries = [Entry(f"Loose {i}", "Zoe", path=f"/loose/{i}.mp3", duration_s=60.0) for i in range(2)]
    loose = [int(i) for i in tracks.put_many(entries)]
    try:
        zoe = next(
            a for i in call("getArtists")["artists"]["index"] for a in i["artist"] if a["name"] == "Zoe"
        )
        [album] = call("getArtist", id=zoe["id"])["artist"]["album"]
        assert zoe["albumCount"] == 1 and (album["name"], album["songCount"]) == ("[No album]", 2)
        songs = call("getAlbum", id=album["id"])["album"]["song"]
        assert [song["id"] for song in songs] == [f"tr-{i}" for i in loose]
        assert {song["albumId"] for song in songs} == {album["id"]} and "album" not in songs[0]
        pages = [
            call("getAlbumList2", type="alphabeticalByName", size="3", offset=str(offset))["albumList2"]
            for offset in range(0, 12, 3)
        ]
        names = [one["name"] for page in pages for one in page.get("album", [])]
        assert len(names) == len(set(names)) == 9 and names[-1] == "[No album]"
        assert call("getAlbum", id="al--99999")["error"]["code"] == 70
        assert call("getSimilarSongs2", id=album["id"])["status"] == "ok"
        client = OurClient(url, "ana", app_password(parts.catalog, 1), sleep=lambda s: None)
        assert len(list(client.tracks())) == 26
    finally:
        parts.catalog.files.hide(loose)


def test_similar_songs_are_by_sound(call):
    song = call("search3", query="first 1 by A")["searchResult3"]["song"][0]
    near = call("getSimilarSongs2", id=song["id"], count="2")["similarSongs2"]["song"]
    assert {s["artist"] for s in near} == {"Ada Byron"}


def test_sonic_similarity_says_how_near_and_paths_begin_and_end_where_asked(call):
    ada = call("search3", query="first 1 by A")["searchResult3"]["song"][0]["id"]
    dora = call("search3", query="first 1 by D")["searchResult3"]["song"][0]["id"]
    near = call("getSonicSimilarTracks", id=ada, count="5")["sonicMatch"]
    similarities = [row["similarity"] for row in near]
    assert similarities == sorted(similarities, reverse=True) and all(0 <= s <= 1 for s in similarities)
    assert similarities[0] > 0.8
    path = call("findSonicPath", startSongId=ada, endSongId=dora, count="6")["sonicMatch"]
    assert (path[0]["entry"]["id"], path[-1]["entry"]["id"]) == (ada, dora)
    assert path[0]["similarity"] == 1.0 and len({row["entry"]["id"] for row in path}) == len(path)


def test_extensions_are_told_to_anyone(place):
    _, url = place
    answer = httpx.get(f"{url}/rest/getOpenSubsonicExtensions.view", params={"f": "json"}).json()[
        "subsonic-response"
    ]
    assert {"name": "sonicSimilarity", "versions": [1]} in answer["openSubsonicExtensions"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"u": "ana", "p": "wrong"}, 40), ({"u": "nobody", "p": "x"}, 40), ({}, 10), ({"u": "ana"}, 10),
        ({"apiKey": "syn_wrong"}, 44), ({"apiKey": "syn_wrong", "u": "ana"}, 43), ({"u": "ben", "t": "0" * 32, "s": "x"}, 41),
        ({"u": "ana", "p": "enc:zz"}, 40),
    ],
)  # fmt: skip
def test_logins_that_fail_say_so_in_the_contracts_codes(place, parameters: dict, code: int):
    _, url = place
    answer = httpx.get(f"{url}/rest/ping", params={"f": "json", "v": "1.16.1", "c": "t", **parameters}).json()
    assert (
        answer["subsonic-response"]["status"] == "failed"
        and answer["subsonic-response"]["error"]["code"] == code
    )


def test_salted_tokens_and_hexadecimal_passwords_work(place, call):
    parts, _ = place
    token = hashlib.md5((app_password(parts.catalog, 1) + "salt").encode()).hexdigest()
    answer = call.client.get("/rest/ping", params={"u": "ana", "t": token, "s": "salt", "f": "json"}).json()
    assert answer["subsonic-response"]["status"] == "ok"
    assert call("ping", password="enc:" + b"correct horse".hex())["status"] == "ok"


def test_an_api_key_reaches_as_far_as_its_scopes(place, call):
    parts, _ = place
    key = new_key()
    parts.catalog.accounts.add_key(1, "player", token_hash(key), key[:HINT_LENGTH], ("read",))

    def with_key(method: str, **more: str) -> dict:
        return call.client.get(f"/rest/{method}", params={"apiKey": key, "f": "json", **more}).json()[
            "subsonic-response"
        ]

    assert with_key("getAlbumList2", type="newest")["status"] == "ok"
    assert with_key("star", id="tr-1")["error"]["code"] == 50
    assert with_key("scrobble", id="tr-1")["error"]["code"] == 50


def test_plays_count_when_submitted_and_belong_to_the_one_who_played(place, call):
    parts, _ = place
    before = parts.catalog.listens.number(2)
    call(
        "scrobble", user="ben", password="battery staple", id="tr-2", time="1700000000000", submission="false"
    )
    assert parts.catalog.listens.number(2) == before
    call("scrobble", user="ben", password="battery staple", id="tr-2", time="1700000000000")
    call("scrobble", user="ben", password="battery staple", id="tr-2", time="1700000000000")
    (heard,) = [h for h in parts.catalog.listens.of(2) if h.source == "subsonic"]
    assert (heard.track_id, heard.at, heard.source) == (2, 1_700_000_000, "subsonic")
    assert call("getSong", user="ben", password="battery staple", id="tr-2")["song"]["playCount"] == 1
    assert call("getSong", id="tr-2")["song"]["playCount"] == 0


def test_playlists_are_ones_own(call):
    made = call("createPlaylist", name="Mine", songId="tr-3")["playlist"]
    for method in ("getPlaylist", "deletePlaylist"):
        assert call(method, user="ben", password="battery staple", id=made["id"])["error"]["code"] == 70
    assert (
        call("updatePlaylist", user="ben", password="battery staple", playlistId=made["id"], name="x")[
            "error"
        ]["code"]
        == 70
    )
    call("updatePlaylist", playlistId=made["id"], name="Renamed", songIdToAdd="tr-4", songIndexToRemove="0")
    now = call("getPlaylist", id=made["id"])["playlist"]
    assert (now["name"], [s["id"] for s in now["entry"]]) == ("Renamed", ["tr-4"])
    call("deletePlaylist", id=made["id"])
    assert call("getPlaylist", id=made["id"])["error"]["code"] == 70


def test_a_dislike_removes_the_track_from_the_next_radio(call):
    before = call("getSimilarSongs", id="ar-2", count="20")["similarSongs"]["song"]
    gone = before[0]["id"]
    call("setRating", id=gone, rating="1")
    after = call("getSimilarSongs", id="ar-2", count="20")["similarSongs"]["song"]
    assert gone not in [s["id"] for s in after]
    call("setRating", id=gone, rating="0")


def test_streams_have_ranges_and_missing_tracks_are_said(place, call):
    whole = call.client.get("/rest/stream", params={"u": "ana", "p": "correct horse", "id": "tr-1"})
    part = call.client.get(
        "/rest/stream",
        params={"u": "ana", "p": "correct horse", "id": "tr-1"},
        headers={"Range": "bytes=0-9"},
    )
    assert whole.headers["content-type"].startswith("audio/") and whole.content.startswith(b"fLaC")
    assert part.status_code == 206 and part.content == whole.content[:10]
    assert call("getSong", id="tr-9999")["error"]["code"] == 70
    assert call("getSong", id="../../etc/passwd")["error"]["code"] == 70


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_answers_in_xml_and_json_even_without_its_parameters(call, method: str):
    for form in ("json", "xml"):
        answer = call.client.get(f"/rest/{method}.view", params={"u": "ana", "p": "correct horse", "f": form})
        assert answer.status_code == 200
        if form == "json":
            body = answer.json()["subsonic-response"]
            assert body["status"] == "ok" or body["error"]["code"] in (0, 10, 50, 70)
            assert body["openSubsonic"] is True and body["version"] == "1.16.1"
        else:
            root = ElementTree.fromstring(answer.content)
            assert root.tag == "{http://subsonic.org/restapi}subsonic-response"


def test_xml_says_the_same_as_json_and_names_cannot_break_it(call):
    asked = {"u": "ana", "p": "correct horse", "id": "ar-4"}
    said = call("getArtist", id="ar-4")["artist"]
    root = ElementTree.fromstring(call.client.get("/rest/getArtist", params=asked).content)
    artist = root.find("{http://subsonic.org/restapi}artist")
    assert artist is not None and artist.get("name") == said["name"] == "Dora <D>"
    assert len(artist) == len(said["album"]) == 2


def test_an_unknown_method_and_a_form_post(call):
    assert call("startRadioTower")["error"]["code"] == 0
    answer = call.client.post("/rest/ping.view", data={"u": "ana", "p": "correct horse", "f": "json"}).json()
    assert answer["subsonic-response"]["status"] == "ok"


def test_stars_and_ratings_stand_side_by_side_as_players_show_them(call):
    def shown(track: str = "tr-5") -> tuple[int | None, bool]:
        song = call("getSong", id=track)["song"]
        return song.get("userRating"), "starred" in song

    for stars in range(1, 6):
        assert call("setRating", id="tr-5", rating=str(stars))["status"] == "ok"
        assert shown() == (stars, False)
    call("star", id="tr-5")
    assert shown() == (5, True)
    call("setRating", id="tr-5", rating="4")
    assert shown() == (4, True)
    call("unstar", id="tr-5")
    assert shown() == (4, False)
    call("setRating", id="tr-5", rating="0")
    assert shown() == (None, False)
    call("star", id="tr-5")
    call("setRating", id="tr-5", rating="0")
    assert shown() == (None, True)
    call("unstar", id="tr-5")
    for wrong in ("6", "-1", "x", "4.5"):
        assert call("setRating", id="tr-5", rating=wrong)["error"]["code"] == 0
    assert call("setRating", id="tr-5")["error"]["code"] == 10 and shown() == (None, False)


def test_unstar_takes_back_a_star_and_no_other_word(place, call):
    parts, _ = place
    parts.catalog.feedback.say(1, "never", track_id=6)
    call("unstar", id="tr-6")
    assert 6 in parts.catalog.feedback.words(1).never
    parts.catalog.feedback.unsay(1, track_id=6)


def test_an_album_is_starred_when_all_of_it_is(call):
    album = call("getSong", id="tr-10")["song"]["albumId"]
    tracks = [song["id"] for song in call("getAlbum", id=album)["album"]["song"]]
    call("star", albumId=album, artistId="ar-2")
    starred = call("getStarred2")["starred2"]
    assert [row["id"] for row in starred["album"]] == [album] and starred["album"][0]["starred"]
    assert {row["id"] for row in starred["song"]} >= set(tracks)
    assert [(row["id"], row["albumCount"]) for row in starred["artist"]] == [("ar-2", 2)]
    assert call("getAlbum", id=album)["album"]["starred"]
    assert [a["id"] for a in call("getAlbumList2", type="starred")["albumList2"]["album"]] == [album]
    call("unstar", id=tracks[0])
    assert call("getStarred2")["starred2"]["album"] == []
    call("unstar", albumId=album, artistId="ar-2")
    left = call("getStarred2")["starred2"]
    assert left["artist"] == left["album"] == [] and not {row["id"] for row in left["song"]} & set(tracks)


def test_records_say_size_and_bit_rate_where_they_are_known(place, call):
    parts, _ = place
    parts.catalog.files.note([(9, {"size": 50_000})])
    song = call("getSong", id="tr-9")["song"]
    assert (song["size"], song["bitRate"]) == (50_000, 200)  # 50 kB in 2 s
    assert all(isinstance(song[name], str) for name in ("id", "parent", "albumId", "artistId"))


def test_several_plays_are_kept_together_or_not_at_all(place, call):
    parts, _ = place
    before = parts.catalog.listens.number(1)
    for wrong in ("0", "-5", "soon", "1" + "0" * 30, "1700000000"):  # the last is seconds
        assert call("scrobble", id=["tr-2", "tr-3"], time=["1700000000000", wrong])["error"]["code"] == 0
    assert call("scrobble", id=["tr-2", "tr-9999"])["error"]["code"] == 70
    assert parts.catalog.listens.number(1) == before
    call("scrobble", id=["tr-2", "tr-3"], time=["1700000100000", "1700000400000"])
    assert [(h.track_id, h.at) for h in parts.catalog.listens.of(1, 2, before=1_700_000_401)] == [
        (3, 1_700_000_400),
        (2, 1_700_000_100),
    ]


def test_a_list_counts_a_track_as_often_as_it_is_on_it(call):
    made = call("createPlaylist", name="Twice", songId=["tr-1", "tr-2", "tr-1", "tr-3"])["playlist"]
    assert (made["songCount"], made["duration"], len(made["entry"])) == (4, 8, 4)
    call("updatePlaylist", playlistId=made["id"], songIndexToRemove=["0", "3"])
    now = call("createPlaylist", playlistId=made["id"], name="Anew", songId=["tr-4"])["playlist"]
    assert (now["name"], [s["id"] for s in now["entry"]]) == ("Anew", ["tr-4"])
    call("deletePlaylist", id=made["id"])


def test_radio_is_as_long_as_asked_where_the_library_is(call):
    assert len(call("getSimilarSongs2", id="tr-1", count="20")["similarSongs2"]["song"]) == 20
    assert len(call("getSonicSimilarTracks", id="tr-1", count="20")["sonicMatch"]) == 20


def test_a_key_tells_whose_it_is_and_stands_alone(place, call):
    parts, _ = place
    key = new_key()
    parts.catalog.accounts.add_key(2, "player", token_hash(key), key[:HINT_LENGTH], ("read",))

    def ask(method: str, **more: str) -> dict:
        return call.client.get(f"/rest/{method}", params={"apiKey": key, "f": "json", **more}).json()[
            "subsonic-response"
        ]

    assert ask("tokenInfo")["tokenInfo"] == {"username": "ben"}
    for other in ("u", "p", "t", "s"):
        assert ask("ping", **{other: ""})["error"]["code"] == 43


def test_covers_have_the_size_that_was_asked(place, call, tmp_path):
    parts, _ = place
    png, path = io.BytesIO(), tmp_path / "covered.mp3"
    Image.new("RGB", (400, 400), "teal").save(png, "PNG")
    path.write_bytes(id3((b"APIC", b"\x00image/png\0\x03\0" + png.getvalue())))
    before = parts.catalog.tracks.get(24)
    parts.catalog.files.note([(24, {"path": str(path), "has_cover": True})])
    for asked, side in (("64", 64), ("200", 200), ("1000", 400), ("0", 400), (None, 400)):
        more = {} if asked is None else {"size": asked}
        login = {"u": "ana", "p": "correct horse"}
        answer = call.client.get("/rest/getCoverArt", params={**login, "id": "tr-24", **more})
        assert Image.open(io.BytesIO(answer.content)).size == (side, side)
    parts.catalog.files.note([(24, {"path": before.path, "has_cover": False})])


ELSEWHERE = {"Origin": "https://player.example.org", "Sec-Fetch-Site": "cross-site"}


def test_a_player_that_is_a_page_elsewhere_may_read_the_answers(place, call):
    login = {"u": "ana", "p": "correct horse", "f": "json"}
    for ask in (call.client.get, call.client.post):
        answer = ask("/rest/ping", params=login, headers=ELSEWHERE)
        assert answer.json()["subsonic-response"]["status"] == "ok"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_where_nobody_signs_in_pages_elsewhere_change_nothing(tmp_path):
    with house(tmp_path) as (parts, url):
        for headers, ok in ((ELSEWHERE, False), ({"Sec-Fetch-Site": "same-site"}, False), ({}, True)):
            answer = httpx.get(f"{url}/rest/star", params={"id": "tr-1", "f": "json"}, headers=headers)
            assert (answer.json()["subsonic-response"]["status"] == "ok") is ok
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert bool(parts.catalog.feedback.of(1)) is ok


def test_older_players_go_from_folder_to_folder(call):
    artist = call("getIndexes")["indexes"]["index"][0]["artist"][0]
    albums = call("getMusicDirectory", id=artist["id"])["directory"]
    assert (albums["name"], len(albums["child"])) == (artist["name"], 2)
    assert all(a["isDir"] is True and a["parent"] == artist["id"] and a["title"] for a in albums["child"])
    tracks = call("getMusicDirectory", id=albums["child"][0]["id"])["directory"]
    assert tracks["parent"] == artist["id"] and [t["isDir"] for t in tracks["child"]] == [False] * 3
    for wrong in ("ar-999", "al-999", "tr-1", "1"):
        assert call("getMusicDirectory", id=wrong)["error"]["code"] == 70


def test_an_artist_is_told_with_those_who_sound_near(call):
    info = call("getArtistInfo2", id="ar-1", count="2")["artistInfo2"]
    near = [row["id"] for row in info["similarArtist"]]
    assert len(near) == 2 and "ar-1" not in near and set(near) < {"ar-2", "ar-3", "ar-4"}
    assert call("getArtistInfo", id="ar-1", count="0")["artistInfo"]["similarArtist"] == []
    assert call("getAlbumInfo2", id="al-1")["albumInfo"] == {"musicBrainzId": ""}
    assert call("getScanStatus")["scanStatus"] == {"scanning": False, "count": 24}


def test_characters_that_no_database_holds_are_no_fault_of_the_server(place, call):
    nul = "a\x00b"
    assert call("search3", query=nul)["status"] == "ok"
    made = call("createPlaylist", name=nul, songId="tr-1")
    assert made["status"] == "ok"
    assert call("updatePlaylist", playlistId=made["playlist"]["id"], comment=nul, name=nul)["status"] == "ok"
    call("deletePlaylist", id=made["playlist"]["id"])
    for method, asked in (
        ("getSongsByGenre", {"genre": nul}), ("getAlbumList2", {"type": "byGenre", "genre": nul}),
        ("getTopSongs", {"artist": nul}), ("getSong", {"id": nul}), ("ping", {"user": nul}), ("scrobble", {"id": nul}),
    ):  # fmt: skip
        assert call(method, **asked)["status"] in ("ok", "failed")
