"""A VGGish network on the shelf, from its published files to answers: AudioSet's clips are searched with a sound, and
the MAX door gives the published bytes. The weights are random; names, shapes and arithmetic are the published ones.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import soxr

pytest.importorskip("onnx", reason="converting networks needs the extra [train]")

from synesthete.audio.decode import decode
from synesthete.audio.spectrogram import VGGISH
from synesthete.cli import run
from synesthete.encoders.hearing import hear
from synesthete.index.annoy import AnnoyFile
from tests import sound
from tests.datasets.tfrecords import clip, clips, record
from tests.training import tf_tables
from tests.training.test_vggish import SMALL, by_hand, components, tensors

PREDICT = "/model/predict"
PIECES = ((110, 2.0), (220, 3.0), (440, 5.0))
"""Base in Hz and beats per second of the sounds that AudioSet's invented clips are of."""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The files as they are published: a checkpoint and the components."""
    folder = tmp_path_factory.mktemp("published")
    tf_tables.write_v1(folder / "vggish_model.ckpt", tensors(SMALL))
    return folder / "vggish_model.ckpt", components(folder / "pca.npz")


@pytest.fixture
def told(client, published, capsys):
    """The command line on this house's data: what it wrote as JSON. The network is on the shelf already."""
    data = ["--data", str(client.parts.settings.data)]

    def tell(*words: object, code: int = 0):
        capsys.readouterr()
        assert run([*data, *map(str, words)]) == code, capsys.readouterr().err
        out = capsys.readouterr().out
        return json.loads(out) if "--json" in words else out

    checkpoint, pca = published
    tell("encoders", "convert", "vggish", "--checkpoint", checkpoint, "--pca", pca)
    return tell


