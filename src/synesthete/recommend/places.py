"""Where in which tracks a clip may lie: tracks first, then their excerpts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synesthete.music import TrackId
from synesthete.recommend.moments import Excerpts, alignments

SHORTLIST = 300
"""Tracks whose excerpts are compared with the clip's."""
ALIGNED = 24
"""Tracks of the shortlist, the best by their best excerpts, on which the clip is laid place by place."""
FEWEST, HOPELESS = 4, 0.15
"""But no more than so few, once their best excerpts fall so far behind the best place found."""
PLACES = 4
"""Places that are listened to. On 325 pieces the network was trained with, a clip through a phone was found at
the first in 86 of 100, by the fourth in 95, by the twelfth in 96."""
WORTH = 0.65
"""Places less alike are not listened to: of clips through a phone, 99 in 100 were more alike to their track."""
BEHIND = 0.06
"""Nor those so far behind the best."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clip may lie: it begins at `start_s` of the track; `query_s` of the clip matches best there."""

    track_id: TrackId
    start_s: float
    similarity: float
    query_s: float = 0.0


def places(clip: Excerpts, shortlist: Mapping[int, Excerpts]) -> list[Place]:
    """Where in the tracks of the shortlist the clip may lie, the most alike first."""
    found: list[Place] = []
    best = -1.0
    for rank, (track_id, at_most) in enumerate(_promising(clip, shortlist)):
        if rank >= FEWEST and at_most < best - HOPELESS:
            break
        for a in alignments(clip, shortlist[track_id]):
            query_s = float(clip.starts_s[a.query] - clip.starts_s[0])
            found.append(Place(TrackId(track_id), max(0.0, a.start_s), a.similarity, query_s))
            best = max(best, a.similarity)
    return sorted(found, key=lambda place: (-place.similarity, place.track_id, place.start_s))


def worth_hearing(found: Sequence[Place]) -> list[Place]:
    """Those of the places, best first, that should be listened to."""
    least = max(WORTH, found[0].similarity - BEHIND) if found else WORTH
    return [place for place in found if place.similarity >= least][:PLACES]


def shortlist_size(tracks: int) -> int:
    """How many tracks to compare closely in a library of so many: all of a small one."""
    return int(min(tracks, SHORTLIST)) if tracks else 0


def nearest_of_many(ids: np.ndarray, similarities: np.ndarray) -> list[int]:
    """The ids found by several queries, (Q, n) with similarities, by their best similarity, each once."""
    order = np.argsort(-similarities, axis=None, kind="stable")
    return [i for i in dict.fromkeys(ids.reshape(-1)[order].tolist()) if i >= 0]


def _promising(clip: Excerpts, shortlist: Mapping[int, Excerpts]) -> list[tuple[int, float]]:
    """The tracks whose best excerpts are most like the clip's, and how like, on average over the clip."""
    ids = [i for i, excerpts in shortlist.items() if len(excerpts.vectors)]
    if not ids or not len(clip.vectors):
        return []
    counts = [len(shortlist[i].vectors) for i in ids]
    similarities = clip.vectors @ np.concatenate([shortlist[i].vectors for i in ids]).T  # (Q, all excerpts)
    starts = np.cumsum([0, *counts[:-1]])
    best = np.maximum.reduceat(similarities, starts, axis=1).mean(axis=0)
    return [(ids[i], float(best[i])) for i in np.argsort(-best, kind="stable")[:ALIGNED]]
