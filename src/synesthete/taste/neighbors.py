"""Tracks that the same people know: item-kNN, four ways to count the company two tracks keep.

Each keeps, for every track, the `k` others that speak for it most; a listener's score is the sum over
the tracks they know. Cosine and BM25 are computed by `implicit`; the asymmetric cosine (Aiolli, "Efficient
Top-N Recommendation for Very Large Scale Binary Rated Datasets", RecSys 2013) and RP3beta (Paudel et al.,
"Updatable, Accurate, Diverse, and Scalable Recommendations", TiiS 2017) are our own.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.artifact import Arrays, pack, unpack
from synesthete.taste.interactions import check_rows, present
from synesthete.taste.lookup import voted
from synesthete.taste.model import Scores, TasteModel
from synesthete.taste.sequences import Sequences

BLOCK = 1_024
"""Columns of similarities held dense at a time: BLOCK x N floats, 0.4 GB at 100,000 tracks."""


class NeighborModel(TasteModel):
    """A sparse table of which track speaks for which."""

    block: ClassVar[int] = 256
    similarities: sp.csr_matrix  # (N, N), from known track (row) to scored track (column), zero diagonal

    def _score(self, rows: sp.csr_matrix) -> Scores:
        return voted(present(rows), self.similarities)

    def recommend(
        self, rows: sp.csr_matrix, n: int = 20, *, order: Sequences | None = None, block: int | None = None
    ) -> tuple[NDArray[np.int64], Scores]:
        """As every model, but tracks that no known one speaks for are never looked at."""
        block = block or self.block
        rows = present(check_rows(rows, self.tracks))
        indexes = np.full((rows.shape[0], n), -1, dtype=np.int64)
        scores = np.full((rows.shape[0], n), -np.inf, dtype=np.float32)
        for start in range(0, rows.shape[0], block):
            heard = sp.csr_matrix(rows[start : start + block] @ self.similarities)
            for row in range(heard.shape[0]):
                a, b = heard.indptr[row], heard.indptr[row + 1]
                known = rows.indices[rows.indptr[start + row] : rows.indptr[start + row + 1]]
                found, values = _few(heard.indices[a:b], heard.data[a:b], known, self.tracks, n)
                indexes[start + row, : found.size], scores[start + row, : found.size] = found, values
        return indexes, scores

    def _arrays(self) -> Arrays:
        return pack("similarities", self.similarities)

    def _restore(self, arrays: Arrays) -> None:
        self.similarities = unpack("similarities", arrays)

    def _learn(self, interactions: sp.csr_matrix) -> None:
        self.similarities = self._similarities(present(interactions))

    @abstractmethod
    def _similarities(self, histories: sp.csr_matrix) -> sp.csr_matrix: ...


class CosineNeighbors(NeighborModel):
    """Listeners in common over the geometric mean of both tracks' listeners (`implicit`)."""

    name: ClassVar[str] = "knn-cosine"

    def __init__(self, k: int = 500):
        super().__init__()
        self.k = _at_least_one(k)

    def parameters(self) -> dict[str, Any]:
        return {"k": self.k}

    def _similarities(self, histories: sp.csr_matrix) -> sp.csr_matrix:
        from implicit.nearest_neighbours import CosineRecommender

        return _by_implicit(CosineRecommender(K=self.k + 1, num_threads=1), histories)


class Bm25Neighbors(NeighborModel):
    """Listeners in common, weighted as BM25 weighs words: long histories and common tracks count less
    (`implicit`)."""

    name: ClassVar[str] = "knn-bm25"

    def __init__(self, k: int = 500, k1: float = 1.2, b: float = 0.75):
        """k1 and b are the values the BM25 literature starts from."""
        super().__init__()
        self.k, self.k1, self.b = _at_least_one(k), k1, b

    def parameters(self) -> dict[str, Any]:
        return {"k": self.k, "k1": self.k1, "b": self.b}

    def _similarities(self, histories: sp.csr_matrix) -> sp.csr_matrix:
        from implicit.nearest_neighbours import BM25Recommender

        return _by_implicit(BM25Recommender(K=self.k + 1, K1=self.k1, B=self.b, num_threads=1), histories)


