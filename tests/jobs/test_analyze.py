"""Hearing: quick first, then in full; what fails costs itself; whatever happens, the next run goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import text

from synesthete.catalog import Catalog
from synesthete.catalog.ledger import FAILED, SKIPPED
from synesthete.errors import Busy, SynestheteError
from synesthete.jobs.executors import Inline, Processes
from synesthete.jobs.refresh import grown, refresh
from synesthete.jobs.running import Stopped, running
from synesthete.jobs.update import hear, look
from synesthete.parts import open_parts
from synesthete.settings import Settings
from tests import sound


def test_quick_first_then_full(house, music_folder):
    sound.write(music_folder / "Ada Byron" / "longer.flac", sound.chord(200, 26.0))
    house.add(music_folder)
    house.hear(passes=["quick"])
    stamp = house.parts.wanted
    counts = house.catalog.ledger.counts(stamp)
    assert (counts.found, counts.analyzed, counts.quick, counts.pending) == (7, 7, 7, 0)
    assert len(house.parts.index) == 7, "a library heard quickly can answer"
    longer = house.ids()["longer.flac"]
    quick = house.catalog.embeddings.excerpts(longer, stamp)
    house.hear()
    counts = house.catalog.ledger.counts(stamp)
    assert (counts.analyzed, counts.quick) == (7, 0)
    full = house.catalog.embeddings.excerpts(longer, stamp)
    assert len(full.vectors) > len(quick.vectors) == 2
    assert full.starts_s[0] == 0 and full.ends_s[-1] == pytest.approx(26, abs=2.5)


def test_nothing_is_heard_twice(house, music_folder, monkeypatch):
    house.add(music_folder)
    house.hear()
    monkeypatch.setattr(
        Inline, "map", lambda self, function, items: pytest.fail("heard again") if list(items) else iter(())
    )
    house.hear()


def test_neighbors_are_those_that_sound_alike(house, music_folder):
    house.add(music_folder)
    house.hear(passes=["full"])
    ids = house.ids()
    index = house.parts.index
    near = index.near(index.vectors([ids["01 Cogs.flac"]]), 3).ids[0].tolist()
    assert set(near[1:]) == {ids["02 Wheels.mp3"], ids["03 Levers.ogg"]}


def test_bad_files_cost_themselves(house, music_folder):
    bad = {
        "empty.mp3": b"",
        "letter.mp3": b"Dear sister, " * 999,
        "random.ogg": np.random.default_rng(0).bytes(50_000),
        "truncated.flac": (music_folder / "Ada Byron" / "Engines" / "01 Cogs.flac").read_bytes()[:40],
    }
    for name, content in bad.items():
        (music_folder / name).write_bytes(content)
    sound.write(music_folder / "silent.wav", np.zeros((2, 44100), np.float32))
    house.add(music_folder)
    house.hear()
    assert house.counts() == (11, 6, 1, 4, 0)
    faults = house.catalog.ledger.faults(house.parts.wanted, (FAILED, SKIPPED))
    reasons = {Path(f.path).name: f.reason for f in faults}
    assert set(reasons) == {*bad, "silent.wav"} and all(reasons.values())
    assert reasons["empty.mp3"] == "the file is empty" and "silence" in reasons["silent.wav"]
    coverage = house.parts.recommender.collection.coverage()
    assert (coverage.tracks, coverage.heard, coverage.note) == (6, 6, None), (
        "nobody waits for what is no sound"
    )
    assert house.catalog.jobs.recent(1)[0].state == "done"


def test_a_failed_file_that_was_mended_is_heard(house, music_folder):
    path = music_folder / "mended.wav"
    path.write_bytes(b"RIFF nonsense")
    house.add(music_folder)
    house.hear(passes=["quick"])
    assert house.counts() == (7, 6, 0, 1, 0)
    shutil.copy(music_folder / "untagged.wav", path)
    house.look()
    house.hear(passes=["quick"])
    assert house.counts() == (7, 7, 0, 0, 0)


def test_failed_files_are_tried_again_when_asked(house, music_folder, monkeypatch):
    (music_folder / "bad.mp3").write_bytes(b"Dear sister")
    house.add(music_folder)
    house.hear(passes=["quick"])
    seen = []
    real = Inline.map
    monkeypatch.setattr(
        Inline, "map", lambda self, f, items: real(self, f, (seen.append(i) or i for i in items))
    )
    house.hear(passes=["quick"])
    assert seen == []
    house.hear(passes=["quick"], retry=True)
    assert [Path(task.path).name for task in seen] == ["bad.mp3"]


def test_unreadable_files_are_told_and_tried_again(house, music_folder, monkeypatch):
    import synesthete.audio.decode as decode

    house.add(music_folder)
    closed = str(music_folder / "untagged.wav")
    real = open

    def shut(path, *arguments, **keywords):
        if str(path) == closed:
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **keywords)

    monkeypatch.setattr(decode, "open", shut, raising=False)
    house.hear(passes=["quick"])
    [fault] = house.catalog.ledger.faults(house.parts.wanted)
    assert "Permission denied" in fault.reason and house.counts() == (6, 5, 0, 1, 0)
    monkeypatch.undo()
    house.hear(passes=["quick"])
    assert house.counts() == (6, 6, 0, 0, 0)


def test_a_file_that_vanishes_meanwhile_is_gone_not_bad(house, music_folder):
    house.add(music_folder)
    (music_folder / "untagged.wav").unlink()
    house.hear(passes=["quick"])
    assert house.counts() == (5, 5, 0, 0, 0)


def test_a_second_encoder_is_heard_while_the_first_answers(house, music_folder, monkeypatch):
    from dataclasses import replace

    import synesthete.encoders.shelf as shelf
    from synesthete.encoders.descriptors import DescriptorEncoder
    from synesthete.encoders.shelf import Entry

    house.add(music_folder)
    house.hear(passes=["quick"])
    first = house.parts.stamp
    newer = DescriptorEncoder()
    card = replace(DescriptorEncoder.card, version="2")
    monkeypatch.setattr(shelf, "BUILT_IN", card)
    monkeypatch.setattr(DescriptorEncoder, "card", card)
    assert newer.card.stamp == house.parts.wanted == "descriptors@2"
    assert Entry(card, "built in").card.stamp != first == house.parts.stamp
    seen = []
    monkeypatch.setattr(
        Inline, "map", _watched(Inline.map, lambda: seen.append((house.parts.stamp, len(house.parts.index))))
    )
    house.hear(passes=["quick"])
    assert set(seen[:-1]) == {(first, 6)}, "the first answers until the second has heard all"
    assert house.parts.stamp == "descriptors@2" and house.parts.index.card.encoder == "descriptors@2"


def _watched(real, note):
    def map(self, function, items):
        for outcome in real(self, function, items):
            note()
            yield outcome

    return map


def test_the_index_follows_the_catalog(house, music_folder):
    house.add(music_folder)
    house.hear(passes=["quick"])
    folder, stamp = house.parts.index_folder(), house.parts.stamp
    shutil.rmtree(folder)
    assert len(refresh(house.catalog, folder, stamp)) == 6, "lost: grown again"
    (folder / "card.json").write_text("{")
    assert len(refresh(house.catalog, folder, stamp)) == 6, "damaged: grown again"
    house.catalog.files.hide([1])
    assert 1 not in refresh(house.catalog, folder, stamp)
    assert 1 not in house.parts.index


def test_a_large_index_takes_only_what_has_changed(house, monkeypatch):
    """In cells: kept, added to and taken from, not built anew."""
    import synesthete.jobs.refresh as module
    from synesthete.catalog import Entry

    random = np.random.default_rng(0)
    ids = house.catalog.tracks.put_many([Entry(f"t{i}") for i in range(600)])
    house.catalog.embeddings.put_many("e@1", ids[:500], random.normal(size=(500, 8)))
    folder = house.parts.settings.data / "cells"
    assert refresh(house.catalog, folder, "e@1", "ivf").card.kind == "ivf"
    house.catalog.embeddings.put_many("e@1", ids[500:], random.normal(size=(100, 8)))
    changed = random.normal(size=(1, 8)).astype(np.float32)
    house.catalog.embeddings.put_many("e@1", ids[:1], changed)
    house.catalog.files.hide([ids[1]])
    monkeypatch.setattr(module, "build_index", lambda *a: pytest.fail("built anew"))
    index = refresh(house.catalog, folder, "e@1", "ivf")
    assert len(index) == 599 and ids[1] not in index and ids[599] in index
    assert index.near(changed, 1).ids[0, 0] == ids[0]


def test_what_is_heard_within_the_second_of_a_refresh_is_not_lost(house, monkeypatch):
    """Times are kept in whole seconds: the index is made, more comes in that second, and it is asked later."""
    import synesthete.jobs.refresh as module
    from synesthete.catalog import Entry, embeddings

    clock = [1_000_000.5]
    monkeypatch.setattr(embeddings, "now", lambda: int(clock[0]))
    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: clock[0]))

    def index():
        grown(house.parts, "e@1")
        return house.parts.index_of("e@1")

    ids = house.catalog.tracks.put_many([Entry(f"t{i}") for i in range(8)])
    vectors = np.eye(8, dtype=np.float32)
    house.catalog.embeddings.put_many("e@1", ids[:5], vectors[:5])
    assert len(index()) == 5
    house.catalog.embeddings.put_many("e@1", ids[5:7], vectors[5:7])
    clock[0] += 60
    assert len(index()) == 7
    house.catalog.embeddings.put_many("e@1", ids[:1], vectors[7:])
    clock[0] += 0.3
    assert index().near(vectors[7:], 1).ids[0, 0] == ids[0]
    house.catalog.embeddings.put_many("e@1", ids[1:2], -vectors[7:])
    clock[0] += 60
    assert index().near(-vectors[7:], 1).ids[0, 0] == ids[1], (
        "changed within the second, none more than before"
    )
    monkeypatch.setattr(module, "refresh", lambda *a: pytest.fail("made again for nothing"))
    grown(house.parts, "e@1")


def test_two_at_once_one_waits_or_is_told(house, music_folder):
    catalog = house.catalog
    with running(catalog, "analyze"):
        with pytest.raises(Busy, match="already at this work"):
            house.hear()
        told, done = [], threading.Event()

        def second():
            house.hear(wait=True, report=told.append)
            done.set()

        thread = threading.Thread(target=second)
        thread.start()
        while not told:
            time.sleep(0.02)
        assert told[0].state == "waiting" and not done.is_set()
    thread.join(20)
    assert done.is_set()


def test_a_pause_holds_and_a_stop_ends(house, music_folder, monkeypatch):
    monkeypatch.setattr("synesthete.jobs.running.BEAT_S", 0.02)
    monkeypatch.setattr("synesthete.jobs.executors.TICK_S", 0.02)
    house.add(music_folder)
    real = Inline.map

    def map(self, function, items):
        for outcome in real(self, function, items):
            if outcome is not None and not waits:
                job = house.catalog.jobs.living()[0]
                house.catalog.jobs.wish(job.id, "pause")
                time.sleep(0.2)
            if outcome is None:
                waits.append(house.catalog.jobs.living()[0].state)
                if len(waits) == 5:
                    house.catalog.jobs.wish(house.catalog.jobs.living()[0].id, "stop")
                    time.sleep(0.2)
            yield outcome

    waits: list[str] = []
    monkeypatch.setattr(Inline, "map", map)
    with pytest.raises(Stopped):
        house.hear(passes=["quick"])
    assert "paused" in waits and house.catalog.jobs.recent(1)[0].state == "stopped"
    found, analyzed, _, _, pending = house.counts()
    assert found == 6 and 1 <= analyzed <= 2 and pending == found - analyzed
    monkeypatch.setattr(Inline, "map", real)
    house.hear(passes=["quick"])
    assert house.counts() == (6, 6, 0, 0, 0)


def test_a_full_disk_stops_with_words_and_loses_nothing(house, music_folder):
    """SQLite's own limit on pages stands for the disk's end."""
    house.add(music_folder)
    house.hear(passes=["quick"])
    with house.catalog.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    house.catalog.engine.dispose()
    from sqlalchemy import event

    @event.listens_for(house.catalog.engine, "connect")
    def small(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(SynestheteError, match=r"disk that holds the catalog is full.*what was done is kept"):
        for _ in range(50):
            house.catalog.embeddings.put_many("big@1", [1], np.ones((1, 400_000)))
    event.remove(house.catalog.engine, "connect", small)
    house.catalog.engine.dispose()
    house.hear()
    assert house.counts() == (6, 6, 0, 0, 0)


def test_a_locked_catalog_is_told_and_waited_for(house, music_folder):
    url = house.parts.settings.database_url
    house.add(music_folder)
    with Catalog(url, busy_s=0.1) as impatient:
        with house.catalog.begin():
            with pytest.raises(Busy, match=r"another process is writing.*Try again"):
                impatient.values.put("a", "b")
            assert impatient.tracks.count() == 6, "readers do not wait"
        impatient.values.put("a", "b")


COPIES = 40
"""So many files, at a quarter of the pace, that the end comes in the middle on any machine."""

KILLED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells start background programs deaf to Ctrl-C
from synesthete.jobs.executors import Processes
from synesthete.jobs.update import hear, look
from synesthete.parts import open_parts
from synesthete.settings import Settings
with open_parts(Settings(data=sys.argv[1], encoder="descriptors")) as parts, Processes(2, load=25) as hands:
    look(parts, hands, [parts.catalog.folders.add(sys.argv[2])])
    print("looked", flush=True)
    hear(parts, hands, lambda p: print(p.done, flush=True))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_end_at_any_moment_loses_only_what_is_in_flight(tmp_path, music_folder, how):
    for i in range(COPIES):
        shutil.copy(music_folder / "untagged.wav", music_folder / f"copy {i}.wav")
    data = tmp_path / "data"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, data, music_folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    told = 0
    for line in process.stdout:
        told = int(line) if line.strip().isdigit() else told
        if told >= 3:
            break
    process.send_signal(how)
    process.wait(60)
    with open_parts(Settings(data=data, encoder="descriptors")) as parts:
        counts = parts.catalog.ledger.counts(parts.wanted)
        assert counts.found == COPIES + 6 and counts.analyzed >= told and counts.pending > 0
        last = parts.catalog.jobs.recent(1)[0]
        assert last.state == ("stopped" if how == signal.SIGINT else "running")
        assert [job for job in parts.catalog.jobs.living()] == ([] if how == signal.SIGINT else [last])
        heard = []
        hear(parts, _counting(heard), passes=["quick"])
        assert len(heard) == counts.pending
        counts = parts.catalog.ledger.counts(parts.wanted)
        assert (counts.found, counts.analyzed, counts.pending) == (COPIES + 6, COPIES + 6, 0)
        if how == signal.SIGKILL:
            assert parts.catalog.jobs.get(last.id).message == "its process ended without a word"


def _counting(heard):
    class Counting(Inline):
        def map(self, function, items):
            return super().map(function, (heard.append(item) or item for item in items))

    return Counting()


def test_files_that_crash_or_hang_the_decoder_cost_themselves(tmp_path, music_folder, monkeypatch):
    """Through worker processes, with a decoder that crashes on one file and hangs on another."""
    module = tmp_path / "badly.py"
    module.write_text(
        "import ctypes, time\n"
        "from synesthete.jobs.hear import hear_file as real\n"
        "def hear_file(ear, task):\n"
        "    if 'crash.wav' in task.path: ctypes.string_at(0)\n"
        "    if 'hang.wav' in task.path: time.sleep(600)\n"
        "    return real(ear, task)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import badly

    monkeypatch.setattr("synesthete.jobs.analyze.hear_file", badly.hear_file)
    for name in ("crash.wav", "hang.wav"):
        shutil.copy(music_folder / "untagged.wav", music_folder / name)
    with (
        open_parts(Settings(data=tmp_path / "data", encoder="descriptors")) as parts,
        Processes(2, timeout_s=20) as hands,
    ):
        look(parts, hands, [parts.catalog.folders.add(music_folder)])
        hear(parts, hands, passes=["quick"])
        counts = parts.catalog.ledger.counts(parts.wanted)
        reasons = {os.path.basename(f.path): f.reason for f in parts.catalog.ledger.faults(parts.wanted)}
        assert set(reasons) == {"crash.wav", "hang.wav"}, reasons
        assert (counts.found, counts.analyzed, counts.failed, counts.pending) == (8, 6, 2, 0)
        assert "crashed" in reasons["crash.wav"] and "longer than 20 s" in reasons["hang.wav"]
