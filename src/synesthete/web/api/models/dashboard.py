"""The dashboard: how the house is used and how well it works.

The owner sees aggregates over everyone, a listener their own; `scope` says which it is.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synesthete.web.api.models.base import Answer

ScopeOfNumbers = Literal["everyone", "me"]
Period = Literal["week", "month", "quarter", "year", "all"]


class Weighted(Answer):
    """A word and its weight."""

    text: str
    count: int


class Words(Answer):
    """For the word cloud: genres and tags people play, and words they search for."""

    scope: ScopeOfNumbers
    period: Period
    genres: list[Weighted]
    searches: list[Weighted] = Field(description="In `everyone`, only words that two listeners searched for.")


class PopularThing(Answer):
    """A genre, artist or track with its plays."""

    id: int | None
    name: str
    artist: str | None = None
    plays: int
    listeners: int


class Popular(Answer):
    """What was played most in a period."""

    scope: ScopeOfNumbers
    period: Period
    genres: list[PopularThing]
    artists: list[PopularThing]
    tracks: list[PopularThing]


class LastActivity(Answer):
    """When someone was last here."""

    listener_id: int
    name: str
    seen_at: int | None
    listened_at: int | None
    plays: int = Field(description="In the last 28 days.")


class Day(Answer):
    """Plays of one day, UTC."""

    day: str = Field(description="2026-11-21")
    plays: int
    skips: int


class Activity(Answer):
    """Last activity per listener, and plays by day."""

    scope: ScopeOfNumbers
    listeners: list[LastActivity]
    days: list[Day]


class Rates(Answer):
    """How recommendations of one source were received."""

    source: str
    shown: int
    clicked: int
    liked: int
    disliked: int
    skipped: int
    click_through: float | None = Field(description="clicked / shown; null when nothing was shown.")


class WeekRates(Answer):
    """The same by week, all sources together."""

    week: str = Field(description="Its Monday: 2026-11-16")
    shown: int
    clicked: int
    liked: int
    disliked: int
    skipped: int


class Reception(Answer):
    """Like, dislike, skip and click rates by source and over time, and how much of the catalog was shown."""

    scope: ScopeOfNumbers
    period: Period
    sources: list[Rates]
    weeks: list[WeekRates]
    shown_tracks: int = Field(description="Different tracks that were recommended.")
    catalog_tracks: int
    catalog_share: float | None


class Bar(Answer):
    """One bar of a histogram or one slice."""

    label: str
    count: int


class Spread(Answer):
    """How a descriptor is spread over the catalog: 20 equal bins from low to high."""

    name: str
    label: str
    low: float
    high: float
    counts: list[int]


class CatalogOverview(Answer):
    """The catalog in numbers."""

    tracks: int
    artists: int
    albums: int
    duration_s: float
    size: int
    genres: list[Bar]
    decades: list[Bar]
    formats: list[Bar]
    descriptors: list[Spread]


class Score(Answer):
    """One measured number."""

    at: int
    protocol: str
    subject: str
    metric: str
    value: float
    low: float | None = Field(description="Lower end of its 95 % interval, when known.")
    high: float | None
    baseline: str | None
    rests_on: int | None = Field(description="How many listeners, playlists or tracks were asked about.")
    words: str = Field(description="What the number means, plainly.")


class ReplayRow(Answer):
    """How one way of answering did: as it answers, by popularity alone, or by chance."""

    subject: str
    hit_rate: float = Field(description="Share of discoveries among the first ten of its list.")
    low: float | None = Field(description="Lower end of its 95 % interval, when known.")
    high: float | None
    mrr: float = Field(description="Mean of one over the place in the list.")


class ReplayPoint(Answer):
    """The hit rates of one replay, for the line over time."""

    at: int
    rests_on: int
    hit_rate: float
    popularity: float
    chance: float


class Replay(Answer):
    """How well tracks that were played for the first time had been foreseen. `at` is null before the first replay."""

    scope: ScopeOfNumbers
    at: int | None
    rests_on: int = Field(description="How many discoveries were asked about.")
    rows: list[ReplayRow]
    words: str = Field(description="What it means, plainly.")
    past: list[ReplayPoint] = Field(description="Every replay that was kept, oldest first.")
    note: str | None


class Quality(Answer):
    """Scores over time, oldest first, as `synesthete evaluate` measured them."""

    scores: list[Score]
    note: str | None = None
