"""What speaks for each candidate when the order of a history is known: the evidence of a continuation.

Playlists drift: what comes next resembles the last tracks more than the first. So the models are asked
again with the last tracks speaking loudest, and each candidate's artist and album are looked up in the
history: how long ago they came last, how often lately, and whether this history keeps artists and albums
together at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.taste.ease import Ease, summed
from synesthete.taste.evidence import Evidence, Witness, scale, stacked
from synesthete.taste.interactions import Groups, Known, histories
from synesthete.taste.lookup import voted
from synesthete.taste.model import Scores
from synesthete.taste.neighbors import NeighborModel
from synesthete.taste.sequences import Sequences
from synesthete.taste.shelves import Features

RECENCY = 0.85
"""What a track, an artist or an album counts for each step that it lies back. 0.6 was as good, and both
together no better, on training playlists whose last fifth was hidden."""

ASKED_AGAIN = ("ease", "rp3beta", "knn-asymmetric")


def hear_on(witness: Witness, rows: sp.csr_matrix, order: Sequences, n: int) -> Evidence:
    """Evidence on the n likeliest candidates, that of the continuation included; every history has an order."""
    return go_on(witness, witness.hear(rows, order, n), order)


def go_on(witness: Witness, evidence: Evidence, order: Sequences) -> Evidence:
    """The same evidence with that of the continuation beside it."""
    more = continuing(witness, order, evidence.tracks)
    features = np.concatenate([evidence.features, stacked(more, evidence.tracks.shape)], axis=2)
    return Evidence(evidence.tracks, features, evidence.prior, (*evidence.names, *more))


def continuing(witness: Witness, order: Sequences, tracks: NDArray[np.int64]) -> Features:
    """Features (B, C) of candidate tracks (B, C) for B ordered histories, none of them empty."""
    features: Features = {}
    played = Known.of(histories([own.tolist() for own in order], witness.following.tracks))
    recent = order.recency(witness.following.tracks, RECENCY)
    for name in ASKED_AGAIN:
        said = _asked(witness, name, recent)
        if said is not None:
            scale(said[:, None], played)
            features[f"{name} lately"] = np.take_along_axis(said, tracks, axis=1)
    for what, group in (("artist", witness.facts.artist), ("album", witness.facts.album)):
        if group is not None:
            features |= _together(what, group, order, tracks)
    lengths = np.diff(order.starts).astype(np.float32)[:, None]
    features["ordered"] = np.broadcast_to(np.log1p(lengths), tracks.shape)
    return features


def _asked(witness: Witness, name: str, recent: sp.csr_matrix) -> Scores | None:
    """What a model says when known tracks speak as loudly as `recent` (B, N) tells; None where it cannot."""
    model = witness.models[name]
    if isinstance(model, Ease):
        return summed(recent, model.weights)
    if isinstance(model, NeighborModel):
        return voted(recent, model.similarities)
    return None


def _together(what: str, group: Groups, order: Sequences, tracks: NDArray[np.int64]) -> Features:
    """How long ago the candidate's artist (album) was played, how often lately, and whether runs are usual."""
    names = (f"{what} lag", f"{what} lately", f"{what} mean lag", f"{what} runs")
    found = {name: np.full(tracks.shape, np.nan, dtype=np.float32) for name in names}
    for row, own in enumerate(order):
        labels = group.labels[own]
        runs = (labels[1:] == labels[:-1]) & (labels[1:] >= 0)
        found[names[3]][row] = runs.mean() if runs.size else 0
        for name, values in zip(names, _ages(labels, group.labels[tracks[row]]), strict=False):
            found[name][row] = values
    return found


def _ages(labels: NDArray[np.int64], candidates: NDArray[np.int64]) -> Iterator[NDArray[np.floating]]:
    """For each candidate's label: steps since it came last, its fading count, its mean age (0 new .. 1 old).

    NaN, 0 and NaN for labels that never came, or that are unknown (below 0).
    """
    ages = np.arange(labels.size, dtype=np.float64)[::-1]
    known, place = np.unique(labels, return_inverse=True)
    last = np.full(known.size, np.inf)
    np.minimum.at(last, place, ages)
    counts = np.bincount(place)
    lately = np.bincount(place, RECENCY**ages)
    mean = np.bincount(place, ages) / counts / max(labels.size - 1, 1)
    at = np.minimum(np.searchsorted(known, candidates), known.size - 1)
    met = (known[at] == candidates) & (candidates >= 0)
    yield np.where(met, last[at], np.nan)
    yield np.where(met, lately[at], 0)
    yield np.where(met, mean[at], np.nan)
