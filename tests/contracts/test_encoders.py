"""One exam for every encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synesthete.encoders.descriptors import DescriptorEncoder
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.encoders.shelf import entries, open_encoder
from synesthete.evaluate.baseline import MfccEncoder
from tests.encoders.networks import make_encoder, make_vggish


class EncoderExam:
    """What an ear must do, whoever made it."""

    @pytest.fixture(scope="class")
    def encoder(self, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
        return self.make(tmp_path_factory.mktemp("encoder"))

    def make(self, folder: Path) -> Encoder:
        raise NotImplementedError

    def sound(self, encoder: Encoder, kind: str, seconds: float = 10.0) -> np.ndarray:
        """A melody with overtones, or filtered noise with a beat."""
        count = int(seconds * encoder.sample_rate)
        times = np.arange(count) / encoder.sample_rate
        if kind == "noise":
            noise = np.random.default_rng(1).standard_normal(count)
            return (0.1 * noise * np.exp(-6 * (times * 3 % 1))).astype(np.float32)
        notes = 220 * 2 ** (np.array([0, 4, 7, 12, 7, 4])[(times * 2).astype(int) % 6] / 12)
        phase = 2 * np.pi * np.cumsum(notes) / encoder.sample_rate
        return (0.1 * sum(np.sin(k * phase) / k for k in range(1, 6))).astype(np.float32)

    def test_keeps_the_promise(self, encoder: Encoder) -> None:
        assert isinstance(encoder, Encoder)
        assert encoder.card.stamp == f"{encoder.card.name}@{encoder.card.version}"

    def test_points_have_length_one_and_the_cards_dimension(self, encoder: Encoder) -> None:
        pictures = np.stack([encoder.picture(self.sound(encoder, kind)) for kind in ("melody", "noise")])
        assert pictures.dtype == np.float32 and pictures.ndim == 3
        assert abs(pictures.shape[1] - 10 * encoder.frame_rate) <= 3
        points = encoder.embed(pictures)
        assert points.shape == (2, encoder.card.dim) and points.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1.0, atol=1e-5)

    def test_one_by_one_is_the_same_as_together(self, encoder: Encoder) -> None:
        pictures = np.stack(
            [encoder.picture(self.sound(encoder, kind)) for kind in ("melody", "noise", "melody")]
        )
        together = encoder.embed(pictures)
        alone = np.concatenate([encoder.embed(picture[None]) for picture in pictures])
        np.testing.assert_allclose(together, alone, atol=1e-5)
        np.testing.assert_allclose(together[0], together[2], atol=1e-6)

    def test_like_lies_by_like(self, encoder: Encoder) -> None:
        heard = [hear_blocks(encoder, [self.sound(encoder, kind, 20.0)]) for kind in ("melody", "noise")]
        within = min(float(h.excerpts[0] @ h.excerpts[-1]) for h in heard)
        across = float(heard[0].track @ heard[1].track)
        assert within > across + 0.01

    @pytest.mark.parametrize("seconds", [0.3, 1.0, 4.7, 10.0, 31.0])
    def test_any_length_is_heard(self, encoder: Encoder, seconds: float) -> None:
        heard = hear_blocks(encoder, [self.sound(encoder, "melody", seconds)])
        assert np.isfinite(heard.excerpts).all()
        assert np.linalg.norm(heard.track) == pytest.approx(1.0, abs=1e-4)
        assert heard.starts_s[0] == 0.0 and heard.ends_s[-1] == pytest.approx(seconds, abs=2.51)
        assert heard.duration_s == pytest.approx(seconds, abs=1e-3)

    def test_silence_is_no_trouble(self, encoder: Encoder) -> None:
        heard = hear_blocks(encoder, [np.zeros(int(12 * encoder.sample_rate), np.float32)])
        assert heard.silent and np.isfinite(heard.track).all()


class TestDescriptors(EncoderExam):
    def make(self, folder: Path) -> Encoder:
        return DescriptorEncoder()


class TestMfccBaseline(EncoderExam):
    def make(self, folder: Path) -> Encoder:
        return MfccEncoder()


class TestNetwork(EncoderExam):
    def make(self, folder: Path) -> Encoder:
        return OnnxEncoder(make_encoder(folder))


class TestNetworkThatSeesPatches(EncoderExam):
    def make(self, folder: Path) -> Encoder:
        return OnnxEncoder(make_encoder(folder, patch_frames=40, patch_hop=20))


class TestNetworkWithFixedShapeAndChannel(EncoderExam):
    def make(self, folder: Path) -> Encoder:
        return OnnxEncoder(make_encoder(folder, network={"frames": 40, "channel": True, "batch": 2}))


class TestVggish(EncoderExam):
    def make(self, folder: Path) -> Encoder:
        return OnnxEncoder(make_vggish(folder))


class TestDefault(EncoderExam):
    """Whatever is shipped as the default."""

    def make(self, folder: Path) -> Encoder:
        return open_encoder()


def test_every_shipped_encoder_opens() -> None:
    for entry in entries():
        assert open_encoder(entry.card.stamp).card == entry.card
