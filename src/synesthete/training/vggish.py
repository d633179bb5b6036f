"""VGGish, whose embeddings AudioSet is published in: its shape, and its weights made into an encoder.

Six 3x3 convolutions with four poolings, three fully connected layers; no activation after the last. The
weights are not ours to ship: `convert` reads the published TensorFlow checkpoint, or a PyTorch state dict in
the layout of the common port, and writes ONNX. Letters: N looks of 96 frames by 64 bands.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from synesthete.audio.spectrogram import VGGISH
from synesthete.encoders.encoder import Card
from synesthete.encoders.vggish import LOOK_FRAMES, SIZE, Postprocessor
from synesthete.errors import FormatError
from synesthete.training.tfcheckpoint import read_checkpoint

# Convolutions in order, as TF-slim names them, and after which a 2x2 pooling follows.
CONVOLUTIONS = ("conv1", "conv2", "conv3/conv3_1", "conv3/conv3_2", "conv4/conv4_1", "conv4/conv4_2")
POOLED = {"conv1", "conv2", "conv3/conv3_2", "conv4/conv4_2"}
LAYERS = ("fc1/fc1_1", "fc1/fc1_2", "fc2")
# The same in PyTorch ports: numbers of the modules in two nn.Sequential.
TORCH_NAMES = dict(
    zip(
        CONVOLUTIONS + LAYERS,
        [f"features.{n}" for n in (0, 3, 6, 8, 11, 13)] + [f"embeddings.{n}" for n in (0, 2, 4)],
        strict=True,
    )
)
BANDS = 64

Weights = dict[str, tuple[np.ndarray, np.ndarray]]  # layer -> (weight, bias), as TensorFlow lays them out


def convert(checkpoint: Path, pca: Path, folder: Path) -> Card:
    """Writes an encoder folder from the published files: network, principal components and card.

    `checkpoint` is a TensorFlow checkpoint or a PyTorch state dict (.pt, .pth), `pca` the published .npz.
    Raises FormatError when either is not what it should be.
    """
    return assemble(read_weights(checkpoint), pca, folder, f"converted from {checkpoint.name} and {pca.name}")


def assemble(weights: Weights, pca: Path, folder: Path, recipe: str) -> Card:
    """The encoder folder of some weights and components; the card says how it came about."""
    Postprocessor.load(pca)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "draft.network.onnx"
    onnx.save(draw_vggish(weights), str(draft))
    os.replace(draft, folder / "network.onnx")
    with np.load(pca, allow_pickle=False) as arrays:
        np.savez(folder / "pca.npz", **{name: arrays[name] for name in ("pca_eigen_vectors", "pca_means")})
    card = Card(
        name="vggish",
        version="1",
        dim=SIZE,
        excerpt_s=10.0,
        min_s=LOOK_FRAMES * VGGISH.hop_length / VGGISH.sample_rate
        + 0.015,  # the last window reaches 15 ms further
        mel=VGGISH,
        patch_frames=LOOK_FRAMES,
        patch_hop=LOOK_FRAMES,
        postprocess="vggish",
        license="Apache-2.0 (the published weights)",
        trained_on="a preliminary version of YouTube-8M, by the authors of AudioSet",
        recipe=recipe,
        files={"fp32": "network.onnx", "pca": "pca.npz"},
    )
    card.save(folder)
    return card


def read_weights(checkpoint: Path) -> Weights:
    """The layers of a checkpoint of either kind, checked for names and shapes."""
    if checkpoint.suffix in (".pt", ".pth"):
        weights = _from_torch(checkpoint)
    else:
        tensors = read_checkpoint(checkpoint)
        weights = {}
        for layer in CONVOLUTIONS + LAYERS:
            names = [f"vggish/{layer}/{part}" for part in ("weights", "biases")]
            if missing := [name for name in names if name not in tensors]:
                raise FormatError(f"this checkpoint is no VGGish: it lacks {missing[0]}", subject=checkpoint)
            weights[layer] = (tensors[names[0]], tensors[names[1]])
    _check(weights, checkpoint)
    return weights


def _from_torch(checkpoint: Path) -> Weights:
    """A state dict, turned to TensorFlow's layout: (height, width, in, out) and (in, out)."""
    import torch

    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = {}
    for layer, name in TORCH_NAMES.items():
        if f"{name}.weight" not in state:
            raise FormatError(f"this state dict is no VGGish: it lacks {name}.weight", subject=checkpoint)
        weight, bias = state[f"{name}.weight"].numpy(), state[f"{name}.bias"].numpy()
        weights[layer] = (weight.transpose(2, 3, 1, 0) if weight.ndim == 4 else weight.T, bias)
    return weights


