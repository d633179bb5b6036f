"""The whole path: look at folders, hear what is new (quickly, then in full), keep the index in step."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from synesthete.catalog.folders import Folder
from synesthete.catalog.jobs import lives
from synesthete.catalog.ledger import FAILED
from synesthete.encoders import shelf
from synesthete.encoders.hearing import Plan
from synesthete.errors import Conflict
from synesthete.jobs.analyze import analyze
from synesthete.jobs.executors import Executor, Processes, cores
from synesthete.jobs.hear import Ear
from synesthete.jobs.reconcile import Findings
from synesthete.jobs.refresh import Keeper, refresh
from synesthete.jobs.rematch import rematch, told
from synesthete.jobs.running import Report, running
from synesthete.jobs.scan import scan
from synesthete.parts import Parts

CLOSED_DOOR = "cannot be opened"
"""In the reason of files that failed for want of permission: they are tried again at every update."""


def hands_for(
    parts: Parts, workers: int | None = None, nice: int | None = None, load: int | None = None
) -> Processes:
    """Worker processes as the settings say, unless told otherwise; 0 workers means one per core."""
    settings = parts.settings
    count = settings.workers if workers is None else workers
    return Processes(
        workers=count or cores(),
        nice=settings.nice if nice is None else nice,
        load=settings.load if load is None else load,
        timeout_s=settings.file_timeout_s,
    )


def look(
    parts: Parts,
    hands: Executor,
    folders: Sequence[Folder] | None = None,
    report: Report | None = None,
    wait: bool = False,
    empty_is_gone: bool = False,
) -> Findings:
    """Bring the tracks of these folders (or all) up to date with their files, as a job."""
    about = None if folders is None else ", ".join(f.path for f in folders)
    with running(parts.catalog, "scan", about, report, wait) as run:
        findings = scan(parts.catalog, hands, run, folders, empty_is_gone)
        late = told(rematch(parts.catalog))
        run.message = in_one_line(findings) + (f"; now known here: {late}" if late else "")
    return findings


def in_one_line(findings: Findings) -> str:
    """What a look at the folders found, for people."""
    named = ("new", "changed", "retagged", "moved", "back", "gone")
    told = [f"{getattr(findings, name)} {name}" for name in named if getattr(findings, name)]
    if findings.problems:
        told.append(f"{len(findings.problems)} could not be looked at")
    return f"{findings.found} files" + (": " + ", ".join(told) if told else "")


def hear(
    parts: Parts,
    hands: Executor,
    report: Report | None = None,
    wait: bool = False,
    passes: Sequence[Plan] = ("quick", "full"),
    stamp: str | None = None,
    retry: bool = False,
) -> None:
    """Hear everything that the wanted encoder (or the one with this stamp) has not heard, as jobs.

    A quick pass over all comes first, then the full one (or the `passes` that are named); the index is refreshed
    meanwhile. When an encoder other than the one in force has heard all there is, it is put in force.
    """
    wanted = stamp or parts.wanted
    catalog = parts.catalog
    card = parts.open_encoder(wanted).card  # what keeps it from opening is told once, not for every file
    ear = Ear(card.stamp, parts.encoders_folder, parts.settings.execution_provider)
    keeper = Keeper(catalog, parts.index_folder(ear.stamp), ear.stamp, parts.settings.index)
    _reopen(parts, ear.stamp, retry)
    for plan in passes:
        with running(catalog, "analyze", f"{ear.stamp}, {plan}", report, wait) as run:
            analyze(catalog, hands, run, ear, plan, keeper.now_and_then)
            keeper.now()
    counts = catalog.ledger.counts(ear.stamp)
    if ear.stamp != parts.stamp and counts.pending == 0 and counts.analyzed:
        parts.put_in_force(ear.stamp)


def answer_now(parts: Parts, stamp: str) -> None:
    """Put an encoder in force with what it has heard so far. Raises Conflict when that is nothing of something."""
    counts = parts.catalog.ledger.counts(stamp)
    if counts.found and not counts.analyzed:
        hint = f"Let it hear first; the present one answers meanwhile: synesthete encoders switch {stamp}"
        raise Conflict("this encoder has heard nothing yet", subject=stamp, hint=hint)
    refresh(parts.catalog, parts.index_folder(stamp), stamp, parts.settings.index)
    parts.put_in_force(stamp)


def withdraw(parts: Parts, name: str) -> None:
    """Take an added encoder off the shelf; what it heard goes first, so that an end in between leaves it unheard.

    Otherwise another network of the same name and version would answer with the vectors of this one.
    """
    entry = shelf.find(name, parts.encoders_folder)
    stamp = entry.card.stamp
    if stamp in (parts.stamp, parts.wanted):
        raise Conflict("this encoder is in use", subject=stamp, hint="Switch to another one first.")
    if any(lives(job) and (job.about or "").startswith(f"{stamp},") for job in parts.catalog.jobs.living()):
        hint = "Stop that job first; what it has heard would be deleted."
        raise Conflict("this encoder is hearing the library just now", subject=stamp, hint=hint)
    shelf.check_removable(entry)
    with parts.catalog.begin():
        parts.catalog.embeddings.forget_heard(stamp)
        parts.catalog.ledger.forget_encoder(stamp)
    shutil.rmtree(parts.index_folder(stamp), ignore_errors=True)
    shelf.remove(name, parts.encoders_folder)


def _reopen(parts: Parts, stamp: str, retry: bool) -> None:
    """Make failed files pending again: all when asked, else those that could not even be opened."""
    ledger = parts.catalog.ledger
    faults = ledger.faults(stamp, (FAILED,))
    ledger.forget([f.track_id for f in faults if retry or CLOSED_DOOR in f.reason], stamp)
