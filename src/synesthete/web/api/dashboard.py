"""The dashboard. The owner sees sums over everyone, a listener their own; nobody sees what another played."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from synesthete.catalog.statistics import DAY_S, Sum
from synesthete.evaluate.replay import PROTOCOL as REPLAY
from synesthete.web.api.models.dashboard import (
    Activity,
    Bar,
    CatalogOverview,
    Day,
    LastActivity,
    Period,
    Popular,
    PopularThing,
    Quality,
    Rates,
    Reception,
    ScopeOfNumbers,
    Score,
    Spread,
    WeekRates,
    Weighted,
    Words,
)
from synesthete.web.auth.entrance import Who
from synesthete.web.house import Asking, TheHouse
from synesthete.web.plainly import metric_in_words
from synesthete.web.wording import TABLE, label

router = APIRouter(prefix="/dashboard", tags=["dashboard"])

DAYS: dict[str, int] = {"week": 7, "month": 30, "quarter": 91, "year": 365, "all": 36_500}
ThePeriod = Annotated[Period, Query()]
Scope = Annotated[ScopeOfNumbers | None, Query(description="The owner may ask for their own numbers alone.")]
CLOUD = 100
RECENT_DAYS = 28


@router.get("/words")
def words(house: TheHouse, who: Asking, period: ThePeriod = "month", scope: Scope = None) -> Words:
    """For the word cloud: genres people play, and what they search for."""
    chosen, listener_id = scope_of(who, scope)
    numbers, since = house.catalog.statistics, _since(period)
    alone = len(house.catalog.accounts.all()) == 1  # nobody else's searches could be told apart by accident
    return Words(
        scope=chosen,
        period=period,
        genres=[
            Weighted(text=s.name, count=s.plays) for s in numbers.popular_genres(since, listener_id, CLOUD)
        ],
        searches=[
            Weighted(text=t, count=c)
            for t, c in numbers.searched(since, who.id if alone else listener_id, CLOUD)
        ],
    )


@router.get("/popular")
def popular(
    house: TheHouse,
    who: Asking,
    period: ThePeriod = "month",
    scope: Scope = None,
    n: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Popular:
    """Genres, artists and tracks played most in a period."""
    chosen, listener_id = scope_of(who, scope)
    numbers, since = house.catalog.statistics, _since(period)
    return Popular(
        scope=chosen,
        period=period,
        genres=[_thing(s) for s in numbers.popular_genres(since, listener_id, n)],
        artists=[_thing(s) for s in numbers.popular_artists(since, listener_id, n)],
        tracks=[_thing(s) for s in numbers.popular_tracks(since, listener_id, n)],
    )


@router.get("/activity")
def activity(house: TheHouse, who: Asking, period: ThePeriod = "month", scope: Scope = None) -> Activity:
    """When each listener was last here, and plays by day."""
    chosen, listener_id = scope_of(who, scope)
    numbers = house.catalog.statistics
    recent = numbers.last_activity(int(time.time()) - RECENT_DAYS * DAY_S, listener_id)
    return Activity(
        scope=chosen,
        listeners=[
            LastActivity(listener_id=i, name=name, seen_at=seen, listened_at=listened, plays=plays)
            for i, name, seen, listened, plays in recent
        ],
        days=[
            Day(day=_date(day), plays=plays, skips=skips)
            for day, plays, skips in numbers.days(_since(period), listener_id)
        ],
    )


@router.get("/reception")
def reception(house: TheHouse, who: Asking, period: ThePeriod = "month", scope: Scope = None) -> Reception:
    """How recommendations were received, by source and by week, and how much of the catalog was shown."""
    chosen, listener_id = scope_of(who, scope)
    numbers, since = house.catalog.statistics, _since(period)
    said: dict[str, dict[str, int]] = defaultdict(dict)
    for source, word, count in numbers.words_by_source(since, listener_id):
        said[source][word] = count
    shown = numbers.shown_tracks(since, listener_id)
    catalog = house.catalog.tracks.count()
    return Reception(
        scope=chosen,
        period=period,
        sources=[
            Rates(
                **row, liked=said[row["source"]].get("like", 0), disliked=_disliked(said[row["source"]]),
                skipped=said[row["source"]].get("skip", 0),
                click_through=row["clicked"] / row["shown"] if row["shown"] else None,
            )
            for row in numbers.reception(since, listener_id)
        ],
        weeks=_weeks(numbers.weeks_shown(since, listener_id), numbers.weeks_said(since, listener_id)),
        shown_tracks=shown,
        catalog_tracks=catalog,
        catalog_share=shown / catalog if catalog else None,
    )  # fmt: skip


@router.get("/catalog")
def catalog(house: TheHouse, _who: Asking) -> CatalogOverview:
    """The catalog in numbers: genres, decades, formats, and how descriptors are spread."""
    numbers = house.catalog.statistics
    tracks, artists, albums, duration_s, size = numbers.catalog_totals()
    named = [(name, numbers.spread(name)) for name in numbers.descriptor_names() if name in TABLE]
    return CatalogOverview(
        tracks=tracks,
        artists=artists,
        albums=albums,
        duration_s=duration_s,
        size=size,
        genres=[Bar(label=genre, count=count) for genre, count in house.catalog.tracks.genres(30)],
        decades=[Bar(label=f"{decade}s", count=count) for decade, count in numbers.decades()],
        formats=[Bar(label=codec, count=count) for codec, count in numbers.formats()],
        descriptors=[
            Spread(name=name, label=label(name), low=spread[0], high=spread[1], counts=spread[2])
            for name, spread in named
            if spread is not None
        ],
    )


@router.get("/quality")
def quality(
    house: TheHouse,
    who: Asking,
    protocol: Annotated[str | None, Query(max_length=50)] = None,
    n: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> Quality:
    """Scores over time as `synesthete evaluate` measured them, oldest first, with plain words."""
    scores = [
        Score(
            at=s.at, protocol=s.protocol, subject=s.subject, metric=s.metric, value=s.value, low=s.low, high=s.high,
            baseline=s.baseline, rests_on=s.rests_on, words=metric_in_words(s.metric, s.value),
        )
        for s in reversed(house.catalog.scores.all(protocol, n))
        if s.protocol != REPLAY or who.is_owner
    ]  # fmt: skip
    note = None if scores else "Nothing was measured yet; `synesthete evaluate` does it."
    return Quality(scores=scores, note=note)


def scope_of(who: Who, wished: ScopeOfNumbers | None) -> tuple[ScopeOfNumbers, int | None]:
    """Whose numbers: everyone's for the owner unless they wish their own, else one's own."""
    if who.is_owner and wished != "me":
        return "everyone", None
    return "me", who.id


def _since(period: Period) -> int:
    return max(0, int(time.time()) - DAYS[period] * DAY_S)


def _thing(s: Sum) -> PopularThing:
    return PopularThing(id=s.id, name=s.name, artist=s.artist, plays=s.plays, listeners=s.listeners)


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _disliked(words: dict[str, int]) -> int:
    return words.get("dislike", 0) + words.get("never", 0)


def _weeks(shown: list[tuple[int, int, int]], said: list[tuple[int, str, int]]) -> list[WeekRates]:
    words: dict[int, dict[str, int]] = defaultdict(dict)
    for week, word, count in said:
        words[week][word] = count
    counts = {week: (seen, clicked) for week, seen, clicked in shown}
    return [
        WeekRates(
            week=_date(week), shown=counts.get(week, (0, 0))[0], clicked=counts.get(week, (0, 0))[1],
            liked=words[week].get("like", 0), disliked=_disliked(words[week]), skipped=words[week].get("skip", 0),
        )
        for week in sorted({*counts, *words})
    ]  # fmt: skip
