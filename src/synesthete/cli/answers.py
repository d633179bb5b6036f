"""How questions are filtered and answers printed: what `similar`, `recommend` and `path` have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.options import echo_json, note

if TYPE_CHECKING:
    from synesthete.catalog.tracks import Filter
    from synesthete.recommend.recommender import Answer


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which tracks may be answered: `--per-artist`, `--genre`, `--year`, `--folder`, `--exclude` ..."""
    options = (
        click.option(
            "--per-artist", type=click.IntRange(0), help="At most so many by one artist; 0: no limit. [2]"
        ),
        click.option(
            "--genre", "genres", multiple=True, help="Only this genre; may be given more than once."
        ),
        click.option(
            "--year", type=_Years(), help="Only this year or these: 1975, 1970-1979, 1990- or -1960."
        ),
        click.option("--shortest", type=click.FloatRange(0), help="Only tracks of at least so many seconds."),
        click.option("--longest", type=click.FloatRange(0), help="Only tracks of at most so many seconds."),
        click.option("--folder", type=click.Path(), help="Only tracks in this folder."),
        click.option("--exclude", "excluded", type=int, multiple=True, help="Not this track (its id)."),
    )
    for option in reversed(options):
        function = option(function)
    return function


class _Years(click.ParamType):
    name = "years"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        first, dash, last = str(value).strip().partition("-")
        if not all(part.isdigit() and len(part) <= 4 for part in (first, last) if part) or not (
            first or last
        ):
            self.fail(f"{value!r} is not a year or a range of years", param, ctx)
        begin = int(first) if first else None
        end = (int(last) if last else None) if dash else begin
        if begin is not None and end is not None and begin > end:
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return begin, end


def wishes(options: dict[str, Any]) -> dict[str, Any]:
    """The options of `filter_options` as fields of a Request."""
    import os

    from synesthete.catalog.tracks import Filter

    begin, end = options.pop("year") or (None, None)
    folder = options.pop("folder")
    wanted: Filter = Filter(
        genres=options.pop("genres"),
        year_from=begin,
        year_to=end,
        shortest_s=options.pop("shortest"),
        longest_s=options.pop("longest"),
        folder=None if folder is None else os.path.abspath(os.path.expanduser(folder)),
    )
    per_artist, excluded = options.pop("per_artist"), options.pop("excluded")
    asked: dict[str, Any] = {"wanted": wanted, "exclude_tracks": frozenset(excluded)}
    return asked if per_artist is None else asked | {"per_artist": per_artist}


def print_answer(answer: Answer, query: dict[str, Any], title: str, as_json: bool) -> None:
    """The answer as one JSON document, or as a table with reasons; what is missing is said on stderr."""
    if answer.coverage.note:
        note(answer.coverage.note)
    if answer.note:
        note(answer.note)
    if as_json:
        coverage = answer.coverage
        echo_json(
            {
                "query": query,
                "results": [one.to_dict() for one in answer.results],
                "note": answer.note,
                "coverage": {"tracks": coverage.tracks, "heard": coverage.heard, "encoder": coverage.encoder},
            }
        )
        return
    if answer.results:
        _print_table(answer, title)


def _print_table(answer: Answer, title: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), title_justify="left", box=None, padding=(0, 2, 0, 0), expand=False)
    for name, style in (
        ("Track", "bold"),
        ("Artist", ""),
        ("Alike", "cyan"),
        ("From", "dim"),
        ("Why", "dim"),
    ):
        table.add_column(name, style=style, justify="right" if name in ("Alike", "From") else "left")
    for one in answer.results:
        alike = "" if one.similarity is None else f"{100 * one.similarity:.0f} %"
        begins = "" if one.moment is None else clock(one.moment.start_s)
        others = len(one.versions)
        more = f" (+{others} version{'s' if others > 1 else ''})" if others else ""
        both = f" Both: {', '.join(one.both)}." if one.both else ""
        table.add_row(
            escape(one.track.title) + more, escape(one.track.artist), alike, begins, escape(one.reason + both)
        )
    Console().print(table)


def clock(seconds: float) -> str:
    """Seconds as 1:20."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def track_facts(track: Any) -> dict[str, Any]:
    """A track as queries and results name it in JSON."""
    return {
        "id": track.id, "title": track.title, "artist": track.artist, "album": track.album,
        "path": track.path, "duration_s": track.duration_s,
    }  # fmt: skip
