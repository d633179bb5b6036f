"""What a listener has played: how often, when last, and what that says of now."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from synesthete.catalog import Catalog

HALF_LIFE_DAYS = 60.0
"""A play counts half after two months: tastes last longer than moods."""
DAY_S = 86_400
LONG_AGO_DAYS = 90
OFTEN = 3
"""Plays that make a track one's own, so that meeting it again is a joy."""


@dataclass(frozen=True, slots=True)
class Play:
    """One play: of which track, when (unix seconds), skipped or not, and for how many plays it stands."""

    track_id: int
    at: int
    skipped: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class History:
    """A listener's plays summed by track."""

    counts: dict[int, int]
    """Plays that were not skipped."""
    last_at: dict[int, int]
    weights: dict[int, float]
    """Plays, each fading with HALF_LIFE_DAYS."""
    order: tuple[int, ...]
    """Tracks in order of playing, the last played last, skips left out."""
    now: int

    @property
    def plays(self) -> int:
        """All plays that were not skipped."""
        return sum(self.counts.values())

    def favorites(self, n: int) -> dict[int, float]:
        """The n tracks played most and lately, with weights up to 1."""
        best = sorted(self.weights.items(), key=lambda item: (-item[1], item[0]))[:n]
        top = best[0][1] if best and best[0][1] > 0 else 1.0
        return {track_id: weight / top for track_id, weight in best}

    def recent(self, n: int) -> list[int]:
        """The last n tracks in order of playing."""
        return list(self.order[-n:])

    def forgotten(self) -> list[tuple[int, int, int]]:
        """(track, plays, days since) of tracks once played often and not for long, the most played first."""
        found = [
            (track_id, count, (self.now - self.last_at[track_id]) // DAY_S)
            for track_id, count in self.counts.items()
            if count >= OFTEN and self.now - self.last_at[track_id] >= LONG_AGO_DAYS * DAY_S
        ]
        return sorted(found, key=lambda item: (-item[1], item[0]))


def summed(plays: Iterable[Play], now: int) -> History:
    """The history that these plays make, oldest first, seen from now (unix seconds)."""
    counts: dict[int, int] = {}
    last_at: dict[int, int] = {}
    weights: dict[int, float] = {}
    order: list[int] = []
    for play in plays:
        if play.skipped:
            continue
        counts[play.track_id] = counts.get(play.track_id, 0) + play.count
        last_at[play.track_id] = max(play.at, last_at.get(play.track_id, 0))
        faded = 0.5 ** (max(0, now - play.at) / DAY_S / HALF_LIFE_DAYS)
        weights[play.track_id] = weights.get(play.track_id, 0.0) + play.count * max(faded, 1e-6)
        order.append(play.track_id)
    return History(counts, last_at, weights, tuple(order), now)


def read_history(catalog: Catalog, listener_id: int, now: int | None = None) -> History:
    """The listener's history from the catalog: single plays, and totals that data sets bring.

    With `now` (unix seconds) it is the history as it was then: what was played since is left out.
    """
    plays = [
        Play(int(h.track_id), h.at, bool(h.skipped), h.count)
        for h in catalog.listens.history(listener_id)
        if h.track_id is not None and (now is None or h.at < now)
    ]
    return summed(plays, int(time.time()) if now is None else now)
