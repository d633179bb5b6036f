"""The nouns of the house: what a listener would call them, as frozen values with typed ids.

Every other room speaks in these. They hold facts and no behavior; times are seconds of sound
(`_s`) or unix seconds in UTC (`_at`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

TrackId = NewType("TrackId", int)
ArtistId = NewType("ArtistId", int)
AlbumId = NewType("AlbumId", int)
ListenerId = NewType("ListenerId", int)
PlaylistId = NewType("PlaylistId", int)


@dataclass(frozen=True, slots=True)
class Artist:
    """Who made the music, as a listener says it."""

    id: ArtistId
    name: str
    mbid: str | None = None


@dataclass(frozen=True, slots=True)
class Album:
    """A release by one artist (or "Various Artists")."""

    id: AlbumId
    title: str
    artist: str
    artist_id: ArtistId | None = None
    year: int | None = None
    mbid: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One entry of the catalog that can be played, or at least named.

    `path` is None for tracks known from a data set alone; `duration_s` is None until known.
    """

    id: TrackId
    title: str
    artist: str
    album: str | None = None
    path: str | None = None
    duration_s: float | None = None
    artist_id: ArtistId | None = None
    album_id: AlbumId | None = None
    album_artist: str | None = None
    track_no: int | None = None
    disc_no: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    recording_mbid: str | None = None
    isrc: str | None = None
    replaygain_db: float | None = None
    has_cover: bool = False
    size: int | None = None
    """Bytes of its file."""


@dataclass(frozen=True, slots=True)
class Description:
    """A track as someone else names it: an export's row, a playlist's line, a scrobble."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    duration_s: float | None = None
    recording_mbid: str | None = None
    isrc: str | None = None
    path: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    """Ids elsewhere, as (scheme, value): ("spotify", "4uLU6hMCjMI75M1A2tKUQC")."""
    artist_ids: tuple[tuple[str, str], ...] = ()
    """What its artist is called elsewhere, likewise."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in a track (or query) something is: start and end in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A track that is near, with its cosine similarity in [-1, 1]; larger is nearer."""

    id: TrackId
    similarity: float


@dataclass(frozen=True, slots=True)
class Listener:
    """A person with a taste of their own."""

    id: ListenerId
    name: str
    role: Role
    email: str | None = None
    time_zone: str = "UTC"


class Role(StrEnum):
    """What a listener may do: the owner runs the house, a listener lives in it."""

    OWNER = "owner"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True)
class Listen:
    """One play of something: when it began, how long it sounded, whether it was skipped."""

    track: Description
    at: int
    """Unix seconds, UTC."""
    played_s: float | None = None
    skipped: bool | None = None
    count: int = 1
    """More than one only where a source gives totals instead of single plays."""
    listener: str | None = None
    """The source's own name for the person, where it holds several."""


class Word(StrEnum):
    """What a listener says about a track or artist."""

    LIKE = "like"
    DISLIKE = "dislike"
    NEVER = "never"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Feedback:
    """An explicit word of a listener about a track or an artist, perhaps until a date."""

    listener_id: ListenerId
    word: Word
    at: int
    track_id: TrackId | None = None
    artist_id: ArtistId | None = None
    until: int | None = None
    rating: int | None = None
    """1 to 5 stars, where it was said so."""
    source: str = "page"


@dataclass(frozen=True, slots=True)
class Playlist:
    """An ordered list of tracks, as found in a file or a service."""

    name: str
    tracks: tuple[Description, ...] = ()
    comment: str | None = None
    owner: str | None = None
    ids: tuple[tuple[str, str], ...] = field(default=())
