"""The gorse-compatible door: its own Python client talks to a real server of ours as to its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import gmtime, strftime

import httpx
import pytest
from gorse import AsyncGorse, Gorse, GorseException

from synesthete.catalog.tracks import Filter
from synesthete.catalog.writing import now
from synesthete.errors import InputError
from synesthete.jobs.learn import learn
from synesthete.music import Word
from synesthete.recommend.request import Request
from synesthete.web.auth.proofs import HINT_LENGTH, hash_password, new_key, token_hash
from synesthete.web.doors.gorse import feedback, items, recommend, users
from synesthete.web.doors.gorse.models import seconds_of
from tests.web.doors.conftest import DATABASES, database_for
from tests.web.house import ARTISTS, PER_ALBUM, house

ALBUMS = ("First", "Second")
WHEN = "2026-02-24T18:30:00Z"
AT = 1_771_957_800


def item_of(artist: int, album: str, number: int) -> dict:
    """An item as a platform with our music would send it: its own id, and names among the labels."""
    name = ARTISTS[artist]
    labels = {
        "title": f"{album} {number} by {name[0]}",
        "artist": name,
        "album": f"{album} of {name[0]}",
        "mood": ["calm"],
    }
    return {
        "ItemId": f"song-{artist}-{album}-{number}", "IsHidden": False, "Categories": ["Pop"], "Timestamp": WHEN,
        "Labels": labels, "Comment": "",
    }  # fmt: skip


def everything() -> list[dict]:
    """Items for all 24 tracks of the furnished house."""
    return [
        item_of(artist, album, number)
        for artist in range(len(ARTISTS))
        for album in ALBUMS
        for number in range(1, PER_ALBUM + 1)
    ]


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the catalog is: not where that of the other doors' house is, which has people of the same names."""
    with database_for(request) as url:
        yield url


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, database: str | None) -> Iterator[tuple]:
    """A house of its own, with an owner and a listener who have passwords: parts, address, and the owner's key."""
    with house(tmp_path_factory.mktemp("gorse"), database=database) as (parts, url):
        for name in ("ana", "ben"):
            parts.catalog.listeners.add(name, password_hash=hash_password("correct horse"))
        yield parts, url, key_for(parts, "ana", "admin")


def key_for(parts, name: str, *scopes: str) -> str:
    key, listener = new_key(), parts.catalog.listeners.known(name)
    parts.catalog.accounts.add_key(listener.id, "test", token_hash(key), key[:HINT_LENGTH], scopes)
    return key


@pytest.fixture
def catalog(stage):
    return stage[0].catalog


@pytest.fixture
def client(stage) -> Gorse:
    """The real client, with nothing but the address and the key changed; items of all tracks are there."""
    _, url, key = stage
    made = Gorse(f"{url}/gorse", key, timeout=20)
    raw(stage, "POST", "/items", json=everything())
    return made


def raw(stage, method: str, path: str, **more) -> httpx.Response:
    """What the client has no method for."""
    _, url, key = stage
    headers = {"X-API-Key": key} | more.pop("headers", {})
    return httpx.request(method, f"{url}/gorse/api{path}", headers=headers, timeout=20, **more)


# -- users


def test_users_are_kept_changed_listed_and_erased(client, stage, catalog):
    before = len(catalog.listeners.all())
    eve = {"UserId": "eve", "Labels": {"city": "Paris", "tags": ["vip"]}, "Comment": "hello"}
    assert client.insert_user(eve) == {"RowAffected": 1}
    assert client.get_user("eve") == eve
    assert client.insert_users([{"UserId": f"page-{i}", "Labels": None} for i in range(5)]) == {
        "RowAffected": 5
    }
    assert raw(stage, "PATCH", "/user/eve", json={"Comment": "bye"}).json() == {"RowAffected": 1}
    assert client.get_user("eve") == {**eve, "Comment": "bye"}

    seen, cursor = [], ""
    while True:
        users, cursor = client.get_users(2, cursor)
        assert len(users) <= 2
        seen += [user["UserId"] for user in users]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and {"eve", *(f"page-{i}" for i in range(5))} <= set(seen)

    assert len(catalog.listeners.all()) == before, "they are not among the people of this house"
    assert client.delete_user("eve") == {"RowAffected": 1}
    with pytest.raises(GorseException) as gone:
        client.get_user("eve")
    assert (gone.value.status_code, gone.value.message) == (404, "user eve not found")
    assert client.delete_user("eve") == {"RowAffected": 0}
    assert raw(stage, "PATCH", "/user/eve", json={"Comment": "again"}).status_code == 404


