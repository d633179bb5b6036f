"""How good a ranking by similarity is. A number that is not one counts as the worst, never as the best.

Letters: Q queries, N candidates, C classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize


def cosines(queries: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """(Q, D) against (N, D): (Q, N) cosines; wherever a vector holds no number, -2, worse than any cosine."""
    similarity = _unit(queries) @ _unit(candidates).T
    return np.where(np.isfinite(similarity), similarity, -2.0)


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-12)


def same(labels: Sequence[str | None]) -> np.ndarray:
    """(N, N) booleans: which pairs share a label; an absent label is shared with nobody."""
    names = np.array([label or "" for label in labels], dtype=object)
    return (names[:, None] == names[None, :]) & (names != "")[:, None] & (names != "")[None, :]


def mean_average_precision(
    similarity: np.ndarray, relevant: np.ndarray, eligible: np.ndarray
) -> tuple[float, float, int]:
    """Mean average precision, precision at 1, and how many queries had anything to find."""
    precisions, firsts = average_precisions(similarity, relevant, eligible)
    asked = ~np.isnan(precisions)
    if not asked.any():
        return float("nan"), float("nan"), 0
    return float(precisions[asked].mean()), float(firsts[asked].mean()), int(asked.sum())


def average_precisions(
    similarity: np.ndarray, relevant: np.ndarray, eligible: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Average precision (Q,) and whether the first is right (Q,); NaN for queries with nothing to find.

    `relevant` and `eligible` are (Q, N) booleans; only eligible candidates are ranked. Of candidates at the
    same similarity the irrelevant ones come first, so a network that says the same of everything earns
    nothing.
    """
    precisions, firsts = np.full(len(similarity), np.nan), np.full(len(similarity), np.nan)
    for i, (row, good, open_) in enumerate(zip(similarity, relevant & eligible, eligible, strict=True)):
        if not good.any():
            continue
        hits = good[open_][np.lexsort((good[open_], -row[open_]))]
        ranks = np.flatnonzero(hits) + 1
        precisions[i] = np.mean(np.arange(1, len(ranks) + 1) / ranks)
        firsts[i] = hits[0]
    return precisions, firsts


def found_within(similarity: np.ndarray, truth: np.ndarray, owners: np.ndarray, n: int) -> float:
    """Share of queries whose true owner is among the n best owners."""
    return float((places(similarity, truth, owners) <= n).mean())


def places(similarity: np.ndarray, truth: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """At which place (1 for the best) each query's true owner comes, (Q,); infinite where that is not known.

    (Q, N) similarities to candidates of `owners` (N,): a track's score is that of its best candidate. Ties
    count against the query.
    """
    names, columns = np.unique(owners, return_inverse=True)
    best = np.full((len(similarity), len(names)), -np.inf)
    for column, place in enumerate(columns):
        np.maximum(best[:, place], similarity[:, column], out=best[:, place])
    own = best[np.arange(len(truth)), np.searchsorted(names, truth)]
    ahead = (best >= own[:, None]).sum(axis=1)  # counts itself
    return np.where(own > -2.0, ahead, np.inf)


def nearest_neighbors_accuracy(similarity: np.ndarray, labels: Sequence[str], k: int = 5) -> float:
    """Leave-one-out accuracy of a vote among the k nearest."""
    return float(voted_right(similarity, labels, k).sum() / max(len(labels), 1))


def voted_right(similarity: np.ndarray, labels: Sequence[str], k: int = 5) -> np.ndarray:
    """Whether a vote of the k nearest others gives each label, (N,); of equal votes the nearer ones win."""
    names = np.array(labels, dtype=object)
    right = np.zeros(len(names), bool)
    for i, row in enumerate(similarity):
        order = [j for j in np.argsort(-row, kind="stable") if j != i][:k]
        votes: dict[str, float] = {}
        for rank, j in enumerate(order):
            votes[names[j]] = votes.get(names[j], 0.0) + 1.0 - rank * 1e-3
        right[i] = bool(votes) and max(votes, key=lambda name: votes[name]) == names[i] and row.max() > -2
    return right


def probe_accuracy(vectors: np.ndarray, labels: Sequence[str], folds: int = 10, seed: int = 0) -> float:
    """Cross-validated accuracy of a linear classifier on (N, D) vectors."""
    return float(probed_right(vectors, labels, folds, seed).sum() / max(len(labels), 1))


def probed_right(vectors: np.ndarray, labels: Sequence[str], folds: int = 10, seed: int = 0) -> np.ndarray:
    """Whether a linear classifier (softmax, ridge 1e-3 per example) that did not see them gives each label, (N,)."""
    names, target = np.unique(np.array(labels), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(target))
    values = np.nan_to_num(vectors.astype(np.float64))
    right = np.zeros(len(target), bool)
    for fold in range(folds):
        test = order[fold::folds]
        train = np.setdiff1d(order, test)
        center, spread = values[train].mean(axis=0), values[train].std(axis=0) + 1e-6
        scaled = (values - center) / spread
        weights = _softmax_regression(scaled[train], target[train], len(names))
        right[test] = _logits(weights, scaled[test]).argmax(axis=1) == target[test]
    return right


def _logits(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    return x @ weights[:-1] + weights[-1]


def _softmax_regression(x: np.ndarray, y: np.ndarray, classes: int, ridge: float = 1e-2) -> np.ndarray:
    """Weights (D + 1, C) that minimize cross-entropy plus ridge, by L-BFGS."""
    truth = np.eye(classes)[y]
    shape = (x.shape[1] + 1, classes)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        logits = _logits(weights, x)
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        shares = odds / odds.sum(axis=1, keepdims=True)
        wrong = (shares - truth) / len(x)
        gradient = np.vstack([x.T @ wrong + ridge * weights[:-1], wrong.sum(axis=0)])
        entropy = -np.log(np.maximum(shares[np.arange(len(y)), y], 1e-12)).mean()
        return entropy + 0.5 * ridge * float((weights[:-1] ** 2).sum()), gradient.ravel()

    return minimize(
        loss, np.zeros(shape[0] * classes), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    ).x.reshape(shape)