def _check(weights: Weights, checkpoint: Path) -> None:
    """Widths must follow on each other, from one channel to the 128 numbers of an embedding."""
    inputs = 1
    for layer in CONVOLUTIONS + LAYERS:
        weight, bias = weights[layer]
        if layer == LAYERS[0]:
            inputs *= LOOK_FRAMES // 16 * BANDS // 16
        expected = (3, 3, inputs, len(bias)) if layer in CONVOLUTIONS else (inputs, len(bias))
        if weight.shape != expected:
            raise FormatError(f"{layer} has shape {weight.shape}, not {expected}", subject=checkpoint)
        inputs = len(bias)
    if inputs != SIZE:
        raise FormatError(f"an embedding of {inputs} numbers, not {SIZE}", subject=checkpoint)


def draw_vggish(weights: Weights) -> onnx.ModelProto:
    """The network in ONNX: `picture` (N, 96, 64) -> `embedding` (N, 128), before the principal components."""
    looking, seen = _convolutions("picture")
    nodes = [*looking, *_dense(seen, "embedding")]
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "vggish",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["N", LOOK_FRAMES, BANDS])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", SIZE])],
            [numpy_helper.from_array(np.array([1], np.int64), "channel_axis"), *_constants(weights)],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="synesthete",
    )
    model.ir_version = 9
    return model


def _convolutions(x: str) -> tuple[list[onnx.NodeProto], str]:
    """From pictures (N, 96, 64) to a row of numbers each, and what those are called."""
    nodes = [helper.make_node("Unsqueeze", [x, "channel_axis"], ["picture_1"])]
    x = "picture_1"
    for layer in CONVOLUTIONS:
        nodes.append(helper.make_node("Conv", [x, f"{layer}.w", f"{layer}.b"], [layer], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [layer], [f"{layer}.relu"]))
        x = f"{layer}.relu"
        if layer in POOLED:
            pooled = f"{layer}.pool"
            nodes.append(helper.make_node("MaxPool", [x], [pooled], kernel_shape=[2, 2], strides=[2, 2]))
            x = pooled
    # TensorFlow flattens with the channels last.
    nodes.append(helper.make_node("Transpose", [x], ["last"], perm=[0, 2, 3, 1]))
    nodes.append(helper.make_node("Flatten", ["last"], ["flat"]))
    return nodes, "flat"


def _dense(x: str, out: str) -> list[onnx.NodeProto]:
    """From a row of numbers to the embedding; the last layer is left as it comes."""
    nodes = []
    for layer in LAYERS:
        is_last = layer == LAYERS[-1]
        made = out if is_last else layer
        nodes.append(helper.make_node("Gemm", [x, f"{layer}.w", f"{layer}.b"], [made]))
        if not is_last:
            x = f"{layer}.relu"
            nodes.append(helper.make_node("Relu", [made], [x]))
    return nodes


def _constants(weights: Weights) -> Iterator[onnx.TensorProto]:
    """Weights and biases, by the names the nodes know them by; ONNX has the channels first."""
    for layer in (*CONVOLUTIONS, *LAYERS):
        weight, bias = weights[layer]
        turned = weight.transpose(3, 2, 0, 1) if layer in CONVOLUTIONS else weight
        yield numpy_helper.from_array(np.ascontiguousarray(turned), f"{layer}.w")
        yield numpy_helper.from_array(np.ascontiguousarray(bias), f"{layer}.b")
