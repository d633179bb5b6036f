"""Where to cut a track into excerpts: a quick look at three places, or all of it with overlap.

Positions are seconds. A track shorter than an excerpt is one excerpt, the whole of it.
"""

from __future__ import annotations

from dataclasses import dataclass

LENGTH_S = 10.0  # seconds per excerpt: long enough for a phrase, short enough for a moment
HOP_S = 5.0  # seconds from excerpt to excerpt of a full look, so that no moment falls between two
# Where the three excerpts of a quick look are centered, as shares of the track: past most introductions,
# around the middle, before most endings. Sixths, so that each speaks for a third of the track.
QUICK_PLACES = (1 / 6, 3 / 6, 5 / 6)
# A last excerpt may reach back over the one before it, if it adds at least this much.
SHORTEST_TAIL_S = 2.5


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A window of a track."""

    start_s: float
    end_s: float


def quick_excerpts(duration_s: float, length_s: float = LENGTH_S) -> list[Excerpt]:
    """At most three excerpts spread over the track; fewer when they would overlap."""
    if duration_s <= length_s:
        return [Excerpt(0.0, duration_s)]
    count = min(len(QUICK_PLACES), int(duration_s // length_s))
    places = QUICK_PLACES if count == len(QUICK_PLACES) else [(2 * i + 1) / (2 * count) for i in range(count)]
    latest = duration_s - length_s
    starts = [min(max(place * duration_s - length_s / 2, 0.0), latest) for place in places]
    return [Excerpt(start, start + length_s) for start in starts]


def full_excerpts(duration_s: float, length_s: float = LENGTH_S, hop_s: float = HOP_S) -> list[Excerpt]:
    """Excerpts every `hop_s` over the whole track, and one at its very end if the last falls short of it."""
    if duration_s <= length_s:
        return [Excerpt(0.0, duration_s)]
    count = 1 + int((duration_s - length_s) / hop_s + 1e-9)
    starts = [i * hop_s for i in range(count)]
    if duration_s - (starts[-1] + length_s) >= min(SHORTEST_TAIL_S, hop_s):
        starts.append(duration_s - length_s)
    return [Excerpt(start, start + length_s) for start in starts]
