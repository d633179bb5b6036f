"""Subsonic, against a real server (supysonic) with real files."""

from __future__ import annotations

import pytest

from synesthete.errors import NotAllowed, NotFound, ServiceError
from synesthete.music import Description
from synesthete.services.subsonic import Subsonic
from tests.services.stub import Stub


@pytest.fixture
def subsonic(server: str) -> Subsonic:
    return Subsonic(server, "ana", "secret word", sleep=lambda s: None)


def test_the_whole_catalog_is_read(subsonic: Subsonic):
    assert subsonic.ping()
    tracks = list(subsonic.tracks())
    assert sorted(t.title or "" for t in tracks) == ["Ada 1", "Ada 2", "Ada 3", "Bela 1", "Bela 2", "Bela 3"]
    assert all(t.ids and t.duration_s == 1 for t in tracks)
    artists = {t.artist: t.artist_ids for t in tracks}  # asked for by plugins that know an artist by id alone
    assert all(len(ids) == 1 and ids[0][0] == subsonic.scheme for ids in artists.values())
    assert len(set(artists.values())) == len(artists) == 2


def test_stars_ratings_and_plays_become_opinions(subsonic: Subsonic):
    track = next(t for t in subsonic.tracks() if t.title == "Ada 2")
    subsonic._call("star", id=track.ids[0][1])
    subsonic._call("setRating", id=track.ids[0][1], rating=4)
    opinions = {o.track.title: o for o in subsonic.opinions()}
    assert opinions["Ada 2"].starred and opinions["Ada 2"].rating == 4
    assert "Bela 1" not in opinions


def test_a_playlist_is_created_and_then_replaced_by_name(subsonic: Subsonic):
    tracks = sorted(subsonic.tracks(), key=lambda t: t.title or "")
    first = subsonic.put_playlist("Monday", tracks[:2])
    second = subsonic.put_playlist("Monday", tracks[2:5])
    lists = [p for p in subsonic.playlists() if p.name == "Monday"]
    assert first == second and len(lists) == 1
    assert [t.title for t in lists[0].tracks] == ["Ada 3", "Bela 1", "Bela 2"]


def test_the_sound_is_streamed_as_it_is_kept(subsonic: Subsonic):
    track = next(t for t in subsonic.tracks() if t.title == "Ada 1")
    assert b"".join(subsonic.audio(track.ids[0][1])).startswith(b"fLaC")


def test_wrong_password_unknown_track_and_foreign_lists_are_explained(server: str, subsonic: Subsonic):
    with pytest.raises(NotAllowed):
        Subsonic(server, "ana", "wrong").ping()
    with pytest.raises(NotFound):
        b"".join(subsonic.audio("00000000-0000-0000-0000-000000000000"))
    with pytest.raises(NotFound, match="sync"):
        subsonic.put_playlist("Monday", [Description("T", ids=(("spotify", "x"),))])


def test_a_server_that_is_gone_wrong_or_something_else(stub: Stub):
    with pytest.raises(ServiceError, match="cannot be reached"):
        Subsonic("http://127.0.0.1:9", "a", "b", sleep=lambda s: None).ping()
    stub.routes["POST", "/rest/ping.view"] = lambda q, b, h: (200, {}, b"<html>hello</html>")
    with pytest.raises(ServiceError, match="not JSON"):
        Subsonic(stub.url, "a", "b").ping()
    stub.routes["POST", "/rest/ping.view"] = lambda q, b, h: (200, {}, {"hello": 1})
    with pytest.raises(ServiceError, match="else than Subsonic"):
        Subsonic(stub.url, "a", "b").ping()


def moved(to: str):
    return lambda q, b, h: (301, {"Location": to}, b"")


def test_a_server_that_moved_on_the_same_host_is_asked_there_as_here(stub: Stub):
    """A POST stays a POST: an empty GET would be refused, and the password sent in the open for it."""
    stub.routes["POST", "/rest/ping.view"] = moved(f"{stub.url}/music/rest/ping.view")
    stub.routes["POST", "/music/rest/ping.view"] = lambda q, b, h: (
        200, {}, {"subsonic-response": {"status": "ok", "type": "navidrome", "serverVersion": "1"}},
    )  # fmt: skip
    assert Subsonic(stub.url, "ana", "secret word").ping() == "navidrome 1"
    (_, _, _, here), (method, _, _, there) = stub.seen
    assert method == "POST" and here == there and "u=ana" in there and "secret" not in there


@pytest.mark.parametrize(
    "elsewhere", ["http://localhost:1/rest/ping.view", "//music.example.org/rest/ping.view"]
)
def test_nothing_is_sent_to_where_a_server_points_elsewhere(stub: Stub, elsewhere: str):
    stub.routes["POST", "/rest/ping.view"] = moved(elsewhere)
    with pytest.raises(ServiceError, match="elsewhere"):
        Subsonic(stub.url, "ana", "b").ping()
    assert len(stub.seen) == 1


def test_a_server_that_points_at_itself_is_left(stub: Stub):
    stub.routes["POST", "/rest/ping.view"] = moved("/rest/ping.view")
    with pytest.raises(ServiceError, match="circles"):
        Subsonic(stub.url, "ana", "b").ping()


def test_a_server_that_repeats_its_first_page_does_not_hold_us_for_ever(stub: Stub):
    albums = [{"id": f"al-{n}"} for n in range(500)]

    def said(content: dict):
        return lambda q, b, h: (200, {}, {"subsonic-response": {"status": "ok", **content}})

    stub.routes["POST", "/rest/getAlbumList2.view"] = said({"albumList2": {"album": albums}})
    stub.routes["POST", "/rest/getAlbum.view"] = said({"album": {"song": [{"id": "1", "title": "T"}]}})
    assert len(list(Subsonic(stub.url, "ana", "b").tracks())) == 500
