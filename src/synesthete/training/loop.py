"""The training loop: steps, checkpoints and curves, the same again from the same seed.

A run folder holds `checkpoint.pt` (network, its running average, optimizer, chances), `curves.csv` and
`curves.png`. A stopped run goes on from its checkpoint and ends as if it had never stopped.
"""

from __future__ import annotations

import copy
import csv
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from synesthete.training.curves import draw_curves
from synesthete.training.data import Batch, Material, draw
from synesthete.training.losses import Weights, distill, recognize, relate
from synesthete.training.model import Ear, EarShape


@dataclass(frozen=True)
class Plan:
    """The hyper-parameters of one run; they travel in its checkpoint and its card."""

    steps: int = 8000
    batch: int = 96  # windows; twice as many views
    rate: float = 2e-3  # AdamW's learning rate after the warm-up
    warm_up: int = 150  # steps
    decay_from: float = 0.5  # share of the steps after which the rate falls by a cosine to nearly nothing
    weight_decay: float = 0.02
    clip: float = 2.0  # norm of the gradient
    average: float = 0.998  # of the running average of weights that is exported, per step
    seed: int = 1
    save_every: int = 100  # steps between checkpoints
    weights: Weights = field(default_factory=Weights)


class Run:
    """A training run in a folder: `advance` until the plan is done."""

    def __init__(self, folder: Path, material: Material, plan: Plan, shape: EarShape | None = None) -> None:
        self.folder, self.material, self.plan = folder, material, plan
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(plan.seed)
        self.ear = Ear(shape).to(self.device)
        self.ear.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        lesson_size = material.lessons.shape[1]
        self.speak = nn.Linear(self.ear.shape.dim, lesson_size).to(self.device) if lesson_size else None
        self.average = copy.deepcopy(self.ear).eval()
        modules = [self.ear] if self.speak is None else [self.ear, self.speak]
        self.parameters = [parameter for module in modules for parameter in module.parameters()]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=plan.rate, weight_decay=plan.weight_decay)
        self.chances = torch.Generator().manual_seed(plan.seed)
        self.step = 0
        self.rows: list[dict[str, float]] = []
        self.begun_with: dict[str, Any] = {}
        """The plan that the folder's checkpoint was made with; empty for a new run."""
        if (folder / "checkpoint.pt").is_file():
            self.resume()

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Begins from a trained ear instead of chance (fine-tuning); only before the first step."""
        self.ear.load_state_dict(weights)
        self.average.load_state_dict(weights)

    def advance(self, report: Callable[[dict[str, float]], None] = lambda row: None) -> Ear:
        """Takes the remaining steps and gives back the averaged ear; saves and reports every `save_every`."""
        totals: dict[str, float] = {}
        began, seen = time.monotonic(), 0
        while self.step < self.plan.steps:
            losses = self.take_step(draw(self.material, self.plan.batch, self.chances))
            for name, value in losses.items():
                totals[name] = totals.get(name, 0.0) + value
            seen += 1
            if self.step % self.plan.save_every == 0 or self.step == self.plan.steps:
                row = {"step": self.step, "rate": self.rate(), **{n: v / seen for n, v in totals.items()}}
                self.rows.append(row)
                report({**row, "steps_per_s": seen / (time.monotonic() - began)})
                totals, began, seen = {}, time.monotonic(), 0
                self.save()
        return self.average

    def take_step(self, batch: Batch) -> dict[str, float]:
        """One step of the optimizer on one batch: the parts of its loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.ear.train()
        with torch.autocast(self.device, torch.bfloat16):
            raw = self.ear.features(batch.views.to(self.device))
        embeddings = nn.functional.normalize(raw.float(), dim=1)
        parts = self.losses(embeddings, batch)
        total = torch.stack(list(parts.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.parameters, self.plan.clip)
        self.optimizer.step()
        self.step += 1
        self.follow()
        return {name: float(value.detach()) for name, value in parts.items()}

    def losses(self, embeddings: Tensor, batch: Batch) -> dict[str, Tensor]:
        """The weighted parts of the loss; without teachers, recognition is all there is."""
        weights, tracks = self.plan.weights, batch.tracks.to(self.device)
        known = recognize(embeddings, tracks, weights.temperature)
        if self.speak is None:
            return {"recognize": known}
        lessons = batch.lessons.to(self.device).repeat(2, 1)
        return {
            "distill": weights.distill * distill(self.speak(embeddings), lessons),
            "relate": weights.relate * relate(embeddings, lessons),
            "recognize": weights.recognize * known,
        }

    def rate(self) -> float:
        """The learning rate of the next step: warm-up, plateau, cosine."""
        plan = self.plan
        if self.step < plan.warm_up:
            return plan.rate * (self.step + 1) / plan.warm_up
        begin = plan.decay_from * plan.steps
        done = max(0.0, (self.step - begin) / max(1.0, plan.steps - begin))
        return plan.rate * (0.01 + 0.99 * (1 + math.cos(math.pi * min(1.0, done))) / 2)

    @torch.no_grad()
    def follow(self) -> None:
        """Moves the running average a little towards the network (faster at the very beginning)."""
        keep = min(self.plan.average, (1 + self.step) / (10 + self.step))
        ours, theirs = self.average.state_dict(), self.ear.state_dict()
        for name, value in theirs.items():
            if value.dtype.is_floating_point:
                ours[name].lerp_(value, 1 - keep)
            else:
                ours[name].copy_(value)

    def save(self) -> None:
        """Writes checkpoint and curves, beside and then in place."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "shape": self.ear.shape.to_dict(),
            "plan": asdict(self.plan),
            "step": self.step,
            "ear": self.ear.state_dict(),
            "average": self.average.state_dict(),
            "speak": None if self.speak is None else self.speak.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "chances": self.chances.get_state(),
            "dropouts": torch.get_rng_state(),
            "dropouts_gpu": torch.cuda.get_rng_state_all(),
            "rows": self.rows,
        }
        beside = self.folder / "checkpoint.part"
        torch.save(state, beside)
        os.replace(beside, self.folder / "checkpoint.pt")
        write_curves(self.folder, self.rows)

    def resume(self) -> None:
        """Takes up the folder's checkpoint; a head for other lessons begins anew."""
        state = torch.load(self.folder / "checkpoint.pt", map_location=self.device, weights_only=True)
        self.ear.load_state_dict(state["ear"])
        self.average.load_state_dict(state["average"])
        self.chances.set_state(state["chances"].cpu())
        torch.set_rng_state(state["dropouts"].cpu())
        if self.device == "cuda":
            torch.cuda.set_rng_state_all([noise.cpu() for noise in state["dropouts_gpu"]])
        self.step, self.rows, self.begun_with = state["step"], state["rows"], dict(state["plan"])
        if self.speak is None:
            known = state["speak"] is None
        else:
            known = state["speak"] is not None and state["speak"]["weight"].shape == self.speak.weight.shape
            if known:
                self.speak.load_state_dict(state["speak"])
        if known:
            self.optimizer.load_state_dict(state["optimizer"])


def load_ear(checkpoint: Path) -> tuple[Ear, dict[str, Any]]:
    """The averaged ear of a checkpoint, ready to listen, and the rest of the checkpoint."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    ear = Ear(EarShape(**state["shape"]))
    ear.load_state_dict(state["average"])
    return ear.eval(), state


def write_curves(folder: Path, rows: list[dict[str, float]]) -> None:
    """`curves.csv` and `curves.png` of a run's rows."""
    if not rows:
        return
    with open(folder / "curves.csv", "w", newline="") as file:
        table = csv.DictWriter(file, fieldnames=list(rows[-1]))
        table.writeheader()
        table.writerows(rows)
    draw_curves(rows, folder / "curves.png")
