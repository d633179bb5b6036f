"""Search, pages, sound and pictures of the music that is there."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from sqlalchemy import update

from synesthete.audio.decode import decode
from synesthete.catalog.schema import tracks
from tests.web.conftest import track_named

API = "/api/v1"


def test_search_finds_tracks_artists_and_albums_as_one_types(client):
    found = client.get(f"{API}/search", params={"text": "eng"}).json()
    assert found["albums"][0]["title"] == "Engines" and found["albums"][0]["tracks"] == 3
    assert {t["title"] for t in found["tracks"]} == {"Cogs", "Wheels", "Levers"}
    assert client.get(f"{API}/search", params={"text": "cesar"}).json()["artists"][0]["name"] == "Cèsar F"
    assert client.get(f"{API}/search", params={"text": "'\"*)("}).json()["tracks"] == []


def test_a_track_says_what_is_known_of_it(client):
    page = client.get(f"{API}/tracks/{track_named(client, 'Cogs')}").json()
    assert page["track"]["artist"] == "Ada Byron" and page["track"]["genres"] == ["Machine"]
    assert page["analyzed"] == "full" and page["file"]["path"].endswith("01 Cogs.flac")
    tempo = next(d for d in page["descriptors"] if d["name"] == "tempo")
    assert "beats per minute" in tempo["text"] and tempo["confidence"] == pytest.approx(0.9)


def test_only_the_owner_sees_where_files_are(two_people):
    ana, ben, _ = two_people
    assert ana.get(f"{API}/tracks/1").json()["file"]["path"]
    assert ben.get(f"{API}/tracks/1").json()["file"]["path"] is None


def test_sound_is_served_in_ranges(client):
    track = track_named(client, "Wheels")
    whole = client.get(f"{API}/tracks/{track}/audio")
    assert whole.headers["content-type"] == "audio/mpeg" and whole.headers["accept-ranges"] == "bytes"
    part = client.get(f"{API}/tracks/{track}/audio", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206 and part.content == whole.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    beyond = client.get(f"{API}/tracks/{track}/audio", headers={"Range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    asked = client.head(f"{API}/tracks/{track}/audio")
    assert asked.status_code == 200 and asked.content == b"" and asked.headers["accept-ranges"] == "bytes"
    assert asked.headers["content-length"] == str(len(whole.content))
    assert client.head(f"{API}/tracks/999999/audio").status_code == 404


def test_the_waveform_is_that_of_the_sound(client):
    track = track_named(client, "Cogs")
    drawn = client.get(f"{API}/tracks/{track}/peaks", params={"points": 100}).json()
    path = client.get(f"{API}/tracks/{track}").json()["file"]["path"]
    waveform = np.abs(decode(path, 44100))
    expected = [waveform[i * len(waveform) // 100 : (i + 1) * len(waveform) // 100].max() for i in range(100)]
    assert drawn["duration_s"] == pytest.approx(12, abs=0.1)
    # A strike at the edge of a span may fall into the next: the many others must agree.
    assert np.median(np.abs(np.array(drawn["peaks"]) - np.clip(expected, 0, 1))) < 0.01


def test_the_spectrogram_is_a_picture_with_low_notes_at_the_bottom(client):
    from PIL import Image

    address = f"{API}/tracks/{track_named(client, 'Cogs')}/spectrogram"
    answer = client.get(address, params={"start_s": 1, "end_s": 5, "width": 120, "height": 64})
    picture = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert picture.shape == (64, 120) and picture.dtype == np.uint8
    assert picture[32:].mean() > picture[:32].mean()  # a chord on 110 Hz
    again = client.get(
        address, params={"start_s": 1, "end_s": 5, "width": 120, "height": 64},
        headers={"If-None-Match": answer.headers["etag"]},
    )  # fmt: skip
    assert again.status_code == 304


@pytest.mark.parametrize(
    "span", [{"start_s": 5, "end_s": 5}, {"start_s": 6, "end_s": 5}, {"start_s": 500}, {"end_s": 5000}]
)
def test_a_span_that_is_none_is_an_error(client, span):
    answer = client.get(f"{API}/tracks/1/spectrogram", params=span)
    assert answer.status_code == 400 and answer.json()["error"]["what"]


def test_a_cover_is_shown_and_its_absence_said(client):
    assert client.get(f"{API}/tracks/1/cover").status_code == 404
    assert client.get(f"{API}/tracks/1/cover").status_code == 404  # remembered now, still an honest 404


def test_similar_tracks_come_with_reasons_and_moments_of_both(client):
    cogs = track_named(client, "Cogs")
    answer = client.get(f"{API}/tracks/{cogs}/similar", params={"n": 3, "start_s": 2, "end_s": 12}).json()
    first = answer["results"][0]
    assert first["track"]["artist"] == "Ada Byron" and first["reason"] and first["similarity"] > 0.9
    assert 0 <= first["moment"]["start_s"] < first["moment"]["end_s"] <= 12.5
    assert answer["coverage"] == {"tracks": 6, "heard": 6, "encoder": client.parts.stamp}
    assert cogs not in [result["track"]["id"] for result in answer["results"]]


def test_artists_and_albums_have_pages_and_neighbors(client):
    artist = client.get(f"{API}/search", params={"text": "ada"}).json()["artists"][0]
    page = client.get(f"{API}/artists/{artist['id']}").json()
    assert [t["title"] for t in page["tracks"]] == ["Cogs", "Wheels", "Levers"]
    assert page["genres"] == ["Machine"] and page["albums"][0]["title"] == "Engines"
    near = client.get(f"{API}/artists/{artist['id']}/similar").json()["artists"]
    assert artist["id"] not in [n["artist"]["id"] for n in near] and near[0]["artist"]["name"]
    album = page["albums"][0]["id"]
    assert client.get(f"{API}/albums/{album}").json()["duration_s"] == pytest.approx(36, abs=0.5)
    assert client.get(f"{API}/albums/{album}/similar").json()["albums"][0]["album"]["title"] == "Été"
    assert client.get(f"{API}/albums/{album}/cover").status_code == 404


def test_a_file_that_is_gone_is_not_found_in_words(client):
    with client.parts.catalog.begin() as connection:
        connection.execute(update(tracks).where(tracks.c.id == 1).values(path="/gone/01.flac"))
        connection.execute(update(tracks).where(tracks.c.id == 2).values(path=None))
    for track, word in ((1, "gone"), (2, "name alone")):
        for what in ("audio", "peaks", "spectrogram", "cover"):
            answer = client.get(f"{API}/tracks/{track}/{what}")
            assert answer.status_code == 404 and word in answer.json()["error"]["what"]
    assert client.get(f"{API}/tracks/2").json()["track"]["playable"] is False


def test_tags_are_text_and_nothing_else(client):
    with client.parts.catalog.begin() as connection:
        connection.execute(update(tracks).where(tracks.c.id == 1).values(title="<script>alert(1)</script>\n"))
    answer = client.get(f"{API}/tracks/1")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.text)["track"]["title"].startswith("<script>")


def test_the_map_travels_as_numbers(client):
    facts = client.get(f"{API}/map").json()
    points = client.get(f"{API}/map/points")
    n = facts["count"]
    ids = np.frombuffer(points.content, "<i4", n)
    x, y = np.frombuffer(points.content, "<f4", 2 * n, 4 * n).reshape(2, n)
    assert n == 6 and (x == ids).all() and (y == 2 * ids).all()
    colors = {c["name"]: c for c in facts["colors"]}
    assert (
        colors["cluster"]["categories"] == ["Calm", "Lively"] and "Machine" in colors["genre"]["categories"]
    )
    years = np.frombuffer(client.get(f"{API}/map/colors/year").content, "<f4")
    assert np.isnan(years).sum() == 1 and 1843 in years
    assert client.get(f"{API}/map/colors/nothing").status_code == 404
    same = client.get(f"{API}/map/points", headers={"If-None-Match": points.headers["etag"]})
    assert same.status_code == 304
    near = client.get(f"{API}/map/neighbors/{ids[0]}", params={"n": 2}).json()["neighbors"]
    assert len(near) == 2 and near[0]["similarity"] >= near[1]["similarity"] and near[0]["x"] is not None


def test_clusters_are_ready_playlists(client):
    clusters = client.get(f"{API}/clusters").json()["clusters"]
    assert {c["name"] for c in clusters} == {"Calm", "Lively"} and sum(c["tracks"] for c in clusters) == 6
    page = client.get(f"{API}/clusters/{clusters[0]['id']}").json()
    assert len(page["tracks"]) == clusters[0]["tracks"]
    assert client.get(f"{API}/clusters/77").status_code == 404


def test_artists_and_albums_come_page_by_page_with_their_initials(client):
    whole = client.get(f"{API}/artists", params={"n": 500}).json()
    names = [artist["name"] for artist in whole["artists"]]
    assert len(names) == whole["total"] > 1
    paged = [
        client.get(f"{API}/artists", params={"n": 1, "offset": i}).json()["artists"][0]["name"]
        for i in range(len(names))
    ]
    assert paged == names
    assert sum(one["count"] for one in whole["initials"]) == whole["total"]
    assert [one["letter"] for one in whole["initials"]] == ["a", "c", "u"]
    albums = client.get(f"{API}/albums").json()
    assert [a["title"] for a in albums["albums"]] == sorted(a["title"] for a in albums["albums"])
    assert client.get(f"{API}/albums", params={"order": "newest"}).json()["initials"] == []
    assert client.get(f"{API}/albums", params={"order": "loudest"}).status_code == 422
