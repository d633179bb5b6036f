"""`synesthete encoders`: which ears there are, and which one answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from synesthete.cli.library import pace_options
from synesthete.cli.options import DONE, data_folder, data_option, echo_json, json_option, note
from synesthete.cli.progress import shown


@click.group(invoke_without_command=True)
@data_option
@json_option
@click.pass_context
def encoders(ctx: click.Context, as_json: bool) -> int | None:
    """List, switch, add, remove and convert encoders."""
    return _list(as_json) if ctx.invoked_subcommand is None else None


@encoders.command("list")
@data_option
@json_option
def list_(as_json: bool) -> int:
    """Every encoder, and how much of the library it has heard."""
    return _list(as_json)


def _list(as_json: bool) -> int:
    import synesthete
    from synesthete.encoders.shelf import entries

    with synesthete.open(data_folder()) as library:
        parts = library.parts
        files = parts.catalog.ledger.counts(parts.stamp).found
        known = set(parts.catalog.embeddings.encoders())
        rows = []
        for entry in entries(parts.encoders_folder):
            card = entry.card
            heard = len(parts.catalog.embeddings.heard(card.stamp)) if card.stamp in known else 0
            rows.append(
                {
                    "stamp": card.stamp,
                    "name": card.name,
                    "version": card.version,
                    "dim": card.dim,
                    "origin": entry.origin,
                    "license": card.license,
                    "in_force": card.stamp == parts.stamp,
                    "wanted": card.stamp == parts.wanted,
                    "tracks": heard,
                    "coverage": round(min(1.0, heard / files), 4) if files else 0.0,
                }
            )
    if as_json:
        echo_json({"encoders": rows})
        return DONE
    for row in rows:
        mark = "*" if row["in_force"] else ">" if row["wanted"] else " "
        click.echo(
            f"{mark} {row['stamp']:<28} {row['dim']:>4} numbers  {row['coverage']:>4.0%} heard  "
            f"{row['origin']}, {row['license']}"
        )
    click.echo(
        "* answers"
        + ("; > is hearing the library" if any(r["wanted"] != r["in_force"] for r in rows) else "")
    )
    return DONE


@encoders.command()
@click.argument("name")
@pace_options
@data_option
def switch(name: str, **pace: int | None) -> int:
    """Hear the whole library with encoder NAME, then let it answer. The present one answers meanwhile."""
    import synesthete

    with synesthete.open(data_folder()) as library, shown() as report:
        library.switch(name, report, **pace)
        note(f"{library.parts.stamp} answers.")
    return DONE


@encoders.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
def add(folder: Path) -> int:
    """Put the encoder in FOLDER (an ONNX network with its card.json) on the shelf, after trying it."""
    from synesthete.encoders import shelf

    entry = shelf.add(folder, _shelf())
    note(f"{entry.card.stamp} is on the shelf. To use it: synesthete encoders switch {entry.card.name}")
    return DONE


@encoders.command()
@click.argument("name")
@data_option
def remove(name: str) -> int:
    """Take an encoder that was added off the shelf; its files and its index are deleted."""
    import shutil

    import synesthete
    from synesthete.encoders import shelf
    from synesthete.errors import Conflict

    with synesthete.open(data_folder()) as library:
        parts = library.parts
        entry = shelf.find(name, parts.encoders_folder)
        if entry.card.stamp in (parts.stamp, parts.wanted):
            hint = "Switch to another one first."
            raise Conflict("this encoder is in use", subject=entry.card.stamp, hint=hint)
        shelf.remove(name, parts.encoders_folder)
        shutil.rmtree(parts.index_folder(entry.card.stamp), ignore_errors=True)
    note(f"{entry.card.stamp} is gone.")
    return DONE


@encoders.group()
def convert() -> None:
    """Make an encoder out of weights published elsewhere."""


@convert.command()
@click.option(
    "--checkpoint", required=True, type=click.Path(path_type=Path), help="vggish_model.ckpt, .pt, .pth."
)
@click.option(
    "--pca", required=True, type=click.Path(exists=True, path_type=Path), help="vggish_pca_params.npz."
)
@data_option
def vggish(checkpoint: Path, pca: Path) -> int:
    """Read the published VGGish weights into ONNX, and put them on the shelf."""
    from synesthete.encoders import shelf
    from synesthete.errors import SettingsError

    try:
        from synesthete.training.vggish import convert as read
    except ImportError as error:
        hint = "Install the extra: pip install 'synesthete[train]'"
        raise SettingsError(
            f"converting needs a package that is not here ({error.name})", hint=hint
        ) from error
    with tempfile.TemporaryDirectory() as draft:
        read(checkpoint, pca, Path(draft))
        entry = shelf.add(Path(draft), _shelf())
    note(f"{entry.card.stamp} is on the shelf. To use it: synesthete encoders switch {entry.card.name}")
    return DONE


def _shelf() -> Any:
    from synesthete.settings import load_settings

    return load_settings(data_folder()).data / "encoders"
