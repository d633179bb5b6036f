"""Ears: processes that decode what strangers send, each question within a time limit, a crash costing only itself."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from synesthete.errors import AudioError, Busy, SynestheteError
from synesthete.jobs.hand import Hand, HandLost
from synesthete.web.sound.tasks import Fault, guarded

Question = TypeVar("Question")
Result = TypeVar("Result")

IN_LINE = 16
"""Questions that may wait; more are turned away at once, so that a flood cannot fill the memory."""


class Ears:
    """Up to `pairs` worker processes, started when first needed and replaced when they crash or hang.

    Threads of the server may ask at the same time; each waits for its own answer.
    """

    def __init__(self, pairs: int = 1, timeout_s: float = 60.0):
        self._timeout_s = timeout_s
        self._free: queue.Queue[_Ear] = queue.Queue()
        self._waiting = threading.BoundedSemaphore(IN_LINE + pairs)
        self._ears = [_Ear() for _ in range(pairs)]
        for ear in self._ears:
            self._free.put(ear)

    def ask(
        self, function: Callable[[Question], Result], question: Question, timeout_s: float | None = None
    ) -> Result:
        """What the function makes of the question, in another process.

        Raises what it raises (of our family), AudioError when it crashes or takes too long, Busy when too
        many wait.
        """
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        if not self._waiting.acquire(blocking=False):
            raise Busy("too many sounds are waiting to be heard", hint="Try again in a few seconds.")
        try:
            try:
                ear = self._free.get(timeout=limit_s)
            except queue.Empty:
                raise Busy("others are being heard just now", hint="Try again in a few seconds.") from None
            try:
                return ear.ask(function, question, limit_s)
            finally:
                self._free.put(ear)
        finally:
            self._waiting.release()

    def close(self) -> None:
        """End the processes."""
        for ear in self._ears:
            ear.end()


class _Ear:
    """One place for a process; the process itself comes and goes."""

    def __init__(self) -> None:
        self._hand: Hand | None = None
        self._answers: SimpleQueue[tuple[Hand, Any]] = SimpleQueue()

    def ask(self, function: Callable[[Any], Any], question: Any, limit_s: float) -> Any:
        if self._hand is None or not self._hand.alive:
            self._hand = Hand(self._answers)
        hand = self._hand
        hand.give(guarded, (function, question))
        until = time.monotonic() + limit_s
        while True:
            try:
                told, answer = self._answers.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                self.end()
                raise AudioError(
                    f"reading this sound took longer than {limit_s:g} s and was given up",
                    hint="Send a shorter excerpt, or another format.",
                ) from None
            if told is hand:  # what an earlier, ended process still said is not our answer
                break
        if isinstance(answer, HandLost):
            self.end()
            raise AudioError(
                f"the decoder crashed on this sound ({answer})", hint="Try another file or format."
            )
        result, error = answer
        if error is not None:
            raise SynestheteError(error)
        if isinstance(result, Fault):
            raise result.error()
        return result

    def end(self) -> None:
        """End the process, if there is one."""
        if self._hand is not None:
            self._hand.end()
            self._hand = None
