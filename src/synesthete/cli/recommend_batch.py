"""`synesthete recommend --batch`: many listeners at once, from files of numbered pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from synesthete.cli.options import note, with_room

TRAIN_PART = "train"
"""The part learned from where the training table has a column `part`: validation and test rows stay out, so
that a measurement with this verb is honest; without the column every row is learned from."""


@dataclass(frozen=True)
class Batch:
    """What the batch verb was asked: files, how many recommendations each, which model."""

    known: Path
    train: Path
    out: Path
    n: int
    tracks: Path | None = None
    order: Path | None = None
    model: str = "blend"
    part: str = TRAIN_PART
    seed: int = 0


def batch_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that the batch adds to `synesthete recommend`: batch, train, tracks, order, out,
    model, part."""
    table = click.Path(exists=True, dir_okay=False, path_type=Path)
    options = (
        click.option(
            "--batch", type=table, help="Known tracks of many listeners (Parquet: user_idx, item_idx)."
        ),
        click.option(
            "--train", type=table, help="Listens to learn from (Parquet: user_idx, item_idx[, part])."
        ),
        click.option(
            "--tracks", type=table, help="Facts on tracks (item_idx, artist_id, album_id, duration_sec)."
        ),
        click.option("--order", type=table, help="Order of some histories (user_idx, item_idx, pos)."),
        click.option(
            "--out",
            type=click.Path(dir_okay=False, path_type=Path),
            callback=with_room,
            help="Recommendations (user_idx, rank, item_idx).",
        ),
        click.option("--model", default="blend", show_default=True, help="Taste model that answers a batch."),
        click.option(
            "--part", default=TRAIN_PART, show_default=True, help="Part learned from, if the table has parts."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def recommend_batch(asked: Batch) -> int:
    """Write `n` recommendations for every listener of the known table; the number of listeners.

    Listeners need not be in the training table: their rows are folded in. The order of histories is used
    both to learn what follows and, for listeners of the known table, to continue from their last tracks.
    """
    import numpy as np

    from synesthete.evaluate import tables
    from synesthete.taste.shelf import learn

    listeners, tracks = tables.read_pairs(asked.train, asked.part)
    known_listeners, known_tracks = tables.read_pairs(asked.known)
    order = None if asked.order is None else tables.read_order(asked.order)
    columns = tables.Numbering(np.unique(np.concatenate([tracks, known_tracks])))
    rows = tables.Numbering(np.unique(listeners))
    askers = tables.Numbering(np.unique(known_listeners))
    train = tables.matrix(listeners, tracks, rows, columns)
    known = tables.matrix(known_listeners, known_tracks, askers, columns)
    facts = None if asked.tracks is None else tables.read_facts(asked.tracks, columns)
    note(
        f"Learning {asked.model} from {train.nnz:,} pairs: {len(rows):,} listeners, {len(columns):,} tracks."
    )
    known_order = None if order is None else tables.sequences(*order, askers, columns, known)
    train_order = None if order is None else tables.sequences(*order, rows, columns)
    model = learn(asked.model, train, facts=facts, order=train_order, seed=asked.seed)
    note(f"Recommending to {len(askers):,} listeners.")
    best, _ = model.recommend(known, asked.n, order=known_order)
    kept = best >= 0
    lengths = kept.sum(axis=1)
    tables.write_columns(
        asked.out,
        {
            tables.LISTENER: np.repeat(askers.names, lengths),
            "rank": np.nonzero(kept)[1].astype(np.int32),  # unknown tracks stand first in every row
            tables.TRACK: columns.names[best[kept]],
        },
    )
    return len(askers)
