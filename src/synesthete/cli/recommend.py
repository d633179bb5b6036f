"""`synesthete recommend`: one list from sound and people; `--batch` for many listeners at once."""

from __future__ import annotations

from pathlib import Path

import click

from synesthete.cli.options import echo_json, json_option
from synesthete.cli.recommend_batch import Batch, batch_options, recommend_batch


@click.command()
@batch_options
@click.option("-n", "n", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many tracks each.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything drawn at random.")
@json_option
def recommend(
    batch: Path | None,
    train: Path | None,
    tracks: Path | None,
    order: Path | None,
    out: Path | None,
    model: str,
    part: str,
    n: int,
    seed: int,
    as_json: bool,
) -> None:
    """Recommend to every listener of a table of known tracks, known tracks left out, rank from 0."""
    if batch is None or train is None or out is None:
        raise click.UsageError("--batch, --train and --out belong together")
    listeners = recommend_batch(Batch(batch, train, out, n, tracks, order, model, part, seed))
    if as_json:
        echo_json({"listeners": listeners, "out": str(out)})
