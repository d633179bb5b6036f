"""Executors: hands. They map a function over items, give outcomes as they come, and a bad item costs itself.

`Inline` works here; `Processes` in worker processes that can be killed one file at a time, so that a decoder
that hangs or crashes takes nothing else with it.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from synesthete.errors import SynestheteError
from synesthete.jobs.hand import Hand, HandLost

Item = TypeVar("Item")
Result = TypeVar("Result")

TICK_S = 0.5
"""How often an executor looks up from waiting: time limits and pauses are this exact."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Item, Result]):
    """What came of one item: a result, or an error in words."""

    item: Item
    result: Result | None = None
    error: str | None = None


class Executor(Protocol):
    """Hands: as many as there are, working through a heap of items."""

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item | None]
    ) -> Iterator[Outcome[Item, Result] | None]:
        """Outcomes as they come, in any order; None now and then while nothing has come.

        Items are taken only when a hand is free; an item None says that there is nothing to do for a moment.
        Closing the iterator gives up what is in flight.
        """
        ...

    def close(self) -> None:
        """Let the hands go."""
        ...


class Inline:
    """One pair of hands: this process. No time limit can be kept, and a crash is everybody's."""

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item | None]
    ) -> Iterator[Outcome[Item, Result] | None]:
        """Outcomes in the order of the items."""
        for item in items:
            if item is None:
                time.sleep(TICK_S)
                yield None
            else:
                yield done_here(function, item)

    def close(self) -> None:
        """Nothing to let go."""


def done_here(function: Callable[[Item], Result], item: Item) -> Outcome[Item, Result]:
    """What comes of one item in this process; any error is the item's own."""
    try:
        return Outcome(item, function(item))
    except SynestheteError as error:
        return Outcome(item, error=in_words(error))
    except Exception as error:  # noqa: BLE001  the door of one item: whatever it is, the others go on
        return Outcome(item, error=f"unexpected {type(error).__name__}: {error}")


def in_words(error: SynestheteError) -> str:
    """An error without its subject, which the ledger has beside it."""
    return error.what if error.hint is None else f"{error.what}. {error.hint}"


@dataclass(frozen=True, slots=True)
class _Task:
    """What a hand has at work: the item, and since when (seconds of the monotonic clock)."""

    item: Any
    since: float


class Processes:
    """`workers` processes, each with niceness `nice`, using at most `load` percent of a core each.

    An item that takes longer than `timeout_s` is given up: its process is killed and replaced. The processes
    start with the first item and stay for further maps; close the executor when all is done.
    """

    def __init__(self, workers: int = 1, nice: int = 0, load: int = 100, timeout_s: float = 600.0):
        self.workers, self.nice, self.load, self.timeout_s = workers, nice, load, timeout_s
        self._answers: queue.SimpleQueue[tuple[Hand, Any]] = queue.SimpleQueue()
        self._resting: list[tuple[float, Hand]] = []  # (when it may work again, hand)
        self._at_work: dict[Hand, _Task] = {}

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item | None]
    ) -> Iterator[Outcome[Item, Result] | None]:
        """Outcomes as they come. `function` is a module's function, or a `functools.partial` of one."""
        waiting = iter(items)
        more = True
        try:
            while more or self._at_work:
                more = more and self._deal(function, waiting)
                if self._at_work or more:
                    yield from self._wait()
        finally:
            for hand in self._at_work:
                hand.end()
            self._at_work.clear()

    def close(self) -> None:
        """End every process."""
        for hand in [*self._at_work, *(hand for _, hand in self._resting)]:
            hand.end()
        self._at_work.clear()
        self._resting.clear()

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _deal(self, function: Callable[[Item], Result], waiting: Iterator[Item | None]) -> bool:
        """Give an item to every hand that is free; whether there may be more items."""
        while self._has_free():
            item = next(waiting, _END)
            if item is None or item is _END:
                return item is None
            hand = self._free()
            self._at_work[hand] = _Task(item, time.monotonic())
            hand.give(function, item)
        return True

    def _has_free(self) -> bool:
        now = time.monotonic()
        fewer = len(self._resting) + len(self._at_work) < self.workers
        return fewer or any(ready <= now for ready, _ in self._resting)

    def _free(self) -> Hand:
        """A hand that has rested enough, else a new one."""
        now = time.monotonic()
        for place, (ready, hand) in enumerate(self._resting):
            if ready <= now:
                del self._resting[place]
                return hand
        return Hand(self._answers, self.nice)

    def _wait(self) -> Iterator[Outcome[Any, Any] | None]:
        """The next outcome; or after a while those whose time is up, and None."""
        wakes = [ready - time.monotonic() for ready, _ in self._resting]
        patience_s = TICK_S if not self._at_work else max(0.01, min([TICK_S, *(w for w in wakes if w > 0)]))
        try:
            hand, answer = self._answers.get(timeout=patience_s)
        except queue.Empty:
            yield from self._overdue()
            yield None
            return
        task = self._at_work.pop(hand, None)
        if isinstance(answer, HandLost):
            hand.end()
            self._resting = [(ready, other) for ready, other in self._resting if other is not hand]
            if not answer.started:
                raise SynestheteError(
                    f"a worker process cannot start ({answer})", hint="Its own words are above, on stderr."
                )
            if task is not None:
                yield Outcome(task.item, error=f"the decoder crashed on this file ({answer})")
        elif task is not None:
            busy_s = time.monotonic() - task.since
            self._resting.append((time.monotonic() + busy_s * (100 / self.load - 1), hand))
            yield Outcome(task.item, *answer)

    def _overdue(self) -> Iterator[Outcome[Any, Any]]:
        for hand, task in list(self._at_work.items()):
            if time.monotonic() - task.since > self.timeout_s:
                del self._at_work[hand]
                hand.end()
                yield Outcome(task.item, error=f"it took longer than {self.timeout_s:g} s and was given up")


_END: Any = object()


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
