"""Networks of all shapes; cards that lie; processors that differ."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from synesthete.audio.spectrogram import MelSpec
from synesthete.encoders.encoder import Card, normalized
from synesthete.encoders.onnx import OnnxEncoder, fast_int8
from synesthete.errors import FormatError, SettingsError
from tests.encoders.networks import make_encoder, mean_network

NOISE = np.random.default_rng(2).uniform(-0.2, 0.2, 160_000).astype(np.float32)


def expected(picture: np.ndarray, dim: int = 16) -> np.ndarray:
    weights = np.random.default_rng(11).standard_normal((picture.shape[1], dim)).astype(np.float32)
    return normalized(picture.mean(axis=0) @ weights)


def test_is_the_network_and_nothing_else(tmp_path: Path) -> None:
    encoder = OnnxEncoder(make_encoder(tmp_path))
    picture = encoder.picture(NOISE)
    np.testing.assert_allclose(encoder.embed(picture[None])[0], expected(picture), atol=1e-5)


def test_patches_are_averaged_at_length_one(tmp_path: Path) -> None:
    encoder = OnnxEncoder(make_encoder(tmp_path, patch_frames=100))
    picture = encoder.picture(NOISE)
    looks = [expected(picture[start : start + 100]) for start in (0, 100, 200, 300)]
    np.testing.assert_allclose(encoder.embed(picture[None])[0], normalized(np.mean(looks, axis=0)), atol=1e-5)
    assert encoder.looks(picture).shape == (4, 16)


def test_more_pictures_than_a_batch(tmp_path: Path) -> None:
    encoder = OnnxEncoder(make_encoder(tmp_path))
    pictures = np.random.default_rng(0).uniform(-80, 0, (37, 50, 24)).astype(np.float32)
    assert encoder.embed(pictures).shape == (37, 16)


def test_precision_by_argument_and_by_processor(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path, files={"fp32": "network.onnx", "int8": "small.onnx"})
    (folder / "small.onnx").write_bytes(mean_network(24, 16))
    assert OnnxEncoder(folder, "fp32").precision == "fp32"
    assert OnnxEncoder(folder, "int8").precision == "int8"
    assert OnnxEncoder(folder).precision == ("int8" if fast_int8() else "fp32")
    with pytest.raises(FormatError, match="no int8"):
        OnnxEncoder(make_encoder(tmp_path / "plain"), "int8")


def test_unknown_provider(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="AbacusExecutionProvider"):
        OnnxEncoder(make_encoder(tmp_path), provider="AbacusExecutionProvider")


def test_folders_that_hold_no_encoder(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"card\.json is missing"):
        OnnxEncoder(tmp_path)
    folder = make_encoder(tmp_path / "a")
    (folder / "network.onnx").write_bytes(b"not a network")
    with pytest.raises(FormatError, match="cannot be loaded"):
        OnnxEncoder(folder)
    (folder / "card.json").write_text("{}")
    with pytest.raises(FormatError, match="cannot be used"):
        OnnxEncoder(folder)
    (folder / "card.json").write_text(json.dumps({"name": "blind", "version": "1", "dim": 3}))
    with pytest.raises(FormatError, match="no MelSpec"):
        OnnxEncoder(folder)


def test_cards_travel_and_let_nothing_leave_their_folder(tmp_path: Path) -> None:
    card = Card("a-b.c", "1.2", 8, mel=MelSpec(), scores={"album_map": 0.4}, files={"fp32": "n.onnx"})
    card.save(tmp_path)
    assert Card.load(tmp_path) == card
    assert Card.from_dict({**card.to_dict(), "of a later version": 1}) == card
    for wrong in ("../up", "Upper", "", "a/b", ".hidden", "x" * 80):
        with pytest.raises(ValueError):
            Card(wrong, "1", 8)
    for file in ("../../etc/passwd", "/etc/passwd", "..", ""):
        with pytest.raises(ValueError):
            Card("a", "1", 8, files={"fp32": file})
