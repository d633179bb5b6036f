"""Teachers: published music taggers, listened to for what they hear on the way to their tags.

The shapes are those of Choi et al. 2016 (FCN), Choi et al. 2017 (CRNN) and Pons et al. 2018 (Musicnn) in the
sizes of Won et al. 2020; the weights are PyTorch state dicts named `<data set>-<architecture>.pth` in a
folder that the user brings. Every network here is run once over a whole track; windows of ten seconds are
pooled from its layers afterwards, which is as good as cutting first and many times cheaper.

Letters in shapes: C channels, T frames at 62.5 per second, W windows, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from synesthete.audio.spectrogram import MelSpec
from synesthete.errors import SynestheteError
from synesthete.training.model import affine

# The front end all of these taggers were trained with: 32 ms windows every 16 ms, 96 bands, decibels.
TEACHER_MEL = MelSpec(
    sample_rate=16_000,
    n_fft=512,
    win_length=512,
    hop_length=256,
    n_mels=96,
    fmin=0.0,
    fmax=8000.0,
    floor=1e-10,
)


Hearing = Callable[[Tensor, Sequence[float], float], Tensor]  # a teacher's `features`


class ConvPool(nn.Module):
    """Convolution 3x3, batch normalization, ReLU; pooling is the caller's business."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class ConvPools(nn.Module):
    """Convolutions with pooling between: `widths` channels from 1 on, `pools` of (bands, frames) after each."""

    pools: tuple[tuple[int, int], ...]
    widths: tuple[int, ...]

    def __init__(self) -> None:
        super().__init__()
        self.spec_bn = nn.BatchNorm2d(1)
        for number, (inputs, outputs) in enumerate(pairwise(self.widths), 1):
            self.add_module(f"layer{number}", ConvPool(inputs, outputs))

    def through(
        self, picture: Tensor, starts: Sequence[float], length: float
    ) -> tuple[Tensor, int, list[Tensor]]:
        """What comes out (1, C, bands, frames), how many frames of the picture (96, T) one of its frames is, and the
        frequency means of all layers over the windows, (W, C) each."""
        x = self.spec_bn(picture[None, None])
        parts, stride = [], 1
        for number, pool in enumerate(self.pools, 1):
            x = nn.functional.max_pool2d(getattr(self, f"layer{number}")(x), pool)
            stride *= pool[1]
            parts.append(_windows(x[0].mean(1), stride, starts, length, "mean"))
        return x, stride, parts


class Fcn(ConvPools):
    """Five convolutions with pooling between (Choi 2016): the frequency means of all five layers."""

    pools = ((2, 4), (2, 4), (2, 4), (3, 5), (4, 1))  # the last frame pool is left to the window
    widths = (1, 64, 128, 128, 128, 64)

    def features(self, picture: Tensor, starts: Sequence[float], length: float) -> Tensor:
        """(W, 512) means of the layers over the windows, from a picture (96, T)."""
        return torch.cat(self.through(picture, starts, length)[2], 1)


class Crnn(ConvPools):
    """Four convolutions and two recurrent layers (Choi 2017).

    All five, the last state standing for the GRU.
    """

    pools = ((2, 2), (3, 3), (4, 4), (4, 4))
    widths = (1, 64, 128, 128, 128)

    def __init__(self) -> None:
        super().__init__()
        self.layer5 = nn.GRU(128, 32, 2, batch_first=True)

    def features(self, picture: Tensor, starts: Sequence[float], length: float) -> Tensor:
        """(W, 480) means of the layers over the windows and the last recurrent state, from (96, T)."""
        x, stride, parts = self.through(picture, starts, length)
        steps = x[0, :, 0]
        states = []
        for low, high in _spans(steps.shape[1], stride, starts, length):
            states.append(self.layer5(steps[:, low:high].T[None].float())[0][0, -1])
        return torch.cat([*parts, torch.stack(states)], 1)


class Vertical(nn.Module):
    """Timbre filters: tall convolutions, the maximum over frequency.

    A filter of 67 bands at one height is a 1-D convolution of 67 channels: thirty heights make a batch, and a
    CPU computes that several times faster than one image with a single channel.
    """

    def __init__(self, outputs: int, height: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, outputs, (height, 7), padding=(0, 3))
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        # The normalization goes into the weights, so that only the maximum over heights is kept at full size.
        scale, shift = affine(self.bn)
        bias = shift if self.conv.bias is None else shift + self.conv.bias * scale
        weight = self.conv.weight[:, 0] * scale[:, None, None]
        heights = x[0, 0].unfold(0, weight.shape[1], 1).transpose(1, 2)  # (heights, bands, T)
        loudest = nn.functional.conv1d(heights, weight, padding=3).amax(0).float()
        return torch.relu(loudest + bias[:, None])[None]


