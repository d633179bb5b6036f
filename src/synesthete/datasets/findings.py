"""What readers find in the files of the world, beside the listens and playlists of `music.py`.

Findings name tracks by `Description`; which track of the catalog is meant is decided later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from synesthete.music import Description, Listen, Playlist, Word


@dataclass(frozen=True, slots=True)
class Opinion:
    """A word about a track: a heart, a thumb, a rating."""

    track: Description
    word: Word
    at: int | None = None
    listener: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A track of a data set that is itself a catalog, with what it knows beside the name."""

    track: Description
    year: int | None = None
    genres: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    """Named numbers such as danceability; empty where a data set has none."""


@dataclass(frozen=True, slots=True)
class PlayCounts:
    """Who played what how often, as arrays: far too many rows for one object each.

    `rows()` yields blocks (listeners (n,), tracks (n,), counts (n,)) of int64, where the first two
    are positions in `listeners` and `tracks`. It may be called again.
    """

    scheme: str
    """The scheme of the track ids, such as "echonest-song"."""
    listeners: list[str]
    tracks: list[str]
    rows: Callable[[], Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]]


@dataclass(frozen=True, slots=True)
class LabeledClip:
    """Ten seconds of somebody's video: where they are, what is heard, and how it sounds.

    `frames` is (10, 128) uint8: one quantized VGGish embedding for each second.
    """

    video: str
    start_s: float
    end_s: float
    labels: tuple[str, ...]
    names: tuple[str, ...]
    frames: np.ndarray


Finding = Listen | Playlist | Opinion | Listing | PlayCounts | LabeledClip
