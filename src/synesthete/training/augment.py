"""What a recording suffers on its way to a listener, done to the picture instead of the sound.

All functions take and give pictures (N, T, M) in decibels and draw their chances from one generator, each
sample its own. Working on pictures costs a thousandth of working on waveforms and is exact for everything
that is a gain per band (equalization, band limits) and nearly so for what adds powers (reverberation, noise,
a second recording): phases are lost anyway.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

FLOOR_DB = -50.0
STRETCH = 0.10  # of time, both ways: tempo differences that do not change what the music is
SHIFT_BANDS = 2.0  # of the mel axis: about a semitone and a half in the middle


@dataclass(frozen=True)
class Chances:
    """How often each thing happens to a picture."""

    warp: float = 0.5
    equalize: float = 0.7
    low_pass: float = 0.4
    high_pass: float = 0.25
    reverberate: float = 0.3
    noise: float = 0.4
    mix: float = 0.25
    holes: float = 0.3
    masks: float = 0.3
    phone: float = 0.2


def augment(pictures: Tensor, frames: int, generator: Generator, chances: Chances | None = None) -> Tensor:
    """(N, T, M) longer crops -> (N, frames, M) as another day, room and codec would have them."""
    chances = chances or Chances()
    x = warp(pictures, frames, generator, chances.warp)
    phone = _happens(x, generator, chances.phone)
    x = equalize(x, generator, chances.equalize)
    power = torch.pow(10.0, x / 10)
    power = mix(power, generator, chances.mix)
    power = reverberate(power, generator, _either(x, generator, chances.reverberate, phone))
    power = power * band_limits(x, generator, chances, phone)
    power = add_noise(power, generator, _either(x, generator, chances.noise, phone))
    x = 10 * torch.log10(power + 1e-5)
    x = holes(x, generator, chances.holes)
    x = masks(x, generator, chances.masks)
    gain = _uniform(x, generator, -24, 3) * _happens(x, generator, 0.5)
    return torch.clamp(x + gain, min=FLOOR_DB)


def warp(pictures: Tensor, frames: int, generator: Generator, chance: float) -> Tensor:
    """Time stretched and bands shifted by linear interpolation; crops the middle of what it is given."""
    count, total, bands = pictures.shape
    happens = _happens(pictures, generator, chance)[:, 0, 0]
    stretch = 1 + (_uniform(pictures, generator, -STRETCH, STRETCH)[:, 0, 0]) * happens
    shift = _uniform(pictures, generator, -SHIFT_BANDS, SHIFT_BANDS)[:, 0, 0] * happens
    theta = torch.zeros(count, 2, 3, device=pictures.device)
    theta[:, 0, 0] = 1.0
    theta[:, 0, 2] = shift * 2 / bands
    theta[:, 1, 1] = torch.clamp(frames / total * stretch, max=1.0)
    grid = torch.nn.functional.affine_grid(theta, [count, 1, frames, bands], align_corners=False)
    moved = torch.nn.functional.grid_sample(
        pictures[:, None], grid, padding_mode="border", align_corners=False
    )
    return moved[:, 0]


def equalize(x: Tensor, generator: Generator, chance: float) -> Tensor:
    """A tilt and three broad bumps of up to 8 dB: another mastering, other loudspeakers."""
    axis = torch.linspace(-1, 1, x.shape[2], device=x.device)
    curve = _uniform(x, generator, -6, 6) * axis
    for _ in range(3):
        center, width = _uniform(x, generator, -1, 1), _uniform(x, generator, 0.1, 0.4)
        curve = curve + _uniform(x, generator, -8, 8) * torch.exp(-(((axis - center) / width) ** 2) / 2)
    return x + curve * _happens(x, generator, chance)


def band_limits(x: Tensor, generator: Generator, chances: Chances, phone: Tensor) -> Tensor:
    """Gains (N, 1, M) in power of a low-pass from 2.8 kHz up and a high-pass below 500 Hz.

    Steep as codecs are.
    """
    bands = torch.arange(x.shape[2], device=x.device).float()
    slope = _uniform(x, generator, 4, 30)  # dB per band
    top = _uniform(x, generator, 0.62, 1.0) * x.shape[2]
    bottom = _uniform(x, generator, 0.0, 0.17) * x.shape[2]
    above = torch.clamp(bands - top, min=0) * slope * _happens(x, generator, chances.low_pass)
    below_gate = _either(x, generator, chances.high_pass, phone)
    below = torch.clamp(bottom - bands, min=0) * (slope / 3) * below_gate
    return torch.pow(10.0, -torch.clamp(above + below, max=80) / 10)


def reverberate(power: Tensor, generator: Generator, gate: Tensor, frames: int = 16) -> Tensor:
    """Energy that lingers: an exponential tail of 0.1 to 0.9 s (to -60 dB), 3 to 15 dB below the sound."""
    decay, wet = _uniform(power, generator, 0.1, 0.9), _uniform(power, generator, -15, -3)  # s to -60 dB; dB
    chosen = gate[:, 0, 0] > 0
    dry, decay, wet = power[chosen], decay[chosen, :, 0], wet[chosen, :, 0]
    lags = torch.arange(1, frames + 1, device=power.device) / 40.0  # seconds, at 40 frames per second
    tail = torch.exp(-13.8 * lags / decay) * torch.pow(10.0, wet / 10)  # (chosen, frames)
    padded = torch.nn.functional.pad(dry, (0, 0, frames, 0))
    wet_sound = dry.clone()
    for lag in range(1, frames + 1):
        wet_sound.addcmul_(
            padded[:, frames - lag : frames - lag + dry.shape[1]], tail[:, lag - 1, None, None]
        )
    out = power.clone()
    out[chosen] = wet_sound
    return out


def add_noise(power: Tensor, generator: Generator, gate: Tensor) -> Tensor:
    """Noise of a random color at 5 to 25 dB below the sound's mean power."""
    axis = torch.linspace(-1, 1, power.shape[2], device=power.device)
    color = torch.pow(10.0, _uniform(power, generator, -1.2, 1.2) * axis)
    # Powers of Gaussian noise in one cell are nearly exponential; cells average a few bins, hence the floor.
    below = torch.pow(10.0, -_uniform(power, generator, 5, 25) / 10)
    chosen = gate[:, 0, 0] > 0
    sound = power[chosen]
    chance = torch.rand(sound.shape, generator=generator, device=power.device)
    noise = color[chosen] * (0.4 - 0.6 * torch.log(chance + 1e-6))
    level = sound.mean((1, 2), keepdim=True) / noise.mean((1, 2), keepdim=True)
    out = power.clone()
    out[chosen] = sound + noise * level * below[chosen]
    return out


