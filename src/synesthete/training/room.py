"""One command's worth of training: prepare, train, export; every stage goes on where it was stopped.

The output folder holds `pack/` (pictures and lessons), `run/` (checkpoint and curves) and `encoder/`, which
is ready for `synesthete encoders add`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from synesthete.encoders.encoder import Card
from synesthete.errors import InputError
from synesthete.training.data import Material, build_material
from synesthete.training.export import Parity, calibration_pictures, export, make_card
from synesthete.training.loop import Plan, Run
from synesthete.training.material import Sources, prepare
from synesthete.training.model import Ear
from synesthete.training.pack import read_pack
from synesthete.training.tags import learn_words
from synesthete.training.teachers import available
from synesthete.training.tune import ear_from_network


@dataclass(frozen=True)
class Order:
    """What to train, from what, to where."""

    sources: Sources
    out: Path
    name: str = "mine"
    version: str = "1"
    plan: Plan = field(default_factory=Plan)
    start: Path | None = None  # encoder folder to fine-tune from
    license: str = "yours"
    trained_on: str = "your own recordings"


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    encoder: Path
    tracks: int
    windows: int
    parity: Parity
    failed: list[str]


def train(order: Order, report: Callable[[str], Any] = lambda line: None) -> Outcome:
    """Prepares what is missing, trains what is left, exports; `report` gets lines of progress.

    Raises InputError when there is nothing to train on, or the order could not be finished as it stands.
    """
    _check(order)
    torch.set_flush_denormal(True)
    pack = order.out / "pack"
    failed = prepare(order.sources, pack, lambda name, done: report(f"packing {done + 1}: {name}"))
    material = load_material(pack, order.sources.held_out)
    lesson = f"lessons of {material.lessons.shape[1]} numbers"
    report(f"{len(material.names)} tracks, {len(material)} windows, {lesson}")
    run = Run(order.out / "run", material, order.plan)
    for line in on_resuming(run, order):
        report(line)
    if order.start is not None and run.step == 0:
        network = order.start / Card.load(order.start).files["fp32"]
        run.start_from(ear_from_network(network, calibration_pictures(material)).state_dict())
    ear = run.advance(lambda row: report(_line(row)))
    encoder = order.out / "encoder"
    parity = export(ear, encoder, describe(order, ear, material), calibration_pictures(material))
    _words(order, ear, encoder, report)
    return Outcome(encoder, len(material.names), len(material), parity, failed)


def _check(order: Order) -> None:
    """What would only come to light at the end, after hours, or not at all."""
    try:
        Card(order.name, order.version, dim=1, excerpt_s=10.0)
    except ValueError as error:
        raise InputError(
            "an encoder cannot be called so", subject=error, hint="Choose another --name."
        ) from error
    folder = order.sources.teachers
    if folder is not None and not available(folder):
        hint = "They are PyTorch state dicts named <data set>-<architecture>.pth, such as msd-fcn.pth."
        raise InputError("there are no weights of taggers in this folder", subject=folder, hint=hint)


def on_resuming(run: Run, order: Order) -> list[str]:
    """What to tell a person whose run goes on: from where, and what of it is not as the command says."""
    if run.step == 0:
        return []
    told = [f"going on at step {run.step} of {order.plan.steps}"]
    if run.step >= order.plan.steps:
        told = [
            f"{run.step} steps are done already: raise --steps to go on, or delete {run.folder} to begin anew"
        ]
    changed = [
        f"{name} was {run.begun_with[name]}"
        for name, value in asdict(order.plan).items()
        if name in run.begun_with and name != "steps" and run.begun_with[name] != value
    ]
    if changed:
        told.append(f"this run was begun with another plan: {', '.join(changed)}")
    if order.start is not None:
        told.append("--from is for a new run; this one goes on from its own checkpoint")
    return told


def _words(order: Order, ear: Ear, encoder: Path, report: Callable[[str], Any]) -> None:
    """Words for the sound, where a tagger taught the ear."""
    if order.sources.teachers is None:
        return
    tracks = [
        t for t in read_pack([order.out / "pack"]) if t.name.rpartition("/")[2] not in order.sources.held_out
    ]
    words = learn_words(encoder, ear, tracks, order.sources.teachers)
    report(f"{len(words)} words for the sound" + (f": {', '.join(words)}" if words else ""))


def load_material(pack: Path, held_out: frozenset[str] = frozenset()) -> Material:
    """The material of a pack; raises InputError when it is empty."""
    tracks = read_pack([pack])
    names = {track.name for track in tracks if track.name.rpartition("/")[2] in held_out}
    if not tracks or len(names) == len(tracks):
        raise InputError("nothing was packed that could be trained on", subject=pack)
    return build_material(tracks, names)


def describe(order: Order, ear: Ear, material: Material) -> Card:
    """The card of the trained ear: what was heard, and how it was learned."""
    plan = asdict(order.plan)
    teachers = "distillation from taggers" if material.lessons.shape[1] else "self-supervised"
    recipe = f"{teachers}; {len(material.names)} tracks, {len(material)} windows of 10 s; {json.dumps(plan)}"
    facts = {"license": order.license, "trained_on": order.trained_on, "recipe": recipe}
    return make_card(order.name, order.version, ear, facts)


def held_out_files(path: Path) -> frozenset[str]:
    """File names never to train on: the `files` of a split in JSON, or one name a line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        try:
            return frozenset(json.loads(text)["files"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"no split: it has no list of files ({error})", subject=path) from error
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def _line(row: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name not in ("step", "rate"))
    return (
        f"step {row['step']:.0f}: {parts}"
        if np.isfinite(list(row.values())).all()
        else f"step {row['step']:.0f}: diverged"
    )
