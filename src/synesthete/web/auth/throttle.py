"""Slowing down guesses: after a few failures the next try must wait, longer each time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from synesthete.web.faults import TooMany

FREE = 5
"""Failures that cost nothing: people mistype."""
LONGEST_S = 900.0
REMEMBERED = 10_000
"""Addresses and names remembered at once; the oldest are forgotten first, so memory is bounded."""


@dataclass
class _Failures:
    count: int
    last: float


class Throttle:
    """Counts failures by key (a name, an address) in this process; a success clears the key.

    The wait after the sixth failure is 1 s and doubles up to 15 minutes; an hour without failures forgives.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def check(self, *keys: str) -> None:
        """Raises TooMany while any of the keys has to wait."""
        with self._lock:
            wait = max((self._wait(key) for key in keys), default=0.0)
        if wait > 0:
            raise TooMany("too many failed attempts", wait_s=wait)

    def failed(self, *keys: str) -> None:
        """Note a failure under each key."""
        with self._lock:
            for key in keys:
                past = self._failures.pop(key, None)
                count = past.count if past and self._clock() - past.last < 3600 else 0
                self._failures[key] = _Failures(count + 1, self._clock())
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """Forget the failures under each key."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _wait(self, key: str) -> float:
        past = self._failures.get(key)
        if past is None or past.count <= FREE:
            return 0.0
        pause = min(2.0 ** min(past.count - FREE - 1, 30), LONGEST_S)
        return past.last + pause - self._clock()
