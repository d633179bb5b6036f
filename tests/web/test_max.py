"""The MAX door: the contract as published, and what goes beyond it."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from tests import sound

HORN = sound.chord(220, 4.4).T


def wav(rate: int = 44_100, subtype: str = "PCM_16", form: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, HORN, rate, format=form, subtype=subtype)
    return out.getvalue()


def test_it_says_what_the_contract_says(client):
    assert client.get("/model/metadata").json() == {
        "id": "audio_embeddings-tf",
        "name": "audio_embeddings TensorFlow Model",
        "description": "audio_embeddings TensorFlow model trained on Audio Set",
        "type": "audio_embeddings",
        "license": "Apache 2.0",
        "source": "https://developer.ibm.com/exchanges/models/all/max-audio-embedding-generator/",
    }
    swagger = client.get("/swagger.json")
    assert swagger.headers["content-type"] == "application/json"
    assert swagger.json()["info"]["title"] == "MAX Audio Embedding Generator"
    assert swagger.json()["info"]["description"] == "Generate embedding vectors from audio files."


def predict(client, data: bytes, kind: str = "audio/wav", **form: str):
    return client.post("/model/predict", files={"audio": ("horn.wav", data, kind)}, data=form)


def test_a_row_of_bytes_for_every_second(client):
    answer = predict(client, wav())
    body = answer.json()
    rows = np.array(body["embedding"])
    assert answer.status_code == 200 and body["status"] == "ok" and set(body) == {"status", "embedding"}
    assert rows.shape == (4, client.parts.encoder.card.dim)
    assert rows.min() >= 0 and rows.max() <= 255 and rows.dtype.kind == "i"
    assert answer.headers["x-encoder"] == client.parts.stamp


def test_more_than_the_contract_any_codec_span_and_encoder(client):
    flac = predict(client, wav(form="FLAC"), "audio/flac", start_s="1", end_s="3.5")
    assert len(flac.json()["embedding"]) == 2
    ours = predict(client, wav(8_000, "FLOAT"), "audio/x-wav", encoder="descriptors")
    card = client.parts.open_encoder("descriptors").card
    assert ours.headers["x-encoder"] == card.stamp and len(ours.json()["embedding"][0]) == card.dim


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"I am text", "text/plain"), (b"I am text", "audio/wav"), (b"", "audio/wav"), (wav(), "image/jpg")],
)
def test_the_wrong_type_is_refused_in_the_contracts_words(client, data, kind):
    answer = predict(client, data, kind)
    assert answer.status_code == 400
    assert answer.json() == {"status": "error", "message": "Invalid file type/extension"}


def test_other_wrong_questions_are_400_too(client):
    assert client.post("/model/predict").status_code == 400
    assert predict(client, wav(), start_s="3", end_s="2").status_code == 400
    assert predict(client, wav(), encoder="nobody").json()["status"] == "error"
    assert predict(client, b"not sound").status_code == 400
    assert not list((client.parts.settings.data / "clips").iterdir())


@pytest.mark.parametrize(
    "fields", [{"start_s": "abc"}, {"start_s": "-5"}, {"end_s": "nan"}, {"encoder": "x" * 101}]
)
def test_fields_that_cannot_be_used_are_refused_in_the_contracts_words(client, fields):
    refusal = {"status": "error", "message": "Input payload validation failed"}
    answer = predict(client, wav(), **fields)
    assert (answer.status_code, answer.json()) == (400, refusal)
    answer = client.post("/model/predict", files={"audio": (None, "no file")})
    assert (answer.status_code, answer.json()) == (400, refusal)


def test_a_closed_house_asks_for_a_key(open_house):
    client = open_house(token="a-token-of-sixteen+")
    assert predict(client, wav()).status_code == 401
    known = client.post(
        "/model/predict",
        files={"audio": ("a.wav", wav())},
        headers={"Authorization": "Bearer a-token-of-sixteen+"},
    )
    assert known.status_code == 200