def test_a_user_cannot_be_a_person_of_this_house(client, stage, catalog):
    client.insert_user({"UserId": "ana"})
    client.insert_feedback("like", "ana", "song-0-First-1", WHEN)
    assert not catalog.feedback.of(catalog.listeners.known("ana").id), "the owner said nothing"
    _, url, _ = stage
    for name in ("ana@gorse", "ana"):
        login = httpx.post(f"{url}/api/v1/login", json={"name": name, "password": ""})
        assert login.status_code in (400, 401, 422)
    catalog.listeners.add("fay@gorse", "listener")
    taken = raw(stage, "POST", "/user", json={"UserId": "fay"})
    assert taken.status_code == 409 and "fay@gorse" in taken.text


def test_the_owners_dashboard_is_about_the_people_of_this_house(client, stage, catalog):
    _, url, _ = stage
    since = now() - 7 * 86_400
    recent = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(now() - 60))
    for kind in ("like", "play"):
        client.insert_feedback(kind, "ken", "song-0-First-1", recent)
    assert catalog.statistics.weeks_said(since, None) == [] and catalog.statistics.days(since, None) == []
    assert catalog.statistics.popular_tracks(since, None, 5) == []
    headers = {"Authorization": f"Bearer {key_for(stage[0], 'ana', 'read')}"}
    people = httpx.get(f"{url}/api/v1/listeners", headers=headers).json()["listeners"]
    assert {"ana", "ben"} <= {one["name"] for one in people} and not [p for p in people if "ken" in p["name"]]


def test_erasing_a_user_erases_what_they_played(client, catalog):
    before = catalog.listens.number()
    client.insert_feedback("read", "gone", "song-0-First-1", WHEN)
    assert catalog.listens.number() == before + 1
    client.delete_user("gone")
    assert catalog.listens.number() == before
    assert client.list_feedbacks("read", "gone") == []


# -- items


def test_items_that_name_a_track_of_ours_are_that_track(client, catalog):
    sent = item_of(1, "Second", 2)
    track_id = catalog.external_ids.find("gorse", [sent["ItemId"]])[sent["ItemId"]]
    track = catalog.tracks.get(track_id)
    assert (track.title, track.artist) == ("Second 2 by B", "Bela B") and track.path
    kept = client.get_item(sent["ItemId"])
    assert kept["ItemId"] == sent["ItemId"] and kept["IsHidden"] is False
    assert kept["Labels"] == {name: sent["Labels"][name] for name in ("title", "artist", "album")}
    assert kept["Comment"] == "Bela B - Second 2 by B"
    assert kept["Categories"] == ["Genre 1"], "a file's own genres are its categories"


def test_a_comment_may_name_it_and_our_own_ids_are_unmistakable(client, stage, catalog):
    number = int(catalog.tracks.search("First 3 by D", 1)[0].id)
    client.insert_item({"ItemId": "by-comment", "Comment": "Dora <D> – First 3 by D"})
    client.insert_item({"ItemId": f"synesthete:{number}"})
    client.insert_item({"ItemId": str(number)})
    found = catalog.external_ids.find("gorse", ["by-comment", f"synesthete:{number}", str(number)])
    assert found["by-comment"] == found[f"synesthete:{number}"] == number
    assert found[str(number)] != number, "a bare number is the platform's own"
    for item_id in ("by-comment", f"synesthete:{number}", str(number)):
        assert client.delete_item(item_id) == {"RowAffected": 1}
    nowhere = raw(stage, "POST", "/item", json={"ItemId": "synesthete:999999"})
    assert (nowhere.status_code, nowhere.text) == (
        400,
        "item synesthete:999999 not found: no track has this id",
    )
    assert catalog.tracks.get(number).path, "deleting an item leaves our track alone"


