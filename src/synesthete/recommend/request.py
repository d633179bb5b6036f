"""What a person asks: seeds with plus and minus, filters, and how to weigh."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

import numpy as np

from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError
from synesthete.music import ArtistId, ListenerId, TrackId

PER_ARTIST = 2
"""Results by one artist unless asked otherwise; with more, the first artist found fills the list."""
ADVENTUROUS = 0.2


class SeedKind(StrEnum):
    """What a seed is."""

    TRACK = "track"
    ARTIST = "artist"
    ALBUM = "album"
    CLIP = "clip"
    GENRE = "genre"
    TAG = "tag"
    PLAYLIST = "playlist"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Sound that is not in the catalog, as an encoder heard it.

    Shapes: vector (D,), excerpts (E, D), starts_s and ends_s (E,) seconds.
    """

    vector: np.ndarray
    excerpts: np.ndarray
    starts_s: np.ndarray
    ends_s: np.ndarray
    name: str = "your clip"


@dataclass(frozen=True, slots=True)
class Seed:
    """Something to start from; a negative weight means "less like that"."""

    kind: SeedKind
    id: int | str | None = None
    """Id of a track, artist, album, playlist or listener; name of a genre or tag."""
    weight: float = 1.0
    start_s: float | None = None
    end_s: float | None = None
    clip: Clip | None = None

    def __post_init__(self) -> None:
        if not -1 <= self.weight <= 1 or self.weight == 0:
            raise InputError(f"a seed's weight of {self.weight} is not within -1..1, or is 0")
        if self.start_s is not None and not 0 <= self.start_s < inf:
            raise InputError(f"a start of {self.start_s} s cannot be", hint="Seconds count from 0.")
        if self.end_s is not None and not (self.start_s or 0.0) < self.end_s:
            raise InputError(f"the span from {self.start_s or 0.0} s to {self.end_s} s is empty")
        if (self.clip is None) == (self.kind == SeedKind.CLIP):
            raise InputError("a seed of kind clip carries a clip, and no other does")
        if self.clip is None and self.id is None:
            raise InputError(f"which {self.kind} is meant?")


@dataclass(frozen=True, slots=True)
class Request:
    """The question. Without seeds it is for the listener; without both it is about what is popular here."""

    seeds: tuple[Seed, ...] = ()
    listener_id: ListenerId | None = None
    wanted: Filter = field(default_factory=Filter)
    exclude_tracks: frozenset[TrackId] = frozenset()
    exclude_artists: frozenset[ArtistId] = frozenset()
    n: int = 20
    per_artist: int = PER_ARTIST
    """At most so many of one artist; 0 means no limit."""
    per_album: int | None = None
    """At most so many of one album; as per_artist when None, 0 means no limit."""
    taste: float | None = None
    """0 only sound .. 1 only listeners; by evidence when None."""
    novelty: float | None = None
    """0 what the listener knows .. 1 only what they have never played."""
    adventurousness: float = ADVENTUROUS
    """0 the nearest .. 1 far from each other and from the seeds."""
    fold: bool = True
    """Whether versions of one track are folded into one result."""
    as_of: int | None = None
    """Answer as if it were then (unix seconds): listens and words since are not known. For replays."""

    def __post_init__(self) -> None:
        if self.n < 1:
            raise InputError(f"{self.n} tracks cannot be recommended; ask for at least one")
        if self.per_artist < 0 or (self.per_album or 0) < 0:
            raise InputError("a limit per artist or album is not negative; 0 means no limit")
        for name in ("taste", "novelty", "adventurousness"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InputError(f"{name} is {value}, but goes from 0 to 1")

    @property
    def by_sound_alone(self) -> bool:
        """Whether nothing but the sound of its seeds can answer it."""
        return self.taste == 0 and bool(self.seeds)

    @property
    def album_limit(self) -> int:
        """The limit per album in force."""
        return self.per_artist if self.per_album is None else self.per_album


def similar_to(
    track_id: int, n: int = 10, start_s: float | None = None, end_s: float | None = None
) -> Request:
    """The request for what sounds like one track, or a span of it: by sound alone, the nearest first."""
    seed = Seed(SeedKind.TRACK, track_id, start_s=start_s, end_s=end_s)
    return Request((seed,), n=n, taste=0.0, adventurousness=0.0)


def similar_to_clip(clip: Clip, n: int = 10) -> Request:
    """The request for tracks that sound like a clip."""
    return Request((Seed(SeedKind.CLIP, clip=clip),), n=n, taste=0.0, adventurousness=0.0)
