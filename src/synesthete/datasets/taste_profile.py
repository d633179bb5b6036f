"""The Echo Nest Taste Profile: (listener, song, plays) triplets, 48 million of them.

A block of lines is checked and split as bytes, ids become numbers, and the numbers wait in a
temporary file; so memory holds the names but never the rows. Only a block with a fault in it is
looked at line by line.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

import numpy as np

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import MOST_PLAYS
from synesthete.datasets.findings import PlayCounts
from synesthete.datasets.report import Report
from synesthete.datasets.text import encoding_of
from synesthete.errors import FormatError

BLOCK_BYTES = 4 * 2**20
BLOCK_ROWS = 2**18
ROW = np.dtype([("listener", "<i4"), ("song", "<i4"), ("plays", "<i4")])

NAME = re.compile(rb"[\x21-\x7e]{1,64}")
"""Listener and song ids are printable ASCII without spaces."""

LISTENER = re.compile(rb"(user|listener)([ _]?id)?", re.IGNORECASE)
"""What the first column is called in files with a header."""

TAB, NEWLINE, ZERO = b"\t\n0"
MOST_DIGITS = len(str(MOST_PLAYS))

MANY_SONGS = 20_000
"""More songs than this by one listener are noted: a person who hears 20 new songs a day for three years."""


@dataclass(frozen=True)
class Filters:
    """Which triplets are worth learning from."""

    min_tracks: int = 10
    """Listeners with fewer songs say too little."""
    top_tracks: int = 5000
    """Songs kept, those with the most plays by the listeners who stay; 0 keeps all."""
    mismatched: frozenset[str] = frozenset()
    """Songs whose audio is known to be another song's: see `msd_metadata.read_mismatches`."""


def read_triplets(document: Document, report: Report, filters: Filters = Filters()) -> Iterator[PlayCounts]:
    """The play counts of `train_triplets.txt` and the Kaggle visible and hidden files, filtered.

    Refused: lines that are not three fields, ids with spaces, counts below 1 or above a million, a
    listener and song named twice (within one block of the file). Left out: what the filters drop.
    """
    spill = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the rows may be read
    with document.opened() as stream:
        blocks = _Blocks(report)
        for rows in blocks.read(stream):
            spill.write(rows.tobytes())
    if not len(blocks.songs):
        if report.refused_count:
            reasons = ", ".join(f"{reason} ({n:,})" for reason, n in report.refused.most_common(3))
            raise FormatError(
                f"not one line is a listener, a song and a count: {reasons}", subject=document.name
            )
        return
    yield _filtered(spill, list(blocks.listeners), list(blocks.songs), filters, report)


class _Names(dict[bytes, int]):
    """Numbers by name, given in the order in which names are first asked for."""

    def __missing__(self, name: bytes) -> int:
        if not NAME.fullmatch(name):
            raise ValueError("not an id")
        number = self[name] = len(self)
        return number