def test_an_item_without_sound_is_a_track_without_sound(client, stage, catalog):
    item = {
        "ItemId": "unheard", "IsHidden": False, "Categories": ["Jazz", "Live"], "Timestamp": WHEN,
        "Labels": {"title": "Unheard", "artist": "Nobody", "album": "Nothing"}, "Comment": "Nobody - Unheard",
    }  # fmt: skip
    assert client.insert_item(item) == {"RowAffected": 1}
    assert client.get_item("unheard") == item
    assert client.update_item("unheard", categories=["Jazz"], is_hidden=True) == {"RowAffected": 1}
    assert client.get_item("unheard") == {**item, "Categories": ["Jazz"], "IsHidden": True}
    client.update_item("unheard", timestamp="2026-03-01")
    client.update_item("unheard", labels={"title": "Heard of"})
    renamed = client.get_item("unheard")
    assert renamed["Timestamp"] == "2026-03-01T00:00:00Z" and renamed["IsHidden"] is True
    assert renamed["Labels"] == {"title": "Heard of", "artist": "Nobody", "album": "Nothing"}
    client.update_item("unheard", comment="a fine tune")
    assert client.get_item("unheard") == renamed, "where labels named it, a comment is only a comment"
    assert raw(stage, "PUT", "/item/unheard/category/Swing").json() == {"RowAffected": 1}
    assert raw(stage, "DELETE", "/item/unheard/category/Jazz").json() == {"RowAffected": 1}
    assert client.get_item("unheard")["Categories"] == ["Swing"]
    track_id = catalog.external_ids.all("gorse (hidden)")["unheard"]
    assert client.delete_item("unheard") == {"RowAffected": 1}
    with pytest.raises(GorseException) as gone:
        client.get_item("unheard")
    assert (gone.value.status_code, gone.value.message) == (404, "item unheard not found")
    assert track_id not in catalog.tracks.ids(), "nobody names it any more"


def test_items_are_listed_page_by_page_and_searched(client):
    seen, cursor = [], ""
    while True:
        items, cursor = client.get_items(7, cursor)
        seen += [item["ItemId"] for item in items]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and {item["ItemId"] for item in everything()} <= set(seen)
    found = client.search_items("second bela", n=2)
    assert len(found) == 2 and all(item["Labels"]["artist"] == "Bela B" for item in found)


def test_an_item_that_finds_its_track_later_takes_its_feedback_along(client, catalog):
    late = item_of(2, "First", 1) | {"ItemId": "late"}
    client.insert_feedback("listen", "tim", "late", WHEN)
    client.insert_feedback("star", "tim", "late", WHEN)
    stub = catalog.external_ids.find("gorse", ["late"])["late"]
    assert catalog.tracks.get(stub).path is None and client.get_item("late")["Labels"] is None
    client.insert_item(late)
    real = catalog.external_ids.find("gorse", ["late"])["late"]
    who = catalog.listeners.known("tim@gorse").id
    assert real != stub and catalog.tracks.get(real).path
    assert catalog.listens.counts(who) == {real: 1} and catalog.feedback.words(who).liked == {real}
    assert stub not in catalog.tracks.ids()
    client.delete_item("late")


# -- feedback


def test_plays_add_up_and_put_takes_their_place(client, stage, catalog):
    for minute in (30, 31, 31):
        client.insert_feedback("read", "pat", "song-0-First-1", f"2026-02-24T18:{minute}:00Z")
    (read,) = client.list_feedbacks("read", "pat")
    assert read == {
        "FeedbackType": "read", "UserId": "pat", "ItemId": "song-0-First-1", "Value": 2, "Timestamp": WHEN,
        "Updated": "2026-02-24T18:31:00Z", "Labels": None, "Comment": "",
    }  # fmt: skip
    who = catalog.listeners.known("pat@gorse").id
    assert [heard.at for heard in catalog.listens.of(who)] == [AT + 60, AT]
    told = {
        "FeedbackType": "read",
        "UserId": "pat",
        "ItemId": "song-0-First-1",
        "Timestamp": WHEN,
        "Value": 5,
    }
    assert raw(stage, "PUT", "/feedback", json=[told]).json() == {"RowAffected": 1}
    assert [(f["Value"], f["Updated"]) for f in client.list_feedbacks("read", "pat")] == [(5, WHEN)]
    assert catalog.listens.counts(who) == {catalog.listens.of(who)[0].track_id: 5}


def test_each_kind_is_what_it_says(client, stage, catalog):
    kinds = ("play", "skip", "like", "dislike")
    rows = [
        {"FeedbackType": kind, "UserId": "kim", "ItemId": f"song-1-First-{at}", "Timestamp": WHEN}
        for at, kind in enumerate(kinds[:3], 1)
    ] + [{"feedbacktype": "dislike", "userId": "kim", "ITEMID": "song-2-First-1", "Timestamp": str(AT)}]
    assert client.insert_feedbacks(rows) == {"RowAffected": 4}
    who = catalog.listeners.known("kim@gorse").id
    ids = catalog.external_ids.all("gorse")
    heard = {one.track_id: one.skipped for one in catalog.listens.of(who)}
    assert heard == {ids["song-1-First-1"]: False, ids["song-1-First-2"]: True}
    words = catalog.feedback.words(who)
    assert (words.liked, words.disliked) == ({ids["song-1-First-3"]}, {ids["song-2-First-1"]})
    assert {word.at for _, word in catalog.feedback.of(who)} == {AT}, "said when it was said"
    kept = raw(stage, "GET", "/user/kim/feedback").json()
    assert [one["FeedbackType"] for one in kept] == ["dislike", "like", "play", "skip"]


