"""Asking with sound: what is sent, what is refused, and what is kept."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synesthete.errors import AudioError
from synesthete.web.sound.clips import Clips
from synesthete.web.sound.ears import Ears
from tests import sound
from tests.web.conftest import track_named

API = "/api/v1"


def wav(waveform: np.ndarray, rate: int = 16_000, subtype: str = "PCM_16") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, waveform, rate, format="WAV", subtype=subtype)
    return out.getvalue()


def send(client, data: bytes, name: str = "clip.wav", **form: object):
    return client.post(
        f"{API}/clips", files={"file": (name, data)}, data={k: str(v) for k, v in form.items()}
    )


@pytest.fixture
def cogs(client) -> bytes:
    path = client.get(f"{API}/tracks/{track_named(client, 'Cogs')}").json()["file"]["path"]
    return Path(path).read_bytes()


def test_a_clip_is_recognized_and_answered(client, cogs):
    answer = send(client, cogs, "cogs.flac", start_s=1, end_s=11, n=3)
    assert answer.status_code == 200
    found = answer.json()
    recording = found["recording"]
    assert recording["track"]["title"] == "Cogs" and recording["sure"]
    halves = (
        2 * recording["start_s"]
    )  # one chord, struck twice a second: any stroke may be taken for the first
    assert halves == pytest.approx(round(halves), abs=0.12)
    assert found["results"][0]["track"]["artist"] == "Ada Byron" and found["results"][0]["moment"]
    assert (found["clip"]["start_s"], found["clip"]["end_s"]) == (1, 11)
    assert found["clip"]["duration_s"] == pytest.approx(12, abs=0.1)


def test_a_clip_is_a_seed_until_it_is_removed(client, cogs):
    clip = send(client, cogs).json()["clip"]["id"]
    question = {"seeds": [{"kind": "clip", "id": clip}, {"kind": "track", "id": 1, "weight": -0.5}], "n": 2}
    assert client.post(f"{API}/recommendations", json=question).json()["results"]
    assert client.get(f"{API}/clips/{clip}/peaks").json()["duration_s"] == pytest.approx(12, abs=0.1)
    assert client.get(f"{API}/clips/{clip}/spectrogram").headers["content-type"] == "image/png"
    assert client.get(f"{API}/clips/{clip}/audio").content == cogs
    assert client.delete(f"{API}/clips/{clip}").status_code == 204
    assert client.get(f"{API}/clips/{clip}").status_code == 404
    assert client.post(f"{API}/recommendations", json=question).status_code == 404


def test_a_clip_belongs_to_who_sent_it(two_people):
    ana, ben, _ = two_people
    clip = send(ana, wav(sound.chord(220, 3.0).T, 44_100)).json()["clip"]["id"]
    assert ana.get(f"{API}/clips/{clip}").status_code == 200
    assert ben.get(f"{API}/clips/{clip}").status_code == 404
    question = {"seeds": [{"kind": "clip", "id": clip}]}
    assert ben.post(f"{API}/recommendations", json=question).status_code == 404


TONE = np.sin(np.arange(16_000) * 0.1).astype(np.float32) * 0.3
STRANGE = {
    "empty": (b"", 415),
    "random bytes": (np.random.default_rng(1).bytes(20_000), 415),
    "text named mp3": (b"I am not music at all. " * 500, 415),
    "a header and nothing": (wav(TONE)[:44], 415),
    "silence": (wav(np.zeros(16_000, np.float32)), 415),
    "a click": (wav(TONE[:500]), 415),
    "0.3 s": (wav(TONE[:4800]), 200),
    "8 kHz": (wav(TONE, 8_000), 200),
    "192 kHz in 8 channels": (wav(np.tile(TONE[:, None], 8).repeat(4, axis=0), 192_000), 200),
    "numbers that are none": (
        wav(np.where(np.arange(16_000) % 100 == 0, np.nan, TONE), subtype="FLOAT"),
        200,
    ),
    "cut off": (wav(TONE)[:20_000], 200),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_sound_gets_a_clear_answer(client, name):
    data, expected = STRANGE[name]
    answer = send(client, data, "sound.mp3")
    assert answer.status_code == expected, answer.text
    if expected != 200:
        assert answer.json()["error"]["what"] and answer.json()["error"]["subject"] == "sound.mp3"
        assert not list((client.parts.settings.data / "clips").iterdir())


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"start_s": 5, "end_s": 3}, 400), ({"start_s": 3, "end_s": 3}, 400), ({"start_s": 99}, 400),
        ({"start_s": -1}, 422), ({"start_s": "nan"}, 422), ({"end_s": "inf"}, 422), ({"n": 0}, 422), ({"n": 9999}, 422),
    ],
)  # fmt: skip
def test_spans_and_numbers_are_checked(client, form, status):
    answer = send(client, wav(TONE), **form)
    assert answer.status_code == status and answer.json()["error"]["what"]


def test_a_name_that_leads_elsewhere_leads_nowhere(client, tmp_path):
    before = set(tmp_path.rglob("*"))
    answer = send(client, wav(TONE), "../../../evil.sh")
    made = set(tmp_path.rglob("*")) - before
    assert answer.json()["clip"]["name"] == "evil.sh"
    assert made and all(path.is_relative_to(client.parts.settings.data / "clips") for path in made)
    for wrong in ("..", "%2e%2e%2f", "a" * 22, "../../catalog.sqlite"):
        assert client.get(f"{API}/clips/{wrong}/audio").status_code == 404


def test_too_much_sound_is_refused_but_a_part_of_it_is_not(open_house):
    client = open_house(upload_s=2)
    long = wav(np.tile(TONE, 5))
    assert send(client, long).status_code == 400
    assert send(client, long, start_s=3, end_s=4.5).status_code == 200


def test_a_file_above_the_limit_is_refused(open_house):
    answer = send(open_house(upload_mb=1), b"\0" * 1_200_000)
    assert answer.status_code == 413 and "1 MB" in answer.json()["error"]["what"]


def test_what_hangs_or_crashes_costs_only_itself():
    ears = Ears(1, 30)
    try:
        with pytest.raises(AudioError, match="longer than"):
            ears.ask(time.sleep, 60, 1.0)
        with pytest.raises(AudioError, match="crashed"):
            ears.ask(os._exit, 3)
        assert ears.ask(abs, -1) == 1
    finally:
        ears.close()


def test_the_shelf_of_clips_empties_itself(tmp_path):
    clips = Clips(tmp_path / "clips", kept_s=3600, most=3)
    places = []
    for number in range(5):
        places.append(clips.receive(io.BytesIO(b"x" * 10)))
        os.utime(places[-1], (time.time() - 100 + number,) * 2)
    assert [place.exists() for place in places] == [False, False, True, True, True]
    os.utime(places[2], (time.time() - 4000,) * 2)
    earlier = tmp_path / "clips" / ("a" * 22)
    (earlier / "sound").mkdir(parents=True)
    os.utime(earlier, (time.time() - 4000,) * 2)
    clips.receive(io.BytesIO(b""))
    assert not places[2].exists() and places[4].exists() and not earlier.exists()


def test_a_clip_whose_file_was_cut_short_is_gone(client, tmp_path):
    """As a loss of power may leave it."""
    sent = sound.write(tmp_path / "clip.wav", sound.chord(220, 4.0, 2.0)).read_bytes()
    kept = client.post("/api/v1/clips", files={"file": ("clip.wav", sent)}).json()["clip"]
    asked = {"seeds": [{"kind": "clip", "id": kept["id"]}]}
    assert client.post("/api/v1/recommendations", json=asked).status_code == 200
    (file,) = (client.parts.settings.data / "clips").glob("*.heard")
    whole = file.read_bytes()
    for length in (len(whole) - 100, whole.index(b"\n") + 1, 20, 0):
        file.write_bytes(whole[:length])
        assert client.post("/api/v1/recommendations", json=asked).status_code == 404, length
