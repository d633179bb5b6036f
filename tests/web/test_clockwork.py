"""The server's clock calls what is due and survives what is still going on."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from synesthete.errors import Conflict
from synesthete.settings import load_settings
from synesthete.web.clockwork import tick, verbs_of

MAIL = {"smtp": "smtp://127.0.0.1:2525", "letters_from": "letters@example.org"}


class Errands:
    def __init__(self):
        self.started = []

    def start(self, kind, verb):
        self.started.append((kind, tuple(verb)))
        if len(self.started) == 2:
            raise Conflict("this work is going on already", subject=kind)
        return 1


def run(tick, seconds):
    """In a thread of its own: a browser test before this one may have left a loop in this thread."""
    with ThreadPoolExecutor(1) as room:
        return room.submit(lambda: asyncio.run(asyncio.wait_for(tick(), seconds))).result()


def test_without_a_mail_server_there_is_nothing_to_call(tmp_path):
    assert not verbs_of(load_settings(tmp_path))
    errands = Errands()
    run(lambda: tick(load_settings(tmp_path), errands), 5)
    assert not errands.started


def test_letters_are_sent_again_and_again_even_after_a_conflict(tmp_path):
    errands = Errands()
    with pytest.raises(asyncio.TimeoutError):
        run(lambda: tick(load_settings(tmp_path, **MAIL), errands, every_s=0.01), 1)
    assert len(errands.started) > 3 and set(errands.started) == {("digest", ("digest", "send"))}
