"""Whether two tracks are one recording, two versions of one piece, or simply alike.

Two vectors being close proves nothing: forty pieces for solo piano are close. A copy shows itself by its
course, how the sound departs from its own mean from second to second; and names that differ are believed
unless the sound is the same to the last digit. Where a title or an artist is missing, the sound decides.
Versions are folded when shown, which can be undone; nothing is ever merged or deleted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import nan
from typing import NamedTuple

import numpy as np

from synesthete.catalog.folding import fold
from synesthete.music import Track
from synesthete.recommend.moments import Excerpts

SAME_LENGTH_S = 2.5
"""Encoders pad and players trim: copies of one recording differ by up to about two seconds."""
SAME_FILE_LENGTH_S = 0.15
"""Copies without loss differ by less than a block of samples or two."""


@dataclass(frozen=True, slots=True)
class Course:
    """How two sounds run side by side."""

    alike: float
    """Mean cosine of excerpts at the same second."""
    together: float
    """Correlation, over all excerpts, of how each sound departs from its own mean: 1 for the same."""

    def reaches(self, least: Course) -> bool:
        """Whether both numbers are at least those."""
        return self.alike >= least.alike and self.together >= least.together


COPY = Course(alike=0.90, together=0.72)
"""At least so for tracks of one name to be one recording. Of 40 synthesized piano pieces of 20 s (three excerpts),
copies at 48 kbit/s have together >= 0.72 to 0.80 by the way they were coded, of 45 s and more >= 0.79 (trained
network); different pieces at most 0.71 and 0.53."""
UNNAMED = Course(alike=0.93, together=0.72)
"""At least so where names tell nothing: one of the two has no title or no artist. The same copies have alike >= 0.946.
Of 163 recordings (the network was trained with them) all copies are known so, and of 13,203 pairs one is mistaken,
two arrangements of one theme; the hand-made ear finds nearly all copies and mistakes none."""
IDENTICAL = Course(alike=0.995, together=0.985)
"""At least so for tracks of different names: one performance synthesized again in another key reached 0.996 and
0.962 with the trained network, 0.984 and 0.967 with the hand-made ear."""
UNKNOWN = frozenset({"", "unknown artist", "unknown", "various artists", "audioset"})
"""Artists who are nobody in particular; AudioSet is a collection of clips by whomever."""
NAMELESS = re.compile(
    r"(?:untitled|unknown|no title|intro|outro|interlude|intermission|skit|prelude|hidden|bonus|silence)?"
    r"(?: ?(?:track|title))? ?\d*"
)
"""Titles, folded, that say nothing: two tracks named so need not be one piece."""

_EDITION = re.compile(
    r"[\(\[][^\)\]]*\b(?:remaster\w*|live|mono|stereo|version|edit|mix|demo|acoustic|instrumental|take|remix|"
    r"deluxe|bonus|radio|single|album|session|\d{4})\b[^\)\]]*[\)\]]"
    r"|\s-\s[^-]*\b(?:remaster\w*|live|mono|stereo|version|edit|mix|demo|acoustic|take|remix|session)\b.*$",
    re.IGNORECASE,
)


class Kinship(StrEnum):
    """What two tracks are to each other."""

    SAME_RECORDING = "same recording"
    OTHER_VERSION = "other version"
    STRANGERS = "strangers"


@lru_cache(maxsize=20_000)
def piece_of(title: str) -> str:
    """The title without what names an edition: "Cogs (Live 2011)" and "Cogs - Remastered" are "cogs"."""
    bare = _EDITION.sub("", title).strip()
    return fold(bare or title)


_artist_of = lru_cache(maxsize=20_000)(fold)


class Glance(NamedTuple):
    """What a first look at a track sees: its length (NaN when unknown) and its piece (None when nameless)."""

    duration_s: float
    piece: tuple[str, str] | None
    named: bool
    """Whether title and artist both say something."""


def glance(track: Track) -> Glance:
    """The first look at a track."""
    piece = piece_of(track.title)
    named = None if NAMELESS.fullmatch(piece) else (piece, _artist_of(track.artist))
    is_somebody = track.artist.strip().casefold() not in UNKNOWN
    length_s = nan if track.duration_s is None else track.duration_s
    return Glance(length_s, named, named is not None and is_somebody)


def kinship(a: Track, b: Track, excerpts_a: Excerpts | None, excerpts_b: Excerpts | None) -> Kinship:
    """What two tracks are to each other, by their names, lengths and the courses of their sound."""
    named_alike = same_piece(a, b)
    if a.recording_mbid is not None and a.recording_mbid == b.recording_mbid:
        return Kinship.SAME_RECORDING
    course = course_of(excerpts_a, excerpts_b)
    length_s = SAME_LENGTH_S if named_alike else SAME_FILE_LENGTH_S
    least = COPY if named_alike else IDENTICAL if is_named(a) and is_named(b) else UNNAMED
    if course is not None and _same_length(a, b, length_s) and course.reaches(least):
        return Kinship.SAME_RECORDING
    # "Allegro" by nobody and "Allegro" by nobody need not be one piece.
    return Kinship.OTHER_VERSION if named_alike and is_named(a) else Kinship.STRANGERS


def course_of(a: Excerpts | None, b: Excerpts | None) -> Course | None:
    """How two sounds run side by side; None where fewer than three excerpts lie at the same seconds."""
    if a is None or b is None or not len(a.vectors) or not len(b.vectors):
        return None
    apart = np.abs(a.starts_s[:, None] - b.starts_s[None, :])
    partner = apart.argmin(axis=1)
    paired = np.flatnonzero(apart[np.arange(len(partner)), partner] <= SAME_LENGTH_S)
    if len(paired) < 3:
        return None
    one, other = a.vectors[paired], b.vectors[partner[paired]]
    alike = float((one * other).sum(axis=1).mean())
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return Course(alike, float((one * other).sum()) / size if size > 1e-9 else 0.0)


def same_piece(a: Track, b: Track) -> bool:
    """Whether artist and title, editions aside, are the same."""
    piece = glance(a).piece
    return piece is not None and piece == glance(b).piece


def is_named(track: Track) -> bool:
    """Whether its names say something: a title that is one, and an artist."""
    return glance(track).named


def _same_length(a: Track, b: Track, within_s: float) -> bool:
    if a.duration_s is None or b.duration_s is None:
        return False
    return abs(a.duration_s - b.duration_s) <= within_s
