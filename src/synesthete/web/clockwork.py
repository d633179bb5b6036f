"""The server's own clock: calls the verbs that are due, as cron would where there is one.

Every step is a verb that may be called as often as one likes; so several servers may run the same clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from synesthete.catalog import Catalog
from synesthete.errors import Conflict, SynestheteError
from synesthete.settings import Settings
from synesthete.web.errands import Errands

EVERY_S = 900.0
"""A letter due at seven goes out by a quarter past."""

LETTERS = "digest"

log = logging.getLogger("synesthete.web")


def has_folders(_settings: Settings, catalog: Catalog) -> bool:
    """Whether there is music to look for."""
    return bool(catalog.folders.all())


def has_services(settings: Settings, _catalog: Catalog) -> bool:
    """Whether servers elsewhere are to be read."""
    return bool(settings.sync)


def has_listens(_settings: Settings, catalog: Catalog) -> bool:
    """Whether anybody has played anything that taste could be learned from."""
    return catalog.listens.number() > 0


def has_impressions(_settings: Settings, catalog: Catalog) -> bool:
    """Whether anything was recommended that may be forgotten one day."""
    return catalog.impressions.any_there()


@dataclass(frozen=True, slots=True)
class Chore:
    """A verb for the small hours, in a house that gives it something to do."""

    kind: str
    verb: Sequence[str]
    has_work: Callable[[Settings, Catalog], bool]


CHORES = (
    Chore("update", ("update",), has_folders),
    Chore("sync", ("sync", "all"), has_services),
    Chore("learn", ("learn",), has_listens),
    Chore("replay", ("evaluate", "replay"), has_listens),
    Chore("tidy", ("tidy",), has_impressions),
)
"""What is done every night, one after another: new music found, other servers read, taste learned, how good it is, old things forgotten."""


class Clock:
    """Calls what is due: letters where there is a mail server, and the chores once a night."""

    def __init__(self, settings: Settings, catalog: Catalog, errands: Errands):
        self._settings, self._catalog, self._errands = settings, catalog, errands

    async def run(self, every_s: float = EVERY_S) -> None:
        """Call what is due, again and again, until cancelled."""
        while True:
            try:
                await run_in_threadpool(self.strike, datetime.now().astimezone())
            except SynestheteError as error:  # a catalog that is busy, or away for a while
                log.warning("what is due waits: %s", error)
            await asyncio.sleep(every_s)

    def strike(self, now: datetime) -> None:
        """Start what is due at this time (of this machine's zone): of the chores, the next one of today."""
        if self._settings.smtp and self._settings.letters_from:
            self._start(LETTERS, ("digest", "send"))
        chore = self._next(now)
        if chore is not None and self._start(chore.kind, chore.verb):
            self._catalog.values.put(_begun(chore), now.date().isoformat())

    def _next(self, now: datetime) -> Chore | None:
        """The first chore that was not begun today; a house that is new begins with its second day."""
        nightly = self._settings.nightly
        at_work = set(self._errands.running()) - {LETTERS}
        if nightly is None or now.time() < nightly or at_work:
            return None
        today, values = now.date().isoformat(), self._catalog.values
        for chore in CHORES:
            begun = values.get(_begun(chore)) or values.once(_begun(chore), today)
            if begun != today and chore.has_work(self._settings, self._catalog):
                return chore
        return None

    def _start(self, kind: str, verb: Sequence[str]) -> bool:
        try:
            self._errands.start(kind, verb)
        except Conflict:
            log.info("%s is still going on", kind)
            return False
        return True


def _begun(chore: Chore) -> str:
    return f"night of the last {chore.kind}"