def test_the_last_word_holds_by_its_time(client, catalog):
    def words():
        return catalog.feedback.words(catalog.listeners.known("lou@gorse").id)

    client.insert_feedback("like", "lou", "song-0-First-1", "2026-02-24T12:00:00Z")
    client.insert_feedback("dislike", "lou", "song-0-First-1", "2026-02-23T12:00:00Z")
    assert len(words().liked) == 1 and not words().disliked, "an older word comes too late"
    client.insert_feedback("dislike", "lou", "song-0-First-1", "2026-02-25T12:00:00Z")
    assert not words().liked and len(words().disliked) == 1
    client.insert_feedback("dislike", "lou", "song-0-First-1", "2026-02-26T12:00:00Z")
    assert client.list_feedbacks("dislike", "lou")[0]["Timestamp"] == "2026-02-25T12:00:00Z"
    assert client.delete_feedback("lou", "song-0-First-1") == {"RowAffected": 1}
    assert not words().disliked and client.list_feedbacks("dislike", "lou") == []


def test_feedback_is_found_by_user_item_and_type_and_taken_back(client, stage):
    for kind in ("read", "like"):
        for number in (1, 2):
            client.insert_feedback(kind, "zoe", f"song-3-Second-{number}", WHEN)
    both = raw(stage, "GET", "/feedback/zoe/song-3-Second-1").json()
    assert [one["FeedbackType"] for one in both] == ["like", "read"]
    assert raw(stage, "GET", "/feedback/like/zoe/song-3-Second-1").json()["Value"] == 1
    assert raw(stage, "GET", "/feedback/star/zoe/song-3-Second-1").json() == {}
    assert {f["UserId"] for f in raw(stage, "GET", "/item/song-3-Second-1/feedback/").json()} == {"zoe"}
    assert len(raw(stage, "GET", "/item/song-3-Second-1/feedback/read").json()) == 1
    assert raw(stage, "DELETE", "/feedback/like/zoe/song-3-Second-1").json() == {"RowAffected": 1}
    assert client.delete_feedback("zoe", "song-3-Second-1") == {"RowAffected": 1}
    assert [f["ItemId"] for f in raw(stage, "GET", "/user/zoe/feedback").json()] == ["song-3-Second-2"] * 2


def test_feedback_of_a_user_by_how_often(client, stage):
    for number, plays in ((1, 1), (2, 3), (3, 5)):
        told = {"FeedbackType": "read", "UserId": "max", "ItemId": f"song-1-Second-{number}", "Value": plays}
        client.insert_feedbacks([told])
    for asked, values in (("read", [1, 3, 5]), ("read>=3", [3, 5]), ("read>3", [5]), ("read<3", [1]), ("read<=3", [1, 3]), ("watch", [])):  # fmt: skip
        assert [one["Value"] for one in client.list_feedbacks(asked, "max")] == values
    assert raw(stage, "GET", "/user/max/feedback/read-it").status_code == 400


def test_all_feedback_page_by_page(client, stage):
    for user in ("p1", "p2", "p3"):
        client.insert_feedback("listen", user, "song-0-Second-1", WHEN)
        client.insert_feedback("star", user, "song-0-Second-1", WHEN)
    seen, cursor = [], ""
    while True:
        found, cursor = client.get_feedbacks(2, cursor)
        assert len(found) <= 2
        seen += [(f["FeedbackType"], f["UserId"], f["ItemId"]) for f in found]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and [kind for kind, _, _ in seen] == sorted(
        kind for kind, _, _ in seen
    )
    wanted = {(kind, user, "song-0-Second-1") for kind in ("listen", "star") for user in ("p1", "p2", "p3")}
    assert wanted <= set(seen)
    page = raw(stage, "GET", "/feedback/star?n=100").json()
    assert {f["FeedbackType"] for f in page["Feedback"]} == {"star"} and page["Cursor"] == ""


