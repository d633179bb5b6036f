"""Which seconds of one sound match which seconds of another.

Everything here takes excerpt vectors (E, D) of length 1 and where they are, (E,) seconds each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synesthete.music import Moment

MOSTLY = 0.75
"""Share of an excerpt (or of the span, if that is shorter) that must lie inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Excerpts:
    """The excerpts of one sound: vectors (E, D) float32 of length 1, starts_s and ends_s (E,)."""

    vectors: np.ndarray
    starts_s: np.ndarray
    ends_s: np.ndarray

    def within(self, start_s: float | None, end_s: float | None) -> Excerpts:
        """Those that lie mostly inside the span, cut to it; the one with most of it when none does."""
        if (start_s is None and end_s is None) or not len(self.starts_s):
            return self
        low, high = start_s or 0.0, np.inf if end_s is None else end_s
        inside = np.minimum(self.ends_s, high) - np.maximum(self.starts_s, low)
        kept = inside >= MOSTLY * np.minimum(self.ends_s - self.starts_s, high - low)
        if not kept.any():
            kept = np.arange(len(inside)) == int(inside.argmax())
            return Excerpts(self.vectors[kept], self.starts_s[kept], self.ends_s[kept])
        cut = np.maximum(self.starts_s[kept], low), np.minimum(self.ends_s[kept], high)
        return Excerpts(self.vectors[kept], *cut)


@dataclass(frozen=True, slots=True)
class Match:
    """The best match of two sounds: where in each, and the cosine similarity of these excerpts."""

    query: Moment
    found: Moment
    similarity: float


def best_match(query: Excerpts, found: Excerpts) -> Match | None:
    """The pair of excerpts that are most alike; the earliest of equals. None when either has none."""
    if not len(query.vectors) or not len(found.vectors):
        return None
    similarities = query.vectors @ found.vectors.T
    q, f = np.unravel_index(int(similarities.argmax()), similarities.shape)
    return Match(_moment(query, int(q)), _moment(found, int(f)), float(similarities[q, f]))


def _moment(excerpts: Excerpts, i: int) -> Moment:
    return Moment(round(float(excerpts.starts_s[i]), 2), round(float(excerpts.ends_s[i]), 2))


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a query lies on a track: from which second of it, and the mean cosine along the way."""

    start_s: float
    similarity: float


def align(query: Excerpts, found: Excerpts) -> Alignment | None:
    """Where in the track the whole query fits best; None when either has no excerpts.

    Every excerpt of the track is tried as the place of the query's first; the query's others must then
    match what lies as far behind. The start is refined between excerpts by a parabola through the best
    place and its neighbors.
    """
    if not len(query.vectors) or not len(found.vectors):
        return None
    similarities = query.vectors @ found.vectors.T  # (Q, F)
    offsets = query.starts_s - query.starts_s[0]
    places = np.abs(found.starts_s[None, :, None] + offsets[:, None, None] - found.starts_s[None, None, :])
    nearest = places.argmin(axis=2)  # (Q, F): which excerpt lies where query excerpt q would, begun at f
    fits = np.take_along_axis(similarities, nearest, axis=1)
    ends = found.starts_s + offsets[-1] <= found.starts_s[-1] + _hop(found)
    along = np.where(ends, fits.mean(axis=0), -1.0)
    if not ends.any():  # the query is longer than the track: compare it from the beginning
        along[0] = fits[:, 0].mean()
    best = int(along.argmax())
    return Alignment(_refined(along, best, found.starts_s), float(along[best]))


def _hop(excerpts: Excerpts) -> float:
    return float(np.median(np.diff(excerpts.starts_s))) if len(excerpts.starts_s) > 1 else 0.0


def _refined(along: np.ndarray, best: int, starts_s: np.ndarray) -> float:
    """The top of a parabola through three neighbors, in seconds; never beyond the neighbors."""
    if not 0 < best < len(along) - 1 or along[best - 1] <= -1 or along[best + 1] <= -1:
        return float(starts_s[best])
    left, middle, right = along[best - 1 : best + 2]
    curve = left - 2 * middle + right
    shift = 0.0 if abs(curve) < 1e-9 else float(np.clip(0.5 * (left - right) / curve, -0.5, 0.5))
    step = starts_s[best + 1] - starts_s[best] if shift > 0 else starts_s[best] - starts_s[best - 1]
    return float(max(0.0, starts_s[best] + shift * step))