def published_bytes(published, waveform: np.ndarray) -> np.ndarray:
    """What the published network and components make of (S,) samples at 16 kHz: (K, 128), in plain arithmetic."""
    picture = VGGISH.log_mel(waveform)
    looks = picture[: len(picture) // 96 * 96].reshape(-1, 96, 64)
    raw = np.stack([by_hand(tensors(SMALL), look) for look in looks])
    with np.load(published[1]) as pca:
        projected = (raw - pca["pca_means"].reshape(-1)) @ pca["pca_eigen_vectors"].T
    return np.floor((np.clip(projected, -2, 2) + 2) * 255 / 4)


def of_sound(client, base_hz: float, beats_per_s: float) -> np.ndarray:
    """Ten rows of bytes of a chord, as AudioSet has them of a video."""
    encoder = client.parts.open_encoder("vggish")
    wave = soxr.resample(sound.chord(base_hz, 10.0, beats_per_s).mean(axis=0), sound.RATE, 16_000)
    return encoder.looks(encoder.picture(wave))[:10]


def test_the_door_gives_the_published_bytes(client, told, published, tmp_path):
    path = sound.write(tmp_path / "horn.wav", sound.chord(220, 4.4))
    answer = client.post(PREDICT, files={"audio": ("horn.wav", path.read_bytes(), "audio/wav")})
    assert answer.status_code == 200 and answer.headers["x-encoder"] == "vggish@1"
    assert client.get("/model/metadata").headers["x-encoder"] == "vggish@1"
    rows = np.array(answer.json()["embedding"])
    expected = published_bytes(published, decode(path, 16_000))
    assert rows.shape == expected.shape == (4, 128)
    assert np.abs(rows - expected).max() <= 1, "float32 may fall on the other side of a step"
    assert (rows == expected).mean() > 0.98 and len(np.unique(rows)) > 50
    # a span begins where it was asked to, and a minute and more is heard in pieces without a seam
    later = client.post(
        PREDICT, files={"audio": ("horn.wav", path.read_bytes(), "audio/wav")}, data={"start_s": "0.96"}
    )
    assert np.abs(np.array(later.json()["embedding"]) - expected[1:]).max() <= 1
    long = sound.write(tmp_path / "long.flac", np.tile(sound.chord(220, 16.0), 5))
    rows = np.array(
        client.post(PREDICT, files={"audio": ("l.flac", long.read_bytes(), "audio/flac")}).json()["embedding"]
    )
    encoder = client.parts.open_encoder("vggish")
    np.testing.assert_array_equal(rows, encoder.looks(encoder.picture(decode(long, 16_000))))


@pytest.fixture
def audioset(client, told, tmp_path):
    """Three clips of known sound among 300 of none, imported."""
    known = [
        record(clip(f"known-{i}-abc", [137], of_sound(client, *piece))) for i, piece in enumerate(PIECES)
    ]
    path = tmp_path / "bal_train" / "00.tfrecord"
    path.parent.mkdir()
    path.write_bytes(b"".join(known + clips(300)))
    answer = told("import", "audioset", path.parent, "--json")
    assert answer["files"][0]["written"]["clips"] == 303
    return path


def test_audioset_is_searched_with_a_file(client, told, audioset, tmp_path):
    before = client.parts.stamp
    for i, (base_hz, beats_per_s) in enumerate(PIECES):
        path = sound.write(tmp_path / "clip.wav", sound.chord(base_hz, 10.0, beats_per_s))
        answer = told("similar", path, "--encoder", "vggish", "-n", 5, "--json")
        assert len(answer["results"]) == 5, "a data set is nobody in particular: no limit per artist"
        first = answer["results"][0]
        assert f"known-{i}-abc at 0:30" in first["track"]["title"], answer["results"]
        heard = hear(client.parts.open_encoder("vggish"), path).track
        kept = client.parts.catalog.embeddings.get(first["track"]["id"], "vggish@1")
        assert first["similarity"] == pytest.approx(float(heard @ kept), abs=2e-3)
        assert first["similarity"] > answer["results"][1]["similarity"]
    assert client.parts.stamp == before, "asking another ear does not put it in force"
    plain = told("similar", path, "--json")
    assert not any("known-" in one["track"]["title"] for one in plain["results"])


def test_audioset_is_searched_over_http(client, told, audioset, tmp_path):
    data = sound.write(tmp_path / "clip.mp3", sound.chord(220, 10.0, 3.0)).read_bytes()
    asked = {
        "files": {"file": ("clip.mp3", data)},
        "data": {"encoder": "vggish", "n": "5"},
    }
    answer = client.post("/api/v1/clips", **asked).json()
    assert "known-1-abc" in answer["results"][0]["track"]["title"] and len(answer["results"]) == 5
    assert answer["results"][0]["track"]["playable"] is False and answer["coverage"]["encoder"] == "vggish@1"
    usual = client.post("/api/v1/clips", files={"file": ("clip.mp3", data)}).json()
    assert usual["coverage"]["encoder"] == client.parts.stamp != "vggish@1"
    # the clip belongs to the ear that heard it: with another one in force it cannot be a seed
    seed = {"seeds": [{"kind": "clip", "id": answer["clip"]["id"]}]}
    assert client.post("/api/v1/recommendations", json=seed).status_code == 404
    asked["data"]["encoder"] = "nobody"
    assert client.post("/api/v1/clips", **asked).status_code == 404


def test_the_index_of_a_data_set_grows_with_it_and_goes_to_annoy(client, told, audioset, tmp_path):
    path = sound.write(tmp_path / "clip.wav", sound.chord(110, 10.0, 2.0))
    told("similar", path, "--encoder", "vggish", "--json")
    assert told("index", "info", "--encoder", "vggish", "--json")["count"] == 303
    (audioset.parent / "01.tfrecord").write_bytes(b"".join(clips(50, seed=1)))
    told("import", "audioset", audioset.parent / "01.tfrecord", "--json")
    told("similar", path, "--encoder", "vggish", "--json")
    assert told("index", "info", "--encoder", "vggish", "--json")["count"] == 353
    rows = {row["name"]: row for row in told("encoders", "list", "--json")["encoders"]}
    assert rows["vggish"]["tracks"] == 353 and not rows["vggish"]["in_force"]
    pytest.importorskip("annoy")
    told("index", "export", tmp_path / "set.ann", "--encoder", "vggish", "--json")
    assert len(AnnoyFile(tmp_path / "set.ann")) == 353
    told("index", "rebuild", "--encoder", "vggish", "--json")
    told("index", "info", "--encoder", "nobody", code=1)
