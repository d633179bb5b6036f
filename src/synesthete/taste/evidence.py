"""What speaks for each candidate: the numbers a learned blend weighs.

Several models score every track for a history; their weighted sum, the prior, picks the candidates; then
each candidate gets a row of features: what every model says and where it ranks it, how popular it is,
how much of its artist and album the listener knows, how it follows in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.taste.interactions import Groups, TrackFacts, present
from synesthete.taste.model import Scores, TasteModel
from synesthete.taste.next_track import NextTrack
from synesthete.taste.sequences import Sequences
from synesthete.taste.top import largest

PRIOR = {  # model: (weight in the prior at one known track, weight with very many)
    "ease": (0.3, 1.0),
    "als": (0.5, 0.5),
    "rp3beta": (0.2, 0.3),
    "walk": (0.3, 0.1),
    "knn-asymmetric": (0.2, 0.1),
    "companions": (1.0, 0.3),
}
"""Listener neighbors know best at one seed, EASE at twenty-five; chosen on validation playlists. They only
pick the candidates: the final order is learned."""

SCALE_RANK = 20
"""A model's scores are divided by the mean of its 20 best for the same history, so that models compare."""

Features = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Evidence:
    """Candidates of B histories: their tracks (B, C), features (B, C, F), and the prior of every track
    (B, N)."""

    tracks: NDArray[np.int64]
    features: NDArray[np.float32]
    prior: Scores
    names: tuple[str, ...]

    def of(self, rows: NDArray[np.integer]) -> Evidence:
        """The same for these histories only."""
        return Evidence(self.tracks[rows], self.features[rows], self.prior[rows], self.names)


@dataclass(frozen=True)
class Witness:
    """Everything that testifies: fitted models by name, facts on tracks, and how many listeners each
    track has."""

    models: Mapping[str, TasteModel]
    following: NextTrack
    facts: TrackFacts
    listeners_per_track: NDArray[np.float32]

    def hear(self, rows: sp.csr_matrix, order: Sequences | None, n: int) -> Evidence:
        """Evidence on the n likeliest unknown tracks of each history, in the order of the prior."""
        rows = present(rows)
        known = rows.nonzero()
        sizes = np.diff(rows.indptr).astype(np.float32)[:, None]
        scores: dict[str, Scores] = {}
        features: Features = {}
        prior = np.zeros(rows.shape, dtype=np.float32)
        for name, model in self.models.items():
            scores[name], scale = scaled(model.heard(rows), known)
            features[f"{name} scale"] = scale
            few, many = PRIOR[name]
            prior += (many + (few - many) / np.maximum(sizes, 1)) * scores[name]
        hidden = prior.copy()
        hidden[known] = -np.inf
        tracks = _likeliest(hidden, n)

        def at(values: Scores) -> NDArray[np.float32]:
            return np.take_along_axis(values, tracks, axis=1)

        features["prior"] = at(prior)
        features["prior rank"] = np.log1p(np.arange(tracks.shape[1], dtype=np.float32))[None, :]
        for name, values in scores.items():
            own = at(values)
            features[name] = own
            features[f"{name} rank"] = np.log1p(_ranks(own))
        features |= self._popularity(rows, sizes, tracks)
        features |= self._company(rows, sizes, at)
        for what, shelf in self._shelves.items():
            features |= _shared(what, shelf, rows, sizes, tracks, scores, known)
        if self.facts.duration_s is not None:
            features |= _durations(self.facts.duration_s, rows, tracks)
        features |= self._order(order, tracks)
        return Evidence(tracks, stacked(features, tracks.shape), prior, tuple(features))

    def _popularity(
        self, rows: sp.csr_matrix, sizes: NDArray[np.float32], tracks: NDArray[np.int64]
    ) -> Features:
        popularity = self._popular
        usual = (rows @ popularity)[:, None] / np.maximum(sizes, 1)
        own = popularity[tracks]
        return {
            "known tracks": np.log1p(sizes),
            "popularity": own,
            "known popularity": usual,
            "popularity difference": own - usual,
        }

    def _company(self, rows: sp.csr_matrix, sizes: NDArray[np.float32], at: object) -> Features:
        """Share of the known tracks that have the candidate among their neighbors at all."""
        return {"support": at((rows @ self._linked).toarray()) / np.maximum(sizes, 1)}  # type: ignore[operator]

    @cached_property
    def _popular(self) -> NDArray[np.float32]:
        return np.log1p(self.listeners_per_track)

    @cached_property
    def _shelves(self) -> dict[str, Shelf]:
        groups = {"artist": self.facts.artist, "album": self.facts.album}
        return {what: Shelf.of(group) for what, group in groups.items() if group is not None}

    @cached_property
    def _linked(self) -> sp.csr_matrix:
        """(N, N), 1 where a track is among another's neighbors."""
        table = self.models["knn-asymmetric"].similarities  # type: ignore[attr-defined]
        return sp.csr_matrix((np.ones_like(table.data), table.indices, table.indptr), shape=table.shape)

    def _order(self, order: Sequences | None, tracks: NDArray[np.int64]) -> Features:
        """How the candidate follows the last tracks; NaN where no order is known, which trees treat as
        unknown."""
        names = ("steps", "recent company", "same album as last", "same artist as last")
        features = {name: np.full(tracks.shape, np.nan, dtype=np.float32) for name in names}
        if order is None:
            return features
        ordered = np.flatnonzero(np.diff(order.starts))
        if not ordered.size:
            return features
        ours = order.take(ordered)
        recent = ours.recency(self.following.tracks, self.following.recency)
        here = tracks[ordered]
        features["steps"][ordered] = _take((recent @ self.following.steps).toarray(), here)
        features["recent company"][ordered] = _take((recent @ self.following.company).toarray(), here)
        last = ours.tracks[ours.starts[1:] - 1]
        for what, group in (("album", self.facts.album), ("artist", self.facts.artist)):
            if group is not None:
                same = (group.labels[here] == group.labels[last][:, None]) & (group.labels[here] >= 0)
                features[f"same {what} as last"][ordered] = same
        return features