class AsymmetricNeighbors(NeighborModel):
    """Listeners in common, divided by popularity ** alpha of the known and ** (1 - alpha) of the scored
    track."""

    name: ClassVar[str] = "knn-asymmetric"

    def __init__(self, k: int = 500, alpha: float = 0.5, locality: float = 1.0, shrink: float = 10.0):
        """`locality` above 1 lets strong neighbors count more; `shrink` pulls down pairs seen together
        rarely."""
        super().__init__()
        self.k, self.alpha, self.locality, self.shrink = _at_least_one(k), alpha, locality, shrink

    def parameters(self) -> dict[str, Any]:
        return {"k": self.k, "alpha": self.alpha, "locality": self.locality, "shrink": self.shrink}

    def _similarities(self, histories: sp.csr_matrix) -> sp.csr_matrix:
        listeners = np.maximum(np.bincount(histories.indices, minlength=histories.shape[1]), 1).astype(
            np.float32
        )
        known, scored = listeners**self.alpha, listeners ** (1 - self.alpha)

        def weigh(common: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
            common /= np.outer(known, scored[start:stop]) + np.float32(self.shrink)
            return common**self.locality if self.locality != 1 else common

        return strongest(histories, histories, weigh, self.k)


class RP3Beta(NeighborModel):
    """Three random steps from a track to listeners to a track, each probability ** alpha, over
    popularity ** beta."""

    name: ClassVar[str] = "rp3beta"

    def __init__(self, k: int = 500, alpha: float = 0.5, beta: float = 0.45):
        """The defaults are the best of alpha 0.3..1 and beta 0.3..0.6 on validation playlists."""
        super().__init__()
        self.k, self.alpha, self.beta = _at_least_one(k), alpha, beta

    def parameters(self) -> dict[str, Any]:
        return {"k": self.k, "alpha": self.alpha, "beta": self.beta}

    def _similarities(self, histories: sp.csr_matrix) -> sp.csr_matrix:
        listeners = np.maximum(np.bincount(histories.indices, minlength=histories.shape[1]), 1).astype(
            np.float32
        )
        lengths = np.maximum(np.diff(histories.indptr), 1).astype(np.float32)
        stepping = sp.csr_matrix(sp.diags(lengths**-self.alpha) @ histories)
        leaving, arriving = listeners**self.alpha, listeners**self.beta

        def weigh(common: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
            common /= leaving[:, None]
            common /= arriving[start:stop]
            return common

        return strongest(histories, stepping, weigh, self.k)


def strongest(left: sp.csr_matrix, right: sp.csr_matrix, weigh: Any, k: int) -> sp.csr_matrix:
    """For each scored track the k known tracks with the largest `weigh(left' right)`, as CSR (N, N).

    `weigh(block (N, b), start, stop)` turns co-occurrences into similarities, b columns at a time.
    """
    tracks = left.shape[1]
    transposed, columns = sp.csr_matrix(left.T), right.tocsc()
    indices, data, lengths = [], [], []
    for start in range(0, tracks, BLOCK):
        stop = min(start + BLOCK, tracks)
        common = (transposed @ columns[:, start:stop]).toarray().astype(np.float32)
        common[np.arange(start, stop), np.arange(stop - start)] = 0
        block = np.ascontiguousarray(weigh(common, start, stop).T)  # (b, N): one row per scored track
        if k < tracks:
            chosen = np.argpartition(-block, k - 1, axis=1)[:, :k]
        else:
            chosen = np.broadcast_to(np.arange(tracks), block.shape)
        values = np.take_along_axis(block, chosen, axis=1)
        kept = values > 0
        indices.append(chosen[kept])
        data.append(values[kept])
        lengths.append(kept.sum(axis=1))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    by_scored = sp.csr_matrix((np.concatenate(data), np.concatenate(indices), indptr), shape=(tracks, tracks))
    return sp.csr_matrix(by_scored.T)


def _few(
    tracks: NDArray[np.integer], scores: Scores, known: NDArray[np.integer], n_tracks: int, n: int
) -> tuple[NDArray[np.int64], Scores]:
    """The n best of some scored tracks, filled up with unscored ones (score 0) in the order of their
    index."""
    left = ~np.isin(tracks, known, kind="sort") & (scores > 0)
    tracks, scores = tracks[left], scores[left]
    if tracks.size > n:
        edge = np.partition(scores, tracks.size - n)[tracks.size - n]
        reach = scores >= edge
        tracks, scores = tracks[reach], scores[reach]
    order = np.lexsort((tracks, -scores))[:n]
    tracks, scores = tracks[order], scores[order]
    if tracks.size < n:
        silent = np.setdiff1d(np.arange(n_tracks), np.concatenate([tracks, known]))[: n - tracks.size]
        tracks = np.concatenate([tracks, silent])
        scores = np.concatenate([scores, np.zeros(silent.size, dtype=np.float32)])
    return tracks.astype(np.int64), scores


def _by_implicit(model: Any, histories: sp.csr_matrix) -> sp.csr_matrix:
    with warnings.catch_warnings():  # implicit converts its own intermediate matrix and warns of it
        warnings.simplefilter("ignore")
        model.fit(histories, show_progress=False)
    table = sp.csr_matrix(model.similarity, dtype=np.float32)
    table.setdiag(0)
    table.eliminate_zeros()
    return table


def _at_least_one(k: int) -> int:
    if k < 1:
        raise InputError("a neighbor model needs k of at least 1")
    return k
