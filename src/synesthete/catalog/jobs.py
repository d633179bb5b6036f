"""Jobs: work that takes time. One process does a kind of work at a time, and its beat shows that it lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import jobs
from synesthete.catalog.writing import now
from synesthete.errors import Busy, InputError, NotFound

RUNNING, PAUSED, DONE, FAILED, STOPPED = "running", "paused", "done", "failed", "stopped"
LIVING = (RUNNING, PAUSED)

STALE_S = 60
"""A job on another machine without a beat for this long has died. Jobs beat every second or two; a laptop
that sleeps misses some, and its job then takes itself back (see `beat`)."""

_LOCK = 0x4A4F4253  # "JOBS": the advisory lock under which a PostgreSQL catalog hands out jobs


@dataclass(frozen=True, slots=True)
class Job:
    """One job: `found` = `done` + `skipped` + `failed` + what is still pending; `rate` items per second."""

    id: int
    kind: str
    state: str
    wish: str | None
    about: str | None
    found: int
    done: int
    skipped: int
    failed: int
    rate: float | None
    message: str | None
    report: str | None
    process: str | None
    started_at: int
    beat_at: int
    ended_at: int | None

    @property
    def pending(self) -> int:
        """Items still to do."""
        return max(0, self.found - self.done - self.skipped - self.failed)

    @property
    def left_s(self) -> float | None:
        """Seconds left at the present rate, or None while that is not known."""
        return self.pending / self.rate if self.rate and self.state == RUNNING else None


class Jobs(Noun):
    """The board of work."""

    def start(self, kind: str, about: str | None = None, alone: bool = True) -> int:
        """Begin a job in this process; its id.

        With `alone`, raises Busy while another living process does work of this kind. A job whose process
        has died is closed as failed.
        """
        at = now()
        with self._database.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            self._bury(at)
            other = next((job for job in self.living() if job.kind == kind), None)
            if alone and other is not None:
                raise Busy(
                    f"another process is already at this work ({kind})",
                    subject=other.process,
                    hint="Wait for it, or stop it; what it has done is kept.",
                )
            row = {
                "kind": kind,
                "state": RUNNING,
                "about": about,
                "process": _process(),
                "started_at": at,
                "beat_at": at,
            }
            return int(connection.execute(jobs.insert().values(row)).inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key

    def beat(self, job_id: int, **columns: Any) -> str | None:
        """Say that the job lives, with its counts (found, done, skipped, failed, rate, message).

        Returns what a person wishes of it: "pause", "stop" or None.
        """
        wish = self._set(job_id, state=columns.pop("state", RUNNING), beat_at=now(), ended_at=None, **columns)
        return None if wish is None else str(wish)

    def finish(self, job_id: int, state: str = DONE, message: str | None = None, **columns: Any) -> None:
        """Close the job as done, failed or stopped."""
        at = now()
        if message is not None:
            columns["message"] = message
        self._set(job_id, state=state, beat_at=at, ended_at=at, wish=None, **columns)

    def wish(self, job_id: int, wish: str | None) -> None:
        """Ask a running job to "pause" or "stop", or (None) to go on. Raises NotFound and InputError."""
        if wish not in (None, "pause", "stop"):
            raise InputError("a job can be asked to pause, to stop, or to go on", subject=wish)
        self._set(job_id, wish=wish)

    def get(self, job_id: int) -> Job:
        """The job with this id. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == int(job_id))).first()
        if row is None:
            raise NotFound("no job has this id", subject=job_id)
        return _job(row)

    def living(self) -> list[Job]:
        """Jobs that say they run or pause, oldest first."""
        asked = select(jobs).where(jobs.c.state.in_(LIVING)).order_by(jobs.c.id)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(asked)]

    def recent(self, n: int = 20) -> list[Job]:
        """The last n jobs, newest first."""
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(n))]

    def _bury(self, at: int) -> None:
        for job in self.living():
            if not lives(job, at):
                self._set(job.id, state=FAILED, ended_at=at, message="its process ended without a word")

    def _set(self, job_id: int, **columns: Any) -> Any:
        with self._database.begin() as connection:
            changed = update(jobs).where(jobs.c.id == int(job_id)).values(**columns)
            row = connection.execute(changed.returning(jobs.c.wish)).first()
            if row is None:
                raise NotFound("no job has this id", subject=job_id)
            return row.wish


def lives(job: Job, at: int | None = None) -> bool:
    """Whether the job's process is there: by its id on this machine, by its beat on another."""
    if job.state not in LIVING:
        return False
    host, _, pid = (job.process or "").rpartition(":")
    if host == socket.gethostname() and pid.isdigit() and not _is_there(int(pid)):
        return False
    return (now() if at is None else at) - job.beat_at < STALE_S


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_there(pid: int) -> bool:
    if os.name == "nt":  # os.kill would end it there; the beat decides
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _job(row: Row) -> Job:
    return Job(*row)
