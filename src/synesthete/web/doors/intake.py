"""What the doors that take listens have in common: which track is meant, which times are believed, where it is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from synesthete.catalog import Catalog
from synesthete.catalog.resolve import Resolver
from synesthete.music import Listen, TrackId

EARLIEST = 1_033_430_400
"""2002-10-01: before scrobbling was invented nobody listened, says ListenBrainz, and so do we."""
AHEAD_S = 24 * 3600
"""Clocks of players may be wrong by this much."""
FRESH_S = 300
"""How long names are matched against the same view of the catalog."""


def is_plausible(at: int) -> bool:
    """Whether anybody can have listened at this time (unix seconds)."""
    return EARLIEST <= at <= time.time() + AHEAD_S


def keep(state: Any, catalog: Catalog, listener_id: int, listens: Sequence[Listen], source: str) -> int:
    """Keep listens with the tracks they mean, others by name; how many were new. `state` is the application's.

    Listens of times that are not plausible are left out.
    """
    believed = [listen for listen in listens if is_plausible(listen.at)]
    if not hasattr(state, "understanding"):
        state.understanding = Understanding(catalog)
    ids = state.understanding.tracks(believed)
    return catalog.listens.put_many(listener_id, zip(believed, ids, strict=True), source)


class Understanding:
    """Tells which of our tracks a listen means; its view of the catalog is renewed when tracks came or went."""

    def __init__(self, catalog: Catalog):
        self._catalog = catalog
        self._lock = threading.Lock()
        self._resolver: Resolver | None = None
        self._seen: tuple[int, float] = (0, 0.0)

    def tracks(self, listens: Sequence[Listen]) -> list[TrackId | None]:
        """The track of each listen; None where nothing in the catalog is meant surely enough."""
        count, now = self._catalog.tracks.count(), time.monotonic()
        with self._lock:
            if self._resolver is None or self._seen[0] != count or now - self._seen[1] > FRESH_S:
                self._resolver, self._seen = Resolver(self._catalog), (count, now)
            return self._resolver.resolve([listen.track for listen in listens])
