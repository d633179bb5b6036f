"""Small networks made on the spot: the mean over time of a picture, times a random matrix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synesthete.audio.spectrogram import VGGISH, MelSpec
from synesthete.encoders.encoder import Card


def mean_network(
    bands: int, dim: int, frames: int | str = "T", channel: bool = False, batch: int | str = "N"
) -> bytes:
    """ONNX of (N, T, M) or (N, 1, T, M) -> (N, D)."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(11).standard_normal((bands, dim)).astype(np.float32)
    shape = [batch, 1, frames, bands] if channel else [batch, frames, bands]
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[1, 2] if channel else [1], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["point"]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("point", TensorProto.FLOAT, [batch, dim])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def make_encoder(folder: Path, name: str = "small", dim: int = 16, **facts: object) -> Path:
    """A folder with a card and a small network; `facts` go to the card, `network` to the network."""
    folder.mkdir(parents=True, exist_ok=True)
    network = facts.pop("network", {})
    mel = facts.pop("mel", MelSpec(n_mels=24))
    (folder / "network.onnx").write_bytes(mean_network(mel.n_mels, dim, **network))
    files = facts.pop("files", {"fp32": "network.onnx"})
    Card(name=name, version="1", dim=dim, mel=mel, files=files, **{"min_s": 1.0, **facts}).save(folder)
    return folder


def make_vggish(folder: Path) -> Path:
    """An encoder of VGGish's shape with random weights and components."""
    rng = np.random.default_rng(4)
    place = make_encoder(
        folder, "vggish", 128, mel=VGGISH, patch_frames=96, postprocess="vggish", min_s=0.975,
        files={"fp32": "network.onnx", "pca": "pca.npz"},
    )  # fmt: skip
    vectors = np.linalg.qr(rng.standard_normal((128, 128)))[0].astype(np.float32)
    np.savez(
        place / "pca.npz", pca_eigen_vectors=vectors, pca_means=rng.standard_normal((128, 1)).astype("f4")
    )
    return place
