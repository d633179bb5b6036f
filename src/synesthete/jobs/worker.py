"""What a worker process runs: take an item, work, answer, until the line to the parent ends.

Started as `python -m synesthete.jobs.worker NICE` by a `Hand`, never by people.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO

from synesthete.jobs.executors import done_here
from synesthete.jobs.hand import READY, receive, send


def main() -> None:
    """Work until the parent closes the line, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    incoming, outgoing = _line()
    if hasattr(os, "nice"):
        os.nice(int(sys.argv[1]))
    sys.path[:] = receive(incoming)
    send(outgoing, READY)
    items: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # Reading in a thread, so that the end of the parent ends this process at once, in the middle of a file too.
    threading.Thread(target=_read, args=(incoming, items), daemon=True).start()
    while True:
        outcome = done_here(*items.get())
        send(outgoing, (outcome.result, outcome.error))


def _line() -> tuple[BinaryIO, BinaryIO]:
    """The line to the parent; what libraries print goes to stderr instead of into it."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    return incoming, outgoing


def _read(incoming: BinaryIO, items: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            items.put(receive(incoming))
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    main()