class _Blocks:
    """Lines to numbers; the names met so far, in the order of their first appearance."""

    def __init__(self, report: Report):
        self.report = report
        self.listeners = _Names()
        self.songs = _Names()
        self.line = 0
        self.commas = False

    def _headed(self, block: bytes) -> bytes:
        """The first block without its header, if it has one; commas are told from tabs here."""
        top = block[: block.find(b"\n")]
        self.commas = b"\t" not in top and top.count(b",") == 2
        names = [name.strip(b' "') for name in top.split(b"," if self.commas else b"\t")]
        if not any(LISTENER.fullmatch(name) for name in names):
            return block
        if len(names) != 3 or not LISTENER.fullmatch(names[0]):
            raise FormatError(
                "the columns are not listener, song and count, in this order", subject=self.report.file
            )
        self.line = 1
        return block[len(top) + 1 :]

    def read(self, stream: BinaryIO) -> Iterator[np.ndarray]:
        """One array of ROW for each block, faults counted in the report."""
        rest = b""
        for chunk in _utf8(stream):
            block = rest + chunk
            end = block.rfind(b"\n") + 1
            if not end and len(block) > 4 * BLOCK_BYTES:
                raise FormatError("a line is longer than 16 MB", subject=self.report.file)
            rest = block[end:]
            if end:
                yield self._rows(block[:end])
        if rest:
            yield self._rows(rest + b"\n")

    def _rows(self, block: bytes) -> np.ndarray:
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if self.line == 0:
            block = self._headed(block)
        if self.commas:
            block = block.replace(b",", b"\t")
        first = self.line + 1
        self.line += block.count(b"\n")
        rows, numbers = self._whole(block), np.arange(first, self.line + 1)
        if rows is None:
            rows, numbers = self._by_line(block, first)
        keep = self._unrepeated(rows)
        for at in np.flatnonzero(~keep):
            self.report.refuse("a listener and song named twice", int(numbers[at]))
        rows = rows[keep]
        self.report.accept(len(rows))
        return rows

    def _whole(self, block: bytes) -> np.ndarray | None:
        """The rows of a block without a fault; None where anything at all is wrong with it."""
        letters = np.frombuffer(block, np.uint8)
        signs = np.flatnonzero((letters == TAB) | (letters == NEWLINE))
        if (
            not len(signs)
            or len(signs) % 3
            or b"\0" in block
            or (letters[signs].reshape(-1, 3) != (TAB, TAB, NEWLINE)).any()
        ):
            return None
        ends = signs.reshape(-1, 3)  # of listener, song and plays
        starts = np.concatenate([[0], signs[:-1] + 1]).reshape(-1, 3)
        plays = _whole_numbers(letters, starts[:, 2], ends[:, 2])
        if plays is None or (len(plays) and (plays.min() < 1 or plays.max() > MOST_PLAYS)):
            return None
        rows = np.empty(len(plays), ROW)
        try:
            rows["listener"] = _numbered(self.listeners, block, letters, starts[:, 0], ends[:, 0])
            rows["song"] = _numbered(self.songs, block, letters, starts[:, 1], ends[:, 1])
        except ValueError:
            return None
        rows["plays"] = plays
        return rows

    def _by_line(self, block: bytes, first: int) -> tuple[np.ndarray, np.ndarray]:
        found: list[tuple[int, int, int]] = []
        numbers: list[int] = []
        for number, line in enumerate(block[:-1].split(b"\n"), first):
            fault = _fault(line)
            if fault is None:
                listener, song, plays = line.split(b"\t")
                found.append((self.listeners[listener], self.songs[song], int(plays)))
                numbers.append(number)
            elif line.strip():
                self.report.refuse(fault, number, line[:100].decode("latin-1"))
        return np.array(found, ROW), np.array(numbers, np.int64)

    @staticmethod
    def _unrepeated(rows: np.ndarray) -> np.ndarray:
        """True for the first of each (listener, song) in the block."""
        keys = rows["listener"].astype(np.int64) << 32 | rows["song"]
        ordered = np.sort(keys)
        if not (ordered[1:] == ordered[:-1]).any():
            return np.ones(len(rows), bool)
        keep = np.zeros(len(rows), bool)
        keep[np.unique(keys, return_index=True)[1]] = True
        return keep


def _utf8(stream: BinaryIO) -> Iterator[bytes]:
    """The document in blocks of UTF-8, without its mark."""
    block = stream.read(BLOCK_BYTES)
    encoding, mark = encoding_of(block)
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
    block = block[mark:]
    while block:
        yield block if decoder is None else decoder.decode(block).encode()
        block = stream.read(BLOCK_BYTES)


