"""A second ear comes: it hears in the background, is stopped and killed, goes on; the first answers all the while."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import synesthete
from synesthete.catalog import Entry
from synesthete.cli import run
from synesthete.errors import Conflict
from synesthete.jobs.executors import Inline
from synesthete.jobs.running import running
from synesthete.jobs.update import hear
from synesthete.library import Library
from tests.encoders.networks import make_encoder

COPIES = 18
FILES = COPIES + 6
OLD, NEW = "descriptors@1", "mine@1"
SLOWLY = """
import sys, time
import synesthete
from synesthete.jobs.executors import Inline
from synesthete.jobs.update import hear

class Slowly(Inline):
    def map(self, function, items):
        for outcome in super().map(function, items):
            yield outcome
            time.sleep(0.05)

with synesthete.open(sys.argv[1]) as library:
    hear(library.parts, Slowly(), lambda p: print(p.done, flush=True), stamp=sys.argv[2])
"""


@pytest.fixture(scope="module")
def _heard(_music_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("side by side")
    music = Path(shutil.copytree(_music_template, place / "music"))
    for i in range(COPIES):
        shutil.copy(music / "untagged.wav", music / f"copy {i:02}.wav")
    data = place / "data"
    with synesthete.open(data, encoder="descriptors") as first:
        first.add(music, workers=1)
    assert run(["encoders", "add", str(make_encoder(place / "mine", "mine")), "--data", str(data)]) == 0
    return data


@pytest.fixture
def library(_heard: Path, tmp_path: Path) -> Iterator[Library]:
    """Two dozen tracks that `descriptors` has heard, and `mine` on the shelf, which has heard nothing."""
    with synesthete.open(shutil.copytree(_heard, tmp_path / "data")) as opened:
        assert opened.parts.stamp == opened.parts.wanted == OLD
        yield opened


@pytest.fixture
def listed(library: Library, capsys: pytest.CaptureFixture[str]) -> Callable[[], dict[str, dict]]:
    """What `synesthete encoders` says, by stamp."""

    def rows() -> dict[str, dict]:
        capsys.readouterr()
        assert run(["encoders", "--json", "--data", str(library.settings.data)]) == 0
        return {row["stamp"]: row for row in json.loads(capsys.readouterr().out)["encoders"]}

    return rows


def answered_by(library: Library) -> str:
    """Whose ear a question is answered by; never by nobody."""
    answer = library.similar("Cogs", n=5, per_artist=0)
    assert len(answer.results) == 5 and answer.results[0].similarity is not None
    assert answer.coverage.heard > 0
    return answer.coverage.encoder


def begun(library: Library, until: int) -> subprocess.Popen[str]:
    """Another process that hears with the new ear, after it has said so many files are done."""
    arguments = [sys.executable, "-c", SLOWLY, str(library.settings.data), NEW]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        assert answered_by(library) == OLD
        if int(line) >= until:
            break
    return process


def heard_by_new(library: Library) -> int:
    return library.parts.catalog.ledger.counts(NEW).analyzed


def test_the_first_answers_until_the_second_has_heard_everything(
    library: Library, listed: Callable[[], dict[str, dict]], capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(library.settings.data)
    assert listed()[NEW]["coverage"] == 0 and listed()[OLD]["coverage"] == 1

    killed = begun(library, until=3)
    killed.send_signal(signal.SIGKILL)
    killed.wait(60)
    first = heard_by_new(library)
    assert 3 <= first < FILES and answered_by(library) == OLD
    row = listed()[NEW]
    assert (row["coverage"], row["pending"]) == (pytest.approx(first / FILES, abs=1e-4), FILES - first)
    assert listed()[OLD]["in_force"] and listed()[OLD]["coverage"] == 1 and not row["in_force"]

    stopped = begun(library, until=2)
    job = library.parts.catalog.jobs.living()[-1]
    library.parts.catalog.jobs.wish(job.id, "stop")
    assert stopped.wait(60) != 0 and library.parts.catalog.jobs.get(job.id).state == "stopped"
    second = heard_by_new(library)
    assert first < second < FILES, "it went on where it was, and stopped when asked"
    assert answered_by(library) == OLD and listed()[NEW]["tracks"] == second

    assert run(["encoders", "switch", "mine", "--workers", "1", "--data", data]) == 0
    assert "mine@1 answers." in capsys.readouterr().err
    assert answered_by(library) == NEW and listed()[NEW] == listed()[NEW] | {"coverage": 1, "pending": 0}
    assert listed()[OLD]["coverage"] == 1 and not listed()[OLD]["in_force"]

    assert run(["encoders", "switch", "descriptors", "--workers", "1", "--data", data]) == 0
    assert answered_by(library) == OLD
    assert run(["encoders", "remove", "mine", "--data", data]) == 0
    assert NEW not in listed() and not library.parts.index_folder(NEW).exists()
    assert heard_by_new(library) == 0 and NEW not in library.parts.catalog.embeddings.encoders()
    assert answered_by(library) == OLD


class First(Inline):
    """Hears so many files, and then is interrupted."""

    def __init__(self, count: int):
        self.count = count

    def map(self, function, items):
        for number, outcome in enumerate(super().map(function, items)):
            if number == self.count:
                raise KeyboardInterrupt
            yield outcome


def interrupted(library: Library, count: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        hear(library.parts, First(count), stamp=NEW)


def test_a_switch_at_once_answers_from_what_was_heard_and_says_so(
    library: Library, listed: Callable[[], dict[str, dict]], capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(library.settings.data)
    assert run(["encoders", "switch", "mine", "--now", "--data", data]) == 1
    assert "has heard nothing yet" in capsys.readouterr().err
    assert answered_by(library) == OLD, "an ear that has heard nothing never answers"
    interrupted(library, 8)
    assert answered_by(library) == OLD
    assert run(["encoders", "switch", "mine", "--now", "--data", data]) == 0
    assert f"mine@1 answers, from 8 of {FILES} tracks" in capsys.readouterr().err
    heard = library.parts.catalog.embeddings.heard(NEW)
    answer = library.similar(int(heard[0]), n=5, per_artist=0)
    assert answer.coverage.encoder == NEW and answer.coverage.note is not None
    assert f"8 of {FILES} tracks have been heard so far" in answer.coverage.note
    assert {int(one.track.id) for one in answer.results} <= set(heard.tolist())
    row = listed()[NEW]
    assert row["in_force"] and row["wanted"] and row["coverage"] == pytest.approx(8 / FILES, abs=1e-4)
    library.update(workers=1)  # goes on with the new one
    assert listed()[NEW]["coverage"] == 1 and library.similar("Cogs").coverage.note is None


def test_an_encoder_at_work_or_in_use_is_not_removed(library: Library) -> None:
    interrupted(library, 4)
    with (
        running(library.parts.catalog, "analyze", f"{NEW}, quick"),
        pytest.raises(Conflict, match="hearing the library just now"),
    ):
        library.remove("mine")
    assert heard_by_new(library) == 4
    with pytest.raises(Conflict, match="in use"):
        library.remove("descriptors")
    library.switch("mine", workers=1)
    with pytest.raises(Conflict, match="stays"):
        library.remove("descriptors")
    assert library.parts.catalog.ledger.counts(OLD).analyzed == FILES


def test_another_network_of_the_same_name_begins_anew(
    library: Library, tmp_path: Path, listed: Callable[[], dict[str, dict]]
) -> None:
    """What a data set gave under that stamp is no hearing of ours: it stays."""
    interrupted(library, 5)
    catalog = library.parts.catalog
    known = int(catalog.tracks.put(Entry(title="From a data set", artist="Somebody")))
    catalog.embeddings.put(known, NEW, np.eye(16, dtype=np.float32)[0])
    assert listed()[NEW]["tracks"] == 6 and listed()[NEW]["coverage"] == pytest.approx(5 / FILES, abs=1e-4)
    library.remove("mine")
    assert listed()[NEW]["origin"] == "not on the shelf" and listed()[NEW]["tracks"] == 1
    data = str(library.settings.data)
    assert run(["encoders", "add", str(make_encoder(tmp_path / "again", "mine")), "--data", data]) == 0
    assert (listed()[NEW]["coverage"], listed()[NEW]["pending"]) == (0, FILES)
    assert catalog.embeddings.heard(NEW).tolist() == [known]


def test_no_answer_is_empty_while_the_index_of_the_second_is_put_in_place(library: Library) -> None:
    """The switch itself, watched from another process's side: every answer is whole, by one ear or the other."""
    hearing = subprocess.Popen(
        [sys.executable, "-m", "synesthete", "encoders", "switch", "mine", "--workers", "1",
         "--data", str(library.settings.data)], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seen = []
    while hearing.poll() is None:
        seen.append(answered_by(library))
        time.sleep(0.1)
    assert hearing.returncode == 0
    seen.append(answered_by(library))
    assert seen[0] == OLD and seen[-1] == NEW
    assert seen == sorted(seen), "the new one takes over once (d before m)"
