"""Folders, the picker that stays within its roots, encoders, and how things stand."""

from __future__ import annotations

import os
import time

import numpy as np

API = "/api/v1"


def test_folders_are_picked_inside_the_roots_only(open_house, tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "rock" / "live").mkdir(parents=True)
    outside.mkdir()
    (root / "rock" / "a.mp3").write_bytes(b"x")
    (root / "way out").symlink_to(outside)
    (root / os.fsdecode(b"caf\xe9")).mkdir()
    client = open_house(roots=(root,))
    top = client.get(f"{API}/library/picker").json()
    assert [f["path"] for f in top["folders"]] == [str(root)] and top["path"] is None
    inside = client.get(f"{API}/library/picker", params={"path": str(root)}).json()
    assert inside["parent"] is None and {f["name"]: f["sounds"] for f in inside["folders"]}["rock"] == 1
    rock = client.get(f"{API}/library/picker", params={"path": str(root / "rock")}).json()
    assert rock["parent"] == str(root) and rock["sounds"] == 1
    for wrong in (outside, root / "way out", root / "..", "/", "/etc"):
        answer = client.get(f"{API}/library/picker", params={"path": str(wrong)})
        assert answer.status_code == 403, wrong
        assert client.post(f"{API}/library/folders", json={"path": str(wrong)}).status_code == 403
    assert client.get(f"{API}/library/picker", params={"path": str(root / "none")}).status_code == 404
    assert client.get(f"{API}/library/picker", params={"path": "a\0b"}).status_code == 400


def test_a_folder_is_remembered_looked_at_and_forgotten(open_house, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    client = open_house(roots=(root,))
    made = client.post(f"{API}/library/folders", json={"path": str(root)})
    assert made.status_code == 201 and made.json()["present"] and made.json()["tracks"] == 0
    assert len(client.get(f"{API}/library/folders").json()["folders"]) == 2
    deadline = time.monotonic() + 60
    while client.app.state.house.errands.running() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert client.get(f"{API}/jobs").json()["jobs"], "the errand left no job"
    assert client.delete(f"{API}/library/folders/{made.json()['id']}").status_code == 204
    assert client.delete(f"{API}/library/folders/{made.json()['id']}").status_code == 404


def test_a_forgotten_folder_hides_its_tracks_and_deletes_nothing(client):
    folder = client.get(f"{API}/library/folders").json()["folders"][0]
    assert folder["tracks"] == 6
    assert client.delete(f"{API}/library/folders/{folder['id']}").status_code == 204
    assert client.get(f"{API}/tracks").json()["total"] == 0
    assert os.path.isdir(folder["path"]) and client.get(f"{API}/tracks/1").status_code == 200


def test_how_things_stand(client):
    status = client.get(f"{API}/status").json()
    counts = status["tracks"]
    assert (
        counts["found"] == counts["analyzed"] + counts["skipped"] + counts["failed"] + counts["pending"] == 6
    )
    assert (status["artists"], status["index"]["size"], status["sources"][0]) == (3, 6, "sound")
    client.parts.catalog.ledger.mark(2, client.parts.stamp, "failed", "cut off")
    failed = client.get(f"{API}/library/failed").json()
    assert failed["total"] == 1 and failed["files"][0]["reason"] == "cut off" and failed["files"][0]["path"]


def test_encoders_are_listed_with_what_they_heard(client):
    encoders = client.get(f"{API}/encoders").json()["encoders"]
    present = next(e for e in encoders if e["in_force"])
    assert present["stamp"] == client.parts.stamp and (present["tracks"], present["share"]) == (6, 1.0)
    assert client.put(f"{API}/encoders/current", json={"name": "nobody"}).status_code == 404
    same = client.put(f"{API}/encoders/current", json={"name": present["name"]})
    assert same.status_code == 202 and not client.app.state.house.errands.running()


def test_an_encoder_may_answer_at_once_from_what_it_has_heard(client):
    parts, choice = client.parts, {"name": "aurora", "now": True}
    stamp, other = parts.stamp, parts.open_encoder("aurora").card
    assert stamp != other.stamp
    refused = client.put(f"{API}/encoders/current", json=choice)
    assert refused.status_code == 409 and "heard nothing" in refused.text and parts.stamp == stamp
    rng = np.random.default_rng(0)
    for track_id in (1, 2, 3):
        parts.catalog.embeddings.put(track_id, other.stamp, rng.standard_normal(other.dim), "full")
        parts.catalog.ledger.mark(track_id, other.stamp, "analyzed")
    answer = client.put(f"{API}/encoders/current", json=choice)
    assert answer.status_code == 202 and not client.app.state.house.errands.running()
    [present] = [one for one in answer.json()["encoders"] if one["in_force"]]
    assert (present["stamp"], present["tracks"], present["share"]) == (other.stamp, 3, 0.5)
    near = client.post(f"{API}/recommendations", json={"seeds": [{"kind": "track", "id": 1}], "n": 5}).json()
    assert (near["coverage"]["encoder"], near["coverage"]["heard"]) == (other.stamp, 3) and {
        one["track"]["id"] for one in near["results"]
    } <= {2, 3}
    parts.put_in_force(stamp)


def test_one_errand_of_a_kind_at_a_time(client):
    errands = client.app.state.house.errands
    first = errands.start("config", ["config"])
    again = errands.start("config", ["config"], again=True)
    assert first == again and client.app.state.house.errands.running() == ["config"]
    deadline = time.monotonic() + 60
    while errands.running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert errands.running() == []
    errands.close()