@pytest.mark.parametrize(("wrong", "said"), [
    ({"FeedbackType": "watch"}, "feedback type 'watch' is not understood here; known are read, listen, play, skip, like, star, dislike"),
    ({"Timestamp": "yesterday"}, "this time cannot be read"), ({"Timestamp": "1969-07-20"}, "nobody can have listened"),
    ({"Timestamp": "2199-01-01"}, "nobody can have listened"), ({"Value": -1}, "whole number"), ({"Value": 0.5}, "whole number"),
    ({"FeedbackType": "like", "Value": -1}, "not negative"), ({"ItemId": ""}, "at least one letter"), ({"UserId": 7}, "valid string"),
    ({"ItemId": "x" * 257}, "256"), ({"UserId": "a\0b"}, "printed"), ({"ItemId": "synesthete:999999"}, "no track has this id"),
])  # fmt: skip
def test_one_wrong_row_refuses_all_and_nothing_is_written(client, stage, catalog, wrong, said):
    good = {"FeedbackType": "read", "UserId": "nobody yet", "ItemId": "nothing yet", "Timestamp": WHEN}
    answer = raw(stage, "POST", "/feedback", json=[good, good | wrong])
    assert answer.status_code == 400 and said in answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert catalog.listeners.named("nobody yet@gorse") is None
    assert not catalog.external_ids.find("gorse", ["nothing yet"])


# -- recommendations


def test_a_users_list_is_our_own_recommenders_without_what_they_met(client, stage, catalog):
    parts = stage[0]
    for number in (1, 2):
        client.insert_feedback("play", "rae", f"song-0-First-{number}", WHEN)
    got = client.get_recommend("rae", n=4)
    who = catalog.listeners.known("rae@gorse").id
    met = frozenset(catalog.listens.counts(who))
    asked = Request(listener_id=who, n=4, exclude_tracks=met, wanted=Filter(known_to="gorse"))
    answer = parts.recommender.recommend(asked)
    names = {track_id: item for item, track_id in catalog.external_ids.all("gorse").items()}
    assert [score.id for score in got] == [names[one.track.id] for one in answer.results]
    assert [score.score for score in got] == [pytest.approx(one.score, abs=1e-5) for one in answer.results]
    assert got[0].id.startswith("song-0-"), "what sounds like it comes first"
    assert not {"song-0-First-1", "song-0-First-2"} & {score.id for score in got}
    plain = raw(stage, "GET", "/recommend/rae?n=4").json()
    assert plain == [score.id for score in got]


def test_every_item_comes_once_and_pages_do_not_overlap(client):
    client.insert_feedback("like", "una", "song-2-First-1", WHEN)
    pages = [score.id for at in (0, 9, 18) for score in client.get_recommend("una", n=9, offset=at)]
    assert len(pages) == len(set(pages))
    assert set(pages) == {item["ItemId"] for item in everything()} - {"song-2-First-1"}


def test_dislikes_and_hidden_items_are_gone_at_once(client):
    client.insert_feedback("play", "vic", "song-1-First-1", WHEN)
    first, second = (score.id for score in client.get_recommend("vic", n=2))
    client.insert_feedback("dislike", "vic", first, WHEN)
    client.update_item(second, is_hidden=True)
    try:
        left = [score.id for score in client.get_recommend("vic", n=50)]
        assert left and not {first, second} & set(left)
    finally:
        client.update_item(second, is_hidden=False)
    assert second in [score.id for score in client.get_recommend("vic", n=50)]


def test_somebody_unknown_gets_what_is_popular_and_new(client):
    assert len(client.get_recommend("never seen", n=10)) == 10


def test_a_category_keeps_the_list_to_it(client, stage, catalog):
    client.insert_feedback("play", "wes", "song-0-First-1", WHEN)
    got = client.get_recommend("wes", category="Genre 3", n=6)
    assert len(got) == 6 and all(score.id.startswith("song-3-") for score in got)
    assert [s.id for s in got] == raw(stage, "GET", "/recommend/wes?n=6&category=Genre+3").json()
    assert client.get_recommend("wes", category="No such genre") == []


def test_of_several_categories_an_item_has_all(client, stage):
    kinds = {
        "swing live": ["Swing", "Live"],
        "swing": ["Swing"],
        "live": ["Live"],
        "all three": ["Live", "Late", "Swing"],
    }
    rows = [{"ItemId": item_id, "Categories": categories} for item_id, categories in kinds.items()]
    raw(stage, "POST", "/items", json=rows)
    for path in ("/recommend/wes", "/recommend/nobody", "/latest"):
        for asked, wanted in (("Swing", 3), ("Swing&category=Live", 2), ("Live&category=swing&category=Late", 1), ("Late&category=Genre+1", 0)):  # fmt: skip
            got = raw(stage, "GET", f"{path}?n=50&category={asked}").json()
            assert len(got) == wanted, (path, asked)
    for item_id in kinds:
        client.delete_item(item_id)


