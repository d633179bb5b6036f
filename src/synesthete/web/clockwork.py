"""The server's own clock: calls the verbs that are due, as cron would where there is one.

Every step is a verb that may be called as often as one likes; so several servers may run the same clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool

from synesthete.errors import Conflict
from synesthete.settings import Settings
from synesthete.web.errands import Errands

EVERY_S = 900.0
"""A letter due at seven goes out by a quarter past."""

log = logging.getLogger("synesthete.web")


def verbs_of(settings: Settings) -> Mapping[str, Sequence[str]]:
    """What the clock calls with these settings: letters, where there is a mail server to take them."""
    return {"digest": ("digest", "send")} if settings.smtp and settings.letters_from else {}


async def tick(settings: Settings, errands: Errands, every_s: float = EVERY_S) -> None:
    """Call what is due, again and again, until cancelled."""
    verbs = verbs_of(settings)
    while verbs:
        for kind, verb in verbs.items():
            try:
                await run_in_threadpool(errands.start, kind, verb)
            except Conflict:
                log.info("%s is still going on", kind)
        await asyncio.sleep(every_s)