def _numbered(
    names: _Names, block: bytes, letters: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """The numbers (n,) of the names that stand between starts and ends (n,). ValueError for one that is no id."""
    lengths = ends - starts
    if not len(lengths) or lengths.min() != lengths.max() or not lengths[0]:
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return np.fromiter((names[block[a:b]] for a, b in spans), np.int32, len(lengths))
    # Ids of one length, as in the real set: cut out as one table, and each run of equal ones is looked up once.
    width = int(lengths[0])
    table = np.lib.stride_tricks.sliding_window_view(letters, width)[starts].view(f"S{width}").ravel()
    first = np.concatenate([[0], np.flatnonzero(table[1:] != table[:-1]) + 1])
    numbers = np.fromiter(map(names.__getitem__, table[first].tolist()), np.int32, len(first))
    return np.repeat(numbers, np.diff(np.append(first, len(table))))


def _whole_numbers(letters: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray | None:
    """The numbers (n,) written between starts and ends (n,); None where one is not of one to seven digits."""
    lengths = ends - starts
    if len(lengths) and not 1 <= int(lengths.min()) <= int(lengths.max()) <= MOST_DIGITS:
        return None
    found = np.zeros(len(lengths), np.int64)
    for place in range(int(lengths.max(initial=0))):
        there = lengths > place
        digits = letters[ends[there] - 1 - place].astype(np.int64) - ZERO
        if len(digits) and not 0 <= int(digits.min()) <= int(digits.max()) <= 9:
            return None
        found[there] += digits * 10**place
    return found


def _fault(line: bytes) -> str | None:
    fields = line.split(b"\t")
    if len(fields) != 3:
        return f"{len(fields)} fields where 3 belong"
    if not NAME.fullmatch(fields[0]) or not NAME.fullmatch(fields[1]):
        return "an id that is empty, too long or not plain ASCII"
    try:
        plays = int(fields[2])
    except ValueError:
        return "a count that is not a number"
    return None if 1 <= plays <= MOST_PLAYS else "impossible number of plays"


def _filtered(
    spill: IO[bytes], listeners: list[bytes], songs: list[bytes], filters: Filters, report: Report
) -> PlayCounts:
    """What the filters keep, with names for the survivors alone."""

    def stored() -> Iterator[np.ndarray]:
        spill.seek(0)
        while data := spill.read(BLOCK_ROWS * ROW.itemsize):
            yield np.frombuffer(data, ROW)

    sound = np.array([s.decode("ascii") not in filters.mismatched for s in songs])
    degree = np.zeros(len(listeners), np.int64)
    for rows in stored():
        degree += np.bincount(rows["listener"][sound[rows["song"]]], minlength=len(listeners))
    if (many := int((degree > MANY_SONGS).sum())) > 0:
        report.note(f"listener with more than {MANY_SONGS:,} songs", many)
    staying = degree >= filters.min_tracks
    plays = np.zeros(len(songs))
    for rows in stored():
        kept = rows[staying[rows["listener"]] & sound[rows["song"]]]
        plays += np.bincount(kept["song"], weights=kept["plays"], minlength=len(songs))
    wanted = _top(plays, filters.top_tracks)
    has_rows = np.zeros(len(listeners), bool)
    for rows in stored():
        _account(rows, sound, staying, wanted, filters, report)
        has_rows[rows["listener"][(staying[rows["listener"]] & wanted[rows["song"]])]] = True
    new_listener, new_song = np.cumsum(has_rows) - 1, np.cumsum(wanted) - 1

    def rows_kept() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        for rows in stored():
            rows = rows[staying[rows["listener"]] & wanted[rows["song"]]]
            if len(rows):
                yield new_listener[rows["listener"]], new_song[rows["song"]], rows["plays"].astype(np.int64)

    return PlayCounts(
        "msd_song",
        [listeners[i].decode("ascii") for i in np.flatnonzero(has_rows)],
        [songs[i].decode("ascii") for i in np.flatnonzero(wanted)],
        rows_kept,
    )


def _top(plays: np.ndarray, n: int) -> np.ndarray:
    """(N,) True for the n songs with the most plays; equals in the order of the file."""
    wanted = plays > 0
    if n and wanted.sum() > n:
        wanted[:] = False
        wanted[np.argsort(-plays, kind="stable")[:n]] = True
    return wanted


def _account(
    rows: np.ndarray,
    sound: np.ndarray,
    staying: np.ndarray,
    wanted: np.ndarray,
    filters: Filters,
    report: Report,
) -> None:
    """Move what the filters drop from accepted to left out."""
    is_sound, stays = sound[rows["song"]], staying[rows["listener"]]
    reasons = {
        "song on the mismatch list": ~is_sound,
        f"listener with fewer than {filters.min_tracks} songs": is_sound & ~stays,
        f"song not among the {filters.top_tracks:,} most played": is_sound & stays & ~wanted[rows["song"]],
    }
    for reason, dropped in reasons.items():
        if (entries := int(dropped.sum())) > 0:
            report.accept(-entries)
            report.leave_out(reason, entries)
