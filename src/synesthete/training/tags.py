"""Words for a finished ear: a tagger's last layer, learned as one linear map of the ear's embeddings.

Where Musicnn trained on MTG-Jamendo was among the teachers, its tags come with its lessons: the last 200
numbers of a lesson, through its last layer, are the logits of fifty tags. A ridge regression finds them in the
embedding; tags that it does not find on recordings put aside are left out. What is written is described in
docs/reference/encoders.md and read by `encoders/tags.py`.

Letters in shapes: W windows, N tracks, D dimensions, K tags.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import torch

from synesthete.encoders.encoder import Card
from synesthete.encoders.tags import ROLE
from synesthete.training.lessons import unit
from synesthete.training.model import Ear
from synesthete.training.pack import EAR_MEL, WINDOW_S, PackedTrack, to_decibels

TEACHER = "jamendo-musicnn"
TAGS: list[tuple[str, str]] = [  # (kind, name), in the order of the teacher's outputs
    (kind, name)
    for kind, names in tomllib.loads(
        resources.files(__package__).joinpath("tags.toml").read_text("utf-8")
    ).items()
    for name in names
]
FILE = "tags.npz"
PENULTIMATE = 200  # the last numbers of the teacher's lesson, from which it makes its tags
RIDGE = 0.03  # of the mean variance of a dimension
# A tag is kept when the ear tells the fifth of the tracks that the tagger gives it most from the lower three
# fifths this well, and follows its logit this closely.
RELIABLE_AUC, RELIABLE_CORRELATION = 0.90, 0.75
ASIDE = 5  # every fifth album (or folder) of recordings is not learned from, and says which tags are reliable
FEWEST_ASIDE = 20  # tracks; of fewer nothing can be said


@dataclass(frozen=True)
class Heard:
    """One track as ear and tagger hear it."""

    embeddings: np.ndarray  # (W, D), of unit length
    logits: np.ndarray  # (W, K)

    @property
    def mean(self) -> tuple[np.ndarray, np.ndarray]:
        """The track as a whole: (D,) of unit length, (K,)."""
        return unit(self.embeddings.mean(0)[None])[0], self.logits.mean(0)


@dataclass(frozen=True)
class LinearTags:
    """Logits from embeddings: (N, D) @ weights + bias."""

    weights: np.ndarray  # (D, K)
    bias: np.ndarray  # (K,)

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        return embeddings @ self.weights + self.bias


def tagger(teachers: Path) -> LinearTags:
    """The teacher's own last layer, from its penultimate numbers to its logits."""
    state = torch.load(teachers / f"{TEACHER}.pth", map_location="cpu", weights_only=True)
    return LinearTags(state["dense2.weight"].numpy().T, state["dense2.bias"].numpy())


@torch.inference_mode()
def listen(ear: Ear, track: PackedTrack, last_layer: LinearTags) -> Heard | None:
    """What ear and tagger say of a track's windows; None for a track shorter than one."""
    frames = EAR_MEL.frame_count(round(WINDOW_S * EAR_MEL.sample_rate))
    inside = track.starts + frames <= len(track.pictures)
    if not inside.any():
        return None
    pictures = np.stack([track.pictures[start : start + frames] for start in track.starts[inside]])
    embeddings = ear.eval()(torch.from_numpy(to_decibels(pictures))).numpy()
    lessons = track.lessons[TEACHER][inside, -PENULTIMATE:].astype(np.float32)
    return Heard(embeddings, last_layer(lessons).astype(np.float32))


