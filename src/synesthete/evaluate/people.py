"""How good taste is on held-out listeners: `evaluate taste`, `playlists` and `next`.

Every protocol holds listeners out altogether, learns each model from the others, and asks it about
those it has never met; popularity and nearest neighbors always stand beside the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.evaluate import beyond, metrics
from synesthete.evaluate.holdout import Task, continuation, fold_in, last_of, split_listeners
from synesthete.evaluate.kmeans import CLUSTERS, KMeans, points_of_taste
from synesthete.evaluate.report import Measure, Report, Row, Table, bootstrap
from synesthete.taste.interactions import TrackFacts, histories, present
from synesthete.taste.sequences import Sequences
from synesthete.taste.shelf import learn
from synesthete.taste.titles import Titles

MODELS = ("popularity", CLUSTERS, "knn-cosine", "rp3beta", "als", "ease", "blend")
NEXT_MODELS = ("popularity", CLUSTERS, "knn-cosine", "ease", "next-track", "blend")
SEEDS = (1, 5, 10, 25)
SHARE = 0.1
"""Of the listeners held out, and of the tracks played cold."""

KNOWN_SHARE = 0.8
TITLES = "titles"
Told = Callable[[str], None]
Answer = Callable[[Task, int], NDArray[np.int64]]
"""(task of B histories, n) -> (B, n) columns of tracks, -1 pads."""


@dataclass(frozen=True)
class Data:
    """What a protocol needs to know: plays (U, N), facts on the tracks, order and titles of some
    histories, whose each row is (U,), a listener's id, and the sound of the tracks (N, S), rows of NaN where
    nobody has heard them."""

    plays: sp.csr_matrix
    facts: TrackFacts | None = None
    order: Sequences | None = None
    titles: Sequence[str] | None = None
    owners: NDArray[np.int64] | None = None
    sound: NDArray[np.float32] | None = None

    def of(self, rows: NDArray[np.int64]) -> Data:
        """The same for these listeners only."""
        return Data(
            self.plays[rows],
            self.facts,
            None if self.order is None else self.order.take(rows),
            None if self.titles is None else [self.titles[int(r)] for r in rows],
            None if self.owners is None else self.owners[rows],
            self.sound,
        )

    def limited(self, most: int, seed: int) -> Data:
        """The same for `most` listeners, drawn by the seed: enough for a quick look."""
        listeners = self.plays.shape[0]
        if most >= listeners:
            return self
        return self.of(np.sort(np.random.default_rng(seed).choice(listeners, most, replace=False)))

    @property
    def size(self) -> dict[str, int | str]:
        """How much it is, for the report."""
        listeners, tracks = self.plays.shape
        return {"listeners": listeners, "tracks": tracks, "pairs": int(self.plays.nnz)}


def evaluate_taste(
    data: Data, models: Sequence[str] = MODELS, seed: int = 0, tell: Told = lambda _: None
) -> Report:
    """Strong generalization (Liang 2018), and what the lists are like beyond being right."""
    split = split_listeners(data.plays, SHARE, seed)
    train = data.of(split.train)
    task = fold_in(data.plays[split.test], KNOWN_SHARE, seed)
    accuracy, beside = [], []
    for name in models:
        tell(name)
        ranked = _learned(name, train, seed)(task, 100)
        accuracy.append(Row(name, _measured(_strong(ranked, task.wanted), seed)))
        beside.append(Row(name, _beyond(ranked[:, :20], task, train, seed)))
    about = (
        f"Held-out listeners, {KNOWN_SHARE:.0%} of their tracks known, the rest wanted; split by seed {seed}."
    )
    return Report(
        "Taste",
        seed,
        data.size,
        (
            Table("Strong generalization", about, len(task), tuple(accuracy)),
            Table(
                "Beyond accuracy",
                "The first 20 of the same lists.",
                len(task),
                tuple(beside),
                ("Gini",),
                ("popularity bias",),
            ),
        ),
        DEFINITIONS["taste"],
    )


def evaluate_playlists(
    data: Data, models: Sequence[str] = MODELS, seed: int = 0, tell: Told = lambda _: None
) -> Report:
    """Continuation by number of known tracks, and by title alone where playlists have titles."""
    split = split_listeners(data.plays, SHARE, seed)
    train, test = data.of(split.train), data.plays[split.test]
    enough = [k for k in SEEDS if (np.diff(test.indptr) >= k + 10).any()]
    if not enough:
        raise InputError(
            "no held-out playlist has 11 tracks", hint="There is too little here to continue playlists."
        )
    tasks = {k: continuation(test, k, seed) for k in enough}
    rows: dict[int, list[Row]] = {k: [] for k in tasks}
    for name in models:
        tell(name)
        answer = _learned(name, train, seed)
        for k, task in tasks.items():
            rows[k].append(Row(name, _measured(_continued(answer(task, 500), task, data.facts), seed)))
    tables = [
        Table(
            f"{k} known",
            f"Playlists of at least {k + 10} tracks, {k} known at random; split by seed {seed}.",
            len(tasks[k]),
            tuple(rows[k]),
            ("clicks",),
        )
        for k in tasks
    ]
    if train.titles is not None and data.titles is not None:
        tell(TITLES)
        tables.insert(0, _title_only(train, data.of(split.test), seed))
    return Report("Playlist continuation", seed, data.size, tuple(tables), DEFINITIONS["playlists"])


def evaluate_next(
    data: Data, models: Sequence[str] = NEXT_MODELS, seed: int = 0, tell: Told = lambda _: None
) -> Report:
    """The last track of held-out ordered histories, from those before it."""
    if data.order is None:
        raise InputError("no order of play is known", hint="Give --order, or import listens with times.")
    ordered = np.flatnonzero(np.diff(data.order.starts) >= 5)
    chosen = split_listeners(data.plays[ordered], 2 * SHARE, seed)
    test = ordered[chosen.test]
    train = data.of(np.setdiff1d(np.arange(data.plays.shape[0]), test))
    task, _ = last_of(data.order.take(test), data.plays.shape[1], seed)
    rows = []
    for name in models:
        tell(name)
        ranked = _learned(name, train, seed)(task, 100)
        values = {
            "hit rate@10": metrics.hit_rate(ranked, task.wanted, 10),
            "MRR": metrics.reciprocal_rank(ranked, task.wanted),
        }
        rows.append(Row(name, _measured(values, seed)))
    about = f"The last track of held-out histories from all before; split by seed {seed}."
    return Report(
        "Next track",
        seed,
        data.size,
        (Table("Next track", about, len(task), tuple(rows)),),
        DEFINITIONS["next"],
    )


def _learned(name: str, data: Data, seed: int) -> Answer:
    """Learned from the data: what it recommends for the known part of a task, in order where there is one."""
    if name == CLUSTERS:
        points = points_of_taste(data.plays, seed) if data.sound is None else data.sound
        grouped = KMeans(points, seed)
        return lambda task, n: grouped.recommend(task.known, n)
    model = learn(name, data.plays, facts=data.facts, order=data.order, seed=seed)
    return lambda task, n: model.recommend(task.known, n, order=task.order)[0]


def _measured(values: Mapping[str, NDArray[np.float64]], seed: int) -> dict[str, Measure]:
    return {name: bootstrap(one, seed) for name, one in values.items()}


def _strong(ranked: NDArray[np.int64], wanted: sp.csr_matrix) -> dict[str, NDArray[np.float64]]:
    return {
        "Recall@20": metrics.recall(ranked, wanted, 20),
        "Recall@50": metrics.recall(ranked, wanted, 50),
        "NDCG@100": metrics.ndcg(ranked, wanted, 100),
    }


def _continued(
    ranked: NDArray[np.int64], task: Task, facts: TrackFacts | None
) -> dict[str, NDArray[np.float64]]:
    values = {"R-precision": metrics.r_precision(ranked, task.wanted)}
    if facts is not None and facts.artist is not None:
        values["R-precision with artists"] = metrics.r_precision(ranked, task.wanted, facts.artist.labels)
    return values | {
        "challenge NDCG": metrics.challenge_ndcg(ranked, task.wanted),
        "NDCG@500": metrics.continuation_ndcg(ranked, task.wanted),
        "clicks": metrics.clicks(ranked, task.wanted),
    }


def _title_only(train: Data, test: Data, seed: int) -> Table:
    from synesthete.taste.top import best

    assert train.titles is not None and test.titles is not None  # the caller looked
    able = np.flatnonzero(np.diff(test.plays.indptr) >= 10)[:1_000]
    asked = test.of(able)
    assert asked.titles is not None
    unknown = histories([[] for _ in able], test.plays.shape[1])
    task = Task(unknown, present(asked.plays))
    by_title, _ = best(Titles().fit(train.titles, train.plays).score(asked.titles), None, 500)
    popular, _ = learn("popularity", train.plays).recommend(unknown, 500)
    rows = [
        Row(name, _measured(_continued(ranked, task, test.facts), seed))
        for name, ranked in (("popularity", popular), (TITLES, by_title))
    ]
    return Table(
        "Title only", "Playlists of at least 10 tracks, none known.", len(task), tuple(rows), ("clicks",)
    )


def _beyond(ranked: NDArray[np.int64], task: Task, train: Data, seed: int) -> dict[str, Measure]:
    listeners = np.bincount(train.plays.indices, minlength=train.plays.shape[1])
    own = (task.known @ listeners) / np.maximum(np.diff(task.known.indptr), 1)
    each = {
        "novelty, bits": beyond.novelty(ranked, listeners, train.plays.shape[0]),
        "popularity bias": beyond.popularity_bias(ranked, own, listeners),
    }
    if train.facts is not None and train.facts.artist is not None:
        each["artist diversity"] = beyond.diversity(ranked, train.facts.artist.labels)
    return {
        "coverage": Measure(beyond.coverage(ranked, listeners.size)),
        "Gini": Measure(beyond.gini(ranked, listeners.size)),
    } | _measured(each, seed)


DEFINITIONS = {
    "taste": (
        "Recall@k: wanted tracks among the first k, over min(k, wanted); NDCG@100: gain 1 / "
        "log2(rank + 1), the ideal "
        "list has min(100, wanted) hits (Liang et al. 2018).",
        "Coverage: share of all tracks recommended to anybody. Gini: 0 when all tracks are "
        "recommended alike. Novelty: "
        "mean -log2 of the share of listeners who know a track. Popularity bias: mean listeners"
        " per recommended track over "
        "those per known track. Artist diversity: share of pairs in a list by different artists.",
        "Intervals: 95 % bootstrap over listeners; coverage and Gini are one number for all lists together.",
    ),
    "playlists": (
        "R-precision: wanted tracks among the first as many as are wanted. With artists: the "
        "challenge's final form, which "
        "adds a quarter for a wanted artist none of whose wanted tracks is there.",
        "Challenge NDCG (RecSys Challenge 2018): gain 1 at rank 1, then 1 / log2(rank); its "
        "ideal counts only the wanted "
        "tracks found. NDCG@500: the usual form, whose ideal counts every wanted track. The two"
        " do not compare.",
        "Clicks: pages of ten to turn before the first wanted track; 51 without any in 500.",
        "Intervals: 95 % bootstrap over playlists.",
    ),
    "next": (
        "Hit rate@10: how often the track that was played next is among the first ten. MRR: "
        "mean of 1 / its rank, 0 beyond 100.",
        "Tracks of the history are never recommended; histories whose last track is a repeat are left out.",
        "Intervals: 95 % bootstrap over listeners.",
    ),
}
