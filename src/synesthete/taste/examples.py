"""Questions with known answers, for the rankers of the blend: histories of which a part is hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.taste.evidence import Evidence
from synesthete.taste.interactions import histories
from synesthete.taste.sequences import Sequences

SEEDS = (1, 1, 5, 5, 10, 25)
"""Numbers of tracks left known, as playlists are continued; beside them four fifths, as in Liang 2018.

Few known tracks are asked about twice, each time others: there the models disagree most.
"""

SHARE = 0.8
CUTS = (SHARE, 0.6, 0.45)
"""Where ordered histories are cut for the ranker of continuations: three places teach more than one."""

FEWEST_ORDERED = 5
FEWEST_HIDDEN = 3
"""A question with fewer answers than this among SEEDS tells too little."""

CANDIDATES = 300
KEPT_ABOVE = 60
KEPT_SHARE = 0.3
"""Below the 60 best of the prior only three in ten wrong candidates are kept, each counting for all it
stands for."""

BLOCK = 32


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
        if played.size >= FEWEST_ORDERED:
            cut = max(1, round(SHARE * played.size))
            first = played[:cut]
            asked.append(Question(np.unique(first), np.setdiff1d(played[cut:], first), first))
    return [question for question in asked if question.hidden.size]


def continuations(judges: sp.csr_matrix, order: Sequences) -> list[Question]:
    """Several questions per judge whose order is known: what comes next, cut in several places.

    After the last cut everything that follows is asked for, after the others a stretch as long in proportion.
    """
    asked = []
    for row in range(judges.shape[0]):
        played = order[row]
        if played.size < FEWEST_ORDERED:
            continue
        own = judges.indices[judges.indptr[row] : judges.indptr[row + 1]].astype(np.int64)
        for share in CUTS:
            cut = max(1, played.size - max(1, round((1 - share) * played.size)))
            stretch = played.size if share == SHARE else cut + max(1, round((1 / SHARE - 1) * cut))
            first = played[:cut]
            known = np.union1d(first, np.setdiff1d(own, played))
            asked.append(Question(known, np.setdiff1d(played[cut:stretch], known), first))
    return [question for question in asked if question.hidden.size]


@dataclass(frozen=True)
class Examples:
    """What a ranker learns from: features (E, F), labels (E,), weights (E,), names of features (F,)."""

    features: NDArray[np.float32]
    labels: NDArray[np.int8]
    weights: NDArray[np.float32]
    names: tuple[str, ...]


Hear = Callable[[sp.csr_matrix, Sequences, int], Evidence]
"""(histories, their order, number of candidates) -> evidence."""


def draw(hear: Hear, asked: Sequence[Question], tracks: int, random: np.random.Generator) -> Examples:
    """Evidence on the candidates of every question, the hidden tracks among them labeled 1."""
    features, labels, weights = [], [], []
    names: tuple[str, ...] = ()
    for start in range(0, len(asked), BLOCK):
        block = asked[start : start + BLOCK]
        known = histories([q.known.tolist() for q in block], tracks)
        heard = hear(known, Sequences.of([q.order.tolist() for q in block]), CANDIDATES)
        names = heard.names
        place = np.arange(heard.tracks.shape[1])
        for row, question in enumerate(block):
            right = np.isin(heard.tracks[row], question.hidden)
            sampled = (place >= KEPT_ABOVE) & ~right
            kept = ~sampled | (random.random(place.size) < KEPT_SHARE)
            features.append(heard.features[row][kept])
            labels.append(right[kept].astype(np.int8))
            weights.append(np.where(sampled[kept], 1 / KEPT_SHARE, 1).astype(np.float32))
    return Examples(np.concatenate(features), np.concatenate(labels), np.concatenate(weights), names)
