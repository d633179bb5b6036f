"""Words, listens, searches and lists: each listener's own, in force at once, invisible to others."""

from __future__ import annotations

import time

import pytest

from synesthete.catalog.entries import Entry
from tests.web.conftest import track_named

API = "/api/v1"


def ids(answer) -> list[int]:
    return [result["track"]["id"] for result in answer.json()["results"]]


def test_never_removes_on_the_next_request_and_undo_brings_back(client):
    cogs = track_named(client, "Cogs")
    address = f"{API}/tracks/{cogs}/similar"
    shown = client.get(address)
    first, request_id = ids(shown)[0], shown.json()["request_id"]
    said = client.post(f"{API}/feedback", json={"word": "never", "track_id": first, "request_id": request_id})
    assert said.status_code == 201 and first not in ids(client.get(address))
    assert client.get(f"{API}/tracks/{first}").json()["track"]["word"] == "never"
    assert client.delete(f"{API}/feedback/{said.json()['id']}").status_code == 204
    assert first in ids(client.get(address))
    assert client.delete(f"{API}/feedback/{said.json()['id']}").status_code == 404


def test_words_replace_each_other_and_end_by_themselves(client):
    for word in ("like", "dislike"):
        client.post(f"{API}/feedback", json={"word": word, "track_id": 1})
    client.post(f"{API}/feedback", json={"word": "never", "artist_id": 1, "until": int(time.time()) + 3600})
    words = client.get(f"{API}/feedback").json()
    assert [w["word"] for w in words["words"]] == ["never", "dislike"] and words["total"] == 2
    assert client.get(f"{API}/artists/1").json()["artist"]["word"] == "never"
    over = {"word": "like", "track_id": 1, "until": int(time.time()) - 1}
    assert client.post(f"{API}/feedback", json=over).status_code == 400
    assert client.get(f"{API}/feedback").json() == words  # what was said before holds


@pytest.mark.parametrize(
    "wrong",
    [{"word": "like"}, {"word": "like", "track_id": 1, "artist_id": 1}, {"word": "love", "track_id": 1},
     {"word": "like", "track_id": 10**30}, {"word": "like", "track_id": "one"}],
)  # fmt: skip
def test_a_word_is_about_one_thing(client, wrong):
    assert client.post(f"{API}/feedback", json=wrong).status_code == 422


def test_listens_sent_twice_count_once_and_short_ones_are_skips(client):
    cogs, wheels = track_named(client, "Cogs"), track_named(client, "Wheels")
    batch = {
        "listens": [
            {"at": 1_700_000_000, "track_id": cogs, "played_s": 7},  # more than half of 12 s
            {"at": 1_700_000_100, "track_id": wheels, "played_s": 5},
            {"at": 1_700_000_200, "title": "wheels", "artist": "ada byron", "played_s": 12},
            {"at": 1_700_000_300, "title": "Unheard of", "artist": "Nobody"},
            {"at": 1_700_000_400, "track_id": 4711},
            {"at": int(time.time()) + 10**6, "track_id": cogs},
        ]
    }
    first, second = (client.post(f"{API}/listens", json=batch).json() for _ in range(2))
    assert (first["kept"], first["known"], first["counted"]) == (4, 0, 3)
    assert [refused["place"] for refused in first["refused"]] == [4, 5]
    assert (second["kept"], second["known"]) == (0, 4)
    heard = client.get(f"{API}/listens").json()
    assert heard["total"] == 4 and heard["listens"][1]["track"]["id"] == wheels
    assert [listen["skipped"] for listen in heard["listens"]] == [False, False, True, False]
    assert client.get(f"{API}/tracks/{wheels}").json()["plays"] == 1


def test_a_batch_that_is_no_batch_is_refused_whole(client):
    assert client.post(f"{API}/listens", json={"listens": []}).status_code == 422
    assert client.post(f"{API}/listens", json={"listens": [{"at": 1}]}).status_code == 422
    assert client.get(f"{API}/listens").json()["total"] == 0


def test_searches_are_remembered_once_each(client):
    for text in ("blue", "green", "blue"):
        client.post(f"{API}/searches", json={"text": text})
    assert [s["text"] for s in client.get(f"{API}/searches").json()["searches"]] == ["blue", "green"]
    assert client.delete(f"{API}/searches").json()["changed"] == 2
    assert client.get(f"{API}/searches").json()["searches"] == []


def test_what_is_personal_is_invisible_to_others(two_people):
    ana, ben, _ = two_people
    ana.post(f"{API}/feedback", json={"word": "never", "track_id": 1})
    ana.post(f"{API}/searches", json={"text": "secret"})
    ana.post(f"{API}/listens", json={"listens": [{"at": 5, "track_id": 1}]})
    made = ana.post(f"{API}/playlists", json={"name": "Mine", "track_ids": [1]}).json()["playlist"]["id"]
    said = ana.get(f"{API}/feedback").json()["words"][0]["id"]
    assert ben.get(f"{API}/feedback").json()["total"] == 0
    assert ben.get(f"{API}/searches").json()["searches"] == []
    assert ben.get(f"{API}/listens").json()["total"] == 0
    assert ben.get(f"{API}/playlists").json()["playlists"] == []
    assert ben.get(f"{API}/tracks/1").json()["track"]["word"] is None
    assert ben.delete(f"{API}/feedback/{said}").status_code == 404
    playlist = f"{API}/playlists/{made}"
    answers = [
        ben.get(playlist), ben.delete(playlist), ben.patch(playlist, json={"name": "x"}), ben.get(f"{playlist}/export"),
        ben.put(f"{playlist}/order", json={"positions": []}), ben.post(f"{playlist}/tracks", json={"track_ids": [2]}),
        ben.post(f"{playlist}/continuation", json={}),
        ben.post(f"{API}/recommendations", json={"seeds": [{"kind": "playlist", "id": made}]}),
        ben.post(f"{API}/recommendations", json={"seeds": [{"kind": "listener", "id": 1}]}),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}


