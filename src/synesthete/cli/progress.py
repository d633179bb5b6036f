"""Progress on stderr: a bar with rate and time left for people, quiet lines for logs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from synesthete.cli.options import note

if TYPE_CHECKING:
    from synesthete.jobs.running import Progress, Report

LINE_EVERY_S = 10.0

_DOING = {"scan": "Looking", "analyze": "Hearing", "learn": "Learning"}


@contextmanager
def shown() -> Iterator[Report]:
    """What jobs report to, for as long as the block lasts."""
    if sys.stderr.isatty():
        yield from _bar()
    else:
        yield _lines()


def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[left]}"), TextColumn("{task.fields[faults]}"),
    )  # fmt: skip
    tasks: dict[tuple[str, str | None], int] = {}
    with Bar(*columns, console=Console(stderr=True)) as bar:

        def report(now: Progress) -> None:
            key = (now.kind, now.about)
            if key not in tasks:
                tasks[key] = bar.add_task("", total=None, rate="", left="", faults="")
            bar.update(
                tasks[key],  # type: ignore[arg-type]
                description=_described(now),
                total=now.found or None,
                completed=now.done + now.skipped + now.failed,
                rate=_rate(now),
                left=_left(now),
                faults=f"{now.failed} failed" if now.failed else "",
            )

        yield report


def _lines() -> Report:
    last: dict[str, float] = {}

    def report(now: Progress) -> None:
        handled = now.done + now.skipped + now.failed
        over = handled == now.found and now.found > 0
        due = time.monotonic() - last.get(now.kind, -LINE_EVERY_S) >= LINE_EVERY_S
        if due and not over and (handled or now.message):
            last[now.kind] = time.monotonic()
            counts = f": {handled} of {now.found}" if now.found else ""
            parts = [_described(now) + counts, _rate(now), _left(now)]
            note(", ".join(filter(None, parts)))

    return report


def _described(now: Progress) -> str:
    text = _DOING.get(now.kind, now.kind)
    if now.kind == "analyze" and now.about:
        text += " (" + now.about.rpartition(", ")[2] + ")"
    if now.state == "paused":
        text += ", paused"
    return now.message or text if now.state == "waiting" else text


def _rate(now: Progress) -> str:
    return f"{now.rate:.1f} per s" if now.rate else ""


def _left(now: Progress) -> str:
    if now.left_s is None:
        return ""
    minutes, seconds = divmod(round(now.left_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min left" if hours else f"{minutes}:{seconds:02d} left"
