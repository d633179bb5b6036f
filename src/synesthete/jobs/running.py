"""A job under way: counted, beating, and open to a person's wishes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from synesthete.catalog import Catalog
from synesthete.catalog.jobs import DONE, FAILED, PAUSED, RUNNING, STOPPED
from synesthete.errors import Busy, SynestheteError

BEAT_S = 1.0
RATE_WINDOW_S = 30.0
"""The rate is that of the last half minute: long enough to be calm, short enough to be true."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; `rate` in items per second and `left_s` are None until known."""

    kind: str
    about: str | None
    found: int
    done: int
    skipped: int
    failed: int
    rate: float | None
    left_s: float | None
    state: str = RUNNING
    message: str | None = None


Report = Callable[[Progress], None]
"""Told now and then how far a job is; must return at once."""


class Stopped(SynestheteError):
    """A person asked the job to stop."""


class Run:
    """One running job. The worker counts; a thread beats, writes the counts and fetches wishes."""

    def __init__(self, catalog: Catalog, job_id: int, kind: str, about: str | None, report: Report | None):
        self.job_id, self.kind, self.about = job_id, kind, about
        self.found = self.done = self.skipped = self.failed = 0
        self.message: str | None = None
        self._catalog, self._report = catalog, report
        self._wish: str | None = None
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self._told = 0.0
        self._over = threading.Event()
        self._beater = threading.Thread(target=self._beat, daemon=True, name=f"job {job_id}")
        self._beater.start()

    @property
    def paused(self) -> bool:
        """Whether a person asked for a pause."""
        return self._wish == "pause"

    @property
    def stopping(self) -> bool:
        """Whether a person asked for the end."""
        return self._wish == "stop"

    def count(self, state: str) -> None:
        """One more item "done", "skipped" or "failed"."""
        setattr(self, state, getattr(self, state) + 1)
        self.tell()

    def tell(self, at_once: bool = False) -> None:
        """Tell the listener how far we are, a few times per second at most."""
        if self._report is not None and (at_once or time.monotonic() - self._told > 0.2):
            self._told = time.monotonic()
            self._report(self.progress())

    def progress(self) -> Progress:
        """How far the job is."""
        handled = self.done + self.skipped + self.failed
        rate = self.rate()
        left_s = (self.found - handled) / rate if rate and self.found > handled else None
        return Progress(
            self.kind, self.about, self.found, self.done, self.skipped, self.failed, rate, left_s,
            PAUSED if self.paused else RUNNING, self.message,
        )  # fmt: skip

    def rate(self) -> float | None:
        """Items per second over the last half minute, None before the first."""
        now, handled = time.monotonic(), self.done + self.skipped + self.failed
        if now - self._marks[-1][0] > 1.0:
            self._marks.append((now, handled))
            while now - self._marks[0][0] > RATE_WINDOW_S:
                self._marks.popleft()
        since, before = self._marks[0]
        return (handled - before) / (now - since) if handled > before and now > since else None

    def end(self) -> None:
        """Stop beating."""
        self._over.set()
        self._beater.join()

    def columns(self) -> dict[str, Any]:
        """The counts as the job's row has them."""
        return {
            "found": self.found, "done": self.done, "skipped": self.skipped, "failed": self.failed,
            "rate": self.rate(), "message": self.message,
        }  # fmt: skip

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                state = PAUSED if self.paused else RUNNING
                self._wish = self._catalog.jobs.beat(self.job_id, state=state, **self.columns())
            except SynestheteError:
                # A missed beat is no fault while the next one comes; a catalog that stays locked or full
                # stops the job itself, with these words, at its next own write.
                continue


@contextmanager
def running(
    catalog: Catalog,
    kind: str,
    about: str | None = None,
    report: Report | None = None,
    wait: bool = False,
    alone: bool = True,
) -> Iterator[Run]:
    """A job that is closed when the block ends: done, stopped (Ctrl-C too) or failed.

    With `wait`, waits while another process is at this kind of work; without, raises Busy.
    """
    run = Run(catalog, _start(catalog, kind, about, report, wait, alone), kind, about, report)
    state, message = FAILED, None
    try:
        yield run
        state = DONE
    except (Stopped, KeyboardInterrupt, GeneratorExit):
        state = STOPPED
        raise
    except Exception as error:
        is_told = isinstance(error, SynestheteError)  # in words already
        message = str(error) if is_told else f"unexpected {type(error).__name__}: {error}"
        raise
    finally:
        run.end()
        run.message = message or run.message
        catalog.jobs.finish(run.job_id, state, **run.columns())
        run.tell(at_once=True)


def _start(
    catalog: Catalog, kind: str, about: str | None, report: Report | None, wait: bool, alone: bool
) -> int:
    while True:
        try:
            return catalog.jobs.start(kind, about, alone)
        except Busy as busy:
            if not wait:
                raise
            if report is not None:
                message = f"Waiting for another process ({busy.subject}), which is already at this work"
                report(Progress(kind, about, 0, 0, 0, 0, None, None, "waiting", message))
            time.sleep(BEAT_S)