def test_tracks_that_are_no_items_are_never_recommended_and_take_nobodys_place(client, stage, catalog):
    client.insert_feedback("play", "xan", "song-0-First-1", WHEN)
    near = [item["ItemId"] for item in everything() if item["ItemId"].startswith("song-0-")][1:]
    for item_id in near:
        client.delete_item(item_id)
    got = client.get_recommend("xan", n=4)
    who = catalog.listeners.known("xan@gorse").id
    met = frozenset(catalog.listens.counts(who))
    asked = Request(listener_id=who, n=4, exclude_tracks=met, wanted=Filter(known_to="gorse"))
    found = stage[0].recommender.recommend(asked).results
    names = {track_id: item for item, track_id in catalog.external_ids.all("gorse").items()}
    assert [one.id for one in got] == [names[one.track.id] for one in found] and len(got) == 4
    assert not {one.id for one in client.get_recommend("xan", n=100)} & set(near)


def test_a_session_and_neighbors_are_by_sound(client, stage, catalog):
    before = catalog.listens.number()
    played = [{"FeedbackType": "read", "UserId": "", "ItemId": "song-3-First-1", "Timestamp": WHEN}]
    got = client.session_recommend(played, n=5)
    assert len(got) == 5 and all(set(one) == {"Id", "Score"} for one in got)
    assert all(one["Id"].startswith("song-3-") and one["Id"] != "song-3-First-1" for one in got)
    assert catalog.listens.number() == before, "nothing of a session is kept"
    assert client.session_recommend([played[0] | {"FeedbackType": "skip"}]) == []

    near = client.get_neighbors("song-3-First-1", n=5)
    assert all(one["Id"].startswith("song-3-") for one in near) and len(near) == 5
    assert [one["Score"] for one in near] == sorted((one["Score"] for one in near), reverse=True)
    assert raw(stage, "GET", "/item-to-item/anything/song-3-First-1?n=5").json() == near
    client.insert_feedback("read", "yan", near[0]["Id"], WHEN)
    fresh = raw(stage, "GET", "/item/song-3-First-1/neighbors/?n=4&user-id=yan").json()
    assert near[0]["Id"] not in [one["Id"] for one in fresh] and len(fresh) == 4
    assert client.get_neighbors("no such item") == []


def test_popular_latest_and_lists_that_are_not_there(client, stage):
    told = {"FeedbackType": "listen", "UserId": "fan", "ItemId": "song-2-Second-3", "Timestamp": WHEN}
    raw(stage, "PUT", "/feedback", json=[told | {"Value": 1000}])
    top = raw(stage, "GET", "/popular?n=1").json()
    assert top == [{"Id": "song-2-Second-3", "Score": 1000.0}]
    assert raw(stage, "GET", "/non-personalized/popular?n=1").json() == top
    assert raw(stage, "GET", "/popular?n=1&user-id=fan").json() != top
    client.insert_item({"ItemId": "brand new", "Timestamp": "2031-01-01T00:00:00Z"})
    assert raw(stage, "GET", "/latest?n=1").json() == [{"Id": "brand new", "Score": 1924992000.0}]
    client.delete_item("brand new")
    none = raw(stage, "GET", "/non-personalized/most_starred_weekly")
    assert none.status_code == 404 and "popular, latest" in none.text


def test_what_was_written_back_does_not_come_again_and_nobody_has_heard_it(client, stage, catalog):
    client.insert_feedback("play", "sam", "song-0-First-1", WHEN)
    who = catalog.listeners.known("sam@gorse").id
    first = [one.id for one in client.get_recommend("sam", n=4, write_back_type="read")]
    second = [one.id for one in client.get_recommend("sam", n=4)]
    assert len(first) == len(second) == 4 and not set(first) & set(second)
    later = client.get_recommend("sam", n=4, write_back_type="read", write_back_delay="1h30m")
    assert [one.id for one in later] == second
    assert [one.id for one in client.get_recommend("sam", n=4)] == second, "its time has not come"
    assert catalog.listens.number(who) == 1 and client.list_feedbacks("read", "sam") == []
    near = raw(stage, "GET", "/item/song-0-First-1/neighbors?n=50&user-id=sam").json()
    assert not set(first) & {one["Id"] for one in near}
    client.delete_feedback("sam", first[0])
    assert first[0] in [one.id for one in client.get_recommend("sam", n=4)]


