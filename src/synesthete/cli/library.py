"""`synesthete add`, `update` and `status`: folders of music, and how things stand."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.options import (
    DONE,
    NOTHING_THERE,
    SOME_FAILED,
    data_folder,
    data_option,
    echo_json,
    json_option,
    note,
)
from synesthete.cli.progress import shown

if TYPE_CHECKING:
    from synesthete.jobs.reconcile import Findings
    from synesthete.jobs.status import Status
    from synesthete.library import Library


def pace_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--workers`, `--nice` and `--load`: how hard the analysis works."""
    for option in (
        click.option("--load", type=_Percent(), help="Share of each core to use, such as 50%."),
        click.option("--nice", type=click.IntRange(0, 19), help="Niceness of the analysis."),
        click.option(
            "--workers", type=click.IntRange(0, 256), help="Processes that analyze; 0: one per core."
        ),
    ):
        function = option(function)
    return function


class _Percent(click.ParamType):
    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).removesuffix("%").strip()
        if text.isdigit() and 1 <= int(text) <= 100:
            return int(text)
        self.fail(f"{value!r} is not a percentage from 1 to 100", param, ctx)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@pace_options
@click.option("--quick", is_flag=True, help="Hear three excerpts of each track only; `update` does the rest.")
@click.option("--no-wait", is_flag=True, help="Fail instead of waiting for another process at this work.")
@data_option
@json_option
def add(paths: tuple[str, ...], as_json: bool, quick: bool, no_wait: bool, **pace: int | None) -> int:
    """Remember folders of music, find, analyze and index what is in them."""
    with _opened() as library, shown() as report:
        findings = library.add(paths, report, quick=quick, wait=not no_wait, **pace)
    return _told(findings, as_json)


@click.command()
@pace_options
@click.option("--quick", is_flag=True, help="Hear three excerpts of each new track only.")
@click.option("--no-wait", is_flag=True, help="Fail instead of waiting for another process at this work.")
@click.option("--retry", is_flag=True, help="Try files that failed once more.")
@click.option(
    "--empty-is-gone", is_flag=True, help="Hide the tracks of folders that are absent or empty, too."
)
@data_option
@json_option
def update(
    as_json: bool, quick: bool, no_wait: bool, retry: bool, empty_is_gone: bool, **pace: int | None
) -> int:
    """Look at every folder again: new, changed, moved and removed files."""
    with _opened() as library, shown() as report:
        findings = library.update(
            report, quick=quick, wait=not no_wait, retry=retry, empty_is_gone=empty_is_gone, **pace
        )
    return _told(findings, as_json)


@click.command()
@click.option("--failed", is_flag=True, help="List each file that failed or was skipped, with its reason.")
@data_option
@json_option
def status(as_json: bool, failed: bool) -> int:
    """What is known, analyzed, pending, skipped and failed."""
    with _opened() as library:
        now = library.status()
    if as_json:
        document = now.to_dict()
        if failed:
            document["failed"] = _faults(now)
        echo_json(document)
    else:
        _print_status(now, failed)
    return DONE


@contextmanager
def _opened() -> Iterator[Library]:
    """The library of the command line's data folder; SIGTERM ends the work as Ctrl-C does."""
    import synesthete

    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with synesthete.open(data_folder()) as library:
            yield library
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _told(findings: Findings, as_json: bool) -> int:
    """Say what was found and how things stand; the exit code."""
    from synesthete.jobs.update import in_one_line

    for path, reason in findings.problems:
        note(f"{reason}: {_printable(path)}")
    with _opened() as library:
        now = library.status()
    if as_json:
        echo_json(now.to_dict() | {"findings": findings.to_dict()})
    else:
        click.echo(in_one_line(findings))
        _print_status(now, failed=False)
    return SOME_FAILED if now.failed or findings.problems else DONE


def _print_status(now: Status, failed: bool) -> None:
    tracks = now.tracks
    click.echo(
        f"{tracks.found} files: {tracks.analyzed} analyzed, {tracks.skipped} skipped, {tracks.failed} failed,"
        f" {tracks.pending} pending"
    )
    if tracks.quick:
        click.echo(
            f"{tracks.quick} of them were heard in excerpts so far; `synesthete update` hears them in full."
        )
    if now.wanted != now.encoder:
        click.echo(f"Encoder {now.encoder}; the library is being heard anew with {now.wanted}.")
    else:
        click.echo(f"Encoder {now.encoder}")
    index = now.index or {}
    click.echo(
        f"Index of {index.get('tracks', 0)} tracks" + (f" ({index['kind']})" if index.get("kind") else "")
    )
    if not now.folders and not now.known:
        note(NOTHING_THERE)
    for folder in now.folders:
        click.echo(f"Folder {_printable(folder['path'])}" + ("" if folder["present"] else " (not there now)"))
    for job in now.jobs:
        click.echo(f"Working: {job['kind']} ({job['about']}), {job['done']} of {job['found']}")
    if failed:
        for fault in _faults(now):
            click.echo(f"{fault['state']}: {fault['path']}: {fault['reason']}")
    elif now.failed or now.skipped:
        click.echo("`synesthete status --failed` lists failed and skipped files with their reasons.")


def _faults(now: Status) -> list[dict[str, Any]]:
    return [
        {"id": f.track_id, "path": _printable(f.path), "state": f.state, "reason": f.reason}
        for f in [*now.failed, *now.skipped]
    ]


def _printable(path: str) -> str:
    from synesthete.errors import printable

    return printable(path)
