"""What verbs have in common: where the data is, and how to print."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from synesthete.errors import InputError

DONE, FAILED, MISUSED, SOME_FAILED = 0, 1, 2, 3

NOTHING_THERE = "The library is empty. Add a folder of music: synesthete add ~/Music"


class Verbs(click.Group):
    """A group of verbs, listed with the whole first sentence of each; click alone would cut it off."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "VERB [ARGS]...", **more})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lines = [(name, first_sentence(verb.help or "")) for name, verb in self.commands.items()]
        with formatter.section("Verbs"):
            formatter.write_dl(lines)


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, in one line."""
    return re.split(r"(?<=[.?!])\s", " ".join(inspect.cleandoc(text).split()), maxsplit=1)[0]


def data_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--data DIR`, accepted before the verb or after it; the value goes into the context."""

    def remember(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.find_root().obj["data"] = value

    return click.option(
        "--data",
        type=click.Path(file_okay=False),
        callback=remember,
        expose_value=False,
        help="Where everything is kept (SYNESTHETE_DATA).",
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`: one JSON document on stdout and nothing else."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(function)


def data_folder() -> str | None:
    """The folder given by `--data`, or None to let the settings decide."""
    value = click.get_current_context().find_root().obj.get("data")
    return None if value is None else str(value)


def with_room(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """The file to write, its folder made where it is missing: before minutes of work, not after."""
    if path is None:
        return None
    probe = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(f"nothing can be written there ({error.strerror})", subject=path) from error
    return path


def html_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--html FILE`: also a page with charts."""
    return click.option(
        "--html",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=with_room,
        help="Also write a page with charts.",
    )(function)


def echo_json(document: Any) -> None:
    """The document as JSON on stdout; anything JSON cannot say is a programming error."""
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))


def note(text: str) -> None:
    """One line for the person, on stderr."""
    click.echo(text, err=True)