def test_nothing_is_written_back_for_strangers_or_in_a_users_name(client, stage, catalog):
    before = client.get_recommend("passing by", n=3, write_back_type="read")
    assert [one.id for one in client.get_recommend("passing by", n=3)] == [one.id for one in before]
    assert catalog.listeners.named("passing by@gorse") is None
    for wrong, said in (("write-back-type=like", "mouths"), ("write-back-type=watch", "not understood"),
                        ("write-back-type=read&write-back-delay=soon", "1h30m")):  # fmt: skip
        answer = raw(stage, "GET", f"/recommend/sam?{wrong}")
        assert answer.status_code == 400 and said in answer.text


@pytest.mark.parametrize(("written", "seconds"), [
    ("0", 0), ("10m", 600), ("1h30m", 5400), ("0h0m0s", 0), ("1.5s", 1), ("500ms", 0), ("-5m", -300), ("+2s", 2),
])  # fmt: skip
def test_durations_as_go_writes_them(written, seconds):
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["5", "m", "1d", "1h 30m", "h1", "--1s", "1hx", "१h"])
def test_what_is_no_duration_is_refused(written):
    with pytest.raises(InputError, match="1h30m"):
        seconds_of(written)


# -- the door itself


@pytest.mark.parametrize(("path", "status"), [
    ("/recommend/rae?n=x", 400), ("/recommend/rae?n=0", 400), ("/recommend/rae?n=501", 400), ("/users?cursor=%21", 400),
    ("/feedback?cursor=e30%3D", 400), ("/user-to-user/neighbors/rae", 404), ("/dashboard/stats", 404), ("/nothing", 404),
])  # fmt: skip
def test_wrong_questions_are_answered_in_plain_text(stage, path, status):
    answer = raw(stage, "GET", path)
    assert answer.status_code == status and answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", ["", "{", "[1]", '{"UserId": null}', "null"])
def test_bodies_that_are_none_are_refused(stage, body):
    for path in ("/user", "/users", "/item", "/items", "/feedback"):
        answer = raw(stage, "POST", path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, path


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/user", '{"UserId": "u", "Labels": [NaN]}'), ("POST", "/user", '{"UserId": "u", "Labels": {"a": "\\ud800"}}'),
    ("POST", "/user", '{"UserId": "\\ud800"}'), ("POST", "/item", '{"ItemId": "i", "Comment": "\\ud800"}'),
    ("POST", "/item", '{"ItemId": "i", "Categories": ["\\udfff"]}'), ("POST", "/user", "[" * 100_000),
    ("POST", "/feedback", '[{"FeedbackType": "read", "UserId": "u", "ItemId": "i", "Value": Infinity}]'),
    ("GET", "/user/%00", ""), ("GET", "/recommend/a%00b", ""), ("GET", "/feedback/x/%00", ""), ("GET", "/users?cursor=AA==", ""),
    ("GET", "/feedback?cursor=WyJcdWQ4MDAiLCAiYSIsICJiIl0=", ""), ("GET", "/feedback?cursor=WyJhIl0=", ""), ("GET", "/item/" + "x" * 300, ""),
])  # fmt: skip
def test_what_no_database_could_keep_is_refused(stage, method, path, body):
    answer = raw(stage, method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and answer.text


def test_odd_but_sayable_things_are_kept_or_passed_over(client, stage):
    assert client.insert_users([]) == client.insert_feedbacks([]) == {"RowAffected": 0}
    assert raw(stage, "POST", "/items", json=[]).json() == {"RowAffected": 0}
    odd = {"UserId": "ünïcode / 100%?#", "Labels": {"nul": "\0", "deep": [[1.5]]}, "Comment": "\0 \u2028"}
    client.insert_user(odd)
    users, _ = client.get_users(500)
    assert odd in users
    client.insert_item(
        {"ItemId": "odd", "Labels": {"title": "a\0b", "artist": ["X", "Y\0"], "isrc": "\0", "duration": True}}
    )
    assert client.get_item("odd")["Labels"] == {"title": "ab", "artist": "X, Y"}
    assert raw(stage, "GET", "/items?q=%00").status_code == 200
    assert raw(stage, "GET", "/recommend/rae?category=%00").status_code == 200
    assert raw(stage, "GET", "/popular?user-id=%00").status_code == 200
    client.delete_item("odd")


def test_many_at_once_make_an_item_once(client, stage, catalog):
    rows = [
        {"FeedbackType": "play", "UserId": f"crowd {at}", "ItemId": "all at once", "Timestamp": WHEN}
        for at in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda row: raw(stage, "POST", "/feedback", json=[row]).status_code, rows))
    assert answers == [200] * 8
    track_id = catalog.external_ids.find("gorse", ["all at once"])["all at once"]
    assert len(catalog.tracks.search("all at once", 50)) == 1
    for row in rows:
        assert catalog.listens.counts(catalog.listeners.known(f"{row['UserId']}@gorse").id) == {track_id: 1}
    client.delete_item("all at once")


