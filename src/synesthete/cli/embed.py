"""`synesthete embed`: the embeddings of files, for whoever wants to work with them or judge them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synesthete.cli.options import DONE, FAILED, SOME_FAILED, data_folder, data_option, note

if TYPE_CHECKING:
    from synesthete.encoders.hearing import Heard
    from synesthete.encoders.onnx import Precision
    from synesthete.settings import Settings


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--encoder", "name", help="Encoder to use; the one in force when not given.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The .npz to write."
)
@click.option("--precision", type=click.Choice(["auto", "fp32", "int8"]), default="auto", show_default=True)
@click.option("--quick", is_flag=True, help="Hear three excerpts of each file instead of all of it.")
@data_option
def embed(files: tuple[Path, ...], name: str | None, out: Path, precision: Precision, quick: bool) -> int:
    """Write the embeddings of sound files (and of all in folders) to an .npz.

    Its arrays: names (N,), vectors (N, D), excerpt_vectors (M, D), excerpt_track (M,) as rows of names,
    excerpt_start_s (M,), excerpt_end_s (M,). A file that cannot be read is left out and reported; the exit
    code is then 3.
    """
    from synesthete.encoders.hearing import hear
    from synesthete.encoders.shelf import open_encoder
    from synesthete.errors import InputError, SynestheteError
    from synesthete.settings import load_settings

    if not out.absolute().parent.is_dir():  # better now than after an hour of hearing
        raise InputError("there is no such folder to write to", subject=out.parent)
    settings = load_settings(data_folder())
    provider = settings.execution_provider
    encoder = open_encoder(name or _in_force(settings), settings.data / "encoders", precision, provider)
    heard: dict[str, Heard] = {}
    wanted = expanded(files)
    with click.progressbar(wanted, label="Hearing", file=sys.stderr) as bar:
        troubles = []
        for path in bar:
            try:
                if (
                    path.exists() and not path.is_file()
                ):  # a pipe would be waited for, and cannot be read twice
                    raise InputError("this is no file", subject=path)
                heard[str(path)] = hear(encoder, path, "quick" if quick else "full")
            except (
                SynestheteError
            ) as error:  # the file's fault, or the network's with this file: others may do
                troubles.append(str(error))
    for trouble in troubles:
        note(f"left out: {trouble}")
    if not heard:
        note("Not one file could be read; nothing was written.")
        return FAILED
    write(out, heard)
    note(f"{len(heard)} of {len(wanted)} files, {encoder.card.stamp}: {out}")
    return SOME_FAILED if troubles else DONE


def _in_force(settings: Settings) -> str | None:
    """The encoder that the library hears with; as set where there is no library, of which none is made."""
    from synesthete.parts import open_parts

    if settings.database is None and not (settings.data / "catalog.sqlite").is_file():
        return settings.encoder
    with open_parts(settings) as parts:
        return parts.wanted


def expanded(files: tuple[Path, ...]) -> list[Path]:
    """The files, with folders replaced by the sound files in them, sorted; each once."""
    from synesthete.audio.suffixes import SUFFIXES

    found: dict[Path, None] = {}
    for path in files:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else None
        found.update(
            dict.fromkeys([path] if inside is None else [p for p in inside if p.suffix.lower() in SUFFIXES])
        )
    return list(found)


def write(out: Path, heard: dict[str, Heard]) -> None:
    """The arrays, written beside and renamed into place."""
    import os

    import numpy as np

    from synesthete.errors import printable

    counts = [len(h.excerpts) for h in heard.values()]
    draft = out.with_name(out.name + ".new")
    with draft.open("wb") as file:
        np.savez(
            file,
            names=np.array([printable(name) for name in heard]),
            vectors=np.stack([h.track for h in heard.values()]),
            excerpt_vectors=np.concatenate([h.excerpts for h in heard.values()]),
            excerpt_track=np.repeat(np.arange(len(heard)), counts),
            excerpt_start_s=np.concatenate([h.starts_s for h in heard.values()]).astype(np.float32),
            excerpt_end_s=np.concatenate([h.ends_s for h in heard.values()]).astype(np.float32),
        )
    os.replace(draft, out)
