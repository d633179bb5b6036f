"""`synesthete serve`: the page and the API."""

from __future__ import annotations

import click

from synesthete.cli.options import DONE, data_folder, data_option, note


@click.command()
@click.option("--host", help="Address to listen on; others than loopback need a token or an account.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks a free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Server processes.")
@click.option(
    "--analyze", is_flag=True, help="Also look at every folder and hear what is new, beside serving."
)
@data_option
def serve(host: str | None, port: int | None, workers: int, analyze: bool) -> int:
    """Serve the page and the API until Ctrl-C."""
    from synesthete.settings import load_settings
    from synesthete.web.server import run

    settings = load_settings(data_folder(), host=host, port=port)
    run(settings, workers, analyze, lambda address: note(f"Synesthete is at {address} (Ctrl-C ends it)"))
    return DONE
