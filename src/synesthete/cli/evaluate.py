"""`synesthete evaluate`: how good is it, on held-out data, beside baselines."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.options import data_folder, data_option, echo_json, html_option, json_option, note

if TYPE_CHECKING:
    from synesthete.evaluate.people import Data
    from synesthete.evaluate.report import Report

KINDS: dict[str, tuple[str, str]] = {
    "sound": ("evaluate_sound:sound", "Album, artist, genre and which-track scores of encoders on a folder."),
    "taste": ("evaluate:taste", "Held-out listeners: recall, NDCG, and what the lists are like."),
    "playlists": (
        "evaluate:playlists",
        "Playlists continued from 1, 5, 10, 25 tracks, and from their title.",
    ),
    "next": ("evaluate:next_", "The next track of ordered histories: hit rate and mean reciprocal rank."),
    "cold": ("evaluate:cold", "Tracks nobody has played, recommended by sound alone."),
    "replay": ("evaluate:replay", "This library's own listens: had it known what would be played next?"),
}


class Kinds(click.Group):
    """A group whose protocols are imported only when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(KINDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in KINDS:
            return None
        module, function = KINDS[name][0].split(":")
        command: click.Command = getattr(import_module(f"synesthete.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Protocols"):
            formatter.write_dl([(kind, line) for kind, (_, line) in KINDS.items()])


@click.group(cls=Kinds, subcommand_metavar="PROTOCOL [ARGS]...")
def evaluate() -> None:
    """How good is it, on held-out data beside baselines, with intervals and the split's seed."""


_TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


keep_option = click.option(
    "--keep/--no-keep", default=None,
    help="Keep the scores for the dashboard; those of this library are kept unless told otherwise.",
)  # fmt: skip


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.argument("plays", type=_TABLE, required=False),
        click.option("--part", help="Only rows of this part, where the table has a column `part`."),
        click.option(
            "--tracks", type=_TABLE, help="Facts on tracks (item_idx, artist_id, album_id, duration_sec)."
        ),
        click.option("--order", type=_TABLE, help="Order of histories (user_idx, item_idx, pos)."),
        click.option(
            "--sound",
            type=_TABLE,
            help="Sound of the tracks of PLAYS: .npz with ids (n,) and vectors (n, S).",
        ),
        click.option(
            "--by",
            type=click.Choice(["sound", "descriptors"]),
            default="sound",
            show_default=True,
            help="What stands for sound in this library: what the encoder heard, or named numbers.",
        ),
        click.option(
            "--limit", type=click.IntRange(min=1), help="At most so many listeners, drawn by the seed."
        ),
        click.option(
            "--seed", type=int, default=0, show_default=True, help="Of the split and the intervals."
        ),
        html_option,
        keep_option,
        data_option,
        json_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


_models = click.option("--model", "models", multiple=True, help="Model to test; several may be named.")


@click.command()
@_common
@_models
def taste(
    models: tuple[str, ...], seed: int, keep: bool | None, as_json: bool, html: Path | None, **where: Any
) -> None:
    """Strong generalization on PLAYS (Parquet: user_idx, item_idx), or on this library's listens and
    playlists."""
    from synesthete.evaluate.people import MODELS, evaluate_taste

    data = _data(seed, **where)
    report = evaluate_taste(data, models or MODELS, seed, _telling)
    _show(report, as_json, html)
    _keep(report, "taste", keep, where)


@click.command()
@_common
@_models
@click.option("--titles", type=_TABLE, help="Titles of playlists (Parquet: user_idx, title).")
def playlists(
    models: tuple[str, ...], seed: int, keep: bool | None, as_json: bool, html: Path | None, **where: Any
) -> None:
    """Playlist continuation by number of known tracks, by title alone included where there are titles."""
    from synesthete.evaluate.people import MODELS, evaluate_playlists

    data = _data(seed, **where)
    report = evaluate_playlists(data, models or MODELS, seed, _telling)
    _show(report, as_json, html)
    _keep(report, "playlists", keep, where)


@click.command("next")
@_common
@_models
def next_(
    models: tuple[str, ...], seed: int, keep: bool | None, as_json: bool, html: Path | None, **where: Any
) -> None:
    """What was played next: the last track of held-out ordered histories."""
    from synesthete.evaluate.people import NEXT_MODELS, evaluate_next

    data = _data(seed, **where)
    report = evaluate_next(data, models or NEXT_MODELS, seed, _telling)
    _show(report, as_json, html)
    _keep(report, "next", keep, where)


@click.command()
@_common
def cold(seed: int, keep: bool | None, as_json: bool, html: Path | None, **where: Any) -> None:
    """Tracks removed from all listens, recommended to held-out listeners by sound alone."""
    from synesthete.evaluate.cold import evaluate_cold

    if where["plays"] is not None and where["sound"] is None:
        raise click.UsageError("PLAYS needs --sound")
    report = evaluate_cold(_data(seed, **where), seed)
    _show(report, as_json, html)
    _keep(report, "cold", keep, where)


@click.command()
@click.option("--seed", type=int, default=0, show_default=True, help="Of the intervals, and among equals.")
@data_option
@json_option
def replay(seed: int, as_json: bool) -> None:
    """Had it known what would be played next? Everybody's last discoveries, asked again from the past.

    The scores are kept: the owner sees everybody's together on the dashboard, each listener their own.
    """
    from synesthete.evaluate.replay import replay as ask_again
    from synesthete.jobs.running import running

    with _parts() as parts, running(parts.catalog, "replay", None) as run:

        def tell(done: int, of: int) -> None:
            run.found, run.done = of, done
            run.tell()

        found = ask_again(parts, seed, tell)
        owners = [account.id for account in parts.catalog.accounts.all() if account.role == "owner"]
        parts.catalog.scores.put(found.scores(owners))
    _show(found.report(), as_json, None)


def _data(
    seed: int, plays: Path | None, sound: Path | None, by: str, limit: int | None, **files: Any
) -> Data:
    """What the protocols ask about: the tables, or this library's own listens and playlists."""
    from dataclasses import replace

    from synesthete.evaluate import sources

    if plays is None:
        if sound is not None:
            raise click.UsageError("--sound belongs to PLAYS")
        with _parts() as parts:
            data = sources.of_library(parts.catalog, parts.stamp, by)
    else:
        data, columns = sources.from_tables(plays, **files)
        if sound is not None:
            data = replace(data, sound=sources.read_sound(sound, columns))
    return data if limit is None else data.limited(limit, seed)


def _parts() -> Any:
    from contextlib import closing

    from synesthete.parts import open_parts
    from synesthete.settings import load_settings

    return closing(open_parts(load_settings(data_folder())))


def _keep(report: Report, protocol: str, wished: bool | None, where: dict[str, Any]) -> None:
    """Keep the scores for the dashboard: those of this library, or as was wished."""
    from synesthete.evaluate.report import scores_of

    if (where.get("plays") is None) if wished is None else wished:
        with _parts() as parts:
            parts.catalog.scores.put(scores_of(report, protocol))


def _telling(name: str) -> None:
    note(f"Learning and asking {name} ...")


def _show(report: Report, as_json: bool, html: Path | None) -> None:
    from synesthete.evaluate.page import as_html
    from synesthete.evaluate.report import as_text

    if html is not None:
        html.write_text(as_html(report), encoding="utf-8")
        note(f"The page is in {html}.")
    if as_json:
        echo_json(report.to_dict())
    else:
        click.echo(as_text(report), nl=False)
