"""Spotify, against a local stub of the official schema."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from synesthete.errors import InputError, NotAllowed, NotFound, ServiceError
from synesthete.services.spotify import Link, Spotify, Token, authorize_url, new_verifier, parse_link
from tests.services.stub import Stub

PLAYLIST = "37i9dQZF1DXcBWIGoYBM5M"


def row(number: int, **more: object) -> dict:
    track = {
        "type": "track", "id": f"{number:022d}", "name": f"Title {number}", "duration_ms": 181_500,
        "artists": [{"name": f"Artist {number}"}, {"name": "Guest"}], "album": {"name": "Album"},
        "external_ids": {"isrc": f"USRC1760{number:04d}"},
    }  # fmt: skip
    return {"track": track | more}


@pytest.fixture
def spotify(stub: Stub) -> Spotify:
    stub.routes["POST", "/api/token"] = lambda q, b, h: (200, {}, {"access_token": "abc", "expires_in": 3600})
    stub.routes["GET", f"/v1/playlists/{PLAYLIST}"] = lambda q, b, h: (
        200, {}, {"name": "Morning", "description": "", "owner": {"display_name": "Ana"}},
    )  # fmt: skip
    everything = [row(n) for n in range(230)]
    everything[3] = {"track": None}
    everything[4] = row(4, type="episode")

    def page(query: dict, body: str, headers: dict) -> tuple:
        if headers.get("Authorization") != "Bearer abc":
            return 401, {}, {"error": {"status": 401, "message": "Invalid access token"}}
        offset, limit = int(query["offset"]), int(query["limit"])
        more = "next" if offset + limit < len(everything) else None
        return 200, {}, {"items": everything[offset : offset + limit], "next": more}

    stub.routes["GET", f"/v1/playlists/{PLAYLIST}/tracks"] = page
    return Spotify("id", "secret", api=stub.url, accounts=stub.url, sleep=lambda s: None)


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com/playlist/{PLAYLIST}",
        f"https://open.spotify.com/playlist/{PLAYLIST}?si=0a1b",
        f"https://open.spotify.com/intl-de/playlist/{PLAYLIST}",
        f"https://open.spotify.com/user/ana/playlist/{PLAYLIST}",
        f"https://open.spotify.com/intl-pt-BR/playlist/{PLAYLIST}/?si=0a1b&pi=x",
        f"https://open.spotify.com/embed/playlist/{PLAYLIST}?utm_source=generator",
        f"open.spotify.com/playlist/{PLAYLIST}",
        f"https://play.spotify.com/playlist/{PLAYLIST}#0:10",
        f"spotify:playlist:{PLAYLIST}",
        f"  spotify:user:ana:playlist:{PLAYLIST} ",
    ],
)
def test_every_form_of_a_link_is_understood(text: str):
    assert parse_link(text) == Link("playlist", PLAYLIST)


@pytest.mark.parametrize("text", ["", "https://example.org/playlist/x", f"https://open.spotify.com/artist/{PLAYLIST}",
                                  f"https://open.spotify.com.evil.org/playlist/{PLAYLIST}", "https://spotify.link/abcDEF",
                                  f"https://open.spotify.com/playlist/{PLAYLIST[:-1]}", f"spotify:playlist:{PLAYLIST}x",
                                  "spotify:playlist:", "https://open.spotify.com/"])  # fmt: skip
def test_other_links_are_refused(text: str):
    with pytest.raises(InputError):
        parse_link(text)


def test_a_short_link_is_to_be_opened_first():
    with pytest.raises(InputError, match="Open it"):
        parse_link("https://spotify.link/abcDEF")


def test_pages_without_an_end_end(stub: Stub, spotify: Spotify):
    stub.routes["GET", "/v1/me/playlists"] = lambda q, b, h: (200, {}, {"items": [], "next": "more"})
    assert spotify.lists() == []


def test_a_playlist_is_read_page_by_page_in_order_without_what_is_no_track(spotify: Spotify):
    playlist = spotify.read(f"spotify:playlist:{PLAYLIST}")
    assert (playlist.name, playlist.owner, len(playlist.tracks)) == ("Morning", "Ana", 228)
    first = playlist.tracks[0]
    assert (first.title, first.artist, first.duration_s, first.isrc) == (
        "Title 0",
        "Artist 0",
        181.5,
        "USRC17600000",
    )
    assert [t.title for t in playlist.tracks[-2:]] == ["Title 228", "Title 229"]


def test_429_is_waited_for_as_long_as_spotify_asks(stub: Stub, spotify: Spotify):
    pauses: list[float] = []
    answers = [(429, {"Retry-After": "7"}, {}), (200, {}, row(1)["track"])]
    stub.routes["GET", "/v1/tracks/" + "1" * 22] = lambda q, b, h: answers.pop(0)
    spotify.api.sleep = pauses.append
    assert spotify.read("spotify:track:" + "1" * 22).tracks[0].title == "Title 1"
    assert pauses == [7]


def test_too_long_a_wait_is_an_error_in_words(stub: Stub, spotify: Spotify):
    stub.routes["GET", "/v1/tracks/" + "1" * 22] = lambda q, b, h: (429, {"Retry-After": "4000"}, {})
    with pytest.raises(ServiceError, match="4000 s"):
        spotify.read("spotify:track:" + "1" * 22)


def test_a_closed_list_is_explained(spotify: Spotify):
    with pytest.raises(NotFound, match="sign in"):
        spotify.read("spotify:playlist:" + "9" * 22)


def test_an_old_token_is_renewed_once(stub: Stub):
    stub.routes["POST", "/api/token"] = lambda q, b, h: (200, {}, {"access_token": "new", "expires_in": 3600})
    stub.routes["GET", "/v1/tracks/" + "1" * 22] = lambda q, b, h: (
        (200, {}, row(1)["track"]) if h["Authorization"] == "Bearer new" else (401, {}, {})
    )
    client = Spotify("id", None, Token("old", 0, "renew"), api=stub.url, accounts=stub.url)
    client.read("spotify:track:" + "1" * 22)
    client.read("spotify:track:" + "1" * 22)
    asked = [body for method, path, _, body in stub.seen if path == "/api/token"]
    assert len(asked) == 1 and "grant_type=refresh_token" in asked[0] and "client_id=id" in asked[0]
    assert client.token and client.token.refresh == "renew"


def test_sign_in_uses_a_challenge_made_from_the_verifier():
    verifier = new_verifier()
    query = parse_qs(urlsplit(authorize_url("id", "http://127.0.0.1:8000/back", verifier, "xyz")).query)
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert query["code_challenge"] == [digest] and query["state"] == ["xyz"]
    assert 43 <= len(verifier) <= 128


def test_without_any_key_it_says_what_to_set():
    with pytest.raises(NotAllowed, match="SPOTIFY_CLIENT_ID"):
        Spotify("id")
