"""The shipped ear says today what it said when it left the training room; no torch needed.

`golden/aurora.npz` holds pictures of composed pieces (ours) in packed decibels and what the torch network
made of them. A new version of the ear comes with new golden numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.encoders.shelf import SHIPPED

FOLDER = SHIPPED / "aurora"
GOLDEN = Path(__file__).parent / "golden" / "aurora.npz"


@pytest.fixture(scope="module", params=["fp32", "int8"])
def encoder(request: pytest.FixtureRequest) -> OnnxEncoder:
    return OnnxEncoder(FOLDER, request.param)


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    with np.load(GOLDEN) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("frames", [398, 160, 98])
def test_it_agrees_with_torch(encoder: OnnxEncoder, golden: dict[str, np.ndarray], frames: int) -> None:
    assert str(golden["stamp"]) == encoder.card.stamp
    pictures = golden["pictures"][:, :frames].astype(np.float32) * 0.5 - 50.0  # half decibels above -50 dB
    found, truth = encoder.embed(pictures), golden[f"embeddings_{frames}"]
    if encoder.precision == "fp32":
        np.testing.assert_allclose(found, truth, rtol=0, atol=1e-4)
    else:
        assert (found * truth).sum(1).min() > 0.98


def test_it_keeps_its_promises(encoder: OnnxEncoder) -> None:
    assert 128 <= encoder.card.dim <= 256
    assert (FOLDER / encoder.card.files[encoder.precision]).stat().st_size <= 8 * 10**6
    assert encoder.card.license == "Apache-2.0" and encoder.card.trained_on and encoder.card.recipe
    assert encoder.card.excerpt_s == 10.0 and encoder.mel.sample_rate == 16_000


def test_pictures_do_not_depend_on_their_neighbors(
    encoder: OnnxEncoder, golden: dict[str, np.ndarray]
) -> None:
    pictures = golden["pictures"].astype(np.float32) * 0.5 - 50.0
    alone = np.concatenate([encoder.embed(picture[None]) for picture in pictures])
    np.testing.assert_allclose(encoder.embed(pictures), alone, atol=1e-5)


def test_loudness_is_not_heard(encoder: OnnxEncoder, golden: dict[str, np.ndarray]) -> None:
    pictures = golden["pictures"].astype(np.float32) * 0.5 - 50.0
    pictures = np.maximum(
        pictures, pictures.max((1, 2), keepdims=True) - 60
    )  # the floor itself does not get louder
    similarity = (encoder.embed(pictures) * encoder.embed(pictures + 12)).sum(1)
    assert similarity.min() > 0.999


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.5, 9.9, 31.0])
def test_any_length_gives_a_point(encoder: OnnxEncoder, seconds: float) -> None:
    rng = np.random.default_rng(7)
    heard = hear_blocks(encoder, [(rng.standard_normal(int(seconds * 16_000)) * 0.1).astype(np.float32)])
    assert heard.track.shape == (encoder.card.dim,)
    assert np.isfinite(heard.track).all() and abs(np.linalg.norm(heard.track) - 1) < 1e-4


def test_silence_and_full_scale_give_finite_points(encoder: OnnxEncoder) -> None:
    extremes = np.stack([np.full((398, 80), -50.0), np.full((398, 80), 60.0)]).astype(np.float32)
    assert np.isfinite(encoder.embed(extremes)).all()
