"""How the library stands, in numbers that many ask for again and again: counted when something has changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from time import monotonic

from synesthete.catalog.database import Database
from synesthete.catalog.ledger import Counts, Ledger
from synesthete.catalog.noun import Noun
from synesthete.catalog.statistics import Statistics

QUICKLY_S = 0.02
"""Counting that takes no longer is done after every change."""
SHARE = 0.1
"""Slower counting takes at most this share of the time while changes go on: 0.1 s are spent once in a second."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Files by what was done with them, and the artists and albums of visible tracks."""

    counts: Counts
    artists: int
    albums: int


@dataclass(frozen=True, slots=True)
class _Counted:
    sizes: Sizes
    revision: str
    at_s: float
    took_s: float

    def holds(self, revision: str) -> bool:
        """Whether nothing was written since, or too little time has passed to count anew."""
        rests = self.took_s > QUICKLY_S and monotonic() - self.at_s < self.took_s / SHARE
        return rests or self.revision == revision


class Standing(Noun):
    """Counts that are remembered while the database stays as it is, whoever writes to it."""

    def __init__(self, database: Database):
        super().__init__(database)
        self._counting = threading.Lock()
        self._counted: dict[str, _Counted] = {}

    def sizes(self, encoder: str) -> Sizes:
        """How far this encoder is, and how large the library is; right now in a small library.

        Counting 100,000 tracks takes 0.1 s: while something is written all the time, the numbers of so large a
        library are up to a second old, and of ten times as many ten seconds.
        """
        with self._counting:
            before = self._counted.get(encoder)
            revision = self._database.revision()
            if before is not None and before.holds(revision):
                return before.sizes
            begun = monotonic()
            sizes = Sizes(Ledger(self._database).counts(encoder), *Statistics(self._database).sizes())
            done = monotonic()
            self._counted = {encoder: _Counted(sizes, revision, done, done - begun)}
            return sizes
