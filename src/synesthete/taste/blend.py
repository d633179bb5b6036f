"""The blend: many models' evidence, weighed by a ranker that learned from held-out listeners.

No single model is best everywhere: neighbors lead with one known track, EASE with twenty-five, order and
albums tell what neither sees. So a tenth of the listeners become judges: the models learn from the
others, part of each judge's tracks is hidden, and boosted trees learn which evidence finds the hidden
ones, at one known track, at five, at most of them. Then the models learn again from everybody. Where the
order of histories is known, a second ranker learns from continuations alone, and both have equal say.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit

from synesthete.taste.als import Als
from synesthete.taste.artifact import Arrays
from synesthete.taste.companions import Companions
from synesthete.taste.continuation import go_on, hear_on
from synesthete.taste.ease import MOST_TRACKS, Ease
from synesthete.taste.evidence import Evidence, Witness
from synesthete.taste.examples import continuations, draw, questions
from synesthete.taste.interactions import Groups, TrackFacts, present
from synesthete.taste.low_rank import LowRankEase
from synesthete.taste.model import Scores, TasteModel
from synesthete.taste.neighbors import AsymmetricNeighbors, RP3Beta
from synesthete.taste.next_track import NextTrack
from synesthete.taste.ranker import FEW_ROUNDS, FEW_TREES, Ranker
from synesthete.taste.sequences import Sequences
from synesthete.taste.top import likeliest

CANDIDATES = 2_000
"""Tracks that are ranked by the trees; the rest follow in the order of the prior. 500 is the longest list in
use, and with few candidates its end is hardly chosen at all: of training playlists that no model had seen,
NDCG@500 is .353, .360 and .365 at one known track with 600, 1,000 and 2,000, and .480, .485 and .488 at five."""

FIRST_TREES = 60
KEPT = 0.4
FEWEST_KEPT = 60
"""Only the 40 % that the first 60 trees find likeliest are shown to the others: half the work, and of the first
20 places at most one in three thousand changes."""

SHORT, FEWEST_CANDIDATES = 20, 150
FOR_EACH_PLACE = 4
"""A shorter list needs fewer candidates: 150 for 20 places, four for each place more. Of 1,000 validation
playlists the first 20 are the same to 98 % with 200 as with 1,000, and to 99 % with 150 as with 200. Of training
playlists that no model had seen, NDCG@100 with 400 instead of 2,000 is lower by .0008 at one known track and by
.0001 at five, NDCG@300 with 1,200 by .0008 and .0006."""

COMPANY = 0.5
"""What companions still weigh beside the trees at one known track; at n known tracks an n-th of it. The trees
alone find no more wanted tracks than companions there, and find the first one later. Chosen among 0..2
on one half of the validation playlists: clicks fall from 2.19 to 2.12 there and from 2.77 to 2.55 on
the other half."""

COMPANY_FLOOR = 0.02
"""Added to the companions' scaled score before its logarithm, so that tracks none of them knows stay
comparable."""

FEWEST_JUDGES = 40
"""Below this many judges nothing can be learned about weights, and the prior ranks alone."""

ARTIST_WEIGHT, ALBUM_WEIGHT = 5.0, 20.0
"""Listens that sharing an artist or an album is worth in EASE: the best of 0..60 on validation playlists."""


class Blend(TasteModel):
    """Six models and a next-track table, one ranker over them."""

    name: ClassVar[str] = "blend"
    block: ClassVar[int] = 32

    def __init__(self, judges: int = 4_000, dim: int = 256, k: int = 800, seed: int = 0):
        """`judges` is the most listeners held out for the ranker (never more than a tenth of all).

        Twice as many, 2,000 instead of 1,000, raise NDCG@500 by .0014 at one known track and .0016 at five, and
        NDCG@100 of four fifths known by .005, on training playlists that no model had seen; time and memory of
        learning the trees grow in proportion.
        """
        super().__init__()
        self.judges, self.dim, self.k, self.seed = judges, dim, k, seed
        self.candidates = CANDIDATES
        self._facts = TrackFacts()
        self._order: Sequences | None = None
        self._ranker: Ranker | None = None
        self._follower: Ranker | None = None
        self.witness: Witness

    def parameters(self) -> dict[str, Any]:
        return {"judges": self.judges, "dim": self.dim, "k": self.k, "seed": self.seed}

    @property
    def ranked(self) -> bool:
        """Whether there were listeners enough to learn the ranker; if not, the prior ranks alone."""
        return self._ranker is not None

    def with_facts(self, facts: TrackFacts) -> Self:
        """Told before `fit`: artist, album and duration of each track."""
        self._facts = facts
        return self

    def with_order(self, order: Sequences) -> Self:
        """Told before `fit`: in which order the listeners played, one (perhaps empty) sequence per row."""
        self._order = order
        return self

    def _learn(self, interactions: sp.csr_matrix) -> None:
        histories = present(interactions)
        self._facts.check(histories.shape[1])
        random = np.random.default_rng(self.seed)
        judges = self._judges(histories, random)
        self._ranker = self._follower = None
        if judges.size >= FEWEST_JUDGES:
            others = np.setdiff1d(np.arange(histories.shape[0]), judges)
            order = None if self._order is None else self._order.take(others)
            witness = self._witness(histories[others], order)
            own_order = None if self._order is None else self._order.take(judges)
            self._teach(witness, histories[judges], own_order, random)
            del witness
        self.witness = self._witness(histories, self._order)

    def _teach(
        self, witness: Witness, judges: sp.csr_matrix, order: Sequences | None, random: np.random.Generator
    ) -> None:
        """The ranker from all questions; one more from continuations, where enough judges have an order."""
        tracks = judges.shape[1]
        self._ranker = Ranker.learn(draw(witness.hear, questions(judges, order, random), tracks, random))
        asked = [] if order is None else continuations(judges, order)
        if len(asked) >= FEWEST_JUDGES:
            hear = partial(hear_on, witness)
            self._follower = Ranker.learn(draw(hear, asked, tracks, random), FEW_TREES, FEW_ROUNDS)

    def _judges(self, histories: sp.csr_matrix, random: np.random.Generator) -> NDArray[np.int64]:
        """Listeners with at least five tracks; a third of them with a known order, if there are."""
        able = np.flatnonzero(np.diff(histories.indptr) >= 5)
        n = min(self.judges, able.size // 10)
        if self._order is None:
            return np.sort(random.choice(able, n, replace=False))
        lengths = np.diff(self._order.starts)
        ordered = able[lengths[able] >= 5]
        some = random.choice(ordered, min(n // 3, ordered.size // 4), replace=False)
        rest = random.choice(np.setdiff1d(able, some), n - some.size, replace=False)
        return np.sort(np.concatenate([some, rest]))

    def _witness(self, histories: sp.csr_matrix, order: Sequences | None) -> Witness:
        tracks = histories.shape[1]
        groups: list[tuple[Groups, float]] = []
        if self._facts.artist is not None:
            groups.append((self._facts.artist, ARTIST_WEIGHT))
        if self._facts.album is not None:
            groups.append((self._facts.album, ALBUM_WEIGHT))
        models = self._models(tracks, groups)
        for model in models.values():
            model.fit(histories)
        following = NextTrack(k=self.k)
        if order is not None:
            following.with_order(order)
        following.fit(histories)
        listeners = np.bincount(histories.indices, minlength=tracks).astype(np.float32)
        return Witness(models, following, self._facts, listeners)

    def _models(self, tracks: int, groups: list[tuple[Groups, float]]) -> dict[str, TasteModel]:
        """The models that testify, not yet fitted."""
        return {
            "ease": Ease(l2=100, dropout=1 / 3).with_groups(groups)
            if tracks <= MOST_TRACKS
            else LowRankEase(),
            "als": Als(dim=min(self.dim, tracks), seed=self.seed),
            "rp3beta": RP3Beta(k=self.k),
            "walk": RP3Beta(k=self.k, alpha=1.0, beta=0.0),
            "knn-asymmetric": AsymmetricNeighbors(k=self.k),
            "companions": Companions(),
        }

    def recommend(
        self, rows: sp.csr_matrix, n: int = 20, *, order: Sequences | None = None, block: int | None = None
    ) -> tuple[NDArray[np.int64], Scores]:
        """As every model; of a short list fewer candidates are weighed, so that one list takes milliseconds."""
        few = copy(self)
        few.candidates = min(CANDIDATES, FEWEST_CANDIDATES + FOR_EACH_PLACE * max(n - SHORT, 0))
        return TasteModel.recommend(few, rows, n, order=order, block=block)

    def _score(self, rows: sp.csr_matrix) -> Scores:
        return self._ranked(rows, None)

    def _score_in_order(self, rows: sp.csr_matrix, order: Sequences) -> Scores:
        return self._ranked(rows, order)

    def _ranked(self, rows: sp.csr_matrix, order: Sequences | None) -> Scores:
        blocks = []
        for start in range(0, rows.shape[0], self.block):
            stop = min(start + self.block, rows.shape[0])
            part = None if order is None else order.take(np.arange(start, stop))
            blocks.append(self._rank(rows[start:stop], part))
        return np.vstack(blocks) if blocks else np.empty((0, rows.shape[1]), dtype=np.float32)

    def _rank(self, rows: sp.csr_matrix, order: Sequences | None) -> Scores:
        evidence = self.witness.hear(rows, order, self.candidates)
        if self._ranker is None:
            return evidence.prior
        # Every track below the candidates: the prior squeezed into (-3, -1), the trees' probability above it.
        scores = evidence.prior / (1 + np.abs(evidence.prior)) - 2
        known = np.diff(rows.indptr)
        evidence, odds = _weighed(self._ranker, evidence, known)
        ordered = np.flatnonzero(np.diff(order.starts)) if order is not None else np.empty(0, np.int64)
        if self._follower is not None and order is not None and ordered.size:
            more = go_on(self.witness, evidence.of(ordered), order.take(ordered))
            odds[ordered] = (odds[ordered] + self._follower.odds(more.features)) / 2
        chances = heed(odds, evidence.says("companions"), known)
        np.put_along_axis(scores, evidence.tracks, chances.astype(np.float32), axis=1)
        return scores

    def _arrays(self) -> Arrays:
        arrays: Arrays = {}
        for name, model in self.witness.models.items():
            arrays |= {f"{name}.{key}": value for key, value in model.arrays().items()}
        arrays |= {f"next.{key}": value for key, value in self.witness.following.arrays().items()}
        for what in ("artist", "album"):
            group = getattr(self._facts, what)
            if group is not None:
                arrays[f"facts.{what}"] = group.labels
        if self._facts.duration_s is not None:
            arrays["facts.duration_s"] = self._facts.duration_s
        arrays["listeners_per_track"] = self.witness.listeners_per_track
        for name, ranker in (("ranker", self._ranker), ("follower", self._follower)):
            if ranker is not None:
                arrays[name] = ranker.array()
        return arrays

    def _restore(self, arrays: Arrays) -> None:
        listeners = np.asarray(arrays["listeners_per_track"])
        artist, album = (
            Groups(np.asarray(arrays[k])) if k in arrays else None for k in ("facts.artist", "facts.album")
        )
        self._facts = TrackFacts(artist, album, arrays.get("facts.duration_s"))
        models = self._models(listeners.size, [])
        following = NextTrack(k=self.k)
        for name, model in {**models, "next": following}.items():
            model.restore(
                listeners.size,
                {k.removeprefix(f"{name}."): v for k, v in arrays.items() if k.startswith(f"{name}.")},
            )
        self.witness = Witness(models, following, self._facts, listeners)
        self._ranker = Ranker.of(arrays["ranker"]) if "ranker" in arrays else None
        self._follower = Ranker.of(arrays["follower"]) if "follower" in arrays else None


def _weighed(
    ranker: Ranker, evidence: Evidence, known: NDArray[np.integer]
) -> tuple[Evidence, NDArray[np.float64]]:
    """The candidates that the first trees keep, and the logarithms of their odds by all trees."""
    first = ranker.odds(evidence.features, last=FIRST_TREES)
    chances = heed(first, evidence.says("companions"), known)
    kept = likeliest(chances, max(FEWEST_KEPT, round(KEPT * chances.shape[1])))
    evidence = evidence.among(kept)
    return evidence, np.take_along_axis(first, kept, axis=1) + ranker.odds(
        evidence.features, first=FIRST_TREES
    )


def heed(
    odds: NDArray[np.floating], company: NDArray[np.floating], known: NDArray[np.integer]
) -> NDArray[np.float64]:
    """The chances (B, C) of candidates from the logarithms of their odds (B, C), after companions have their
    say (scaled scores, (B, C)): the less the more tracks are known, (B,). Between 0 and 1."""
    weight = COMPANY / np.maximum(known, 1)[:, None]
    said = weight * np.log(np.maximum(company, 0) + COMPANY_FLOOR)
    return np.asarray(expit(np.asarray(odds, dtype=np.float64) + said))
