"""VGGish from its published files: names and layouts as published, numbers by chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="converting networks needs the extra [train]")

import onnxruntime

from synesthete.encoders.onnx import OnnxEncoder
from synesthete.encoders.shelf import try_out
from synesthete.errors import FormatError
from synesthete.training.tfcheckpoint import read_checkpoint
from synesthete.training.vggish import CONVOLUTIONS, LAYERS, TORCH_NAMES, convert, read_weights
from tests.training import tf_tables

FULL = (64, 128, 256, 256, 512, 512, 4096, 4096, 128)
SMALL = (4, 6, 8, 8, 10, 10, 20, 20, 128)


def tensors(widths: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Random weights under the names of the published checkpoint."""
    rng, found, inputs = np.random.default_rng(3), {}, 1
    for layer, width in zip(CONVOLUTIONS + LAYERS, widths, strict=True):
        inputs = inputs * 24 if layer == "fc1/fc1_1" else inputs
        shape = (3, 3, inputs, width) if layer in CONVOLUTIONS else (inputs, width)
        scale = np.float32(np.sqrt(2 / np.prod(shape[:-1])))
        found[f"vggish/{layer}/weights"] = rng.standard_normal(shape, np.float32) * scale
        found[f"vggish/{layer}/biases"] = rng.standard_normal(width, np.float32) * np.float32(0.1)
        inputs = width
    return found


def by_hand(weights: dict[str, np.ndarray], picture: np.ndarray) -> np.ndarray:
    """The published network in numpy, channels last: (96, 64) -> (128,)."""
    x = picture[:, :, None].astype(np.float64)
    for layer in CONVOLUTIONS:
        kernel, bias = weights[f"vggish/{layer}/weights"], weights[f"vggish/{layer}/biases"]
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        height, width = x.shape[:2]
        x = sum(padded[i : i + height, j : j + width] @ kernel[i, j] for i in range(3) for j in range(3))
        x = np.maximum(x + bias, 0)
        if layer not in ("conv3/conv3_1", "conv4/conv4_1"):
            x = x.reshape(height // 2, 2, width // 2, 2, -1).max((1, 3))
    x = x.reshape(-1)
    for layer in LAYERS:
        x = x @ weights[f"vggish/{layer}/weights"] + weights[f"vggish/{layer}/biases"]
        x = x if layer == "fc2" else np.maximum(x, 0)
    return x


def components(path: Path) -> Path:
    rng = np.random.default_rng(1)
    vectors = np.linalg.qr(rng.standard_normal((128, 128)))[0].astype(np.float32)
    np.savez(path, pca_eigen_vectors=vectors, pca_means=rng.standard_normal((128, 1)).astype(np.float32))
    return path


def test_both_kinds_of_checkpoint_read_the_same(tmp_path: Path) -> None:
    weights = tensors(SMALL)
    tf_tables.write_v1(tmp_path / "vggish_model.ckpt", weights)
    tf_tables.write_v2(tmp_path / "model", weights)
    for path in (tmp_path / "vggish_model.ckpt", tmp_path / "model"):
        found = read_checkpoint(path)
        assert set(found) == set(weights)
        for name, values in weights.items():
            np.testing.assert_array_equal(found[name], values)


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vggish_model.ckpt"
    tf_tables.write_v1(path, tensors(SMALL))
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(FormatError, match="checksum"):
        read_checkpoint(path)
    path.write_bytes(b"this is text, and long enough to have had a footer of forty-eight bytes")
    with pytest.raises(FormatError, match="magic"):
        read_checkpoint(path)


def test_the_network_computes_what_was_published(tmp_path: Path) -> None:
    weights = tensors(SMALL)
    tf_tables.write_v1(tmp_path / "vggish_model.ckpt", weights)
    card = convert(tmp_path / "vggish_model.ckpt", components(tmp_path / "pca.npz"), tmp_path / "vggish")
    assert card.stamp == "vggish@1"
    try_out(tmp_path / "vggish")
    pictures = np.random.default_rng(2).standard_normal((3, 96, 64)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "vggish" / "network.onnx"))
    found = session.run(None, {"picture": pictures})[0]
    truth = np.stack([by_hand(weights, picture) for picture in pictures])
    np.testing.assert_allclose(found, truth, rtol=1e-3, atol=1e-4 * np.abs(truth).max())


def test_a_state_dict_gives_the_same_network(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="state dicts need torch")
    weights = tensors(SMALL)
    state = {}
    for layer, name in TORCH_NAMES.items():
        weight = weights[f"vggish/{layer}/weights"]
        turned = weight.transpose(3, 2, 0, 1) if weight.ndim == 4 else weight.T
        state[f"{name}.weight"] = torch.tensor(turned.copy())
        state[f"{name}.bias"] = torch.tensor(weights[f"vggish/{layer}/biases"])
    torch.save(state, tmp_path / "vggish.pth")
    for layer, (weight, bias) in read_weights(tmp_path / "vggish.pth").items():
        np.testing.assert_array_equal(weight, weights[f"vggish/{layer}/weights"])
        np.testing.assert_array_equal(bias, weights[f"vggish/{layer}/biases"])


def test_another_network_is_refused(tmp_path: Path) -> None:
    weights = tensors(SMALL)
    weights["vggish/conv2/weights"] = weights["vggish/conv2/weights"][:, :, :2]
    tf_tables.write_v1(tmp_path / "odd.ckpt", weights)
    with pytest.raises(FormatError, match="conv2 has shape"):
        read_weights(tmp_path / "odd.ckpt")
    del weights["vggish/fc2/biases"]
    tf_tables.write_v1(tmp_path / "less.ckpt", weights)
    with pytest.raises(FormatError, match="lacks vggish/fc2/biases"):
        read_weights(tmp_path / "less.ckpt")


def test_the_published_size_becomes_an_encoder_that_hears(tmp_path: Path) -> None:
    tf_tables.write_v1(tmp_path / "vggish_model.ckpt", tensors(FULL))
    convert(tmp_path / "vggish_model.ckpt", components(tmp_path / "pca.npz"), tmp_path / "vggish")
    encoder = OnnxEncoder(tmp_path / "vggish")
    waveform = np.random.default_rng(0).standard_normal(2 * 16_000).astype(np.float32) * 0.1
    codes = encoder.looks(encoder.picture(waveform))
    assert codes.shape == (2, 128) and codes.dtype == np.uint8
    assert encoder.embed(encoder.picture(waveform)[None]).shape == (1, 128)