def test_the_clients_other_half_is_asynchronous(client, stage):
    _, url, key = stage

    async def ask() -> list:
        other = AsyncGorse(f"{url}/gorse", key)
        await other.insert_feedback("like", "ida", "song-0-First-1", WHEN)
        return await other.get_recommend("ida", n=3)

    assert [one.id for one in asyncio.run(ask())] == [one.id for one in client.get_recommend("ida", n=3)]


ROUTES = sorted(
    f"{method} {re.sub('{.*?}', 'x', route.path)}"
    for noun in (users, items, feedback, recommend)
    for route in noun.router.routes
    for method in route.methods
)
"""Every route of the door but the two about its health, with ids that lead nowhere."""


def test_every_route_wants_the_owner_and_the_scope_admin(stage):
    parts, url, key = stage
    let_in = {"owner's admin key": key}
    shut_out = {
        "stranger": "", "wrong key": "nope", "owner's read key": key_for(parts, "ana", "read"),
        "owner's write key": key_for(parts, "ana", "write", "read", "scrobble"),
        "listener's admin key": key_for(parts, "ben", "admin"),
    }  # fmt: skip
    wrong = []
    assert len(ROUTES) > 70, "each with and without a slash at its end"
    with httpx.Client(base_url=f"{url}/gorse/api", timeout=20) as http:
        for route in [*ROUTES, "GET /no/such/route"]:
            method, path = route.split()
            for who, secret in (let_in | shut_out).items():
                status = http.request(method, path, headers={"X-API-Key": secret}).status_code
                expected = {"stranger": 401, "wrong key": 401}.get(who, 403) if who in shut_out else None
                if (expected is None and status in (401, 403, 500)) or (
                    expected is not None and status not in (expected, 429)
                ):
                    wrong.append(f"{route} as {who}: {status}")
    assert not wrong, "\n".join(wrong)


def test_an_address_beside_the_door_is_no_page(stage):
    _, url, _ = stage
    assert httpx.get(f"{url}/gorse/health/live").status_code == 404
    assert httpx.get(f"{url}/gorse//api/items").status_code == 404


def test_health_is_for_anyone(stage):
    _, url, _ = stage
    for end in ("live", "ready"):
        assert httpx.get(f"{url}/gorse/api/health/{end}").json() == {
            "Ready": True, "DataStoreError": None, "CacheStoreError": None, "DataStoreConnected": True,
            "CacheStoreConnected": True,
        }  # fmt: skip


def test_an_open_house_looks_at_no_key(tmp_path):
    with house(tmp_path) as (parts, url):
        client = Gorse(f"{url}/gorse", "whatever it was", timeout=20)
        assert client.insert_feedback("like", "bob", "Documentary", "2022-02-24") == {"RowAffected": 1}
        assert client.get_user("bob") == {"UserId": "bob", "Labels": None, "Comment": ""}
        assert [word.word for _, word in parts.catalog.feedback.of(2)] == [Word.LIKE]


def test_items_without_sound_are_recommended_by_who_plays_them(tmp_path):
    """Two circles of users with 12 items each: once taste is learned, everybody gets the rest of their own circle."""
    with house(tmp_path) as (parts, url):
        client, stage = Gorse(f"{url}/gorse", "", timeout=60), (parts, url, "")
        raw(
            stage, "POST", "/items", json=[{"ItemId": f"{circle}{at}"} for circle in "xy" for at in range(12)]
        )
        rows = [
            {"FeedbackType": "listen", "UserId": f"{circle}-user {user}", "ItemId": f"{circle}{(user + at) % 12}",
             "Timestamp": f"2026-02-24T18:{at:02d}:00Z"}
            for circle in "xy" for user in range(12) for at in range(8)
        ]  # fmt: skip
        client.insert_feedbacks(rows)
        learn(parts)
        for circle in "xy":
            got = [one.id for one in client.get_recommend(f"{circle}-user 0", n=4)]
            assert set(got) == {f"{circle}{at}" for at in (8, 9, 10, 11)}
            near = [one["Id"] for one in client.get_neighbors(f"{circle}3", n=5)]
            assert len(near) == 5 and all(one.startswith(circle) for one in near)
