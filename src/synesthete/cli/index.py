"""`synesthete index`: rebuild, inspect and export the index."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.options import Verbs, data_folder, data_option, echo_json, json_option, note

if TYPE_CHECKING:
    from synesthete.library import Library


encoder_option = click.option("--encoder", help="Whose index; that of the encoder in force when left out.")


@click.group(cls=Verbs)
def index() -> None:
    """Rebuild, inspect and export the index."""


@index.command()
@click.option(
    "--kind", type=click.Choice(["auto", "exact", "ivf"]), help="As the settings say when left out."
)
@encoder_option
@data_option
@json_option
def rebuild(kind: Any, encoder: str | None, as_json: bool) -> None:
    """Make the index anew from the catalog, and put it in force."""
    import synesthete
    from synesthete.jobs.refresh import refresh

    with synesthete.open(data_folder()) as library:
        parts = library.parts
        stamp = _stamp(library, encoder)
        made = refresh(
            parts.catalog, parts.index_folder(stamp), stamp, kind or parts.settings.index, anew=True
        )
        if made is None:
            raise parts.nothing_heard(stamp)
    _print_card(asdict(made.card), as_json)


@index.command()
@encoder_option
@data_option
@json_option
def info(encoder: str | None, as_json: bool) -> None:
    """What the index is of, and how it was made."""
    import synesthete

    with synesthete.open(data_folder()) as library:
        card = asdict(library.parts.index_of(_stamp(library, encoder)).card)
    _print_card(card, as_json)


@index.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["annoy", "npz"]), default="annoy", show_default=True)
@click.option("--trees", type=click.IntRange(1, 1000), default=50, show_default=True, help="Of Annoy.")
@encoder_option
@data_option
@json_option
def export(out: Path, form: str, trees: int, encoder: str | None, as_json: bool) -> None:
    """Write the index to OUT for other programs: Annoy with its ids beside it, or NumPy arrays."""
    import synesthete

    with synesthete.open(data_folder()) as library:
        found = library.parts.index_of(_stamp(library, encoder))
        if form == "annoy":
            from synesthete.index.annoy import export_annoy

            export_annoy(found, out, trees)
        else:
            import numpy as np

            with out.open("wb") as file:
                np.savez(file, ids=found.ids, vectors=found.vectors(found.ids), encoder=found.card.encoder)
        count = len(found)
    if as_json:
        echo_json({"format": form, "tracks": count, "file": str(out)})
    else:
        note(f"{count} tracks written to {out}.")


def _stamp(library: Library, encoder: str | None) -> str:
    """The encoder that is meant, whether or not it is still on the shelf."""
    from synesthete.encoders.shelf import find

    parts = library.parts
    if encoder is None:
        return parts.stamp
    known = parts.catalog.embeddings.encoders()
    return encoder if encoder in known else find(encoder, parts.encoders_folder).card.stamp


def _print_card(card: dict[str, Any], as_json: bool) -> None:
    if as_json:
        echo_json(card)
        return
    click.echo(
        f"{card['kind']} index of {card['count']} tracks by {card['encoder']}, {card['dim']} numbers each"
    )
    for name, value in card["parameters"].items():
        click.echo(f"  {name} {value}")
