"""From a checkpoint to an encoder folder: two networks, a card, and the proof that they say the same.

Letters in shapes: N pictures, T frames, M bands, D dimensions.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from synesthete.encoders.encoder import Card
from synesthete.errors import SynestheteError
from synesthete.training.data import WINDOW_FRAMES, Material
from synesthete.training.graph import draw_graph, quantize
from synesthete.training.model import Ear
from synesthete.training.pack import EAR_MEL, WINDOW_S

PARITY = 1e-4  # largest difference of any number of an embedding between torch and ONNX
CALIBRATION_PICTURES = 128
SHORTEST_S = 1.0  # seconds; below, too few frames are left after the strides to mean anything
FILES = {"fp32": "network.onnx", "int8": "network.int8.onnx"}


@dataclass(frozen=True)
class Parity:
    """How far the exported networks are from the trained one."""

    difference: float  # largest, fp32 against torch
    int8_cosine: float  # mean, int8 against fp32


def export(ear: Ear, folder: Path, card: Card, pictures: np.ndarray) -> Parity:
    """Writes `network.onnx`, `network.int8.onnx` and `card.json`; checks them on pictures (N, T, M) decibels.

    Raises SynestheteError when torch and ONNX disagree by more than PARITY; then nothing is renamed into
    place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drafts = {role: folder / f"draft.{name}" for role, name in FILES.items()}
    onnx.save(draw_graph(ear), str(drafts["fp32"]))
    quantize(drafts["fp32"], drafts["int8"], pictures)
    parity = compare(ear, drafts["fp32"], drafts["int8"], pictures[:32])
    if parity.difference > PARITY:
        raise SynestheteError(
            f"torch and ONNX disagree by {parity.difference:.2g}, more than {PARITY:g}", subject=folder
        )
    for role, name in FILES.items():
        os.replace(drafts[role], folder / name)
    facts = {"torch_to_onnx": float(f"{parity.difference:.2g}"), "int8_cosine": round(parity.int8_cosine, 5)}
    replace(card, files=FILES, scores={**card.scores, "parity": facts}).save(folder)
    return parity


def compare(ear: Ear, fp32: Path, int8: Path, pictures: np.ndarray) -> Parity:
    """The parity of the files with the ear on some pictures."""
    with torch.inference_mode():
        truth = ear.eval()(torch.from_numpy(pictures)).numpy()
    full, small = run(fp32, pictures), run(int8, pictures)
    return Parity(float(np.abs(truth - full).max()), float((full * small).sum(1).mean()))


def run(network: Path, pictures: np.ndarray) -> np.ndarray:
    """(N, D) what an ONNX file says of pictures."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(network), providers=["CPUExecutionProvider"])
    return session.run(None, {"picture": pictures.astype(np.float32)})[0]


def calibration_pictures(material: Material, seed: int = 0) -> np.ndarray:
    """(N, T, M) clean pictures of whole excerpts from the training material, drawn by its weights."""
    generator = torch.Generator().manual_seed(seed)
    count = min(CALIBRATION_PICTURES, int((material.chance > 0).sum()))
    windows = torch.multinomial(material.chance, count, generator=generator).numpy()
    return material.crops(windows, WINDOW_FRAMES - 2, np.zeros(len(windows))).numpy()


def make_card(name: str, version: str, ear: Ear, facts: Mapping[str, Any]) -> Card:
    """The card of an ear of this kind; `facts` are license, trained_on, recipe and scores."""
    return Card(
        name=name,
        version=version,
        dim=ear.shape.dim,
        excerpt_s=WINDOW_S,
        min_s=SHORTEST_S,
        mel=EAR_MEL,
        **facts,
    )
