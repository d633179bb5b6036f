"""`synesthete encoders`: which ears there are, and which one answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.library import pace_options
from synesthete.cli.options import DONE, Verbs, data_folder, data_option, echo_json, json_option, note
from synesthete.cli.progress import shown

if TYPE_CHECKING:
    from synesthete.parts import Parts


@click.group(cls=Verbs, invoke_without_command=True)
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

    with synesthete.open(data_folder()) as library:
        rows = _rows(library.parts)
    if as_json:
        echo_json({"encoders": rows})
        return DONE
    for row in rows:
        mark = "*" if row["in_force"] else ">" if row["wanted"] else " "
        dim = "" if row["dim"] is None else f"{row['dim']} numbers"
        about = row["origin"] if row["license"] is None else f"{row['origin']}, {row['license']}"
        click.echo(f"{mark} {row['stamp']:<28} {dim:>12}  {_percent(row['coverage']):>5} heard  {about}")
    moving = any(row["wanted"] != row["in_force"] for row in rows)
    click.echo("* answers" + ("; > is hearing the library" if moving else ""))
    return DONE


def _percent(share: float) -> str:
    """As text; 100 % only when nothing is left, 0 % only when nothing was done."""
    return f"{min(max(round(100 * share), share > 0), 100 if share >= 1 else 99)} %"


def _rows(parts: Parts) -> list[dict[str, Any]]:
    """Every encoder on the shelf, and those that are not there any more but have heard tracks."""
    from synesthete.encoders.shelf import entries

    rows = [
        {
            "stamp": entry.card.stamp, "name": entry.card.name, "version": entry.card.version,
            "dim": entry.card.dim, "origin": entry.origin, "license": entry.card.license,
        }
        for entry in entries(parts.encoders_folder)
    ]  # fmt: skip
    known = parts.catalog.embeddings.encoders()
    for stamp in sorted(known.keys() - {row["stamp"] for row in rows}):
        name, _, version = stamp.partition("@")
        gone = {"dim": None, "origin": "not on the shelf", "license": None}
        rows.append({"stamp": stamp, "name": name, "version": version, **gone})
    for row in rows:
        stamp = str(row["stamp"])
        counts = parts.catalog.ledger.counts(stamp)
        row |= {
            "in_force": stamp == parts.stamp,
            "wanted": stamp == parts.wanted,
            "tracks": len(parts.catalog.embeddings.heard(stamp)) if stamp in known else 0,
            "pending": counts.pending,
            "coverage": round(counts.analyzed / counts.found, 4) if counts.found else 0.0,
        }
    return rows


@encoders.command()
@click.argument("name")
@click.option("--now", is_flag=True, help="Let it answer at once, from what it has heard so far.")
@pace_options
@data_option
def switch(name: str, now: bool, **pace: int | None) -> int:
    """Hear the whole library with encoder NAME, then let it answer. The present one answers meanwhile.

    Stopped, it goes on where it was when run again.
    """
    import synesthete

    with synesthete.open(data_folder()) as library, shown() as report:
        library.switch(name, report, now=now, **pace)
        stamp = library.parts.stamp
        counts = library.parts.catalog.ledger.counts(stamp)
        set_to = library.settings.encoder
    left = f", from {counts.analyzed} of {counts.found} tracks" if counts.pending else ""
    note(f"{stamp} answers{left}." + (" `synesthete update` hears the rest." if left else ""))
    if set_to is not None and set_to not in (stamp, stamp.partition("@")[0]):
        note(f"The setting `encoder` names {set_to}: the next update goes back to it unless that is changed.")
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
    """Take an encoder that was added off the shelf; its files, its index and what it heard are deleted."""
    import synesthete

    with synesthete.open(data_folder()) as library:
        library.remove(name)
    note(f"{name} is gone.")
    return DONE


@encoders.group(cls=Verbs)
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
