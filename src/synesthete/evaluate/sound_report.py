"""What `evaluate sound` found: scores with intervals over albums, and what each ear has over a baseline.

Tracks of one album sound alike and share their neighbors, so they are not independent of each other: intervals
come from redrawing whole albums. Differences are paired, taken on the same redrawn albums for both ears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from synesthete.catalog.scores import Score
from synesthete.evaluate.collection import Labeled
from synesthete.evaluate.report import DRAWS, Measure, Report, Row, Table

Values = Mapping[str, np.ndarray]
"""By measure: one value per track, (N,), NaN where there was nothing to measure."""

COLUMNS = (
    ("album mAP", "album_map"),
    ("album P@1", "album_p1"),
    ("artist mAP", "artist_map"),
    ("artist P@1", "artist_p1"),
    ("artist elsewhere mAP", "artist_elsewhere_map"),
    ("album mAP, low-pass", "album_map_lowpass"),
    ("clean: track", "clean_track_top1"),
    ("clean: excerpt", "clean_excerpt_top1"),
    ("mp3: track", "mp3_track_top1"),
    ("mp3: excerpt", "mp3_excerpt_top1"),
    ("phone: track", "phone_track_top1"),
    ("phone: excerpt", "phone_excerpt_top1"),
    ("genre 5-NN", "genre_5nn"),
    ("genre probe", "genre_probe"),
)
ABOUT = (
    "Mean over tracks with 95 % intervals from {draws} redraws of whole albums (a track without an album counts as "
    "one), seed {seed}."
)
OVER = (
    "Each ear less {baseline} on the same redrawn albums: an interval that leaves out 0 is a difference that other "
    "albums would show, too."
)


class Compared(TypedDict):
    """The measured part of a report."""

    scores: dict[str, dict[str, float]]
    intervals: dict[str, dict[str, tuple[float, float]]]
    differences: dict[str, dict[str, Measure]]
    baseline: str


@dataclass(frozen=True)
class SoundReport:
    """Scores by encoder and measure, their 95 % intervals, and what they were measured on."""

    tracks: int
    albums: int
    artists: int
    genres: int
    seed: int
    split: str | None
    unreadable: dict[str, str]
    scores: dict[str, dict[str, float]]
    intervals: dict[str, dict[str, tuple[float, float]]]
    differences: dict[str, dict[str, Measure]]
    """Of every other ear to the baseline."""
    baseline: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; a score that could not be measured is None."""
        differences = {
            stamp: {
                name: {"mean": _rounded(m.mean), "low": _rounded(m.low), "high": _rounded(m.high)}
                for name, m in row.items()
            }
            for stamp, row in self.differences.items()
        }
        scores = {stamp: {n: _rounded(v) for n, v in row.items()} for stamp, row in self.scores.items()}
        intervals = {
            stamp: {name: [_rounded(low), _rounded(high)] for name, (low, high) in row.items()}
            for stamp, row in self.intervals.items()
        }
        more = {"scores": scores, "intervals": intervals, "differences": differences, "draws": DRAWS}
        return {**self.__dict__, **more}

    def kept(self) -> list[Score]:
        """The measured scores as the catalog keeps them."""
        return [
            Score(
                "sound", stamp, name, float(value), *self.intervals[stamp][name], baseline=self.baseline,
                rests_on=self.tracks,
            )
            for stamp, row in self.scores.items()
            for name, value in row.items()
            if not np.isnan(value)
        ]  # fmt: skip

    def tables(self) -> Report:
        """The report as tables, for text and for a page."""
        scores = [
            Row(
                stamp,
                {t: Measure(self.scores[stamp][n], *self.intervals[stamp][n]) for t, n in self._shown()},
            )
            for stamp in self.scores
        ]
        over = [Row(stamp, {t: row[n] for t, n in self._shown()}) for stamp, row in self.differences.items()]
        data = {"tracks": self.tracks, "albums": self.albums, "artists": self.artists, "genres": self.genres}
        tables = [Table("Scores", ABOUT.format(draws=DRAWS, seed=self.seed), self.tracks, tuple(scores))]
        if over:
            about = OVER.format(baseline=self.baseline)
            tables.append(Table(f"Over {self.baseline}", about, self.tracks, tuple(over), charted=False))
        return Report("How well ears hear", self.seed, data | {"split": self.split or "none"}, tuple(tables))

    def _shown(self) -> list[tuple[str, str]]:
        """Titles and names of the measures that the labels allow."""
        first = next(iter(self.scores.values()))
        return [(title, name) for title, name in COLUMNS if not np.isnan(first[name])]


def compared(ears: Mapping[str, Values], files: Sequence[Labeled], baseline: str, seed: int) -> Compared:
    """Scores, intervals and paired differences of what several ears made of the same files."""
    weights = redrawn([entry.album for entry in files], seed)
    drawn = {stamp: {n: _means(v, weights) for n, v in values.items()} for stamp, values in ears.items()}
    scores = {stamp: {n: _mean(v) for n, v in values.items()} for stamp, values in ears.items()}
    return Compared(
        scores=scores,
        intervals={stamp: {n: _interval(m) for n, m in row.items()} for stamp, row in drawn.items()},
        differences={
            stamp: {
                n: Measure(scores[stamp][n] - scores[baseline][n], *_interval(m - drawn[baseline][n]))
                for n, m in row.items()
            }
            for stamp, row in drawn.items()
            if stamp != baseline
        },
        baseline=baseline,
    )


def redrawn(albums: Sequence[str | None], seed: int, draws: int = DRAWS) -> np.ndarray:
    """How often each track comes in each redraw of albums, (draws, N)."""
    names = [album or f"\0{i}" for i, album in enumerate(albums)]
    _, member = np.unique(names, return_inverse=True)
    count = int(member.max()) + 1
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), draws)
    weights: np.ndarray = times[:, member]
    return weights


def _means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The mean of the measured values in each redraw, (draws,); NaN where a redraw has none."""
    asked = ~np.isnan(values)
    total = weights[:, asked].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: np.ndarray = (weights[:, asked] @ values[asked]) / total
    return means


def _mean(values: np.ndarray) -> float:
    asked = values[~np.isnan(values)]
    return float(asked.mean()) if len(asked) else float("nan")


def _interval(means: np.ndarray) -> tuple[float, float]:
    there = means[~np.isnan(means)]
    if not len(there):
        return float("nan"), float("nan")
    low, high = np.quantile(there, [0.025, 0.975])
    return float(low), float(high)


def _rounded(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 4)
