"""The server's clock calls what is due, and survives what is still going on."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from synesthete.catalog import Catalog, Entry
from synesthete.errors import Busy, Conflict, SettingsError
from synesthete.settings import Settings, load_settings
from synesthete.web.clockwork import Clock

MAIL = {"smtp": "smtp://127.0.0.1:2525", "letters_from": "letters@example.org"}


class Errands:
    """Notes what was started; what is in `busy` goes on already."""

    def __init__(self) -> None:
        self.started: list[tuple[str, ...]] = []
        self.busy: list[str] = []

    def start(self, kind: str, verb: tuple[str, ...]) -> int:
        if kind in self.busy:
            raise Conflict("this work is going on already", subject=kind)
        self.started.append(tuple(verb))
        return 1

    def running(self) -> list[str]:
        return self.busy


def at(day: int, hour: int) -> datetime:
    """A time of November 2026 in this machine's zone."""
    return datetime(2026, 11, day, hour).astimezone()


@pytest.fixture
def errands() -> Errands:
    return Errands()


@pytest.fixture
def lived_in(sqlite_catalog: Catalog, tmp_path: Path) -> Catalog:
    """A house with a folder of music and somebody who has played something."""
    sqlite_catalog.folders.add(tmp_path)
    track_id = sqlite_catalog.tracks.put(Entry("Cogs", "Ada"))
    sqlite_catalog.listens.put(sqlite_catalog.listeners.owner().id, track_id, 5)
    sqlite_catalog.impressions.put("an answer", None, [(track_id, "sound")])
    return sqlite_catalog


def test_letters_are_sent_at_every_strike_even_after_a_conflict(sqlite_catalog, tmp_path, errands):
    clock = Clock(load_settings(tmp_path, **MAIL), sqlite_catalog, errands)
    for busy in ([], ["digest"], []):
        errands.busy = busy
        clock.strike(at(2, 3))
    assert errands.started == [("digest", "send")] * 2


def test_without_a_mail_server_there_are_no_letters(sqlite_catalog, tmp_path, errands):
    Clock(load_settings(tmp_path), sqlite_catalog, errands).strike(at(2, 3))
    assert errands.started == []


def test_every_night_new_music_is_looked_for_and_taste_is_learned_one_after_another(
    lived_in, tmp_path, errands
):
    clock = Clock(load_settings(tmp_path), lived_in, errands)
    clock.strike(at(2, 5))
    assert errands.started == [], "a new house was looked through when it was opened"
    clock.strike(at(3, 3))
    assert errands.started == [], "it is not night yet"
    clock.strike(at(3, 4))
    assert errands.started == [("update",)]
    errands.busy = ["update"]
    clock.strike(at(3, 5))
    assert errands.started == [("update",)], "one after another"
    errands.busy = []
    for hour in (6, 7, 8, 9):
        clock.strike(at(3, hour))
    nightly = [("update",), ("learn",), ("evaluate", "replay"), ("tidy",)]
    assert errands.started == nightly
    Clock(load_settings(tmp_path), lived_in, errands).strike(at(3, 10))
    assert errands.started == nightly, "another process of the server knows what is done"
    for hour in (19, 20, 21, 22):
        clock.strike(at(4, hour))
    assert errands.started == nightly * 2, "a machine that slept makes up for it by day"


def test_other_servers_are_read_before_taste_is_learned_where_some_are_set_up(lived_in, tmp_path, errands):
    clock = Clock(
        load_settings(tmp_path, sync=[{"service": "listenbrainz", "user": "ana"}]), lived_in, errands
    )
    clock.strike(at(2, 5))
    for hour in (5, 6, 7):
        clock.strike(at(3, hour))
    assert errands.started == [("update",), ("sync", "all"), ("learn",)]


def test_letters_going_out_hold_nothing_up(lived_in, tmp_path, errands):
    clock = Clock(load_settings(tmp_path, **MAIL), lived_in, errands)
    clock.strike(at(2, 5))
    errands.busy = ["digest"]
    clock.strike(at(3, 5))
    assert ("update",) in errands.started


def test_nothing_is_done_in_a_house_with_nothing_to_do_or_when_told_never(
    sqlite_catalog, lived_in, tmp_path, errands
):
    never = load_settings(tmp_path, nightly="never")
    assert never.nightly is None
    lived_in.folders.remove(lived_in.folders.all()[0].id)
    lived_in.listens.remove(1, [1])
    lived_in.impressions.forget_old(kept_s=-10)
    for settings in (never, load_settings(tmp_path)):
        for day in (2, 3, 4):
            Clock(settings, sqlite_catalog, errands).strike(at(day, 5))
    assert errands.started == []


def test_the_time_is_a_setting(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNESTHETE_NIGHTLY", "23:30")
    assert load_settings(tmp_path).nightly.hour == 23
    monkeypatch.setenv("SYNESTHETE_NIGHTLY", "at night")
    with pytest.raises(SettingsError, match="nightly"):
        load_settings(tmp_path)


def test_the_clock_goes_on_while_the_catalog_is_away(sqlite_catalog, tmp_path, errands, monkeypatch, caplog):
    strikes = []

    def strike(self: Clock, now: datetime) -> None:
        strikes.append(now)
        raise Busy("another process is writing to the catalog")

    monkeypatch.setattr(Clock, "strike", strike)
    clock = Clock(Settings(data=tmp_path), sqlite_catalog, errands)
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(1) as room, pytest.raises(asyncio.TimeoutError):
        room.submit(lambda: asyncio.run(asyncio.wait_for(clock.run(every_s=0.01), 1))).result()
    assert len(strikes) > 2 and "what is due waits" in caplog.text
