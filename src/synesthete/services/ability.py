"""What a service can do, one ability per Protocol; a service has as many as it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from synesthete.music import Description, Listen, Playlist


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person on a service thinks of a track: a star, stars out of five, how often it was played."""

    track: Description
    starred: bool = False
    rating: int | None = None
    """1..5, or None where nobody rated."""
    plays: int = 0
    last_played_at: int | None = None


@runtime_checkable
class HasTracks(Protocol):
    """A service with a catalog; every Description carries the service's own id in `ids`."""

    def tracks(self) -> Iterator[Description]: ...


@runtime_checkable
class HasOpinions(Protocol):
    """A service that knows stars, ratings and play counts."""

    def opinions(self) -> Iterator[Opinion]: ...


@runtime_checkable
class HasListens(Protocol):
    """A service with a history; `since` is in unix seconds and exclusive."""

    def listens(self, since: int = 0) -> Iterator[Listen]: ...


@runtime_checkable
class HasPlaylists(Protocol):
    """A service with playlists that can be read."""

    def playlists(self) -> Iterator[Playlist]: ...


@runtime_checkable
class TakesPlaylists(Protocol):
    """A service where a playlist can be created, or replaced by name; returns its id there."""

    def put_playlist(self, name: str, tracks: Sequence[Description], comment: str | None = None) -> str: ...


@runtime_checkable
class HasAudio(Protocol):
    """A service that streams the sound of its tracks, by its own id."""

    def audio(self, track_id: str) -> Iterator[bytes]: ...


def id_of(track: Description, scheme: str) -> str | None:
    """The track's id in one scheme, or None."""
    return next((value for name, value in track.ids if name == scheme), None)
