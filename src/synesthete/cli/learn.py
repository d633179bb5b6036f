"""`synesthete learn`: taste models from listens and playlists."""

from __future__ import annotations

import click

from synesthete.cli.options import data_folder, data_option, echo_json, json_option
from synesthete.cli.progress import shown


@click.command()
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything drawn at random.")
@data_option
@json_option
def learn(seed: int, as_json: bool) -> None:
    """Learn taste models from all listens, likes and playlists."""
    import synesthete
    from synesthete.jobs.learn import learn as learn_taste

    with synesthete.open(data_folder()) as library, shown() as report:
        learned = learn_taste(library.parts, report, wait=True, seed=seed)
        job = library.parts.catalog.jobs.recent(1)[0]
    if as_json:
        model = {"model": learned.model.name, "tracks": len(learned.ids), "order": learned.next is not None}
        echo_json({**model, "bridge": learned.bridge is not None, "from": job.message})
    else:
        click.echo(f"Learned {learned.model.name} from {job.message}.")
