"""ListenBrainz, against a local stub of the official schema."""

from __future__ import annotations

import json

import pytest

from synesthete.errors import NotAllowed, NotFound
from synesthete.music import Description
from synesthete.services.listenbrainz import ListenBrainz
from tests.services.stub import Stub

MBID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"


@pytest.fixture
def brainz(stub: Stub) -> ListenBrainz:
    rows = [
        {"listened_at": 1_700_000_000 + n, "user_name": "ana", "track_metadata": {
            "track_name": f"T{n}", "artist_name": "A", "release_name": "R",
            "additional_info": {"recording_mbid": MBID, "duration_ms": 200_000}}}
        for n in range(2500)
    ]  # fmt: skip

    def listens(query: dict, body: str, headers: dict) -> tuple:
        later = [r for r in rows if r["listened_at"] > int(query["min_ts"])][: int(query["count"])]
        return (
            200,
            {},
            {"payload": {"listens": later[::-1]}},
        )  # newest first within a page, as the service does

    stub.routes["GET", "/1/user/ana/listens"] = listens
    return ListenBrainz("ana", "token", url=stub.url, sleep=lambda s: None)


def test_all_listens_come_once_and_oldest_first(brainz: ListenBrainz):
    times = [listen.at for listen in brainz.listens()]
    assert times == [1_700_000_000 + n for n in range(2500)]


def test_only_the_new_ones_are_asked_for(brainz: ListenBrainz):
    assert [listen.track.title for listen in brainz.listens(since=1_700_002_497)] == ["T2498", "T2499"]


def test_a_listen_keeps_what_identifies_it(brainz: ListenBrainz):
    listen = next(iter(brainz.listens(since=1_700_002_498)))
    assert (listen.track.recording_mbid, listen.track.duration_s) == (MBID, 200.0)


def test_loved_and_hated_become_opinions(stub: Stub, brainz: ListenBrainz):
    stub.routes["GET", "/1/feedback/user/ana/get-feedback"] = lambda q, b, h: (200, {}, {
        "total_count": 2, "feedback": [{"recording_mbid": MBID, "score": 1, "track_metadata": {"track_name": "L"}},
                                       {"recording_mbid": MBID, "score": -1}]})  # fmt: skip
    loved, hated = brainz.opinions()
    assert loved.starred and loved.rating is None and loved.track.title == "L"
    assert hated.rating == 1 and not hated.starred


def test_a_playlist_goes_out_as_jspf_with_identifiers_as_lists(stub: Stub, brainz: ListenBrainz):
    stub.routes["POST", "/1/playlist/create"] = lambda q, b, h: (
        200, {}, {"status": "ok", "playlist_mbid": "made"}
    ) if h["Authorization"] == "Token token" else (401, {}, {})  # fmt: skip
    tracks = [Description("T", "A", recording_mbid=MBID), Description("no id", "B")]
    assert brainz.put_playlist("Monday", tracks, "made for you") == "made"
    sent = json.loads(stub.seen[-1][3])["playlist"]
    assert sent["track"] == [
        {"title": "T", "creator": "A", "identifier": [f"https://musicbrainz.org/recording/{MBID}"]}
    ]


def test_a_list_it_cannot_hold_is_refused_with_a_way_out(brainz: ListenBrainz):
    with pytest.raises(NotFound, match="Picard"):
        brainz.put_playlist("Monday", [Description("no id", "B")])


def test_writing_without_a_token_says_where_it_is(stub: Stub):
    with pytest.raises(NotAllowed, match="profile"):
        ListenBrainz("ana", url=stub.url).say(MBID, 1)
