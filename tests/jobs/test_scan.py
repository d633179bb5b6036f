"""What is the same, moved, retagged, changed, gone and back."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from synesthete.jobs.executors import Inline
from tests import sound


@pytest.fixture
def full(house, music_folder):
    """The six pieces, found and heard in full."""
    findings = house.add(music_folder)
    assert (findings.found, findings.new) == (6, 6)
    house.hear(passes=["full"])
    assert house.counts() == (6, 6, 0, 0, 0)
    return house


def _same(findings):
    return {
        name: n
        for name in ("new", "changed", "retagged", "moved", "back", "gone")
        if (n := getattr(findings, name))
    }


def test_tags_are_kept(full):
    track = full.catalog.tracks.search("ile ete")[0]
    assert (track.title, track.artist, track.album, track.year, track.genres) == (
        "Île",
        "Cèsar F",
        "Été",
        2001,
        ("Air",),
    )
    assert track.duration_s == pytest.approx(12.0, abs=0.1)
    assert full.catalog.tracks.search("untagged")[0].artist == "Unknown artist"


def test_nothing_changed_nothing_is_read(full, monkeypatch):
    monkeypatch.setattr(
        Inline, "map", lambda self, function, items: pytest.fail("read again") if list(items) else iter(())
    )
    assert _same(full.look()) == {}


def test_a_renamed_file_stays_itself_and_is_not_read(full, music_folder, monkeypatch):
    before = full.ids()
    (music_folder / "Ada Byron" / "Engines" / "01 Cogs.flac").rename(music_folder / "renamed.flac")
    monkeypatch.setattr(
        Inline, "map", lambda self, function, items: pytest.fail("read again") if list(items) else iter(())
    )
    assert _same(full.look()) == {"moved": 1}
    assert full.ids()["renamed.flac"] == before["01 Cogs.flac"]
    assert full.counts() == (6, 6, 0, 0, 0)


def test_a_title_that_is_the_name_of_the_file_follows_the_file(full, music_folder):
    before = full.ids()
    (music_folder / "untagged.wav").rename(music_folder / "Nina Simone - Sinnerman.wav")
    (music_folder / "Ada Byron" / "Engines" / "01 Cogs.flac").rename(music_folder / "x.flac")
    assert _same(full.look()) == {"moved": 2}
    track = full.catalog.tracks.get(before["untagged.wav"])
    assert (track.title, track.artist) == ("Sinnerman", "Nina Simone")
    assert full.catalog.tracks.get(before["01 Cogs.flac"]).title == "Cogs"
    assert [t.id for t in full.catalog.tracks.search("sinnerman")] == [before["untagged.wav"]]
    assert full.counts() == (6, 6, 0, 0, 0)


def test_renumbered_files_keep_their_identities(full, music_folder):
    """02 -> 03 and 01 -> 02: every place is taken by another sound, and nobody is mistaken."""
    folder = music_folder / "Ada Byron" / "Engines"
    for name in ("01", "02", "03"):
        shutil.copy(music_folder / "untagged.wav", folder / f"{name}.wav")
        (folder / f"{name}.wav").write_bytes((folder / f"{name}.wav").read_bytes()[: -int(name) * 40000])
    full.look()
    full.hear(passes=["full"])
    before = full.ids()
    (folder / "03.wav").rename(folder / "04.wav")
    (folder / "02.wav").rename(folder / "03.wav")
    (folder / "01.wav").rename(folder / "02.wav")
    assert _same(full.look()) == {"moved": 3}
    after = full.ids()
    assert [after[f"0{n + 1}.wav"] for n in (1, 2, 3)] == [before[f"0{n}.wav"] for n in (1, 2, 3)]
    assert full.counts() == (9, 9, 0, 0, 0)


def test_swapped_files_keep_their_identities(full, music_folder):
    folder = music_folder / "Ada Byron" / "Engines"
    before = full.ids()
    (folder / "01 Cogs.flac").rename(folder / "x")
    (music_folder / "untagged.wav").rename(folder / "01 Cogs.flac")
    (folder / "x").rename(music_folder / "untagged.wav")
    assert _same(full.look()) == {"moved": 2}
    after = full.ids()
    assert (after["01 Cogs.flac"], after["untagged.wav"]) == (before["untagged.wav"], before["01 Cogs.flac"])


def test_a_retagged_file_stays_itself_and_is_not_heard_again(full, music_folder):
    before = full.ids()
    path = music_folder / "Ada Byron" / "Engines" / "02 Wheels.mp3"
    sound.retag(path, {"title": "Big Wheels", "artist": "Ada Lovelace", "comment": "x" * 500})
    assert _same(full.look()) == {"retagged": 1}
    track = full.catalog.tracks.get(before["02 Wheels.mp3"])
    assert (track.title, track.artist) == ("Big Wheels", "Ada Lovelace") and track.duration_s is not None
    assert full.counts() == (6, 6, 0, 0, 0)
    assert [t.id for t in full.catalog.tracks.search("big wheels lovelace")] == [track.id]
    assert full.catalog.tracks.search("wheels byron")[0].album is None


def test_a_file_moved_and_retagged_stays_itself(full, music_folder):
    before = full.ids()
    path = sound.retag(
        music_folder / "Ada Byron" / "Engines" / "03 Levers.ogg", {"title": "Handles", "comment": "x" * 900}
    )
    shutil.copy(path, music_folder / "elsewhere.ogg")
    path.unlink()
    assert _same(full.look()) == {"moved": 1}
    assert full.ids()["elsewhere.ogg"] == before["03 Levers.ogg"]
    assert full.counts() == (6, 6, 0, 0, 0)


def test_a_removed_file_is_hidden_and_comes_back(full, music_folder, tmp_path):
    before = full.ids()
    path = music_folder / "untagged.wav"
    path.rename(tmp_path / "away.wav")
    assert _same(full.look()) == {"gone": 1}
    assert "untagged.wav" not in full.ids() and full.counts() == (5, 5, 0, 0, 0)
    assert full.catalog.tracks.search("untagged") == []
    assert full.catalog.tracks.get(before["untagged.wav"]).title == "untagged"
    full.hear(passes=["full"])
    assert before["untagged.wav"] not in full.parts.index
    (tmp_path / "away.wav").rename(path)
    assert _same(full.look()) == {"back": 1}
    assert full.ids() == before and full.counts() == (6, 6, 0, 0, 0)
    full.hear(passes=["full"])
    assert before["untagged.wav"] in full.parts.index


def test_a_removed_file_that_returns_elsewhere_with_another_date_is_recognized(full, music_folder, tmp_path):
    before = full.ids()
    (music_folder / "untagged.wav").rename(tmp_path / "away.wav")
    full.look()
    shutil.copy(tmp_path / "away.wav", music_folder / "again.wav")
    assert _same(full.look()) == {"moved": 1}
    assert full.ids()["again.wav"] == before["untagged.wav"]


def test_changed_sound_is_heard_anew_under_the_same_id(full, music_folder):
    before = full.ids()
    path = music_folder / "untagged.wav"
    old = full.catalog.embeddings.get(before["untagged.wav"], full.parts.wanted)
    sound.write(path, sound.chord(200, 14.0, 1.0, 9))
    assert _same(full.look()) == {"changed": 1}
    assert full.ids() == before and full.counts() == (6, 5, 0, 0, 1)
    full.hear(passes=["full"])
    new = full.catalog.embeddings.get(before["untagged.wav"], full.parts.wanted)
    assert full.counts() == (6, 6, 0, 0, 0) and float(old @ new) < 0.999


def test_a_copy_is_another_track(full, music_folder):
    shutil.copy2(music_folder / "untagged.wav", music_folder / "copy.wav")
    assert _same(full.look()) == {"new": 1}
    assert len(set(full.ids().values())) == 7


def test_a_whole_library_that_moved_is_recognized(full, music_folder, tmp_path):
    before = full.ids()
    moved = tmp_path / "another disk"
    shutil.copytree(music_folder, moved)
    shutil.rmtree(music_folder)
    assert _same(full.add(moved)) == {"moved": 6}
    assert full.ids() == before and full.counts() == (6, 6, 0, 0, 0)


@pytest.mark.parametrize("how", ["absent", "empty"])
def test_a_disk_that_is_not_mounted_hides_nothing(full, music_folder, tmp_path, how):
    music_folder.rename(tmp_path / "unmounted")
    if how == "empty":
        music_folder.mkdir()
    findings = full.look()
    assert _same(findings) == {} and full.counts() == (6, 6, 0, 0, 0)
    [(path, reason)] = findings.problems
    assert path == str(music_folder) and "6 tracks are kept" in reason
    assert "--empty-is-gone" in reason, "the next step, should it be true"
    assert _same(full.look(empty_is_gone=True)) == {"gone": 6}
    if how == "empty":
        music_folder.rmdir()
    (tmp_path / "unmounted").rename(music_folder)
    assert _same(full.look()) == {"back": 6}


def test_an_unreadable_folder_hides_nothing(full, music_folder, monkeypatch):
    real = os.scandir

    def scandir(path):
        if str(path).endswith("Engines"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    findings = full.look()
    assert _same(findings) == {} and len(findings.problems) == 1
    assert full.counts()[0] == 6


def test_a_folder_inside_a_remembered_one_is_seen_once(full, music_folder):
    assert _same(full.add(music_folder / "Ada Byron")) == {}
    assert _same(full.look()) == {}
    assert full.counts()[0] == 6


def test_a_folder_around_a_remembered_one_is_seen_once(house, music_folder):
    house.add(music_folder / "Ada Byron")
    assert _same(house.add(music_folder)) == {"new": 3}
    assert _same(house.look()) == {}
    assert house.counts()[0] == 6


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes exist on Linux alone")
def test_odd_names_are_found_heard_and_asked_for(house, music_folder):
    names = ["🎵.wav", "new\nline.wav", "x" * 246 + ".wav", os.fsdecode(b"bad \xff.wav")]
    for name in names:
        shutil.copy(music_folder / "untagged.wav", music_folder / name)
    house.add(music_folder)
    house.hear(passes=["quick"])
    assert house.counts() == (10, 10, 0, 0, 0)
    for name in names:
        path = str(music_folder / name)
        assert house.catalog.tracks.at(path).path == path
        assert house.catalog.tracks.find(path).title


def test_a_scan_that_is_stopped_goes_on_next_time(house, music_folder, monkeypatch):
    def interrupted(self, function, items):
        for place, outcome in enumerate(real(self, function, items)):
            if place == 2:
                raise KeyboardInterrupt
            yield outcome

    real = Inline.map
    monkeypatch.setattr("synesthete.jobs.reconcile.WRITE_EVERY", 1)
    monkeypatch.setattr(Inline, "map", interrupted)
    with pytest.raises(KeyboardInterrupt):
        house.add(music_folder)
    assert house.counts()[0] == 2 and house.catalog.jobs.recent(1)[0].state == "stopped"
    monkeypatch.setattr(Inline, "map", real)
    assert _same(house.look()) == {"new": 4}
