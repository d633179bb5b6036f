"""VGGish's eight bits, from its published formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synesthete.encoders import vggish
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.errors import FormatError
from tests.encoders.networks import make_vggish


def test_bytes_by_the_published_formula() -> None:
    rng = np.random.default_rng(0)
    vectors, means = rng.standard_normal((128, 128)).astype("f4") * 0.2, rng.standard_normal(128).astype("f4")
    raw = rng.standard_normal((7, 128)).astype("f4")
    codes = vggish.Postprocessor(vectors, means).codes(raw)
    for k in range(7):  # the slow way, one number at a time
        for i in range(0, 128, 17):
            projected = sum(float(vectors[i, j]) * (float(raw[k, j]) - float(means[j])) for j in range(128))
            exact = (min(max(projected, -2.0), 2.0) + 2.0) * 255.0 / 4.0
            assert codes[k, i] in {int(exact - 1e-3), int(exact + 1e-3)}
    assert codes.dtype == np.uint8


def test_truncates_and_clips() -> None:
    same = vggish.Postprocessor(np.eye(128, dtype="f4"), np.zeros(128, "f4"))
    raw = np.zeros((1, 128), "f4")
    raw[0, :5] = (-9.0, 9.0, 0.0, 1.999, -1.9844)
    assert same.codes(raw)[0, :5].tolist() == [0, 255, 127, 254, 0]


def test_back_to_numbers() -> None:
    codes = np.arange(128, dtype=np.uint8)[None] * 2
    np.testing.assert_allclose(vggish.dequantized(codes)[0], np.arange(128) * 2 / 255 * 4 - 2, atol=1e-6)
    assert np.linalg.norm(vggish.embedding(codes)) == pytest.approx(1.0, abs=1e-6)


def test_one_row_per_096_seconds_and_the_tail_dropped(tmp_path: Path) -> None:
    encoder = OnnxEncoder(make_vggish(tmp_path))
    for seconds, rows in ((0.975, 1), (1.9, 1), (1.935, 2), (4.0, 4), (10.0, 10)):
        sound = np.random.default_rng(1).uniform(-0.1, 0.1, round(seconds * 16_000)).astype("f4")
        looks = encoder.looks(encoder.picture(sound))
        assert looks.shape == (rows, 128) and looks.dtype == np.uint8


def test_a_clip_lies_where_its_bytes_do(tmp_path: Path) -> None:
    """The point of sound, and the point of the bytes a data set holds for it, are one."""
    encoder = OnnxEncoder(make_vggish(tmp_path))
    sound = np.random.default_rng(1).uniform(-0.1, 0.1, 160_000).astype("f4")
    picture = encoder.picture(sound)
    np.testing.assert_allclose(
        encoder.embed(picture[None])[0], vggish.embedding(encoder.looks(picture)), atol=1e-6
    )


def test_wrong_parameters(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        vggish.Postprocessor.load(tmp_path / "none.npz")
    np.savez(tmp_path / "small.npz", pca_eigen_vectors=np.eye(3), pca_means=np.zeros(3))
    with pytest.raises(FormatError, match="shape"):
        vggish.Postprocessor.load(tmp_path / "small.npz")
