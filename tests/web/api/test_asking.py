"""Questions with seeds, filters and sliders, and paths."""

from __future__ import annotations

import pytest

from tests.web.conftest import track_named

API = "/api/v1"


def ask(client, **question):
    return client.post(f"{API}/recommendations", json=question)


@pytest.mark.parametrize(
    "seed",
    [
        {"kind": "track", "id": 1},
        {"kind": "artist", "id": 1},
        {"kind": "album", "id": 1},
        {"kind": "genre", "id": "Air"},
    ],
    ids=lambda seed: seed["kind"],
)
def test_every_kind_of_seed_is_understood(client, seed):
    answer = ask(client, seeds=[seed], n=3)
    assert answer.status_code == 200 and answer.json()["results"] and answer.json()["request_id"]


def test_without_seeds_or_listens_the_list_says_why_it_is_empty(client):
    answer = ask(client).json()
    assert answer["results"] == [] and answer["note"]


def test_without_seeds_it_is_for_the_listener(client):
    client.post(f"{API}/feedback", json={"word": "like", "track_id": track_named(client, "Cogs")})
    answer = ask(client, n=4).json()
    assert answer["results"] and "Ada Byron" in {r["track"]["artist"] for r in answer["results"]}


def test_filters_and_exclusions_hold(client):
    seeds = [{"kind": "track", "id": track_named(client, "Cogs")}]
    old = ask(client, seeds=seeds, filters={"year_to": 1900}).json()["results"]
    assert old and {r["track"]["year"] for r in old} == {1843}
    wheels = track_named(client, "Wheels")
    without = ask(client, seeds=seeds, exclude={"tracks": [wheels]}).json()["results"]
    assert wheels not in [r["track"]["id"] for r in without]
    none = ask(client, seeds=seeds, filters={"genres": ["Polka"]}).json()
    assert none["results"] == [] and none["note"]
    assert ask(client, seeds=seeds, filters={"folder_id": 99}).status_code == 404
    one = ask(client, seeds=seeds, per_artist=1).json()["results"]
    artists = [r["track"]["artist"] for r in one]
    assert len(artists) == len(set(artists))


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"seeds": [{"kind": "track", "id": 4711}]}, 404),
        ({"seeds": [{"kind": "track", "id": "one"}]}, 400),
        ({"seeds": [{"kind": "tune", "id": 1}]}, 422),
        ({"seeds": [{"kind": "track", "id": 1, "weight": 0}]}, 400),
        ({"seeds": [{"kind": "track", "id": 1, "weight": 2}]}, 422),
        ({"seeds": [{"kind": "track", "id": 1, "start_s": 9, "end_s": 3}]}, 422),
        ({"seeds": [{"kind": "clip", "id": "../../etc/passwd"}]}, 404),
        ({"sliders": {"taste": 3}}, 422),
        ({"n": 0}, 422),
        ({"sedes": []}, 422),
    ],
)
def test_a_wrong_question_is_refused_in_words(client, question, status):
    answer = ask(client, **question)
    assert answer.status_code == status and answer.json()["error"]["what"]


def test_a_path_begins_and_ends_where_it_should(client):
    start, end = track_named(client, "Cogs"), track_named(client, "Ile")
    answer = client.post(f"{API}/path", json={"from_track_id": start, "to_track_id": end, "n": 4}).json()
    steps = [r["track"]["id"] for r in answer["results"]]
    assert steps[0] == start and steps[-1] == end and len(steps) == len(set(steps))
    assert client.post(f"{API}/path", json={"from_track_id": start, "to_track_id": 4711}).status_code == 404


def test_an_empty_library_answers_in_words(open_house, tmp_path):
    from fastapi.testclient import TestClient

    from synesthete.parts import open_parts
    from synesthete.settings import Settings
    from synesthete.web.app import create_app

    with open_parts(Settings(data=tmp_path / "empty")) as parts:
        client = TestClient(create_app(parts), base_url="http://127.0.0.1", raise_server_exceptions=False)
        assert ask(client).json()["note"] and ask(client).json()["results"] == []
        for path in ("status", "map", "clusters", "search?text=x", "tracks", "genres", "encoders", "dashboard/catalog",
                     "dashboard/reception", "dashboard/words", "dashboard/popular", "playlists", "map/points"):  # fmt: skip
            assert client.get(f"{API}/{path}").status_code == 200, path
