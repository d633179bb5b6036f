"""`synesthete demo`: compose the demo library."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from synesthete.cli.options import data_folder, data_option, echo_json, json_option, note


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@data_option
@json_option
def demo(folder: Path | None, as_json: bool) -> None:
    """Compose sixty short pieces in ten styles into FOLDER (DATA/demo when left out).

    Pieces already there are kept. `synesthete add FOLDER` makes them part of your library.
    """
    from synesthete.demo.write import write_demo
    from synesthete.settings import load_settings

    place = folder or load_settings(data_folder()).data / "demo"
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task("Composing", total=None)
        paths = write_demo(place, progress=lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        echo_json({"folder": str(place), "tracks": [str(path) for path in paths]})
        return
    note(f"{len(paths)} pieces by {len({p.parts[-3] for p in paths})} artists are in {place}.")
