"""Recommending from a catalog of 100,000 tracks, and recognizing a clip among them.

    python -m benchmarks.recommend [--tracks 100000] [--excerpts 24] [--dim 192] [--queries 60]

Everything is in CPU milliseconds of this process (SQLite works in it), beside the index search alone.
Vectors are drawn: centers for styles, then tracks, then excerpts of a track around it; a clip is an excerpt
with noise. The shortlist's recall is judged by comparing the clip with every excerpt of every track.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import bindparam, update

from synesthete.catalog import Catalog, Entry
from synesthete.catalog.schema import embeddings
from synesthete.index import Index, build_index
from synesthete.recommend import Clip, Collection, Recommender, similar_to
from synesthete.recommend import places as placing
from synesthete.recommend.moments import Excerpts
from synesthete.recommend.recognize import shortlist

STAMP = "bench@1"
STYLES = 300
OF_TRACK, OF_EXCERPT, OF_CLIP = 0.8, 0.7, 0.5
"""Lengths of what sets a track apart from its style, an excerpt from its track, a clip from its excerpt."""
SHORTLISTS = (50, 300, 1_000)
MOST_MS = 50
"""What recognizing a clip may take; listening to what was found is measured in benchmarks/recordings.py."""


def main() -> None:
    """Print two Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--excerpts", type=int, default=24)
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--queries", type=int, default=60)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(f"sqlite:///{Path(folder) / 'catalog.sqlite'}")
        ids, codes = fill(catalog, wanted.tracks, wanted.excerpts, wanted.dim)
        vectors = unit(codes.astype(np.float32).mean(axis=1))
        index = build_index(STAMP, ids, vectors)
        recommender = Recommender(Collection(catalog, index, STAMP))
        some = np.random.default_rng(5).choice(len(ids), wanted.queries, replace=False)
        similar_table(recommender, index, ids[some])
        recognize_table(recommender, ids, codes, some)
        catalog.close()


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1, float32."""
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def fill(catalog: Catalog, count: int, excerpts: int, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """A catalog of named tracks with vectors and excerpts: ids (N,), excerpt codes (N, E, D) int8."""
    rng = np.random.default_rng(0)
    styles = unit(rng.standard_normal((STYLES, dim)))
    ids: list[int] = []
    codes = np.empty((count, excerpts, dim), np.int8)
    starts = (np.arange(excerpts) * 5).astype(np.float32)
    facts = {"starts": starts.tobytes(), "ends": (starts + 10).tobytes()}
    write = update(embeddings).where(embeddings.c.track_id == bindparam("track")).values(
        excerpts=bindparam("codes"), scales=bindparam("scales"),
        starts_s=bindparam("starts"), ends_s=bindparam("ends"),
    )  # fmt: skip
    for start in range(0, count, 5_000):
        n = min(5_000, count - start)
        tracks = styles[rng.integers(STYLES, size=n)] + OF_TRACK * unit(rng.standard_normal((n, dim)))
        rows = unit(tracks[:, None] + OF_EXCERPT * unit(rng.standard_normal((n, excerpts, dim))))
        peaks = np.abs(rows).max(axis=2)
        codes[start : start + n] = np.rint(rows * (127 / peaks[..., None]))
        these = [int(i) for i in catalog.tracks.put_many(entries(start, n))]
        ids += these
        catalog.embeddings.put_many(STAMP, these, unit(rows.mean(axis=1)), "full")
        scales = (peaks / 127).astype(np.float16)
        with catalog.begin() as connection:
            connection.execute(
                write,
                [
                    {"track": t, "codes": codes[start + k].tobytes(), "scales": scales[k].tobytes()} | facts
                    for k, t in enumerate(these)
                ],
            )
    return np.array(ids), codes


def entries(start: int, n: int) -> list[Entry]:
    """Names for n tracks."""
    return [
        Entry(
            title=f"Piece {i}",
            artist=f"Artist {i % 9_000}",
            album=f"Album {i % 15_000}",
            path=f"/m/{i}.flac",
            duration_s=150.0 + i % 97,
            genres=(f"Genre {i % 40}",),
        )
        for i in range(start, start + n)
    ]


def cpu_ms(calls: list[Callable[[], object]]) -> tuple[float, list[object]]:
    """Median CPU milliseconds of the calls, and what they answered."""
    times, answers = [], []
    for call in calls:
        begun = time.process_time()
        answers.append(call())
        times.append(1e3 * (time.process_time() - begun))
    return float(np.median(times)), answers


def similar_table(recommender: Recommender, index: Index, ids: np.ndarray) -> None:
    """`similar` beside the search that it cannot do without."""
    for track_id in ids[:10]:
        recommender.recommend(similar_to(int(track_id)))
    alone, _ = cpu_ms([lambda i=i: index.near(index.vectors([i]), 60) for i in ids.tolist()])
    whole, _ = cpu_ms([lambda i=i: recommender.recommend(similar_to(i)) for i in ids.tolist()])
    print(f"{len(index):,} tracks, {index.card.kind} index\n")
    print("| step | median CPU ms | x search alone |\n|---|---|---|")
    print(f"| search alone | {alone:.2f} | 1.0 |")
    print(f"| similar: 10 results, named, explained, with moments | {whole:.2f} | {whole / alone:.1f} |\n")


def recognize_table(recommender: Recommender, ids: np.ndarray, codes: np.ndarray, some: np.ndarray) -> None:
    """Recognition with shortlists of several lengths, beside comparing with every excerpt there is."""
    rng = np.random.default_rng(9)
    places = rng.integers(codes.shape[1], size=len(some))
    rows = unit(codes[some, places].astype(np.float32))
    rows = unit(rows + OF_CLIP * unit(rng.standard_normal(rows.shape)))
    clips = [Clip(row, row[None], np.zeros(1), np.full(1, 10.0)) for row in rows]
    best, best_at = np.full(len(rows), -2.0, np.float32), np.zeros(len(rows), np.int64)
    begun = time.process_time()
    for start in range(0, len(codes), 2_000):
        block = unit(codes[start : start + 2_000].astype(np.float32)).reshape(-1, rows.shape[1])
        similarities = rows @ block.T
        top = similarities.argmax(axis=1)
        values = similarities[np.arange(len(rows)), top]
        better = values > best
        best[better], best_at[better] = values[better], start + top[better] // codes.shape[1]
    every = 1e3 * (time.process_time() - begun) / len(rows)
    share = np.mean(best_at == some)
    print(
        "| recognition | track found | named | named, sure | median CPU ms | 90 % |\n|---|---|---|---|---|---|"
    )
    print(f"| every excerpt compared (in blocks of queries) | {share:.3f} | | | {every:.1f} | |")
    usual = placing.SHORTLIST
    for length in SHORTLISTS:
        placing.SHORTLIST = length
        near = [placing_found(recommender, clip) for clip in clips]
        found = np.mean([i is not None and i == int(ids[k]) for i, k in zip(near, some, strict=True)])
        times, told = [], []
        for clip in clips:
            took, answer = cpu_ms([lambda c=clip: recommender.recognize(c)])
            times.append(took)
            told += answer
        right = [f is not None and int(f.track_id) == int(ids[k]) for f, k in zip(told, some, strict=True)]  # type: ignore[attr-defined]
        sure = [r and f.sure for r, f in zip(right, told, strict=True)]  # type: ignore[attr-defined]
        cost = f"{np.median(times):.1f} | {np.quantile(times, 0.9):.1f}"
        print(
            f"| shortlist of {length} tracks | {found:.3f} | {np.mean(right):.3f} | {np.mean(sure):.3f} | {cost} |"
        )
        if length == usual:
            verdict = f"{np.median(times):.1f} ms at {len(ids):,} tracks (to stay under {MOST_MS} ms); recall {found / share:.3f}"
    placing.SHORTLIST = usual
    print(f"\nRecognition with the usual shortlist of {usual}: {verdict} of comparing every excerpt.")


def placing_found(recommender: Recommender, clip: Clip) -> int | None:
    """The track whose excerpts come nearest to the clip, among those of the shortlist."""
    collection = recommender.collection
    kept = collection.excerpts(shortlist(collection, clip))
    found = placing.places(Excerpts(clip.excerpts, clip.starts_s, clip.ends_s), kept)
    return int(found[0].track_id) if found else None


if __name__ == "__main__":
    main()
