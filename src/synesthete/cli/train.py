"""`synesthete train`: an encoder of one's own, from one's own audio."""

from __future__ import annotations

from pathlib import Path

import click

from synesthete.cli.options import SOME_FAILED, data_folder, data_option, echo_json, json_option, note
from synesthete.errors import SettingsError

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, path_type=Path)


@click.command()
@click.option(
    "--audio", multiple=True, required=True, type=EXISTING, help="Folder (or file) of recordings; repeatable."
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the run is kept."
)
@click.option("--name", default="mine", show_default=True, help="Name of the encoder.")
@click.option("--version", "version", default="1", show_default=True, help="Version of the encoder.")
@click.option(
    "--teachers", type=FOLDER, help="Folder of taggers' weights to learn from; none: self-supervised."
)
@click.option("--teacher", "teacher_names", multiple=True, help="Which of them, e.g. msd-fcn; repeatable.")
@click.option("--midi", multiple=True, type=FOLDER, help="Folder of MIDI files to render; repeatable.")
@click.option("--compose", type=click.IntRange(0), default=0, help="Pieces to compose by chance, 45 s each.")
@click.option("--remix", type=click.IntRange(0), default=0, help="Recordings to make anew, up to 50 s each.")
@click.option(
    "--hold-out",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File names never to train on.",
)
@click.option("--from", "start", help="Encoder to fine-tune from: a name (aurora) or a folder.")
@click.option(
    "--steps", type=click.IntRange(1), default=8000, show_default=True, help="Steps of training in all."
)
@click.option("--batch", type=click.IntRange(4), default=96, show_default=True, help="Windows per step.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of all chance.")
@click.option("--threads", type=click.IntRange(1), help="Processor threads; default: torch decides.")
@data_option
@json_option
def train(
    audio: tuple[Path, ...],
    out: Path,
    name: str,
    version: str,
    teachers: Path | None,
    teacher_names: tuple[str, ...],
    midi: tuple[Path, ...],
    compose: int,
    remix: int,
    hold_out: Path | None,
    start: str | None,
    steps: int,
    batch: int,
    seed: int,
    threads: int | None,
    as_json: bool,
) -> int:
    """Train an encoder on recordings; stop it at any time, and run the same command to go on.

    OUT gets pack/ (pictures), run/ (checkpoint, curves.csv, curves.png) and encoder/, which
    `synesthete encoders add` takes.
    """
    try:
        import torch

        from synesthete.training.loop import Plan
        from synesthete.training.material import Sources
        from synesthete.training.room import Order, held_out_files
        from synesthete.training.room import train as run
    except ImportError as error:
        raise SettingsError(f"training needs {error.name}", hint="pip install 'synesthete[train]'") from error
    if threads:
        torch.set_num_threads(threads)
    held_out = held_out_files(hold_out) if hold_out else frozenset()
    sources = Sources(audio, midi, compose, remix, teachers, teacher_names, held_out, seed)
    order = Order(sources, out, name, version, Plan(steps=steps, batch=batch, seed=seed), _folder(start))
    outcome = run(order, note)
    for line in outcome.failed:
        note(f"left out: {line}")
    if as_json:
        echo_json({"encoder": str(outcome.encoder), "tracks": outcome.tracks, "windows": outcome.windows,
                   "torch_to_onnx": outcome.parity.difference, "int8_cosine": outcome.parity.int8_cosine,
                   "left_out": outcome.failed})  # fmt: skip
    else:
        click.echo(f"{outcome.encoder} is ready: synesthete encoders add {outcome.encoder}")
    return SOME_FAILED if outcome.failed else 0


def _folder(start: str | None) -> Path | None:
    """The encoder folder of a name or a path."""
    if start is None or Path(start).is_dir():
        return None if start is None else Path(start)
    from synesthete.encoders.shelf import find
    from synesthete.settings import load_settings

    return find(start, load_settings(data_folder()).data / "encoders").folder
