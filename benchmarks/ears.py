"""How fast ears hear: waveform to embeddings on one core, as times real time and against VGGish's shape.

    python benchmarks/ears.py [--seconds S] [--rounds R]

The floor is the picture alone (log-mel); the peer is a network of VGGish's shape with random weights, in the
same ONNX Runtime and the same run. Rounds are interleaved and the best of each is taken, so that what else
the machine does falls on all alike.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from synesthete.audio.excerpts import full_excerpts
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.encoders.shelf import SHIPPED, entries


def shaped_like_vggish(folder: Path) -> Encoder:
    """An encoder of VGGish's shape and front end; its numbers mean nothing, its cost is true."""
    from synesthete.training.vggish import CONVOLUTIONS, LAYERS, assemble

    rng, weights, inputs = np.random.default_rng(0), {}, 1
    for layer, width in zip(
        CONVOLUTIONS + LAYERS, (64, 128, 256, 256, 512, 512, 4096, 4096, 128), strict=True
    ):
        inputs = inputs * 24 if layer == LAYERS[0] else inputs
        shape = (3, 3, inputs, width) if layer in CONVOLUTIONS else (inputs, width)
        weights[layer] = (
            rng.standard_normal(shape, np.float32) * np.float32(0.02),
            np.zeros(width, np.float32),
        )
        inputs = width
    np.savez(
        folder / "pca.npz",
        pca_eigen_vectors=np.eye(128, dtype=np.float32),
        pca_means=np.zeros(128, np.float32),
    )
    assemble(weights, folder / "pca.npz", folder / "vggish", "random weights")
    return OnnxEncoder(folder / "vggish")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    ears: dict[str, Encoder] = {}
    for entry in entries(None, SHIPPED):
        if entry.folder is not None:
            for precision in ("fp32", "int8"):
                if precision in entry.card.files:
                    ears[f"{entry.card.stamp} {precision}"] = OnnxEncoder(entry.folder, precision)
    try:
        import onnx  # noqa: F401
    except ImportError:
        print("(without the extra [train] the peer of VGGish's shape cannot be built)", file=sys.stderr)
    else:
        with tempfile.TemporaryDirectory() as folder:
            ears["VGGish's shape, random weights"] = shaped_like_vggish(Path(folder))
    waveform = np.random.default_rng(1).standard_normal(int(given.seconds * 16_000)).astype(np.float32) * 0.1
    first = next(iter(ears.values()))
    works: dict[str, Callable[[], object]] = {"the picture alone (log-mel)": lambda: first.picture(waveform)}
    hop = len(full_excerpts(given.seconds))
    for name, ear in ears.items():
        works[f"{name}, excerpts end to end"] = lambda ear=ear: _end_to_end(ear, waveform)
        works[f"{name}, as served ({hop} excerpts, hop 5 s)"] = lambda ear=ear: hear_blocks(ear, [waveform])
    best = dict.fromkeys(works, float("inf"))
    for _ in range(given.rounds + 1):
        for name, work in works.items():
            began = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - began)
    peer = next((value for name, value in best.items() if "VGGish" in name and "end to end" in name), None)
    print(f"{given.seconds:.0f} s of noise, one thread, best of {given.rounds + 1} rounds\n")
    print("| ear | x real time | against VGGish's shape |\n|---|---|---|")
    for name, seconds in best.items():
        ratio = f"{peer / seconds:.1f} x" if peer else "-"
        print(f"| {name} | {given.seconds / seconds:,.0f} | {ratio} |")
    return 0


def _end_to_end(ear: Encoder, waveform: np.ndarray) -> np.ndarray:
    """Pictures and embeddings of excerpts side by side, without overlap."""
    picture = ear.picture(waveform)
    frames = int(ear.card.excerpt_s * ear.frame_rate)
    count = len(picture) // frames
    return ear.embed(picture[: count * frames].reshape(count, frames, -1))


if __name__ == "__main__":
    sys.exit(main())