class Along(nn.Module):
    """A convolution over time, batch normalization, ReLU."""

    def __init__(self, inputs: int, outputs: int, length: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, length, padding=length // 2)
        self.bn = nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(x)))


class Musicnn(nn.Module):
    """Musically shaped filters and a residual back end (Pons 2018): its maxima and its penultimate layer."""

    def __init__(self) -> None:
        super().__init__()
        self.spec_bn = nn.BatchNorm2d(1)
        horizontal = (Along(1, 51, 129), Along(1, 51, 65), Along(1, 51, 33))
        self.layers = nn.ModuleList([Vertical(204, 67), Vertical(204, 38), *horizontal])
        self.layer1, self.layer2, self.layer3 = Along(561, 64, 7), Along(64, 64, 7), Along(64, 64, 7)
        self.dense1 = nn.Linear(753 * 2, 200)
        self.bn = nn.BatchNorm1d(200)

    def features(self, picture: Tensor, starts: Sequence[float], length: float) -> Tensor:
        """(W, 953): the maxima of 753 channels over each window, and 200 numbers of the penultimate layer."""
        x = self.spec_bn(picture[None, None])
        flat = x.mean(2)
        front = torch.cat(
            [layer(x) for layer in self.layers[:2]] + [layer(flat) for layer in self.layers[2:]], 1
        )
        first = self.layer1(front)
        second = self.layer2(first) + first
        third = self.layer3(second) + second
        everything = torch.cat([front, first, second, third], 1)[0]
        peaks = _windows(everything, 1, starts, length, "max")
        means = _windows(everything, 1, starts, length, "mean")
        penultimate = torch.relu(self.bn(self.dense1(torch.cat([peaks, means], 1))))
        return torch.cat([peaks, penultimate], 1)


ARCHITECTURES = {"fcn": Fcn, "crnn": Crnn, "musicnn": Musicnn}


def available(folder: Path) -> list[str]:
    """The names of the teachers in a folder, by their files.

    Musicnn of the large size (msd) is not built here.
    """
    names = sorted(path.stem for path in folder.glob("*.pth"))
    return [name for name in names if name.rpartition("-")[2] in ARCHITECTURES and name != "msd-musicnn"]


def load_teachers(folder: Path, names: Sequence[str]) -> dict[str, nn.Module]:
    """The named teachers, e.g. `msd-fcn`, ready to listen.

    Raises SynestheteError when one is missing or wrong.
    """
    teachers: dict[str, nn.Module] = {}
    for name in names:
        path, kind = folder / f"{name}.pth", name.rpartition("-")[2]
        if kind not in ARCHITECTURES or not path.is_file():
            raise SynestheteError(
                f"no teacher {name} in {folder}: expected a file {path.name} of a known architecture"
            )
        network = ARCHITECTURES[kind]()
        missing = network.load_state_dict(
            torch.load(path, map_location="cpu", weights_only=True), strict=False
        ).missing_keys
        if missing:
            raise SynestheteError(f"{path.name} is no {kind}: it lacks {', '.join(missing[:3])}")
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        teachers[name] = network.eval()
    return teachers


@torch.inference_mode()
def lessons(
    teachers: dict[str, nn.Module], waveform: np.ndarray, starts: Sequence[float], length: float
) -> dict[str, np.ndarray]:
    """What each teacher hears in the windows [start, start + length) of a waveform.

    Name -> (W, F) float16.
    """
    picture = torch.from_numpy(np.ascontiguousarray(TEACHER_MEL.log_mel(waveform).T))
    heard = {}
    for name, teacher in teachers.items():
        hear: Hearing = teacher.features  # type: ignore[assignment]
        with torch.autocast("cpu", torch.bfloat16):
            found = hear(picture, starts, length)
        heard[name] = found.float().clamp(-6e4, 6e4).numpy().astype(np.float16)
    return heard


def _spans(frames: int, stride: int, starts: Sequence[float], length: float) -> list[tuple[int, int]]:
    """The positions [low, high) of a layer that lie in each window; at least one."""
    rate = TEACHER_MEL.frame_rate / stride
    spans = []
    for start in starts:
        low = min(round(start * rate), frames - 1)
        spans.append((low, max(low + 1, min(round((start + length) * rate), frames))))
    return spans


def _windows(layer: Tensor, stride: int, starts: Sequence[float], length: float, how: str) -> Tensor:
    """(W, C) means or maxima of a layer (C, T / stride) over the windows."""
    cuts = [layer[:, low:high].float() for low, high in _spans(layer.shape[1], stride, starts, length)]
    return torch.stack([cut.amax(1) if how == "max" else cut.mean(1) for cut in cuts])