def test_opposite_words_give_opposite_lists_from_the_same_seed(two_people):
    ana, ben, _ = two_people
    wheels, levers = track_named(ana, "Wheels"), track_named(ana, "Levers")
    ana.post(f"{API}/feedback", json={"word": "never", "track_id": wheels})
    ben.post(f"{API}/feedback", json={"word": "never", "track_id": levers})
    address = f"{API}/tracks/{track_named(ana, 'Cogs')}/similar"
    assert wheels not in ids(ana.get(address)) and levers in ids(ana.get(address))
    assert levers not in ids(ben.get(address)) and wheels in ids(ben.get(address))


def test_clicks_and_words_make_honest_rates(client):
    shown = client.get(f"{API}/tracks/1/similar", params={"n": 4}).json()
    first, second = (r["track"]["id"] for r in shown["results"][:2])
    number = shown["request_id"]
    assert client.post(f"{API}/clicks", json={"request_id": number, "track_id": first}).status_code == 204
    assert client.post(f"{API}/clicks", json={"request_id": "made up", "track_id": first}).status_code == 404
    client.post(f"{API}/listens", json={"listens": [{"at": 9, "track_id": second, "request_id": number}]})
    client.post(f"{API}/feedback", json={"word": "dislike", "track_id": first, "request_id": number})
    rates = client.get(f"{API}/dashboard/reception").json()
    sound = next(r for r in rates["sources"] if r["source"] == "sound")
    assert (sound["shown"], sound["clicked"], sound["disliked"]) == (len(shown["results"]), 2, 1)
    assert rates["weeks"][-1]["disliked"] == 1 and rates["shown_tracks"] == len(shown["results"])


def test_the_owner_sees_sums_and_a_listener_their_own(two_people):
    ana, ben, _ = two_people
    now = int(time.time())
    for client, track in ((ana, 1), (ben, 1), (ben, 2)):
        client.post(f"{API}/listens", json={"listens": [{"at": now - track, "track_id": track}]})
        client.post(f"{API}/searches", json={"text": "blue"})
    ben.post(f"{API}/searches", json={"text": "only ben"})
    everyone, own = (c.get(f"{API}/dashboard/popular").json() for c in (ana, ben))
    assert (everyone["scope"], own["scope"]) == ("everyone", "me")
    assert everyone["tracks"][0] | {"artist": ""} == {
        "id": 1, "name": everyone["tracks"][0]["name"], "artist": "", "plays": 2, "listeners": 2
    }  # fmt: skip
    assert sum(t["plays"] for t in own["tracks"]) == 2
    assert [w["text"] for w in ana.get(f"{API}/dashboard/words").json()["searches"]] == ["blue"]
    assert {w["text"] for w in ben.get(f"{API}/dashboard/words").json()["searches"]} == {"blue", "only ben"}
    assert {p["name"] for p in ana.get(f"{API}/dashboard/activity").json()["listeners"]} >= {"ana", "ben"}
    assert [p["name"] for p in ben.get(f"{API}/dashboard/activity").json()["listeners"]] == ["ben"]
    mine = ana.get(f"{API}/dashboard/popular", params={"scope": "me"}).json()
    assert mine["scope"] == "me" and sum(t["plays"] for t in mine["tracks"]) == 1


def test_the_catalog_in_numbers(client):
    overview = client.get(f"{API}/dashboard/catalog").json()
    assert overview["tracks"] == 6 and overview["duration_s"] == pytest.approx(72, abs=1)
    assert {"label": "1840s", "count": 3} in overview["decades"] and {"label": "mp3", "count": 1} in overview[
        "formats"
    ]
    assert sum(next(d for d in overview["descriptors"] if d["name"] == "tempo")["counts"]) == 6


def test_scores_come_with_plain_words(client):
    from synesthete.catalog.scores import Score

    client.parts.catalog.scores.put([Score("taste", "ease@1", "recall@20", 0.25, baseline="popular"), ])  # fmt: skip
    score = client.get(f"{API}/dashboard/quality", params={"protocol": "taste"}).json()["scores"][0]
    assert "among the first 20" in score["words"] and score["baseline"] == "popular"


def test_a_letter_is_seen_before_it_is_sent_by_its_reader_alone(two_people):
    _, ben, stranger = two_people
    quiet = ben.get(f"{API}/me/letter")
    assert quiet.status_code == 200 and "no letter would go out" in quiet.text
    assert stranger.get(f"{API}/me/letter").status_code == 401
    catalog = stranger.parts.catalog
    folder = catalog.folders.all()[0]
    for number in range(12):
        name = f"<b>{number}</b>"
        catalog.tracks.put(
            Entry(name, f"Artist {number}", path=f"{folder.path}/n{number}.mp3", folder_id=folder.id)
        )
    page = ben.get(f"{API}/me/letter")
    assert "ben, your week in sound" in page.text and "&lt;b&gt;" in page.text and "<b>1" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert catalog.letters.latest(catalog.listeners.named("ben").id) == []
