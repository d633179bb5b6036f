"""The ear: a small convolutional network that sees a log-mel picture and answers with a point on a sphere.

Letters in shapes: N pictures, T frames, M mel bands, D dimensions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

RANGE_DB = 70.0  # below a picture's maximum, sounds are as good as silence (about the range of a living room)
SCALE_DB = 15.0  # brings the centered decibels near unit variance
DROPOUT = 0.25  # of the pooled features while learning; of whole channels, a third of that
EPSILON = 1e-12  # under the root of the final normalization


@dataclass(frozen=True)
class EarShape:
    """The widths of the network; the defaults make 1.9 million parameters and 26 MMAC per second of sound."""

    bands: int = 80
    stem: int = 64
    middle: int = 128
    top: int = 256
    head: int = 448
    dim: int = 256

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, for checkpoints and cards."""
        return asdict(self)


class Conv(nn.Module):
    """Convolution, batch normalization, ReLU; with `residual`, the input is added before the ReLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int],
        stride: int = 1,
        padding: tuple[int, int] = (0, 0),
        residual: bool = False,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.residual, self.padding = residual, padding

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(x))
        return torch.relu(x + y) if self.residual else torch.relu(y)


class Ear(nn.Module):
    """Pictures (N, T, M) in decibels -> embeddings (N, D) of unit length; any T from MIN_FRAMES on.

    A stem of stride four keeps the network cheap on small processors; plain convolutions quantize well. The
    last convolution spans all bands that are left, then mean and maximum over time make any length one
    vector.
    """

    def __init__(self, shape: EarShape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or EarShape()
        self.blocks = nn.ModuleList(
            [
                Conv(1, shape.stem, (7, 7), 4, (3, 3)),
                Conv(shape.stem, shape.middle, (3, 3), 2, (1, 1)),
                Conv(shape.middle, shape.middle, (3, 3), 1, (1, 1), residual=True),
                Conv(shape.middle, shape.top, (3, 3), 2, (1, 1)),
                Conv(shape.top, shape.top, (3, 3), 1, (1, 1), residual=True),
                Conv(shape.top, shape.head, (1, -(-shape.bands // 16))),
            ]
        )
        self.linear = nn.Linear(2 * shape.head, shape.dim)
        for block in self.layers():
            nn.init.kaiming_normal_(block.conv.weight, nonlinearity="relu")

    def forward(self, pictures: Tensor) -> Tensor:
        return nn.functional.normalize(self.features(pictures).float(), dim=1, eps=EPSILON)

    def features(self, pictures: Tensor) -> Tensor:
        """(N, D) before the normalization."""
        x = settle(pictures)[:, None].contiguous(memory_format=torch.channels_last)
        for block in self.layers():
            x = block(x)
            if block.residual:
                x = nn.functional.dropout2d(x, DROPOUT / 3, self.training)
        over_time = x[:, :, :, 0].float()
        pooled = torch.cat([over_time.mean(2), over_time.amax(2)], 1)
        return self.linear(nn.functional.dropout(pooled, DROPOUT, self.training))

    def layers(self) -> list[Conv]:
        """The convolutions in order."""
        return [block for block in self.blocks if isinstance(block, Conv)]

    def parameter_count(self) -> int:
        """How many numbers were learned."""
        return sum(parameter.numel() for parameter in self.parameters())


def settle(pictures: Tensor) -> Tensor:
    """Loudness and range taken away: RANGE_DB below the maximum, mean removed, in units of SCALE_DB."""
    top = pictures.amax((1, 2), keepdim=True)
    clipped = torch.maximum(pictures, top - RANGE_DB)
    return (clipped - clipped.mean((1, 2), keepdim=True)) / SCALE_DB


def fold(block: Conv) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution with its batch normalization folded in, as in serving."""
    scale, shift = affine(block.norm)
    return (block.conv.weight * scale[:, None, None, None]).detach(), shift.detach()


def affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """What a batch normalization does once it has learned: multiply by one vector, add another, (C,) each."""
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        raise ValueError("a normalization without running statistics")
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    return scale, norm.bias - mean * scale
