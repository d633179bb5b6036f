"""From the ranked to the chosen: not too much of one artist or album, no version twice, and some variety."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from synesthete.music import Track, TrackId
from synesthete.recommend.blend import Ranked
from synesthete.recommend.versions import UNKNOWN, piece_of

MOST_VARIETY = 0.7
"""Weight of being unlike what is chosen already, at adventurousness 1; the rest is the score."""
FLATTER = 0.5
"""At adventurousness 1 scores count by their square root, so that the far is not lost against the near."""
LEAST_RELEVANCE = (0.7, 0.5)
"""What is less relevant than this share of the best, at adventurousness 0 and at 1, comes after all the rest:
the adventurous want what is far, not what has nothing to do with it."""
POOL = 8
"""Candidates weighed against each other for each place; more would only add what is far behind."""
SAMPLE = 200


class Versions(Protocol):
    """Which tracks are versions of which."""

    def of(self, track_id: int) -> set[int]:
        """Those that may be versions of this one."""
        ...

    def are(self, a: int, b: int) -> bool:
        """Whether two of which one may be a version of the other are."""
        ...


@dataclass(slots=True)
class Chosen:
    """A ranked track that made it, with the versions folded into it."""

    ranked: Ranked
    versions: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many, and how many of one kind; 0 means no limit."""

    n: int
    per_artist: int = 0
    per_album: int = 0
    adventurousness: float = 0.0


def diversify(
    ranked: list[Ranked],
    tracks: Mapping[TrackId, Track],
    limits: Limits,
    versions: Versions | None = None,
) -> list[Chosen]:
    """Up to n of the ranked, best first, by maximal marginal relevance within the limits.

    Greedy: at every place the track with the best (1 - v) score - v likeness to the chosen, where v grows
    with adventurousness; at 0 the order stays as it is.
    """
    pool = ranked[: max(POOL * limits.n, 50)] if limits.adventurousness > 0 else list(ranked)
    if not pool:
        return []
    variety = MOST_VARIETY * limits.adventurousness
    relevance = _relevance(pool, limits.adventurousness)
    lost = relevance < LEAST_RELEVANCE[0] + limits.adventurousness * (LEAST_RELEVANCE[1] - LEAST_RELEVANCE[0])
    worth = (1 - variety) * relevance - lost
    if variety == 0:  # nothing that is chosen changes what another is worth
        pool = [pool[i] for i in np.argsort(-worth, kind="stable")]
    closeness = _Closeness(pool) if variety > 0 else None
    open_to = np.ones(len(pool), bool)
    room = _Room(limits)
    chosen: dict[int, Chosen] = {}
    while open_to.any() and len(chosen) < limits.n:
        best = int(open_to.argmax() if closeness is None else closeness.best(worth, variety, open_to))
        open_to[best] = False
        entry = pool[best]
        track = tracks.get(TrackId(entry.track_id))
        if track is None or _folded(entry, chosen, versions) or not room.take(track):
            continue
        chosen[entry.track_id] = Chosen(entry)
        if closeness is not None:
            closeness.choose(best)
    for place in np.flatnonzero(open_to):  # the list is full; versions of what is on it may still lie behind
        _folded(pool[place], chosen, versions)
    return list(chosen.values())


def piece_key(track: Track) -> tuple[str, str]:
    """What two versions of one piece have in common."""
    return track.artist.casefold(), piece_of(track.title)


def _relevance(pool: list[Ranked], adventurousness: float) -> np.ndarray:
    scores = np.maximum([entry.score for entry in pool], 0.0)
    top = scores.max(initial=0.0) or 1.0
    flat: np.ndarray = (scores / top) ** (1 - FLATTER * adventurousness)
    return flat


class _Closeness:
    """How like each of the pool is to what is chosen: 0 as the pool is within itself, 1 the same."""

    def __init__(self, pool: list[Ranked]):
        dim = next((len(p.vector) for p in pool if p.vector is not None), 1)
        self._rows = np.array([np.zeros(dim) if p.vector is None else p.vector for p in pool], np.float32)
        heard = self._rows[self._rows.any(axis=1)][:SAMPLE]
        self._usual = min(0.99, float(np.median(heard @ heard.T))) if len(heard) else 0.0
        self.to_chosen = np.zeros(len(pool))

    def best(self, worth: np.ndarray, variety: float, open_to: np.ndarray) -> np.intp:
        """The best of those open by their worth less their likeness, which counts `variety` times."""
        return np.where(open_to, worth - variety * self.to_chosen, -np.inf).argmax()

    def choose(self, place: int) -> None:
        """Measure anew with one more chosen."""
        likeness = (self._rows @ self._rows[place] - self._usual) / (1 - self._usual)
        self.to_chosen = np.maximum(self.to_chosen, likeness)


class _Room:
    """How much room is left for each artist and album."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._artists: Counter[str] = Counter()
        self._albums: Counter[object] = Counter()

    def take(self, track: Track) -> bool:
        """Give the track its room; False when its artist or album has none left."""
        artist, album = _artist(track), _album(track)
        per_artist, per_album = self._limits.per_artist, self._limits.per_album
        full = per_artist and artist and self._artists[artist] >= per_artist
        if full or (per_album and album and self._albums[album] >= per_album):
            return False
        self._artists[artist] += 1
        self._albums[album] += 1
        return True


def _folded(entry: Ranked, chosen: Mapping[int, Chosen], versions: Versions | None) -> bool:
    """Whether it is a version of one that is chosen, where it is then shown."""
    near = versions.of(entry.track_id) if versions is not None else set()
    if versions is None or not near:
        return False
    twin = next((c for i, c in chosen.items() if i in near and versions.are(i, entry.track_id)), None)
    if twin is not None:
        twin.versions.append(entry.track_id)
    return twin is not None


def _artist(track: Track) -> str:
    """Whose limit it counts against; none holds for those who are nobody in particular."""
    name = track.artist.strip().casefold()
    return "" if name in UNKNOWN else name


def _album(track: Track) -> object:
    return track.album_id if track.album else None
