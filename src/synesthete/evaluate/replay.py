"""Replay: had it known what would be played next? Each listener's own history, asked again from the past.

Of every listener the last tracks they met for the first time are hidden: taste is learned without them, and
each is asked for at the moment just before it was first played, with only the listens and words of then. How
high it stands among all tracks they did not know is set beside popularity (what most people here play) and
chance (every unknown track alike).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synesthete.catalog import Catalog
from synesthete.catalog.scores import Score
from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError
from synesthete.evaluate.people import Data
from synesthete.evaluate.report import Measure, Report, Row, Table, bootstrap
from synesthete.evaluate.sources import from_catalog, sound_of
from synesthete.music import ListenerId, TrackId
from synesthete.parts import Parts
from synesthete.recommend.collection import Collection
from synesthete.recommend.recommender import Recommender
from synesthete.recommend.request import Request
from synesthete.taste.interactions import histories
from synesthete.taste.learned import Learned
from synesthete.taste.sequences import Sequences

PROTOCOL = "replay"
OURS, POPULARITY, CHANCE = "as it answers", "popularity", "chance"
FEWEST = 10
"""Different tracks that somebody must have played: with fewer there is no taste to go by."""
SHARE, MOST_EACH, MOST = 0.2, 20, 400
"""Hidden of each listener: a fifth of their tracks, at most twenty; and of all listeners together."""
SHOWN = 10
"""A page of answers: the k of the hit rate."""
DEPTH = 100
"""How far down the list is looked at; a track below it counts as not found."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """A track that a listener played for the first time, and when; `known` is what they had played before."""

    listener_id: ListenerId
    track_id: TrackId
    at: int
    known: frozenset[TrackId]


@dataclass(frozen=True)
class Replay:
    """The place of every discovery in each list: (E,) ranks from 1, 0 where it was not among the first hundred.

    For chance the two expected values of each, (E, 2).
    """

    listeners: NDArray[np.int64]  # (E,) whose discovery it is
    ours: NDArray[np.int64]  # (E,)
    popularity: NDArray[np.int64]  # (E,)
    chance: NDArray[np.float64]  # (E, 2) chance of a hit, expected reciprocal rank
    seed: int

    def table(self, listener_id: int | None = None) -> Table:
        """Hit rate and mean reciprocal rank of one listener's discoveries, or of everybody's."""
        chosen = np.ones(len(self.listeners), bool) if listener_id is None else self.listeners == listener_id
        hit, mrr = f"hit rate@{SHOWN}", "MRR"
        rows = [
            Row(name, {hit: bootstrap(_hits(ranks[chosen]), self.seed), mrr: bootstrap(_reciprocal(ranks[chosen]), self.seed)})
            for name, ranks in ((OURS, self.ours), (POPULARITY, self.popularity))
        ]  # fmt: skip
        by_chance = self.chance[chosen].mean(axis=0)
        rows.append(Row(CHANCE, {hit: Measure(float(by_chance[0])), mrr: Measure(float(by_chance[1]))}))
        about = "Tracks met for the first time, asked for just before, from what was played until then."
        return Table("Replay", about, int(chosen.sum()), tuple(rows))

    def report(self) -> Report:
        """Everybody's table, for reading."""
        people = len(np.unique(self.listeners))
        data = {"listeners": people, "discoveries": len(self.listeners)}
        return Report("Replay of this library's own listens", self.seed, data, (self.table(),), DEFINITIONS)

    def scores(self, owners: Iterable[int] = ()) -> list[Score]:
        """What to keep: each listener's own scores, and everybody's together.

        Where a single listener is all there is, everybody's are theirs, and kept only if they are among `owners`.
        """
        people = [int(i) for i in np.unique(self.listeners)]
        kept: list[int | None] = [*people]
        if len(people) > 1 or set(people) <= {int(i) for i in owners}:
            kept.append(None)
        return [
            Score(
                PROTOCOL, row.model, name, m.mean, m.low, m.high, POPULARITY, 0, listener_id, table.listeners
            )
            for listener_id in kept
            for table in [self.table(listener_id)]
            for row in table.rows
            for name, m in row.measures.items()
        ]


def replay(parts: Parts, seed: int = 0, tell: Callable[[int, int], None] = lambda done, of: None) -> Replay:
    """Ask again for everybody's last discoveries. Raises InputError where nobody has played enough."""
    catalog = parts.catalog
    visible = catalog.tracks.ids(Filter())
    found = _chosen([_discoveries(catalog, who.id, visible) for who in catalog.listeners.all()])
    if not found:
        raise InputError(f"nobody has played {FEWEST} different tracks of this library yet",
                         hint="Play some music, or import a history: synesthete import FILE")  # fmt: skip
    hidden: dict[int, set[int]] = {}
    for one in found:
        hidden.setdefault(int(one.listener_id), set()).add(int(one.track_id))
    data, ids = from_catalog(catalog)
    masked = without(data, ids, hidden)
    collection = Collection(catalog, parts.index, parts.stamp, _taste(parts, masked, ids, seed))
    recommender = Recommender(collection, parts.recommender.clusters)
    popular = _popular(masked, ids, visible, seed)
    ranks = np.zeros((2, len(found)), np.int64)
    chance = np.zeros((len(found), 2))
    for place, one in enumerate(found):
        tell(place, len(found))
        ranks[:, place] = _rank(recommender, one), _popular_rank(popular, visible, one)
        chance[place] = _by_chance(len(visible) - len(one.known))
    tell(len(found), len(found))
    return Replay(np.array([int(one.listener_id) for one in found]), ranks[0], ranks[1], chance, seed)


