"""Questions with known answers, for the ranker of the blend: histories of which a part is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.taste.evidence import Witness
from synesthete.taste.interactions import histories
from synesthete.taste.sequences import Sequences

SEEDS = (1, 1, 5, 5, 10, 25)
"""Numbers of tracks left known, as playlists are continued; beside them four fifths, as in Liang 2018.

Few known tracks are asked about twice, each time others: there the models disagree most.
"""

SHARE = 0.8
FEWEST_HIDDEN = 3
"""A question with fewer answers than this among SEEDS tells too little."""

CANDIDATES = 300
KEPT_ABOVE = 60
KEPT_SHARE = 0.3
"""Below the 60 best of the prior only three in ten wrong candidates are kept, each counting for all it
stands for."""

BLOCK = 256


@dataclass(frozen=True)
class Question:
    """What is left known of a listener, what is hidden, and the known part in order (empty if unknown)."""

    known: NDArray[np.int64]
    hidden: NDArray[np.int64]
    order: NDArray[np.int64]


def questions(judges: sp.csr_matrix, order: Sequences | None, random: np.random.Generator) -> list[Question]:
    """Several questions per judge: each number of seeds that its history allows, four fifths, and its
    tail."""
    asked = []
    unordered = np.empty(0, dtype=np.int64)
    for row in range(judges.shape[0]):
        own = judges.indices[judges.indptr[row] : judges.indptr[row + 1]].astype(np.int64)
        shuffled = random.permutation(own)
        many = max(1, round(SHARE * own.size))
        asked.append(Question(shuffled[:many], shuffled[many:], unordered))
        for seeds in SEEDS:
            if own.size >= seeds + FEWEST_HIDDEN:
                mixed = random.permutation(own)
                asked.append(Question(mixed[:seeds], mixed[seeds:], unordered))
        played = unordered if order is None else order[row]
        if played.size >= 5:
            cut = max(1, round(SHARE * played.size))
            first = played[:cut]
            asked.append(Question(np.unique(first), np.setdiff1d(played[cut:], first), first))
    return [question for question in asked if question.hidden.size]


def draw(
    witness: Witness, judges: sp.csr_matrix, order: Sequences | None, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.float32], tuple[str, ...]]:
    """Evidence on the candidates of every question: features (E, F), labels, weights, feature names."""
    tracks = judges.shape[1]
    asked = questions(judges, order, random)
    features, labels, weights = [], [], []
    names: tuple[str, ...] = ()
    for start in range(0, len(asked), BLOCK):
        block = asked[start : start + BLOCK]
        known = histories([q.known.tolist() for q in block], tracks)
        heard = witness.hear(known, Sequences.of([q.order.tolist() for q in block]), CANDIDATES)
        names = heard.names
        place = np.arange(heard.tracks.shape[1])
        for row, question in enumerate(block):
            right = np.isin(heard.tracks[row], question.hidden)
            sampled = (place >= KEPT_ABOVE) & ~right
            kept = ~sampled | (random.random(place.size) < KEPT_SHARE)
            features.append(heard.features[row][kept])
            labels.append(right[kept].astype(np.int8))
            weights.append(np.where(sampled[kept], 1 / KEPT_SHARE, 1).astype(np.float32))
    return np.concatenate(features), np.concatenate(labels), np.concatenate(weights), names
