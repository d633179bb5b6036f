"""Walk a folder for sound files: every file once, through loops, odd names and closed doors."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from synesthete.audio.suffixes import SUFFIXES

Problem = Callable[[str, str], None]
"""Told of a path that could not be looked at, and why."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sound file as the file system shows it: `size` bytes, `modified_ns` unix nanoseconds."""

    path: str
    size: int
    modified_ns: int
    inode: str | None


def walk(root: str, problem: Problem) -> Iterator[Sighting]:
    """Every sound file under the folder, in a stable order, real folders before linked ones.

    Hidden files and folders (names that begin with a dot) are left out. A file or folder reached twice,
    by links or a loop of them, is seen once.
    """
    seen: set[tuple[int, int]] = set()  # (device, inode) of folders and files
    links: list[str] = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            if _known(os.stat(folder), seen):
                continue
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            problem(folder, f"this folder cannot be read ({error.strerror})")
            entries = []
        deeper = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            found = _look(entry, problem)
            if found is None:
                continue
            if entry.is_symlink():  # only at the end, so that what is there in person comes first
                links.append(entry.path)
            elif isinstance(found, str):  # FOLDER
                deeper.append(entry.path)
            else:
                _known(found, seen)
                yield _sighting(entry.path, found)
        folders.extend(reversed(deeper))
        while links and not folders:
            link = links.pop(0)
            if os.path.isdir(link):
                folders.append(link)
            elif (facts := _facts(link, problem)) is not None and not _known(facts, seen):
                yield _sighting(link, facts)


FOLDER = "folder"


def _known(facts: os.stat_result, seen: set[tuple[int, int]]) -> bool:
    """Whether this folder or file was reached before; file systems without inodes never say so."""
    key = (facts.st_dev, facts.st_ino)
    known = facts.st_ino != 0 and key in seen
    seen.add(key)
    return known


def _sighting(path: str, facts: os.stat_result) -> Sighting:
    return Sighting(path, facts.st_size, facts.st_mtime_ns, str(facts.st_ino) if facts.st_ino else None)


def _look(entry: os.DirEntry[str], problem: Problem) -> os.stat_result | str | None:
    """The facts of a sound file, FOLDER, or None for anything else."""
    try:
        if entry.is_dir():
            return FOLDER
    except OSError as error:
        problem(entry.path, f"this cannot be looked at ({error.strerror})")
        return None
    if os.path.splitext(entry.name)[1].lower() not in SUFFIXES:
        return None
    return _facts(entry.path, problem)


def _facts(path: str, problem: Problem) -> os.stat_result | None:
    """The facts of a file; None when it vanished meanwhile or is no regular file."""
    try:
        facts = os.stat(path)
    except FileNotFoundError:
        return None  # gone since the folder was listed, or a link to nowhere
    except OSError as error:
        problem(path, f"this file cannot be looked at ({error.strerror})")
        return None
    return facts if stat.S_ISREG(facts.st_mode) else None
