"""What comes next, and next, and next: requests that follow what was played last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from synesthete.music import ArtistId, TrackId
from synesthete.recommend.request import Request, Seed, SeedKind

SESSION = 5
"""An endless list follows the last so many tracks, each counting less than the next."""
FADING = 0.7
NOT_AGAIN = 500
"""A track is repeated after so many others at the earliest, or when there are no others."""
APART = 3
"""An artist is not played again within so many tracks, if it can be helped."""


def next_requests(
    request: Request, played: Sequence[int], artists: Sequence[int | None]
) -> Iterator[Request]:
    """Requests for one more track, the strictest first; the next is for when one finds nothing.

    `played` are the tracks so far and `artists` theirs, in order of playing.
    """
    recent = played[-SESSION:]
    session = tuple(
        Seed(SeedKind.TRACK, track_id, weight=0.5 * FADING ** (len(recent) - 1 - i))
        for i, track_id in enumerate(recent)
    )
    for window in (NOT_AGAIN, NOT_AGAIN // 10, APART, 1):
        for apart in (APART, 0):
            resting = {ArtistId(a) for a in artists[-apart:] if a is not None} if apart else set()
            yield replace(
                request,
                seeds=request.seeds + session,
                exclude_tracks=request.exclude_tracks | {TrackId(i) for i in played[-window:]},
                exclude_artists=request.exclude_artists | resting,
                n=1,
            )