def mix(power: Tensor, generator: Generator, chance: float) -> Tensor:
    """Another recording of the batch behind it, 6 to 20 dB softer."""
    other = power.roll(1, 0)
    level = power.mean((1, 2), keepdim=True) / (other.mean((1, 2), keepdim=True) + 1e-9)
    gain = torch.pow(10.0, -_uniform(power, generator, 6, 20) / 10) * _happens(power, generator, chance)
    return power + other * level * gain


def holes(x: Tensor, generator: Generator, chance: float) -> Tensor:
    """What low bit rates drop: cells 20 to 45 dB below their frame's maximum lose up to 20 dB, at random."""
    weak = x < x.amax(2, keepdim=True) - _uniform(x, generator, 20, 45)
    dropped = torch.rand(x.shape, generator=generator, device=x.device) < _uniform(x, generator, 0.2, 0.9)
    loss = _uniform(x, generator, 6, 20) * _happens(x, generator, chance)
    return x - loss * (weak & dropped)


def masks(x: Tensor, generator: Generator, chance: float) -> Tensor:
    """One band of frequencies and one stretch of time replaced by the picture's mean."""
    _, frames, bands = x.shape
    gate = _happens(x, generator, chance) > 0
    time, band = torch.arange(frames, device=x.device)[:, None], torch.arange(bands, device=x.device)
    first = _uniform(x, generator, 0, 1) * frames
    long = _uniform(x, generator, 0, 0.2) * frames
    low, wide = _uniform(x, generator, 0, 1) * bands, _uniform(x, generator, 0, 0.15) * bands
    inside = ((time >= first) & (time < first + long)) | ((band >= low) & (band < low + wide))
    return torch.where(inside & gate, x.mean((1, 2), keepdim=True), x)


def _uniform(x: Tensor, generator: Generator, low: float, high: float) -> Tensor:
    """(N, 1, 1) numbers between low and high."""
    return low + (high - low) * torch.rand(len(x), 1, 1, generator=generator, device=x.device)


def _happens(x: Tensor, generator: Generator, chance: float) -> Tensor:
    """(N, 1, 1) ones and zeros."""
    return (torch.rand(len(x), 1, 1, generator=generator, device=x.device) < chance).float()


def _either(x: Tensor, generator: Generator, chance: float, gate: Tensor) -> Tensor:
    """(N, 1, 1): one where chance has it or the gate is open already."""
    return torch.maximum(_happens(x, generator, chance), gate)


def crop_length(frames: int) -> int:
    """How many frames `augment` wants to give so many back after the longest stretch."""
    return math.ceil(frames * (1 + STRETCH))
