"""Make the projection of the hand-made ear: which of its differences are music, and which are not.

    python -m synesthete.evaluate.fit_descriptors AUDIO_FOLDER [--out FILE.npz]

Every excerpt is heard as it is, and with another mastering, through a phone, and as a small mp3. The
directions in which a track differs from itself (from moment to moment, and from copy to copy) are shrunk;
what is left apart is turned to its principal axes. This is within-class covariance normalization, the
classes being tracks; no labels are needed. Held-out albums are left out, and the settings below were chosen
by three-fold cross-validation over the other albums. Letters: E excerpts, F statistics, D dimensions.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synesthete.audio.decode import decode
from synesthete.audio.excerpts import full_excerpts
from synesthete.encoders.descriptors import PROJECTION, SPREADS, DescriptorEncoder, statistics
from synesthete.evaluate.collection import Labeled, committed_albums, labeled_files
from synesthete.evaluate.degrade import phone, remastered, small_mp3

DIM = 128
COPIES_WEIGHT = 1.0  # of differences between copies, beside those between moments
RIDGE = 0.05  # share of the total covariance added to the within-track one
MP3_KBIT_S = 32  # at 16 kHz; smaller than what people send each other
LONGEST_S = 75.0  # of each track


@dataclass(frozen=True)
class Gathered:
    """Statistics of one track: clean (E, F), and of its damaged copies, each (E, F)."""

    clean: np.ndarray
    copies: list[np.ndarray]


def gather(entry: Labeled, rng: np.random.Generator) -> Gathered:
    """Hear one file four ways."""
    encoder = DescriptorEncoder()
    rate = encoder.sample_rate
    wave = decode(entry.path, rate, 0.0, LONGEST_S)
    copies = [remastered(wave, rate, rng), phone(wave, rate, rng), small_mp3(wave, rate, MP3_KBIT_S)]
    clean, *damaged = (_excerpts(encoder, copy[: len(wave)]) for copy in (wave, *copies))
    count = min(map(len, (clean, *damaged)))
    return Gathered(clean[:count], [copy[:count] for copy in damaged])


def _excerpts(encoder: DescriptorEncoder, wave: np.ndarray) -> np.ndarray:
    """Statistics of every excerpt of a waveform, (E, F)."""
    picture = encoder.picture(wave)
    frames = int(10 * encoder.frame_rate)
    starts = [int(p.start_s * encoder.frame_rate) for p in full_excerpts(len(wave) / encoder.sample_rate)]
    cut = [picture[start : start + frames] for start in starts]
    shortest = min(map(len, cut))
    return statistics(np.stack([part[:shortest] for part in cut]))


def fit(tracks: list[Gathered], dim: int = DIM) -> dict[str, np.ndarray]:
    """`center` (F,), `scale` (F,) and `matrix` (F, D) of the projection."""
    clean = np.concatenate([track.clean for track in tracks]).astype(np.float64)
    center, scale = clean.mean(axis=0), clean.std(axis=0) + 1e-6

    def scaled(values: np.ndarray) -> np.ndarray:
        return np.clip((values - center) / scale, -SPREADS, SPREADS)

    total = np.cov(scaled(clean).T)
    within = RIDGE * total
    for track in tracks:
        here = scaled(track.clean)
        moments = here - here.mean(axis=0)
        within += moments.T @ moments / len(clean)
        for copy in track.copies:
            apart = scaled(copy) - here
            within += COPIES_WEIGHT * apart.T @ apart / (len(clean) * len(track.copies))
    variances, axes = np.linalg.eigh(within)
    shrink = axes / np.sqrt(variances) @ axes.T
    between, turned = np.linalg.eigh(shrink @ total @ shrink)
    matrix = shrink @ turned[:, np.argsort(between)[::-1][:dim]]
    return {"center": center.astype("f4"), "scale": scale.astype("f4"), "matrix": matrix.astype("f4")}


def main() -> None:
    """Fit on a folder and write the file beside the encoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=PROJECTION)
    asked = parser.parse_args()
    held_out = committed_albums()
    files = [entry for entry in labeled_files(asked.folder) if entry.album not in held_out]
    tracks = [gather(entry, np.random.default_rng([7, i])) for i, entry in enumerate(files)]
    np.savez_compressed(asked.out, **fit(tracks))  # type: ignore[arg-type]
    print(f"{len(tracks)} tracks: {asked.out}")


if __name__ == "__main__":
    main()
