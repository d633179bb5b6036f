"""Playlists: made, edited, continued, read and written."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synesthete.web.api.models.ask import Exclude, Filters, RecommendationAnswer, Sliders
from synesthete.web.api.models.base import Answer, Id, Question
from synesthete.web.api.models.music import Track

ExportFormat = Literal["m3u8", "xspf", "jspf", "csv"]


class Playlist(Answer):
    """A playlist in a list of playlists."""

    id: int
    name: str
    comment: str | None
    source: str
    tracks: int = Field(description="Entries, known or not.")
    missing: int = Field(description="Entries that are not in the library.")
    duration_s: float
    created_at: int
    changed_at: int
    cover_track_ids: list[int] = Field(description="Up to four tracks with covers.")


class Playlists(Answer):
    """The playlists of the listener who asks, the last changed first."""

    playlists: list[Playlist]


class Named(Answer):
    """An entry as its source names it."""

    title: str | None
    artist: str | None
    album: str | None


class Entry(Answer):
    """One place of a playlist; `track` is null for what is not in the library."""

    position: int
    track: Track | None
    named: Named | None


class PlaylistPage(Answer):
    """A playlist with its entries in order."""

    playlist: Playlist
    entries: list[Entry]


class NewPlaylist(Question):
    """A playlist to be made."""

    name: str = Field(min_length=1, max_length=200)
    comment: str | None = Field(None, max_length=2_000)
    track_ids: list[Id] = Field([], max_length=10_000)


class PlaylistChange(Question):
    """What to change; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    comment: str | None = Field(None, max_length=2_000)


class MoreTracks(Question):
    """Tracks to put in."""

    track_ids: list[Id] = Field(min_length=1, max_length=10_000)
    position: int | None = Field(None, ge=0, description="Before which place; at the end when null.")


class Order(Question):
    """The present positions in their new order; a position left out is removed."""

    positions: list[Id] = Field(max_length=100_000)
    changed_at: int | None = Field(None, description="When given and the playlist changed since: 409.")


class ContinuationRequest(Question):
    """Ask for tracks that fit."""

    n: int = Field(10, ge=1, le=200)
    add: bool = Field(False, description="Also put them at the end of the playlist.")
    filters: Filters = Filters()
    exclude: Exclude = Exclude()
    sliders: Sliders = Sliders()
    per_artist: int = Field(2, ge=0, le=200)


class ContinuationAnswer(RecommendationAnswer):
    """What fits, and whether it was added."""

    added: int


class Unmatched(Answer):
    """A line that leads to no track of the library."""

    line: int
    title: str | None
    artist: str | None
    album: str | None
    reason: str


class ImportAnswer(Answer):
    """What a playlist file held and what of it is in the library."""

    kind: str = Field(description="m3u, pls, xspf, jspf, exportify, itunes ...")
    playlists: list[Playlist]
    found: int
    matched: int
    missing: list[Unmatched] = Field(description="At most 500.")
    warnings: list[str]


class Cluster(Answer):
    """A group of tracks that sound alike, as a ready playlist."""

    id: int
    name: str
    tracks: int
    duration_s: float
    examples: list[Track] = Field(description="Up to six in its middle.")


class Clusters(Answer):
    """All clusters, largest first."""

    clusters: list[Cluster]
    note: str | None = Field(None, description="How to make them, when there are none.")


class ClusterPage(Answer):
    """A cluster and its tracks, the most typical first."""

    cluster: Cluster
    tracks: list[Track]
