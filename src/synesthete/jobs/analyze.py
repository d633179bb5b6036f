"""Analyze: hear every file that this encoder has not heard, quickly first, then in full.

What was heard is written file by file, so an end at any moment loses the files in flight and nothing else;
the ledger knows what is left, and the next run goes on there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

from synesthete.catalog import Catalog
from synesthete.catalog.embeddings import Excerpts
from synesthete.catalog.ledger import ANALYZED, FAILED, PENDING, QUICK, SKIPPED, Todo
from synesthete.encoders.hearing import Plan
from synesthete.jobs.executors import Executor, Outcome
from synesthete.jobs.hear import Ear, Task, Told, hear_file
from synesthete.jobs.running import Run, Stopped

WANTED = {"quick": (PENDING,), "full": (PENDING, QUICK)}
"""Which files a pass takes on: a full pass also those that were heard quickly."""

SILENT = "there is only silence in it"


def analyze(
    catalog: Catalog,
    hands: Executor,
    run: Run,
    ear: Ear,
    plan: Plan,
    after_each: Callable[[], None] | None = None,
) -> None:
    """One pass over everything that is to be heard; `after_each` is called after every file."""
    todo = catalog.ledger.todo(ear.stamp, WANTED[plan])
    run.found, run.done, run.skipped, run.failed = len(todo), 0, 0, 0
    run.tell(at_once=True)
    for outcome in hands.map(partial(hear_file, ear), _tasks(todo, plan, run)):
        if outcome is None:
            run.tell()
            continue
        run.count(_keep(catalog, ear.stamp, outcome))
        if after_each is not None:
            after_each()
    if run.stopping:
        raise Stopped("the analysis was stopped", hint="What was heard is kept; run it again to go on.")


def _tasks(todo: list[Todo], plan: Plan, run: Run) -> Iterator[Task | None]:
    """Tasks one by one; None while a person wants a pause, none at all after a wish to stop."""
    for one in todo:
        while run.paused:
            yield None
        if run.stopping:
            return
        # The hash reads the whole file, as a full pass does anyway; a quick one should not.
        yield Task(one.track_id, one.path, plan, hashed=plan == "full" and one.sound_hash is None)


def _keep(catalog: Catalog, stamp: str, outcome: Outcome[Task, Told]) -> str:
    """Write what came of one file; "done", "skipped" or "failed"."""
    task, told = outcome.item, outcome.result
    if told is None:
        if not os.path.lexists(task.path):  # it vanished meanwhile: gone, not bad
            catalog.files.hide([task.track_id])
            return "skipped"
        catalog.ledger.mark(task.track_id, stamp, FAILED, outcome.error)
        return "failed"
    with catalog.begin():
        catalog.files.note([(task.track_id, _facts(told))])
        if told.heard.silent:
            catalog.ledger.mark(task.track_id, stamp, SKIPPED, SILENT)
            return "skipped"
        heard = told.heard
        excerpts = Excerpts(heard.excerpts, heard.starts_s, heard.ends_s)
        catalog.embeddings.put(task.track_id, stamp, heard.track, task.plan, excerpts)
        numbers = {name: one.value for name, one in heard.named.items()}
        sure = {name: one.confidence for name, one in heard.named.items()}
        catalog.descriptors.put(task.track_id, numbers, sure)
        catalog.ledger.mark(task.track_id, stamp, QUICK if task.plan == "quick" else ANALYZED)
    return "done"


def _facts(told: Told) -> dict[str, object]:
    info = told.info
    facts: dict[str, object] = {
        "duration_s": info.duration_s, "codec": info.codec, "sample_rate": info.sample_rate,
        "channels": info.channels,
    }  # fmt: skip
    if told.sound_hash is not None:
        facts["sound_hash"] = told.sound_hash
    return facts
