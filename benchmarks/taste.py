"""How fast taste learns and answers, as ratios against a floor or a peer of the same run.

    python -m benchmarks.taste [--ease-tracks N] [--catalog N]

Times are CPU seconds of one thread; compared runs alternate and the best of each counts, so that what else
the machine does falls on all alike. Listens are drawn with the skew of real ones: few are known by many.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from synesthete.taste.als import Als
from synesthete.taste.artifact import TasteCard
from synesthete.taste.blend import Blend
from synesthete.taste.ease import Ease
from synesthete.taste.evidence import Witness
from synesthete.taste.interactions import Groups, TrackFacts
from synesthete.taste.model import TasteModel
from synesthete.taste.neighbors import Bm25Neighbors
from synesthete.taste.next_track import NextTrack

LISTS = 20
HISTORY = 25
"""Tracks that a listener of the benchmark knows; real playlists have about as many."""


def plays(listeners: int, tracks: int, seed: int = 0) -> sp.csr_matrix:
    """(U, N) with `HISTORY` tracks each, track i being drawn with weight 1 / (i + 50) ** 0.8."""
    random = np.random.default_rng(seed)
    weights = 1 / (np.arange(tracks) + 50.0) ** 0.8
    drawn = random.choice(tracks, (listeners, HISTORY), p=weights / weights.sum())
    rows = np.repeat(np.arange(listeners), HISTORY)
    matrix = sp.csr_matrix((np.ones(rows.size, np.float32), (rows, drawn.ravel())), shape=(listeners, tracks))
    matrix.data[:] = 1
    return matrix


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def cholesky_inverse(tracks: int) -> Callable[[], object]:
    """The floor of EASE: inverting one symmetric matrix of that size, nothing else."""
    from scipy.linalg import lapack

    matrix = np.asfortranarray(np.eye(tracks, dtype=np.float32) * 300)
    matrix += np.float32(0.5)

    def invert() -> None:
        factor, fault = lapack.spotrf(matrix, lower=1, overwrite_a=0)
        assert fault == 0
        lapack.spotri(factor, lower=1, overwrite_c=1)

    return invert


def implicit_als(listens: sp.csr_matrix) -> Callable[[], object]:
    """The peer of ALS: implicit itself, with the same settings."""
    from implicit.cpu.als import AlternatingLeastSquares

    def fit() -> None:
        model = AlternatingLeastSquares(
            factors=64, regularization=10, alpha=10, iterations=5, random_state=0, num_threads=1
        )
        model.fit(listens, show_progress=False)

    return fit


def against(
    name: str, ours: Callable[[], object], peer_name: str, peer: Callable[[], object], rounds: int
) -> str:
    """One row: the best CPU seconds of both, alternating, and their ratio."""
    pairs = [(cpu_s(peer), cpu_s(ours)) for _ in range(rounds)]
    theirs, own = (min(column) for column in zip(*pairs, strict=True))
    return f"| {name} | {own:.2f} s | {peer_name} {theirs:.2f} s | {own / theirs:.2f} |"


def one_list_ms(model: TasteModel, asked: sp.csr_matrix) -> float:
    """Median milliseconds of CPU time of a listener's 20 recommendations, fold-in included."""
    model.recommend(asked[0], LISTS)
    times = []
    for row in range(asked.shape[0]):
        start = time.process_time()
        model.recommend(asked[row], LISTS)
        times.append(1000 * (time.process_time() - start))
    return float(np.median(times))


def blend_of(listens: sp.csr_matrix, seed: int = 3) -> Blend:
    """A blend that answers as fast as a real one: its large models hold drawn numbers, its trees are learned.

    Learning EASE and ALS of this size takes minutes and changes nothing of what an answer costs.
    """
    random = np.random.default_rng(seed)
    tracks = listens.shape[1]
    labels = (random.integers(0, tracks // 5, tracks), random.integers(0, tracks // 3, tracks))
    seconds = random.uniform(100, 400, tracks).astype(np.float32)
    blend = Blend(judges=100).with_facts(TrackFacts(Groups(labels[0]), Groups(labels[1]), seconds))
    models = blend._models(tracks, [])
    drawn = {
        "ease": {"weights": random.standard_normal((tracks, tracks), dtype=np.float32) / 100},
        "als": {"factors": random.standard_normal((tracks, blend.dim), dtype=np.float32) / 16},
    }
    for name, model in models.items():
        _ = model.restore(tracks, drawn[name]) if name in drawn else model.fit(listens)
    counts = np.bincount(listens.indices, minlength=tracks).astype(np.float32)
    blend.witness = Witness(models, NextTrack(k=blend.k).fit(listens), blend._facts, counts)
    blend._teach(blend.witness, plays(100, tracks, seed), None, random)
    blend._card = TasteCard(blend.name, tracks, listens.shape[0], int(listens.nnz), blend.parameters())
    return blend


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ease-tracks", type=int, default=10_000)
    parser.add_argument("--catalog", type=int, default=20_000)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        learning(given.ease_tracks)
        answering(given.catalog)


def learning(ease_tracks: int) -> None:
    """EASE against its floor, ALS against implicit."""
    print("| learning | ours | against | ratio |\n|---|---|---|---|")
    listens = plays(40_000, ease_tracks)
    inverse = cholesky_inverse(ease_tracks)
    print(
        against(f"EASE, {ease_tracks:,} tracks", lambda: Ease().fit(listens), "Cholesky inverse", inverse, 1),
        flush=True,
    )
    del inverse
    ours = Als(dim=64, l2=10, confidence=10, iterations=5)
    print(
        against("ALS, 64 dimensions", lambda: ours.fit(listens), "implicit", implicit_als(listens), 2),
        flush=True,
    )


def answering(catalog: int) -> None:
    """One listener's list, and many lists at once."""
    listens = plays(40_000, catalog, seed=1)
    weights = np.random.default_rng(0).random((catalog, catalog), dtype=np.float32)
    models = {
        "ALS, 64 dimensions": Als(dim=64, iterations=2).fit(listens),
        "BM25, 50 neighbors": Bm25Neighbors(k=50).fit(listens),
        "EASE (dense weights)": Ease().restore(catalog, {"weights": weights}),
        "the whole blend": blend_of(listens),
    }
    asked = plays(2_000, catalog, seed=2)
    print(
        f"\n| {LISTS} recommendations from {catalog:,} tracks | one listener, fold-in included | batch |"
        "\n|---|---|---|"
    )
    for name, model in models.items():
        many = asked[:256] if isinstance(model, Blend) else asked
        model.recommend(asked[:256], LISTS)
        seconds = min(cpu_s(lambda model=model, many=many: model.recommend(many, LISTS)) for _ in range(2))  # type: ignore[misc]
        print(
            f"| {name} | {one_list_ms(model, asked[:200]):.2f} ms "
            f"| {many.shape[0] / seconds:,.0f} listeners per CPU second |",
            flush=True,
        )


if __name__ == "__main__":
    main()
