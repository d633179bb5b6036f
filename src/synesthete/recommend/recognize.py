"""This very recording is in your library at 1:20: tracks first, then their excerpts.

A clip's vector finds a shortlist of tracks; only their excerpts are compared with the clip's. What the
shortlist costs in recall is measured in benchmarks/recommend.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synesthete.music import TrackId
from synesthete.recommend.moments import Excerpts, align

SHORTLIST = 300
"""Tracks whose excerpts are compared: about 14,000 excerpts of four-minute tracks, some 20 ms."""
ALIKE = 0.80
"""Below this cosine along the way it is not this recording, whatever the margin."""
SURE_ALIKE = 0.85
"""From this cosine on it can be named without doubt; with the margin chosen on half of 325 pieces of game
music, whose albums vary few themes. What remains of errors is in benchmarks/RESULTS.md."""
SURE_MARGIN = 0.06
"""How far the best must be ahead of the second best (that is no copy of it) to be named without doubt."""
COPY = 0.005


@dataclass(frozen=True, slots=True)
class Recognition:
    """A track that holds the clip: where, how alike, and whether we are sure."""

    track_id: TrackId
    start_s: float
    end_s: float
    similarity: float
    sure: bool
    """False when another track comes nearly as close: it may be another version."""


def recognize(clip: Excerpts, shortlist: Mapping[int, Excerpts]) -> Recognition | None:
    """The track of the shortlist that holds this very sound, or None when none does.

    The margin is to the best of those that are not within COPY of the best, since a library may
    hold one recording twice.
    """
    found = [(a.similarity, i, a) for i, e in shortlist.items() if (a := align(clip, e)) is not None]
    if not found:
        return None
    found.sort(key=lambda f: (-f[0], f[1]))
    best, track_id, alignment = found[0]
    if best < ALIKE:
        return None
    others = [similarity for similarity, _, _ in found[1:] if similarity < best - COPY]
    margin = best - max(others, default=-1.0)
    if margin < SURE_MARGIN / 2:
        return None
    sure = bool(best >= SURE_ALIKE and margin >= SURE_MARGIN)
    length_s = float(clip.ends_s[-1] - clip.starts_s[0])
    begins = max(0.0, alignment.start_s)
    return Recognition(TrackId(track_id), round(begins, 2), round(begins + length_s, 2), best, sure)


def shortlist_size(tracks: int) -> int:
    """How many tracks to compare closely in a library of so many: all of a small one."""
    return int(min(tracks, SHORTLIST)) if tracks else 0


def nearest_of_many(ids: np.ndarray, similarities: np.ndarray) -> list[int]:
    """The ids found by several queries, (Q, n) with similarities, by their best similarity, each once."""
    order = np.argsort(-similarities, axis=None, kind="stable")
    return [i for i in dict.fromkeys(ids.reshape(-1)[order].tolist()) if i >= 0]
