"""Whether two tracks are one recording, two versions of one piece, or simply alike.

Two vectors being close proves nothing: forty pieces for solo piano are close. A copy shows itself by its
course, how the sound departs from its own mean from second to second; and names that differ are believed
unless the sound is the same to the last digit. Versions are folded when shown, which can be undone; nothing
is ever merged or deleted.
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


COPY = Course(alike=0.90, together=0.75)
"""At least so for tracks of one name to be one recording. Measured with 46 synthesized pieces: 48 kbit/s
copies have together >= 0.79 (trained network) or 0.91 (hand-made ear) and alike >= 0.94; different piano
pieces have together <= 0.49 and 0.73."""
IDENTICAL = Course(alike=0.995, together=0.985)
"""At least so for tracks of different names: different pieces with one arrangement reached 0.81 and 0.977."""
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

    def may_be_kin(self, other: Glance) -> bool:
        """Whether names or lengths allow two tracks to be kin at all; cheap, and mostly no."""
        if abs(self.duration_s - other.duration_s) <= SAME_FILE_LENGTH_S:
            return True
        return self.piece is not None and self.piece == other.piece


def glance(track: Track) -> Glance:
    """The first look at a track."""
    piece = piece_of(track.title)
    named = None if NAMELESS.fullmatch(piece) else (piece, _artist_of(track.artist))
    return Glance(nan if track.duration_s is None else track.duration_s, named)


def may_be_kin(a: Track, b: Track) -> bool:
    """Whether names or lengths allow two tracks to be kin at all."""
    return glance(a).may_be_kin(glance(b))


def kinship(a: Track, b: Track, excerpts_a: Excerpts | None, excerpts_b: Excerpts | None) -> Kinship:
    """What two tracks are to each other, by their names, lengths and the courses of their sound."""
    named_alike = same_piece(a, b)
    if a.recording_mbid is not None and a.recording_mbid == b.recording_mbid:
        return Kinship.SAME_RECORDING
    course = course_of(excerpts_a, excerpts_b)
    least, length_s = (COPY, SAME_LENGTH_S) if named_alike else (IDENTICAL, SAME_FILE_LENGTH_S)
    if course is not None and _same_length(a, b, length_s) and course.reaches(least):
        return Kinship.SAME_RECORDING
    return Kinship.OTHER_VERSION if named_alike else Kinship.STRANGERS


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


def _same_length(a: Track, b: Track, within_s: float) -> bool:
    if a.duration_s is None or b.duration_s is None:
        return False
    return abs(a.duration_s - b.duration_s) <= within_s
