"""`synesthete tidy`: forget what is too old to matter."""

from __future__ import annotations

import click

from synesthete.cli.options import data_folder, data_option, echo_json, json_option


@click.command()
@data_option
@json_option
def tidy(as_json: bool) -> None:
    """Forget which recommendations were shown more than 400 days ago; the server does so every night.

    Of each listener the last 100,000 or so are kept. Listens, words and playlists are never forgotten.
    """
    from synesthete.parts import open_parts
    from synesthete.settings import load_settings

    with open_parts(load_settings(data_folder())) as parts:
        forgotten = parts.catalog.impressions.forget_old()
    if as_json:
        echo_json({"impressions": forgotten})
    else:
        click.echo(f"{forgotten:,} recommendations shown long ago were forgotten.")
