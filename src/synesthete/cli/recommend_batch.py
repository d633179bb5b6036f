"""`synesthete recommend --batch`: many listeners at once, from files of numbered pairs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synesthete.cli.options import note

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
    note(f"Learning {asked.model} from {train.nnz:,} pairs of {len(rows):,} listeners and {len(columns):,} tracks.")
    train_order = None if order is None else tables.sequences(*order, rows, columns)
    model = learn(asked.model, train, facts=facts, order=train_order, seed=asked.seed)
    note(f"Recommending to {len(askers):,} listeners.")
    known_order = None if order is None else tables.sequences(*order, askers, columns, known)
    best, _ = model.recommend(known, asked.n, order=known_order)
    kept = best >= 0
    lengths = kept.sum(axis=1)
    tables.write_columns(
        asked.out,
        {
            tables.LISTENER: np.repeat(askers.names, lengths),
            "rank": np.concatenate([np.arange(length) for length in lengths]).astype(np.int32),
            tables.TRACK: columns.names[best[kept]],
        },
    )
    return len(askers)
