"""One worker process and the line to it: pickled items in, pickled outcomes out, by standard streams."""

from __future__ import annotations

import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Any

_LENGTH = struct.Struct(">Q")

# One core per worker: the numeric libraries would otherwise each start as many threads as there are cores.
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


READY = "ready"
"""The first thing a worker says."""


class HandLost(Exception):
    """A worker process ended without an answer; `started` is False when it never got ready."""

    def __init__(self, ending: str, started: bool = True):
        super().__init__(ending)
        self.started = started


class Hand:
    """A worker process started fresh (not forked: threads and open databases stay behind).

    Answers arrive in `answers` as (this hand, (result, error)) or (this hand, HandLost).
    """

    def __init__(self, answers: SimpleQueue[tuple[Hand, Any]], nice: int = 0):
        self._answers = answers
        self._ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "synesthete.jobs.worker", str(nice)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self.alive = True
        self._reader = threading.Thread(target=self._listen, daemon=True, name="hand")
        self._reader.start()
        self._say(list(sys.path))

    def give(self, function: Callable[[Any], Any], item: Any) -> None:
        """Hand over one item and what to do with it; a process that has died answers with HandLost."""
        if not self.alive:  # the listener has said so already, when nobody waited for an answer
            self._answers.put((self, HandLost("its process had ended", self._ready)))
            return
        self._say((function, item))

    def _say(self, value: Any) -> None:
        with suppress(OSError):  # the process has ended; the listener sees the end of its line, and says so
            send(self._in, value)

    def end(self) -> None:
        """Kill the process; what it was doing is lost."""
        self.alive = False
        self._process.kill()
        self._process.wait()
        for line in (self._in, self._out):
            with suppress(OSError):  # closing flushes what the process will never read
                line.close()

    def _listen(self) -> None:
        try:
            self._ready = receive(self._out) == READY
            while True:
                self._answers.put((self, receive(self._out)))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            code = self._process.wait()
            self.alive = False
            self._answers.put((self, HandLost(_ending(code), self._ready)))


def _ending(code: int) -> str:
    if code >= 0:
        return f"its process ended with code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def send(line: IO[bytes], value: Any) -> None:
    """Write one value to the line."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    line.write(_LENGTH.pack(len(data)) + data)
    line.flush()


def receive(line: IO[bytes]) -> Any:
    """Read one value from the line. Raises EOFError at its end."""
    size = line.read(_LENGTH.size)
    if len(size) < _LENGTH.size:
        raise EOFError
    data = line.read(_LENGTH.unpack(size)[0])
    return pickle.loads(data)
