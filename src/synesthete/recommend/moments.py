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
    query: int = 0
    """Which excerpt of the query matches best there."""


STEPS = 5
"""Places tried from one excerpt of a track to the next: with a hop of 5 s, every second."""


def align(query: Excerpts, found: Excerpts) -> Alignment | None:
    """Where in the track the whole query fits best; None when either has no excerpts."""
    return next(iter(alignments(query, found, most=1)), None)


def alignments(query: Excerpts, found: Excerpts, most: int = 3, apart_s: float = 5.0) -> list[Alignment]:
    """The places in the track where the whole query fits best, best first, at least `apart_s` from each other.

    Sound between two excerpts is taken to lie on the way from one to the other, as it does for an encoder
    that averages over time; so places between them are tried, too, and the best is refined by a parabola.
    The query's first excerpt is laid on each place; its others must match what lies as far behind.
    """
    if not len(query.vectors) or not len(found.vectors):
        return []
    times, fits = _between(query, found)
    offsets = query.starts_s - query.starts_s[0]
    shifted = [np.interp(times + o, times, fit) for o, fit in zip(offsets[1:], fits[1:], strict=True)]
    along = (fits[0] + sum(shifted)) / len(fits)
    hop_s = float(found.starts_s[1] - found.starts_s[0]) if len(found.starts_s) > 1 else 0.0
    ends = times + offsets[-1] <= times[-1] + hop_s
    along[~ends] = -1.0  # a query longer than the track is compared from the beginning
    if not ends.any():
        along[0] = fits[:, 0].mean()
    places: list[Alignment] = []
    open_to = along > -1
    while open_to.any() and len(places) < most:
        best = int(np.where(open_to, along, -1.0).argmax())
        there = [float(fits[0, best]), *(float(fit[best]) for fit in shifted)]
        start_s, similarity = _refined(along, best, times)
        places.append(Alignment(start_s, similarity, there.index(max(there))))
        open_to &= np.abs(times - times[best]) >= apart_s
    return places


def _between(query: Excerpts, found: Excerpts) -> tuple[np.ndarray, np.ndarray]:
    """Places (G,) in seconds on and between a track's excerpts, and each query excerpt's cosine there, (Q, G)."""
    at = query.vectors @ found.vectors.T  # (Q, E)
    if len(found.vectors) == 1:
        return found.starts_s, at
    way = np.arange(STEPS, dtype=np.float32) / STEPS  # how far from each excerpt to the next
    neighbors = (found.vectors[:-1] * found.vectors[1:]).sum(axis=1)[:, None]
    length = np.sqrt(np.maximum((1 - way) ** 2 + way**2 + 2 * way * (1 - way) * neighbors, 1e-6))
    fits = ((1 - way) * at[:, :-1, None] + way * at[:, 1:, None]) / length  # (Q, E - 1, STEPS)
    steps = np.diff(found.starts_s)[:, None] * way
    times = np.append((found.starts_s[:-1, None] + steps).reshape(-1), found.starts_s[-1])
    return times, np.concatenate([fits.reshape(len(at), -1), at[:, -1:]], axis=1)


def _refined(along: np.ndarray, best: int, times: np.ndarray) -> tuple[float, float]:
    """Place and height of the top of a parabola through three neighbors; never beyond the neighbors."""
    if not 0 < best < len(along) - 1 or along[best - 1] <= -1 or along[best + 1] <= -1:
        return float(times[best]), float(along[best])
    left, middle, right = along[best - 1 : best + 2]
    curve = left - 2 * middle + right
    shift = 0.0 if curve > -1e-9 else float(np.clip(0.5 * (left - right) / curve, -0.5, 0.5))
    step = times[best + 1] - times[best] if shift > 0 else times[best] - times[best - 1]
    return float(max(0.0, times[best] + shift * step)), min(
        1.0, float(middle - 0.25 * (left - right) * shift)
    )
