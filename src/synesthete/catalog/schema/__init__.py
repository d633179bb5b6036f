"""The tables of the catalog, in three drawers: music, people, work.

The migrations under catalog/migrations make exactly these tables (a test compares the two).
Times are unix seconds in UTC (`_at`), durations seconds (`_s`).
"""

from synesthete.catalog.schema.base import metadata
from synesthete.catalog.schema.music import (
    albums,
    artists,
    clusters,
    descriptors,
    embeddings,
    external_ids,
    folders,
    positions,
    track_genres,
    tracks,
)
from synesthete.catalog.schema.people import (
    api_keys,
    feedback,
    impressions,
    letter_picks,
    letters,
    listeners,
    listens,
    own_values,
    play_counts,
    playlist_tracks,
    playlists,
    searches,
    sessions,
    shares,
    waiting_words,
)
from synesthete.catalog.schema.work import imports, jobs, ledger, scores, values

__all__ = [
    "albums",
    "api_keys",
    "artists",
    "clusters",
    "descriptors",
    "embeddings",
    "external_ids",
    "feedback",
    "folders",
    "imports",
    "impressions",
    "jobs",
    "ledger",
    "letter_picks",
    "letters",
    "listeners",
    "listens",
    "metadata",
    "own_values",
    "play_counts",
    "playlist_tracks",
    "playlists",
    "positions",
    "scores",
    "searches",
    "sessions",
    "shares",
    "track_genres",
    "tracks",
    "values",
    "waiting_words",
]
