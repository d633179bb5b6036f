"""`synesthete evaluate sound`: how well encoders hear, on a folder of yours."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from synesthete.cli.options import (
    SOME_FAILED,
    data_folder,
    data_option,
    echo_json,
    html_option,
    json_option,
    note,
)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--encoder", "names", multiple=True, help="Encoder to test; several may be named.")
@click.option("--csv", "labels", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Labels.")
@click.option("--split", help="held-out: the committed albums; a number: albums drawn by that seed.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of places, noises and filters.")
@click.option(
    "--teachers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of published taggers' weights to set beside (needs the extra [train]).",
)
@click.option("--teacher", "teacher_names", multiple=True, help="Which of them, e.g. msd-fcn; repeatable.")
@click.option("--baseline", help="Encoder that the others are compared with; MFCC statistics unless named.")
@html_option
@click.option("--keep", is_flag=True, help="Keep the scores for the dashboard.")
@data_option
@json_option
def sound(
    folder: Path,
    names: tuple[str, ...],
    labels: Path | None,
    split: str | None,
    seed: int,
    teachers: Path | None,
    teacher_names: tuple[str, ...],
    baseline: str | None,
    html: Path | None,
    keep: bool,
    as_json: bool,
) -> int:
    """Album, artist, genre and which-track scores of encoders on FOLDER, beside MFCC statistics.

    Labels come from a CSV (columns file, artist, album, genre), from FOLDER.csv, or from the files' tags.
    """
    from synesthete.encoders.shelf import open_encoder
    from synesthete.evaluate.collection import chosen, labeled_files
    from synesthete.evaluate.page import as_html
    from synesthete.evaluate.report import as_text
    from synesthete.evaluate.sound import evaluate_sound
    from synesthete.settings import load_settings

    settings = load_settings(data_folder())
    shelf = settings.data / "encoders"
    encoders = [open_encoder(name, shelf) for name in names or (settings.encoder,)]
    if teachers is not None:
        from synesthete.training.peers import peers

        encoders += peers(teachers, teacher_names)
    files = chosen(labeled_files(folder, labels), split)
    with click.progressbar(length=len(files), label="Listening", file=sys.stderr) as bar:
        report = evaluate_sound(encoders, files, seed, split, lambda done, total: bar.update(1), baseline)
    if keep:
        from synesthete.catalog import Catalog

        with Catalog(settings.database_url) as catalog:
            catalog.scores.put(report.kept())
    if html is not None:
        html.write_text(as_html(report.tables()), encoding="utf-8")
        note(f"{html} is written.")
    if as_json:
        echo_json(report.to_dict())
    else:
        click.echo(as_text(report.tables()))
    for name, reason in report.unreadable.items():
        note(f"left out: {name}: {reason}")
    return SOME_FAILED if report.unreadable else 0
