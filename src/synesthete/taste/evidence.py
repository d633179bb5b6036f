"""What speaks for each candidate: the numbers a learned blend weighs.

Several models score every track for a history; their weighted sum, the prior, picks the candidates; then
each candidate gets a row of features: what every model says and where it ranks it, how popular it is,
how much of its artist and album the listener knows, how it follows in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.taste.interactions import Known, TrackFacts, present
from synesthete.taste.lookup import supported, voted
from synesthete.taste.model import Scores, TasteModel
from synesthete.taste.next_track import NextTrack
from synesthete.taste.sequences import Sequences
from synesthete.taste.shelves import Features, Shelf, durations, shared
from synesthete.taste.top import largest, likeliest

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

    def among(self, places: NDArray[np.integer]) -> Evidence:
        """The same on these of the candidates only, (B, C')."""
        row = np.arange(len(places))[:, None]
        return Evidence(self.tracks[row, places], self.features[row, places], self.prior, self.names)

    def says(self, name: str) -> NDArray[np.float32]:
        """(B, C): one feature of every candidate."""
        return self.features[:, :, self.names.index(name)]


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
        known = Known.of(rows)
        scores = np.empty((rows.shape[0], len(self.models), rows.shape[1]), dtype=np.float32)
        for place, model in enumerate(self.models.values()):
            scores[:, place] = model.heard(rows)
        scales = scale(scores, known)
        prior = self._prior(scores, known)
        hidden = prior.copy()
        hidden[known.pairs] = -np.inf
        tracks = likeliest(hidden, n)
        features = self._said(scores, scales, prior, tracks)
        features |= self._popularity(known, tracks)
        features["support"] = _take(supported(rows, self._neighbors), tracks) / known.sizes
        features |= self._company(scores, known, tracks)
        if self.facts.duration_s is not None:
            features |= durations(self.facts.duration_s, known, tracks)
        features |= self._order(order, tracks)
        return Evidence(tracks, stacked(features, tracks.shape), prior, tuple(features))

    def _said(
        self,
        scores: NDArray[np.float32],
        scales: NDArray[np.float32],
        prior: Scores,
        tracks: NDArray[np.int64],
    ) -> Features:
        """What every model says of the candidates (from scores (B, M, N)), and where it ranks them."""
        own = _take(scores, tracks[:, None])
        ranks = np.log1p(_ranks(own))
        features: Features = {f"{name} scale": scales[:, place] for place, name in enumerate(self.models)}
        features["prior"] = _take(prior, tracks)
        features["prior rank"] = np.log1p(np.arange(tracks.shape[1], dtype=np.float32))[None, :]
        for place, name in enumerate(self.models):
            features[name] = own[:, place]
            features[f"{name} rank"] = ranks[:, place]
        return features

    def _company(self, scores: NDArray[np.float32], known: Known, tracks: NDArray[np.int64]) -> Features:
        """What is known of the candidates' artists and albums, where facts tell them."""
        names = list(self.models)
        ease, als = scores[:, names.index("ease")].copy(), scores[:, names.index("als")]
        ease[known.pairs] = 0
        features: Features = {}
        for what, shelf in self._shelves.items():
            features |= shared(what, shelf, known, tracks, ease, als)
        return features

    def _prior(self, scores: NDArray[np.float32], known: Known) -> Scores:
        """(B, N): scores (B, M, N) weighed by how many tracks are known."""
        few, many = np.array([PRIOR[name] for name in self.models], dtype=np.float32).T
        weights = many + (few - many) / known.sizes  # (B, M)
        return np.asarray(np.matmul(weights[:, None], scores)[:, 0])

    def _popularity(self, known: Known, tracks: NDArray[np.int64]) -> Features:
        usual = known.mean(self._popular)
        own = self._popular[tracks]
        return {
            "known tracks": np.log1p(known.counts),
            "popularity": own,
            "known popularity": usual,
            "popularity difference": own - usual,
        }

    @cached_property
    def _popular(self) -> NDArray[np.float32]:
        return np.log1p(self.listeners_per_track)

    @cached_property
    def _shelves(self) -> dict[str, Shelf]:
        groups = {"artist": self.facts.artist, "album": self.facts.album}
        return {what: Shelf.of(group) for what, group in groups.items() if group is not None}

    @property
    def _neighbors(self) -> sp.csr_matrix:
        """(N, N), an entry where a track is among another's neighbors."""
        return self.models["knn-asymmetric"].similarities  # type: ignore[attr-defined]

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
        features["steps"][ordered] = _take(voted(recent, self.following.steps), here)
        features["recent company"][ordered] = _take(voted(recent, self.following.company), here)
        last = ours.tracks[ours.starts[1:] - 1]
        for what, group in (("album", self.facts.album), ("artist", self.facts.artist)):
            if group is not None:
                same = (group.labels[here] == group.labels[last][:, None]) & (group.labels[here] >= 0)
                features[f"same {what} as last"][ordered] = same
        return features


def stacked(features: Features, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Features that broadcast to (B, C) as one array (B, C, F)."""
    together = np.empty((*shape, len(features)), dtype=np.float32)
    for place, values in enumerate(features.values()):
        together[:, :, place] = values
    return together


def scale(scores: NDArray[np.float32], known: Known) -> NDArray[np.float32]:
    """Divide scores (B, M, N) in place by the mean of their best unknown ones; the logarithms of the means (B, M, 1)."""
    row, track = known.pairs
    said = scores[row, :, track]
    scores[row, :, track] = -np.inf
    best = largest(scores.reshape(-1, scores.shape[2]), min(SCALE_RANK, scores.shape[2]))
    scores[row, :, track] = said
    mean = np.where(np.isfinite(best), best, 0).mean(axis=1).reshape(*scores.shape[:2], 1)
    np.maximum(mean, 1e-6, out=mean)
    scores /= mean
    return np.log(mean)


def _take(values: NDArray[np.float32], tracks: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.take_along_axis(values, tracks, axis=-1)


def _ranks(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Place of each score among the last axis, 0 for the largest."""
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranks = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranks, order, np.arange(scores.shape[-1], dtype=np.float32), axis=-1)
    return ranks
