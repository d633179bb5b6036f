"""Takes up an exported network again, so that the shipped ear can be fitted to somebody's music.

The file holds convolutions with their normalizations folded in; the normalizations are found again from what
the layers say about some pictures, so that the first step of training starts from the very same ear.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from synesthete.errors import FormatError
from synesthete.training.model import Ear, EarShape, settle


@torch.inference_mode()
def ear_from_network(path: Path, pictures: np.ndarray) -> Ear:
    """The ear of a `network.onnx` of our shape, its normalizations set by pictures (N, T, M) decibels.

    Raises FormatError when the file holds another kind of network.
    """
    try:
        weights = {
            c.name: torch.tensor(numpy_helper.to_array(c)) for c in onnx.load(str(path)).graph.initializer
        }
        ear = Ear(_shape(weights))
    except (KeyError, IndexError, OSError, ValueError) as error:
        raise FormatError(
            "this network is no ear of ours, so it cannot be trained on", subject=path
        ) from error
    ear.linear.weight.copy_(weights["linear.weight"].T)
    ear.linear.bias.copy_(weights["linear.bias"])
    x = settle(torch.from_numpy(pictures))[:, None]
    for number, block in enumerate(ear.eval().layers()):
        block.conv.weight.copy_(weights[f"block{number}.weight"])
        raw = block.conv(x)
        mean, variance = raw.mean((0, 2, 3)), raw.var((0, 2, 3))
        block.norm.running_mean, block.norm.running_var = mean, variance
        block.norm.weight.copy_(torch.sqrt(variance + block.norm.eps))
        block.norm.bias.copy_(weights[f"block{number}.bias"] + mean)
        x = block(x)
    return ear


def _shape(weights: dict[str, torch.Tensor]) -> EarShape:
    """The widths of the network, read off its weights."""
    first, last = weights["block0.weight"], weights["block5.weight"]
    return EarShape(
        bands=16 * last.shape[3],
        stem=first.shape[0],
        middle=weights["block1.weight"].shape[0],
        top=weights["block3.weight"].shape[0],
        head=last.shape[0],
        dim=weights["linear.weight"].shape[1],
    )
