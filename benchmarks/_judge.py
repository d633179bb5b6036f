"""How good a file of recommendations is, by a file of held-out pairs.

    python -m benchmarks._judge recs.parquet wanted.parquet

Prints one Markdown row per measure over the listeners of the wanted file, with 95 % bootstrap intervals
(seed 0). The recommendations are those of `synesthete recommend --batch`. Left out of `make bench`: it needs
held-out files of your own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from synesthete.evaluate import metrics, tables
from synesthete.evaluate.report import bootstrap


def main(recommended: Path, held_out: Path) -> None:
    found = tables.read_columns(recommended, (tables.LISTENER, "rank", tables.TRACK))
    listeners, tracks = tables.read_pairs(held_out)
    rows = tables.Numbering(np.unique(listeners))
    columns = tables.Numbering(np.unique(np.concatenate([tracks, found[tables.TRACK]])))
    wanted = tables.matrix(listeners, tracks, rows, columns)
    places, rank = rows.places(found[tables.LISTENER]), found["rank"].astype(np.int64)
    ours = places >= 0
    ranked = np.full((len(rows), int(rank[ours].max()) + 1), -1, dtype=np.int64)
    ranked[places[ours], rank[ours]] = columns.places(found[tables.TRACK][ours])
    values = {
        "Recall@20": metrics.recall(ranked, wanted, 20),
        "Recall@50": metrics.recall(ranked, wanted, 50),
        "NDCG@100": metrics.ndcg(ranked, wanted, 100),
        "R-precision": metrics.r_precision(ranked, wanted),
        "NDCG@500": metrics.continuation_ndcg(ranked, wanted),
        "clicks": metrics.clicks(ranked, wanted),
        "MAP@10": metrics.average_precision(ranked, wanted, 10),
    }
    print(f"| {len(rows):,} listeners | mean, 95 % |\n|---|---|")
    for name, one in values.items():
        print(f"| {name} | {bootstrap(one, 0)} |")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