def fit(heard: Sequence[Heard]) -> LinearTags:
    """Ridge regression on excerpts and whole tracks; every track counts alike."""
    means = [track.mean for track in heard]
    embeddings = np.concatenate([track.embeddings for track in heard] + [np.stack([m[0] for m in means])])
    logits = np.concatenate([track.logits for track in heard] + [np.stack([m[1] for m in means])])
    shares = [np.full(len(t.embeddings), 1 / len(t.embeddings)) for t in heard] + [np.ones(len(heard))]
    weights = np.concatenate(shares) / (2 * len(heard))
    center, level = weights @ embeddings, weights @ logits
    apart = embeddings - center
    spread = (apart * weights[:, None]).T @ apart
    spread += (RIDGE * np.trace(spread) / len(spread) + 1e-9) * np.eye(len(spread))
    found = np.linalg.solve(spread, (apart * weights[:, None]).T @ (logits - level))
    return LinearTags(found.astype(np.float32), (level - center @ found).astype(np.float32))


def reliability(found: LinearTags, unheard: Sequence[Heard]) -> tuple[np.ndarray, np.ndarray]:
    """Area under the curve and correlation of each tag over tracks, (K,) both: ear against tagger."""
    means = [track.mean for track in unheard]
    said, truth = found(np.stack([m[0] for m in means])), np.stack([m[1] for m in means])
    areas, correlations = [], []
    for ours, theirs in zip(said.T, truth.T, strict=True):
        much, little = theirs >= np.quantile(theirs, 0.8), theirs <= np.quantile(theirs, 0.6)
        areas.append(float((ours[much][:, None] > ours[little][None]).mean()))
        correlations.append(float(np.corrcoef(ours, theirs)[0, 1]))
    return np.array(areas), np.array(correlations)


def put_aside(tracks: Sequence[PackedTrack]) -> tuple[list[PackedTrack], list[PackedTrack]]:
    """(To learn from, to judge by): every fifth folder of recordings, or recording where folders are few."""
    recorded = [track for track in tracks if track.group.startswith("audio:")]
    folders = sorted({track.group for track in recorded})
    if len(folders) >= 2 * ASIDE:
        aside = set(folders[::ASIDE])
        return [t for t in tracks if t.group not in aside], [t for t in recorded if t.group in aside]
    names = {track.name for track in recorded[::ASIDE]}
    return [t for t in tracks if t.name not in names], [t for t in recorded if t.name in names]


def learn_words(folder: Path, ear: Ear, tracks: Sequence[PackedTrack], teachers: Path) -> list[str]:
    """Puts words beside an exported ear, from the tracks the tagger was asked about; returns them.

    None are put there when it was asked about too few, or none is reliable.
    """
    taught = [track for track in tracks if TEACHER in track.lessons]
    learned, judging = put_aside(taught)
    if len(judging) < FEWEST_ASIDE:
        return []
    last = tagger(teachers)
    heard, unheard = ([h for h in (listen(ear, t, last) for t in some) if h] for some in (learned, judging))
    return save_tags(folder, fit(heard), heard, unheard) if len(unheard) >= FEWEST_ASIDE else []


def save_tags(folder: Path, found: LinearTags, heard: Sequence[Heard], unheard: Sequence[Heard]) -> list[str]:
    """Writes the reliable tags beside an exported ear and names the file in its card; returns their names."""
    areas, correlations = reliability(found, unheard)
    keep = np.flatnonzero((areas >= RELIABLE_AUC) & (correlations >= RELIABLE_CORRELATION))
    if not len(keep):
        return []
    usual = found(np.stack([track.mean[0] for track in heard]))
    names = [TAGS[k][1] for k in keep]
    with open(folder / f"{FILE}.part", "wb") as file:
        np.savez(
            file,
            names=np.array(names, dtype=np.str_),
            kinds=np.array([TAGS[k][0] for k in keep], dtype=np.str_),
            weights=found.weights[:, keep],
            bias=found.bias[keep],
            usual=usual.mean(0)[keep].astype(np.float32),
            spread=usual.std(0)[keep].astype(np.float32),
            auc=areas[keep].astype(np.float32),
            correlation=correlations[keep].astype(np.float32),
        )
    os.replace(folder / f"{FILE}.part", folder / FILE)
    card = Card.load(folder)
    replace(card, files={**card.files, ROLE: FILE}).save(folder)
    return names