def stacked(features: Features, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Features that broadcast to (B, C) as one array (B, C, F)."""
    return np.stack([np.broadcast_to(f, shape).astype(np.float32) for f in features.values()], axis=2)


def scaled(
    scores: Scores, known: tuple[NDArray[np.integer], NDArray[np.integer]]
) -> tuple[Scores, NDArray[np.float32]]:
    """Scores over the mean of their best unknown ones, and the logarithm of that mean (B, 1)."""
    hidden = scores.copy()
    hidden[known] = -np.inf
    best = largest(hidden, min(SCALE_RANK, scores.shape[1]))
    mean = np.maximum(np.where(np.isfinite(best), best, 0).mean(axis=1, keepdims=True), 1e-6)
    return scores / mean, np.log(mean).astype(np.float32)


def _likeliest(prior: Scores, n: int) -> NDArray[np.int64]:
    n = min(n, prior.shape[1])
    tracks = np.argpartition(-prior, n - 1, axis=1)[:, :n]
    return np.take_along_axis(tracks, np.argsort(-_take(prior, tracks), axis=1, kind="stable"), axis=1)


def _take(values: NDArray[np.float32], tracks: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.take_along_axis(values, tracks, axis=1)


def _ranks(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Place of each score within its row, 0 for the largest."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranks, order, np.arange(scores.shape[1], dtype=np.float32)[None, :], axis=1)
    return ranks


@dataclass(frozen=True)
class Shelf:
    """The tracks of each artist (or album): a column per group, and one more for tracks without any.

    column (N,) int64 of each track; members (N, G) and every (G, N) of 0 and 1; size (G + 1,).
    """

    column: NDArray[np.int64]
    members: sp.csr_matrix
    every: sp.csr_matrix
    size: NDArray[np.float32]

    @classmethod
    def of(cls, group: Groups) -> Self:
        """Sorted once; asked for every history."""
        members = group.members
        column = np.full(group.labels.size, members.shape[1], dtype=np.int64)
        column[np.flatnonzero(np.diff(members.indptr))] = members.indices
        size = np.append(np.asarray(members.sum(axis=0)).ravel(), 1).astype(np.float32)
        return cls(column, members, members.T.tocsr(), size)


def _shared(
    what: str,
    shelf: Shelf,
    rows: sp.csr_matrix,
    sizes: NDArray[np.float32],
    tracks: NDArray[np.int64],
    scores: Mapping[str, Scores],
    known: tuple[NDArray[np.integer], NDArray[np.integer]],
) -> Features:
    """How much of the candidate's artist (album) is known, and what EASE and ALS say of its other tracks."""
    here = shelf.column[tracks]
    count = _pad((rows @ shelf.members).toarray())
    ease = scores["ease"].copy()
    ease[known] = 0
    mine, size = _take(count, here), shelf.size[here]
    return {
        f"{what} known": mine,
        f"{what} share": mine / np.maximum(sizes, 1),
        f"{what} size": size,
        f"{what} complete": mine / size,
        f"{what}s per track": (count > 0).sum(axis=1, keepdims=True) / np.maximum(sizes, 1),
        f"{what} ease": _take(_pad((shelf.every @ ease.T).T), here) / size,
        f"{what} als": _take(_pad((shelf.every @ scores["als"].T).T), here) / size,
    }


def _pad(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([values, np.zeros((values.shape[0], 1), dtype=values.dtype)], axis=1)


def _durations(durations_s: NDArray[np.float32], rows: sp.csr_matrix, tracks: NDArray[np.int64]) -> Features:
    have = np.isfinite(durations_s)
    total = rows @ np.where(have, durations_s, 0).astype(np.float32)
    count = rows @ have.astype(np.float32)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan, dtype=np.float32), where=count > 0)
    own = durations_s[tracks]
    return {"duration": own, "duration difference": np.abs(own - mean[:, None])}
