"""`synesthete import [KIND] PATH...`: listens, playlists, features and data sets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.options import (
    DONE,
    FAILED,
    SOME_FAILED,
    data_folder,
    data_option,
    echo_json,
    json_option,
    note,
)
from synesthete.errors import InputError, NotFound
from synesthete.settings import load_settings

if TYPE_CHECKING:
    from synesthete.catalog import Catalog
    from synesthete.jobs.ingest import Imported, Wishes

SHOWN = 10
"""Names of tracks that were not found, printed for each file."""


@click.command(name="import", context_settings={"ignore_unknown_options": False})
@click.argument("what", nargs=-1, required=True, metavar="[KIND] PATH...")
@click.option("--listener", help="Whose listens and playlists these are; the owner when not given.")
@click.option(
    "--min-tracks", default=10, show_default=True, help="taste-profile: fewest songs of a listener."
)
@click.option(
    "--top-tracks", default=5000, show_default=True, help="taste-profile: most played songs kept; 0 all."
)
@click.option("--labels", help="audioset: labels to keep instead of music, parted by semicolons.")
@click.option(
    "--out", type=click.Path(file_okay=False), help="audioset: also write .jsonl and .parquet here."
)
@click.option(
    "--make/--no-make", "make_tracks", default=None, help="Keep tracks that are not in the library."
)
@click.option("--again", is_flag=True, help="Read files again that were imported before.")
@data_option
@json_option
def import_(
    what: tuple[str, ...], listener: str | None, min_tracks: int, top_tracks: int, labels: str | None,
    out: str | None, make_tracks: bool | None, again: bool, as_json: bool,
) -> int:  # fmt: skip
    """Read listens, playlists, features and data sets into the catalog.

    KIND is recognized from the content when it is not given. Files, folders, zip archives and compressed
    files are read; nothing is ever half imported, and importing a file again changes nothing.
    """
    from synesthete.catalog import Catalog
    from synesthete.datasets.taste_profile import Filters
    from synesthete.jobs.ingest import Wishes, ingest

    kind, paths = _kind_and_paths(what)
    wishes = Wishes(kind, Filters(min_tracks, top_tracks), _labels(labels), make_tracks, again)
    results: list[Imported] = []
    with Catalog(load_settings(data_folder()).database_url) as catalog:
        person = _person(catalog, listener)
        for result in ingest(catalog, paths, person, wishes, _progress(as_json)):
            results.append(result)
            if not as_json:
                _print(result)
    tables = _tables(paths, wishes, Path(out)) if out else None
    if as_json:
        echo_json({"files": [result.to_dict() for result in results], "tables": tables})
    elif tables:
        click.echo(f"{tables['clips']:,} clips in {tables['jsonl']} and {tables['parquet']}")
    states = {result.state for result in results}
    if states <= {"failed", "skipped"}:
        return FAILED
    return SOME_FAILED if "failed" in states else DONE


def _kind_and_paths(what: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The first word is a kind if it is one, or if it is neither a kind nor a path and more follows."""
    from synesthete.datasets.kinds import KINDS

    first, *rest = what
    if first in (*KINDS, "audioset") and rest:
        return first, tuple(rest)
    if first in (*KINDS, "audioset") and not Path(first).exists():
        raise click.UsageError(f"Which files? synesthete import {first} PATH...")
    if rest and not Path(first).expanduser().exists() and "/" not in first and "." not in first:
        return first, tuple(rest)  # `ingest` says which kinds there are
    return None, what


def _person(catalog: Catalog, name: str | None) -> Any:
    if name is None:
        return None
    found = catalog.listeners.named(name)
    if found is None:
        raise NotFound(
            "no listener has this name", subject=name, hint="`synesthete listeners list` names them."
        )
    return found.id


def _labels(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def _progress(quiet: bool) -> Any:
    if quiet or not sys.stderr.isatty():
        return lambda file, entries: None
    return lambda file, entries: click.echo(f"\r{entries:>12,}  {Path(file).name[:60]}", nl=False, err=True)


def _tables(paths: tuple[str, ...], wishes: Wishes, folder: Path) -> dict[str, Any]:
    """The clips once more, as tables; they are streamed, so nothing of them is held meanwhile."""
    from synesthete.datasets.audioset.tables import write_tables
    from synesthete.jobs.ingest import clips_of

    if wishes.kind not in (None, "audioset"):
        raise InputError("tables are written of AudioSet clips only", hint="Leave --out away.")
    return write_tables(clips_of(paths, wishes.labels), folder)


def _print(result: Imported) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    click.echo(
        f"{result.file}: {result.kind or 'unknown'}, {result.state}{f' ({result.why})' if result.why else ''}"
    )
    if result.state != "imported":
        return
    report = result.report
    click.echo(f"  read {report['read']:,}, accepted {report['accepted']:,}")
    for title in ("refused", "left_out", "notes"):
        for reason, number in report[title].items():
            click.echo(f"  {title.replace('_', ' ')}: {number:,}  {reason}")
    for example in report["examples"][:SHOWN]:
        place = f"line {example['line']}" if example["line"] else "somewhere"
        click.echo(f"    {place}: {example['reason']}{': ' + example['text'] if example['text'] else ''}")
    for name, number in result.written.items():
        click.echo(f"  {name}: {number:,}")
    if result.matched:
        click.echo(f"  tracks {_matched(result.matched)}")
    for name in result.unmatched[:SHOWN]:
        click.echo(f"    not in the library: {name}")
    if len(result.unmatched) > SHOWN:
        note(f"    ... and {len(result.unmatched) - SHOWN:,} more; --json lists them")


def _matched(matched: dict[str, int]) -> str:
    """How many tracks were found by what, and how many were not: "found by names 5; new 3; not found 2"."""
    found = ", ".join(f"{by} {n:,}" for by, n in sorted(matched.items()) if by not in ("none", "new"))
    made = f"new {matched['new']:,}" if matched.get("new") else ""
    missing = f"not found {matched['none']:,}" if matched.get("none") else ""
    return "; ".join(filter(None, (f"found by {found}" if found else "", made, missing)))
