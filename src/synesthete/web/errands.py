"""Errands: work that takes time, run as verbs of the command line beside the server.

A process of its own cannot slow the server's answers or take it down, and goes on where it was when started
again. What it does is read from the catalog's list of jobs, as for a verb somebody typed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from synesthete.errors import Conflict
from synesthete.settings import Settings

Verb = Sequence[str]


@dataclass
class _Errand:
    verbs: list[Verb]
    process: subprocess.Popen[bytes] | None = None
    again: bool = False
    all_verbs: list[Verb] = field(default_factory=list)


class Errands:
    """Starts verbs, at most one errand of each kind at a time, and sees them end."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._lock = threading.Lock()
        self._errands: dict[str, _Errand] = {}
        self._closed = False

    def start(self, kind: str, *verbs: Verb, again: bool = False) -> int:
        """Run `synesthete VERB...` for each verb, one after another; the first one's process id.

        While an errand of this kind is under way: with `again` it is run once more afterwards, without
        raises Conflict. A verb that fails ends its errand.
        """
        with self._lock:
            present = self._errands.get(kind)
            if present is not None and present.process is not None:
                if not again:
                    raise Conflict(
                        "this work is going on already", subject=kind, hint="GET /api/v1/jobs shows it."
                    )
                present.again = True
                return present.process.pid
            errand = _Errand(list(verbs), all_verbs=list(verbs))
            self._errands[kind] = errand
            process = self._next(errand)
        threading.Thread(target=self._see_through, args=(errand,), daemon=True, name=f"errand {kind}").start()
        return process.pid

    def running(self) -> list[str]:
        """Kinds of work under way."""
        with self._lock:
            return [kind for kind, errand in self._errands.items() if errand.process is not None]

    def close(self) -> None:
        """Ask what was started to end; everything it did is kept."""
        with self._lock:
            self._closed = True
            processes = [errand.process for errand in self._errands.values() if errand.process is not None]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _see_through(self, errand: _Errand) -> None:
        process = errand.process
        while process is not None:
            code = process.wait()
            with self._lock:
                errand.process = None
                if code not in (0, 3):  # 3: done with some failed
                    errand.verbs = []
                if not errand.verbs and errand.again:
                    errand.verbs, errand.again = list(errand.all_verbs), False
                process = self._next(errand) if errand.verbs and not self._closed else None

    def _next(self, errand: _Errand) -> subprocess.Popen[bytes]:
        verb = errand.verbs.pop(0)
        errand.process = subprocess.Popen(
            [sys.executable, "-m", "synesthete", *verb],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "SYNESTHETE_DATA": str(self._settings.data)},
        )
        return errand.process
