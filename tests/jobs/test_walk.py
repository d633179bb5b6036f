"""Walking a folder: every file once, through loops, odd names and closed doors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synesthete.jobs.walk import walk


def _seen(root, problems=None):
    told = [] if problems is None else problems
    found = [
        os.path.relpath(s.path, root)
        for s in walk(str(root), lambda path, reason: told.append((path, reason)))
    ]
    assert problems is not None or not told
    return found


def _touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_sound_files_only_in_a_stable_order(tmp_path):
    for name in (
        "b/2.FLAC",
        "b/1.mp3",
        "a.ogg",
        "cover.jpg",
        "notes.txt",
        ".hidden.mp3",
        ".trash/x.mp3",
        "b/._1.mp3",
    ):
        _touch(tmp_path / name)
    assert _seen(tmp_path) == ["a.ogg", "b/1.mp3", "b/2.FLAC"]


def test_a_loop_of_links_ends(tmp_path):
    _touch(tmp_path / "a" / "1.mp3")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a")
    (tmp_path / "nowhere.mp3").symlink_to(tmp_path / "absent.mp3")
    (tmp_path / "me.mp3").symlink_to(tmp_path / "me.mp3")
    problems = []
    assert _seen(tmp_path, problems) == ["a/1.mp3"]
    assert all(path.endswith("me.mp3") for path, _ in problems)


def test_what_is_linked_from_outside_is_seen_once(tmp_path):
    _touch(tmp_path / "elsewhere" / "1.mp3")
    root = tmp_path / "music"
    _touch(root / "z" / "own.mp3")
    (root / "a link").symlink_to(tmp_path / "elsewhere")
    (root / "a second link").symlink_to(tmp_path / "elsewhere")
    (root / "a.mp3").symlink_to(root / "z" / "own.mp3")
    assert _seen(root) == ["z/own.mp3", "a link/1.mp3"]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist on Windows")
def test_odd_names_come_back_as_they_are(tmp_path):
    names = [
        "🎵 emoji.mp3",
        "new\nline.mp3",
        "x" * 246 + ".mp3",
        os.fsdecode(b"bad \xff\xfe utf-8.mp3"),
        "'; DROP--.mp3",
    ]
    for name in names:
        _touch(tmp_path / name)
    assert sorted(_seen(tmp_path)) == sorted(names)


def test_an_unreadable_folder_is_told_and_the_rest_is_seen(tmp_path, monkeypatch):
    _touch(tmp_path / "closed" / "1.mp3")
    _touch(tmp_path / "open" / "2.mp3")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    problems = []
    assert _seen(tmp_path, problems) == ["open/2.mp3"]
    assert problems == [(str(tmp_path / "closed"), "this folder cannot be read (Permission denied)")]


def test_files_that_vanish_during_the_walk_are_passed_over(tmp_path):
    for i in range(6):
        _touch(tmp_path / f"{i % 2}" / f"{i}.mp3")
    walking = walk(str(tmp_path), lambda path, reason: pytest.fail(f"{path}: {reason}"))
    first = next(walking)
    for path in list(tmp_path.rglob("*.mp3")):
        if str(path) != first.path:
            path.unlink()
    assert list(walking) == []
