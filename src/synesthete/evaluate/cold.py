"""How good the bridge is at tracks that nobody has played: `evaluate cold`, by sound alone."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.evaluate import metrics
from synesthete.evaluate.holdout import split_listeners, split_tracks
from synesthete.evaluate.kmeans import CLUSTERS
from synesthete.evaluate.people import SHARE, Data
from synesthete.evaluate.report import Measure, Report, Row, Table, bootstrap
from synesthete.recommend.clusters import assign, cluster
from synesthete.taste.als import Als
from synesthete.taste.bridge import Bridge
from synesthete.taste.top import best

DIM = 64
"""Dimensions of taste the bridge learns; more are too fine for sound to tell apart."""

COLD_SHARE = 0.2


def evaluate_cold(data: Data, seed: int = 0, dim: int = DIM) -> Report:
    """Cold tracks are removed from everybody's listens; held-out listeners are asked which of them they play.

    Tracks without sound are left out. Raises InputError where fewer than 50 are left.
    """
    sound = np.full((data.plays.shape[1], 1), np.nan, np.float32) if data.sound is None else data.sound
    heard = np.isfinite(sound).all(axis=1)
    if heard.sum() < 50:
        raise InputError(
            f"only {heard.sum()} tracks have both listens and sound", hint="At least 50 are needed."
        )
    plays, sound = sp.csr_matrix(data.plays[:, heard]), np.asarray(sound[heard], dtype=np.float32)
    cold = split_tracks(plays.shape[1], COLD_SHARE, seed)
    split = split_listeners(plays, SHARE, seed, fewest=2)
    warm = sp.csr_matrix(plays[:, ~cold])
    known, wanted = sp.csr_matrix(warm[split.test]), sp.csr_matrix(plays[:, cold][split.test])
    asked = np.flatnonzero((np.diff(known.indptr) > 0) & (np.diff(wanted.indptr) > 0))
    if not asked.size:
        raise InputError("no held-out listener has both cold and other tracks")
    known, wanted = known[asked], wanted[asked]
    answers = _answers(
        warm[split.train], sound[~cold], sound[cold], known, min(dim, int((~cold).sum()) - 1), seed
    )
    rows = tuple(Row(name, _measures(scores, wanted, seed)) for name, scores in answers.items())
    about = f"{int(cold.sum())} tracks removed from all listens, ranked by sound; split by seed {seed}."
    return Report(
        "Cold tracks", seed, data.size, (Table("Cold tracks", about, asked.size, rows),), DEFINITIONS
    )


def _answers(
    train: sp.csr_matrix,
    warm: NDArray[np.float32],
    cold: NDArray[np.float32],
    known: sp.csr_matrix,
    dim: int,
    seed: int,
) -> dict[str, NDArray[np.float32]]:
    model = Als(dim=dim, l2=10.0, confidence=10.0, seed=seed).fit(train)
    listeners = np.bincount(train.indices, minlength=train.shape[1])
    bridge = Bridge().fit(warm, model.factors, listeners)
    mean, spread = warm.mean(axis=0), np.maximum(warm.std(axis=0), 1e-6)
    near, far = (warm - mean) / spread, (cold - mean) / spread
    near /= np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-9)
    far /= np.maximum(np.linalg.norm(far, axis=1, keepdims=True), 1e-9)
    nearest = np.asarray(known @ near @ far.T, dtype=np.float32)
    bridged = bridge.score(model.listeners(known), cold)
    return {
        "random": np.random.default_rng(seed).random((known.shape[0], len(cold)), dtype=np.float32),
        CLUSTERS: _by_clusters(near, far, known, seed),
        "nearest in sound": nearest,
        "bridge": bridged,
        "both": _even(nearest) + float(bridge.trust[0]) * _even(bridged),
    }


def _even(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores (B, M) with mean 0 and deviation 1 in each row."""
    spread = np.maximum(scores.std(axis=1, keepdims=True), 1e-9)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / spread, dtype=np.float32)


def _by_clusters(
    near: NDArray[np.float32], far: NDArray[np.float32], known: sp.csr_matrix, seed: int
) -> NDArray[np.float32]:
    """(B, M): the share that the cold track's cluster has of each history, the nearer to its center the better."""
    made = cluster(near, seed=seed)
    members = np.eye(len(made), dtype=np.float32)[made.labels]
    shares = (known @ members) / np.maximum(np.diff(known.indptr), 1)[:, None]
    labels, distances = assign(far, made.centers)
    return np.asarray(shares[:, labels] - 1e-3 * distances / max(distances.max(), 1e-9), dtype=np.float32)


def _measures(scores: NDArray[np.float32], wanted: sp.csr_matrix, seed: int) -> dict[str, Measure]:
    ranked, _ = best(scores, None, min(100, scores.shape[1]))
    return {
        "Recall@20": bootstrap(metrics.recall(ranked, wanted, 20), seed),
        "NDCG@100": bootstrap(metrics.ndcg(ranked, wanted, 100), seed),
        "AUC": bootstrap(area(scores, wanted), seed),
    }


def area(scores: NDArray[np.float32], wanted: sp.csr_matrix) -> NDArray[np.float64]:
    """(B,) chance that a wanted track scores above another: the area under the ROC curve, ties count half."""
    areas = np.full(scores.shape[0], 0.5)
    for row in range(scores.shape[0]):
        right = np.zeros(scores.shape[1], dtype=bool)
        right[wanted.indices[wanted.indptr[row] : wanted.indptr[row + 1]]] = True
        if not right.any() or right.all():
            continue
        _, inverse, counts = np.unique(scores[row], return_inverse=True, return_counts=True)
        ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # mean rank of ties, from 1
        n = int(right.sum())
        areas[row] = (ranks[right].sum() - n * (n + 1) / 2) / (n * (scores.shape[1] - n))
    return areas


DEFINITIONS = (
    "Only cold tracks are ranked; random is what a model without ears can do. Both: nearest in sound and the bridge, "
    "this weighted with the trust that it has earned.",
    "AUC: the chance that a wanted cold track stands above another cold track; 0.5 is chance.",
    "Intervals: 95 % bootstrap over listeners.",
)