def without(data: Data, ids: NDArray[np.int64], hidden: Mapping[int, set[int]]) -> Data:
    """The same, but no row of a listener (their plays, totals, playlists) holds what is hidden of them."""
    assert data.owners is not None and data.order is not None
    rows, order = [], []
    for row, owner in enumerate(data.owners.tolist()):
        gone = {int(c) for c in np.searchsorted(ids, sorted(hidden.get(owner, ())))}
        own = data.plays.indices[data.plays.indptr[row] : data.plays.indptr[row + 1]].tolist()
        rows.append([c for c in own if c not in gone])
        order.append([c for c in data.order[row].tolist() if c not in gone])
    return Data(histories(rows, ids.size), data.facts, Sequences.of(order), data.titles, data.owners)


def _discoveries(catalog: Catalog, listener_id: ListenerId, visible: NDArray[np.int64]) -> list[Discovery]:
    """The last first meetings of one listener, in order; none for those who have played too little."""
    first: dict[TrackId, int] = {}
    for heard in catalog.listens.history(listener_id):
        if heard.track_id is not None and not heard.skipped:
            first.setdefault(heard.track_id, heard.at)
    if len(first) < FEWEST:
        return []
    there = set(visible.tolist())
    last = list(first.items())[-min(MOST_EACH, round(SHARE * len(first))) :]
    return [
        Discovery(listener_id, track_id, at, frozenset(i for i, met in first.items() if met < at))
        for track_id, at in last
        if int(track_id) in there
    ]


def _chosen(by_listener: list[list[Discovery]]) -> list[Discovery]:
    """At most MOST, the latest of everybody alike."""
    able = [own for own in by_listener if own]
    each = max(1, MOST // len(able)) if able else 0
    return [one for own in able[:MOST] for one in own[-each:]]


def _taste(parts: Parts, data: Data, ids: NDArray[np.int64], seed: int) -> Learned:
    try:
        sound = sound_of(parts.catalog, parts.stamp, ids)
    except InputError:
        sound = None  # none of the tracks with listens was heard: taste alone
    return Learned.learn(ids, data.plays, data.facts, data.order, sound, seed, parts.stamp)


def _rank(recommender: Recommender, one: Discovery) -> int:
    """Its place in the list that the listener would have got, of tracks they did not know; 0 without one."""
    request = Request(
        listener_id=one.listener_id, n=DEPTH, per_artist=0, fold=False, as_of=one.at, exclude_tracks=one.known
    )
    shown = [answer.track.id for answer in recommender.recommend(request).results]
    return shown.index(one.track_id) + 1 if one.track_id in shown else 0


def _popular(
    data: Data, ids: NDArray[np.int64], visible: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """How many rows hold each visible track, (V,); equals are told apart by chance."""
    counts = np.zeros(len(visible))
    there = np.isin(ids, visible)
    counts[np.searchsorted(visible, ids[there])] = np.bincount(data.plays.indices, minlength=ids.size)[there]
    return counts + np.random.default_rng(seed).random(len(visible))


def _popular_rank(popular: NDArray[np.float64], visible: NDArray[np.int64], one: Discovery) -> int:
    mine = popular[np.searchsorted(visible, int(one.track_id))]
    unknown = ~np.isin(visible, [int(i) for i in one.known])
    rank = 1 + int((popular[unknown] > mine).sum())
    return rank if rank <= DEPTH else 0


def _by_chance(unknown: int) -> tuple[float, float]:
    """The chance of a hit, and the expected reciprocal rank, when every order is as likely."""
    return min(1.0, SHOWN / unknown), float((1 / np.arange(1, min(DEPTH, unknown) + 1)).sum() / unknown)


def _hits(ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    return ((ranks > 0) & (ranks <= SHOWN)).astype(np.float64)


def _reciprocal(ranks: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(1.0, ranks, out=np.zeros(len(ranks)), where=ranks > 0)


DEFINITIONS = (
    f"Hit rate@{SHOWN}: how often the track played next was among the first {SHOWN} of the unknown tracks.",
    f"MRR: mean of 1 / its rank, 0 beyond {DEPTH}. Chance: the expected value over all orders.",
    "Intervals: 95 % bootstrap over discoveries; those of one listener are not independent.",
)
