"""The library from Python and from the command line: the whole path on synthesized music."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import synesthete
from synesthete.cli import run
from synesthete.errors import AudioError, InputError, NotFound
from synesthete.library import Library
from tests import sound


@pytest.fixture(scope="module")
def heard(tmp_path_factory, _music_template) -> tuple[Path, Path]:
    """(data folder, music folder) of six pieces, added once through the command line."""
    place = tmp_path_factory.mktemp("library")
    music = Path(shutil.copytree(_music_template, place / "music"))
    (music / "broken.mp3").write_bytes(b"no music in here")
    assert run(["--data", str(place / "data"), "add", str(music), "--workers", "1"]) == 3
    return place / "data", music


@pytest.fixture
def library(heard):
    """The library of the six pieces, open."""
    with synesthete.open(heard[0]) as opened:
        yield opened


def _json(capsys, *arguments):
    capsys.readouterr()
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_status_adds_up(heard, capsys):
    data, music = heard
    code, now, _ = _json(capsys, "status", "--json", "--failed", "--data", data)
    tracks = now["tracks"]
    assert code == 0 and tracks["found"] == 7 == sum(
        tracks[k] for k in ("analyzed", "skipped", "failed", "pending")
    )
    assert tracks["analyzed"] == 6 and tracks["quick"] == 0 and now["encoder"].count("@") == 1
    assert now["index"]["tracks"] == 6 and now["folders"][0]["path"] == str(music) and now["jobs"] == []
    [failed] = now["failed"]
    assert failed["path"].endswith("broken.mp3") and failed["reason"]


def test_status_for_people(heard, capsys):
    assert run(["--data", str(heard[0]), "status", "--failed"]) == 0
    out = capsys.readouterr().out
    assert "7 files: 6 analyzed, 0 skipped, 1 failed, 0 pending" in out and "broken.mp3" in out


def test_updating_finds_nothing_new_and_says_what_failed(heard, capsys):
    code, now, err = _json(capsys, "update", "--json", "--data", heard[0])
    assert code == 3, "done, and one file had failed before"
    assert now["findings"]["found"] == 7 and now["findings"]["new"] == 0
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments, code, told",
    [
        (["add"], 2, "Missing argument"),
        (["add", "--load", "0", "."], 2, "not a percentage"),
        (["add", "--workers", "x", "."], 2, "not a valid integer"),
        (["add", "/no/such/folder"], 1, "there is no such folder: /no/such/folder"),
        (["add", __file__], 1, "this is a file; a folder can be added"),
        (["update", "--nonsense"], 2, "No such option"),
    ],
)
def test_misuse_is_told(tmp_path, capsys, arguments, code, told):
    assert run(["--data", str(tmp_path), *arguments]) == code
    assert told in capsys.readouterr().err


def test_its_own_data_is_not_music(tmp_path, capsys):
    assert run(["--data", str(tmp_path), "add", str(tmp_path)]) == 1
    assert "keeps its own data" in capsys.readouterr().err


def test_similar_by_id_path_phrase_and_file(library, heard, tmp_path):
    cogs = library.track("cogs")
    expected = {"Wheels", "Levers"}
    for query in (cogs, int(cogs.id), cogs.path, "cogs byron", os.path.relpath(cogs.path)):
        answer = library.similar(query, n=2, per_artist=0)
        assert {r.track.title for r in answer} == expected and len(answer) == 2
    clip = sound.write(tmp_path / "clip.wav", sound.chord(112, 11.0, 2.0, 9))
    for query in (clip, str(clip), clip.read_bytes()):
        answer = library.similar(query, start_s=0.5, end_s=10.5, n=3, per_artist=0)
        assert {r.track.title for r in answer.results} == {"Cogs", *expected}
        assert all(r.moment and r.reason and -1 <= r.similarity <= 1 for r in answer.results)


def test_a_recording_is_recognized_from_a_file_or_its_bytes(library, heard, tmp_path):
    ile = library.track("ile")
    clip = sound.write(tmp_path / "clip.mp3", sound.chord(440, 12.0, 5.0, 3)[:, : 8 * sound.RATE])
    for source in (clip, clip.read_bytes()):
        found = library.recognize(source)
        assert (found.track_id, found.sure) == (ile.id, True) and found.similarity > 0.65
    assert library.recognize(sound.write(tmp_path / "other.wav", sound.chord(300, 8.0, 3.3, 5))) is None


def test_questions_that_lead_nowhere(library, heard, tmp_path):
    with pytest.raises(NotFound, match="no track is meant"):
        library.similar("zzzz qqqq")
    with pytest.raises(NotFound):
        library.similar(10**9)
    with pytest.raises(AudioError):
        library.similar(b"no sound")
    for span in ((9, 3), (-1, None), (float("nan"), None), (None, 0), (2, float("nan"))):
        with pytest.raises(InputError):
            library.similar("cogs", start_s=span[0], end_s=span[1])
    silence = sound.write(tmp_path / "silence.wav", np.zeros((2, 3 * sound.RATE), np.float32))
    for ask in (library.similar, library.recognize):
        with pytest.raises(AudioError, match="only silence"):
            ask(silence)
    with pytest.raises(NotFound, match="listener"):
        library.recommend(listener="nobody")


def test_recommend_from_seeds_and_for_a_listener(library):
    answer = library.recommend(["cogs", library.track("wheels")], n=2, per_artist=0)
    assert answer.results[0].track.title == "Levers"
    person = library.parts.catalog.listeners.owner()
    library.parts.catalog.feedback.say(person.id, "never", track_id=library.track("levers").id)
    answer = library.recommend(["cogs"], listener=person.name, n=5, per_artist=0)
    assert "Levers" not in [r.track.title for r in answer.results]
    library.parts.catalog.feedback.unsay(person.id, track_id=library.track("levers").id)


def test_an_empty_library_answers_with_words(tmp_path, capsys):
    with synesthete.open(tmp_path / "new") as library:
        assert isinstance(library, Library) and library.search("x") == []
        status = library.status()
        assert status.tracks.found == 0 and status.to_dict()["index"]["tracks"] == 0
        clip = sound.write(tmp_path / "clip.wav", sound.chord(112, 3.0))
        answer = library.similar(clip)
        assert answer.results == () and "synesthete add" in answer.note


def test_similar_without_a_query_shows_an_example_where_one_was_heard(tmp_path, capsys):
    data, silence = tmp_path / "data", np.zeros((2, sound.RATE * 5), np.float32)
    asked = ("similar", "-n", 5, "--json", "--data", data)
    code, document, said = _json(capsys, *asked)
    assert code == 0 and document["results"] == [] and "synesthete add" in said
    music = tmp_path / "music"
    music.mkdir()
    sound.write(music / "1 silence.wav", silence)
    sound.write(music / "2 hum.wav", sound.chord(112, 12.0))
    run(["add", str(music), "--workers", "1", "--data", str(data)])
    code, document, said = _json(capsys, *asked)
    assert code == 0 and document["query"]["track"]["path"].endswith("2 hum.wav")
    assert document["results"] == [] and "synesthete add" in said
    sound.write(music / "3 hum.wav", sound.chord(150, 12.0))
    run(["update", "--workers", "1", "--data", str(data)])
    code, document, _ = _json(capsys, *asked)
    assert code == 0 and [one["track"]["path"][-9:] for one in document["results"]] == ["3 hum.wav"]
    code, document, said = _json(capsys, *asked, "--encoder", "descriptors")
    assert code == 0 and document["query"]["track"] is None and "encoders switch descriptors" in said


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_run_takes_a_folder_with_a_space_in_its_name():
    said = subprocess.run(
        ["make", "-n", "run", "MUSIC=/home/ada/My Music"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    [line] = [line for line in said.stdout.splitlines() if "synesthete add" in line]
    assert shlex.split(line)[1:3] == ["add", "/home/ada/My Music"]


def test_make_run_shows_an_example_even_where_nothing_was_heard(tmp_path, capsys):
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    [line] = [line for line in makefile.splitlines() if "$(SYNESTHETE) similar" in line]
    words = line.split("$(SYNESTHETE) ")[1].split()
    assert run([*words, "--data", str(tmp_path / "data")]) == 0
    assert "synesthete add" in capsys.readouterr().err


def test_tidying_forgets_what_was_shown_long_ago(library, heard, capsys, monkeypatch):
    catalog = library.parts.catalog
    shown = [(int(library.track("cogs").id), "sound")]
    catalog.impressions.put("of today", None, shown)
    monkeypatch.setattr("synesthete.catalog.impressions.now", lambda: 1_000)
    catalog.impressions.put("of long ago", None, shown)
    monkeypatch.undo()
    code, told, _ = _json(capsys, "tidy", "--json", "--data", heard[0])
    assert code == 0 and told == {"impressions": 1}
    assert catalog.impressions.click("of today", shown[0][0])
    assert run(["tidy", "--data", str(heard[0])]) == 0 and capsys.readouterr().out.startswith("0 ")


def test_settings_by_name(tmp_path):
    with synesthete.open(tmp_path, workers=3) as library:
        assert library.settings.workers == 3


def test_an_index_of_another_version_is_made_anew(heard, tmp_path):
    data = Path(shutil.copytree(heard[0], tmp_path / "data"))
    card = next(data.glob("index/*/card.json"))
    facts = json.loads(card.read_text())
    card.write_text(json.dumps(facts | {"format": 99}))
    with synesthete.open(data) as library:
        assert "trouble" in library.status().to_dict()["index"]
        library.update(workers=1)
        assert library.status().index["tracks"] == 6


def test_adding_quickly_and_then_in_full(tmp_path, music_folder, capsys):
    data = tmp_path / "data"
    assert (
        run(
            [
                "--data",
                str(data),
                "add",
                "--quick",
                "--workers",
                "1",
                "--nice",
                "5",
                "--load",
                "90%",
                str(music_folder),
            ]
        )
        == 0
    )
    with synesthete.open(data) as library:
        counts = library.status().tracks
        assert (counts.analyzed, counts.quick) == (6, 6)
        told = []
        library.update(told.append, workers=1)
        counts = library.status().tracks
        assert (counts.analyzed, counts.quick) == (6, 0)
        assert told[-1].kind == "analyze" and told[-1].done == 6
