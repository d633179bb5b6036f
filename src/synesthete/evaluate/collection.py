"""What is known of the files an ear is tested on: artist, album, genre; and which of them are held out."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from synesthete.audio.suffixes import SUFFIXES
from synesthete.audio.tags import read_tags
from synesthete.errors import AudioError, FormatError

HELD_OUT = "held-out"  # the committed list of albums no network of ours was trained on
LARGEST_TEST = 96  # tracks


@dataclass(frozen=True)
class Labeled:
    """A file and what is known of its music."""

    path: Path
    artist: str | None = None
    album: str | None = None
    genre: str | None = None


def labeled_files(folder: Path, labels: Path | None = None) -> list[Labeled]:
    """The sound files of a folder with their labels: from a CSV, or from their tags.

    The CSV has a column `file` (relative to the folder) and any of `artist`, `album`, `genre`; without one,
    FOLDER.csv beside the folder is taken if it is there.

    Raises FormatError when the CSV has no column `file`, AudioError when there is no sound file.
    """
    beside = folder.with_name(folder.name + ".csv")
    labels = labels or (beside if beside.is_file() else None)
    found = _from_csv(folder, labels) if labels else _from_tags(folder)
    if not found:
        raise AudioError("no sound files here", subject=folder)
    return found


def _from_csv(folder: Path, labels: Path) -> list[Labeled]:
    with labels.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and "file" not in rows[0]:
        raise FormatError("the labels have no column 'file'", subject=labels)
    known = [
        Labeled(
            folder / row["file"],
            row.get("artist") or None,
            row.get("album") or None,
            row.get("genre") or None,
        )
        for row in rows
    ]
    return [entry for entry in known if entry.path.is_file()]


def _from_tags(folder: Path) -> list[Labeled]:
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()):
        tags = read_tags(path)
        album = f"{tags.album_artist or tags.artist}: {tags.album}" if tags.album else None
        found.append(Labeled(path, tags.artist, album, tags.genres[0] if tags.genres else None))
    return found


def chosen(files: Sequence[Labeled], split: str | None) -> list[Labeled]:
    """The files of a split: None for all, "held-out" for the committed albums, a number to draw albums anew.

    A number is a seed: albums of two tracks or more are shuffled and taken while the test stays at 96 tracks
    or fewer.
    """
    if split is None:
        return list(files)
    albums = committed_albums() if split == HELD_OUT else drawn_albums(files, _seed(split))
    return [entry for entry in files if entry.album in albums]


def _seed(split: str) -> int:
    try:
        return int(split)
    except ValueError:
        raise FormatError(f"no split {split!r}", hint=f"Say {HELD_OUT}, or a number as seed.") from None


def committed_albums() -> frozenset[str]:
    """The albums held out of all training of ours."""
    text = resources.files("synesthete.evaluate").joinpath("splits/held_out_albums.json").read_text("utf-8")
    return frozenset(json.loads(text)["albums"])


def drawn_albums(files: Sequence[Labeled], seed: int, most: int = LARGEST_TEST) -> frozenset[str]:
    """Albums drawn by a seed until the next one would make the test larger than `most` tracks."""
    counts: dict[str, int] = {}
    for entry in files:
        if entry.album:
            counts[entry.album] = counts.get(entry.album, 0) + 1
    names = sorted(name for name, count in counts.items() if count > 1)
    taken: set[str] = set()
    total = 0
    for i in np.random.default_rng(seed).permutation(len(names)):
        if total + counts[names[i]] <= most:
            taken.add(names[i])
            total += counts[names[i]]
    return frozenset(taken)
