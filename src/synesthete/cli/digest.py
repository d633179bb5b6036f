"""`synesthete digest`: the weekly letter."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from synesthete.cli.options import (
    DONE,
    SOME_FAILED,
    Verbs,
    data_folder,
    data_option,
    echo_json,
    json_option,
    note,
)
from synesthete.settings import Settings, load_settings

if TYPE_CHECKING:
    from synesthete.digest.outbox import Outbox


@click.group(cls=Verbs)
def digest() -> None:
    """The weekly letter: see it, send it. Cron or the server calls `send`; it goes out once per listener and week."""


@contextmanager
def _outbox() -> Iterator[tuple[Outbox, Settings]]:
    from synesthete.digest.outbox import Outbox
    from synesthete.digest.picks import choose
    from synesthete.digest.writing import Writing, secret_of
    from synesthete.parts import open_parts

    settings = load_settings(data_folder())
    base_url = (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    with open_parts(settings) as parts:
        writing = Writing(parts.catalog, base_url, secret_of(parts.catalog))
        recommender = parts.recommender
        yield Outbox(
            parts.catalog,
            lambda subscriber, without: choose(parts.catalog, recommender, subscriber, without, int(time.time())),
            writing, settings.letters_from, writing.domain,
        ), settings  # fmt: skip


@digest.command()
@click.argument("listener")
@click.option("--html", "as_html", is_flag=True, help="The letter as HTML instead of text.")
@data_option
def preview(listener: str, as_html: bool) -> int:
    """Print this week's letter for a listener, as it would be sent."""
    from synesthete.digest.letter import html, plain

    with _outbox() as (outbox, settings):
        found = outbox.catalog.listeners.known(listener)
        letter = outbox.preview(outbox.catalog.letters.subscriber(found.id), int(time.time()))
    if letter is None:
        note(f"There is nothing new to tell {listener} this week, so no letter would go out.")
        return DONE
    click.echo(html(letter) if as_html else plain(letter))
    _tell_address(settings)
    return DONE


@digest.command()
@click.option("--dry-run", is_flag=True, help="Say who would get a letter; keep and send nothing.")
@click.option("--now", is_flag=True, help="Do not wait for the listeners' weekday and hour.")
@data_option
@json_option
def send(dry_run: bool, now: bool, as_json: bool) -> int:
    """Send this week's letters to everyone who wants one and has not got it. Safe to call as often as you like."""
    from synesthete.digest.post import Postman

    with _outbox() as (outbox, settings):
        postman = Postman(settings.smtp) if settings.smtp and not dry_run else None
        done = outbox.send_due(postman, int(time.time()), dry_run=dry_run, force=now)
    if as_json:
        echo_json(
            {
                "found": done.found,
                "sent": done.sent,
                "waiting": done.waiting,
                "quiet": done.quiet,
                "failed": done.failed,
            }
        )
    else:
        said = "would be sent" if dry_run else "sent"
        click.echo(
            f"Letters are wanted by {done.found}: {len(done.sent)} {said}, {len(done.waiting)} not due or sent before, "
            f"{len(done.quiet)} without news, {len(done.failed)} failed."
        )
        for name, reason in done.failed.items():
            note(f"{name}: {reason}")
    if done.sent:
        _tell_address(settings)
    return SOME_FAILED if done.failed else DONE


def _tell_address(settings: Settings) -> None:
    if settings.base_url is None:
        note(
            "Its links lead to this machine alone: set SYNESTHETE_BASE_URL to the address by which people reach it."
        )
