"""Statistics: how the house is used, summed over everyone or for one listener. Nothing here names who did what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, or_, select

from synesthete.catalog.accounts import PEOPLE
from synesthete.catalog.descriptors import Descriptors
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import (
    artists,
    descriptors,
    feedback,
    impressions,
    listeners,
    listens,
    searches,
    track_genres,
    tracks,
)

DAY_S = 86_400
WEEK_S = 7 * DAY_S
MONDAY_S = 4 * DAY_S
"""1970-01-05 was a Monday: weeks begin there."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Something with how often it was played and by how many."""

    id: int | None
    name: str
    artist: str | None
    plays: int
    listeners: int


class Statistics(Noun):
    """Counts over the diary. `who` is one listener's id, or None for everyone; times are unix seconds."""

    def popular_tracks(self, since: int, who: int | None, n: int) -> list[Sum]:
        """The tracks played most since then."""
        asked = select(tracks.c.id, tracks.c.title, artists.c.name, *_PLAYS).select_from(_PLAYED)
        return self._sums(asked.group_by(tracks.c.id, tracks.c.title, artists.c.name), since, who, n)

    def popular_artists(self, since: int, who: int | None, n: int) -> list[Sum]:
        """The artists played most since then."""
        asked = select(artists.c.id, artists.c.name, _NOTHING, *_PLAYS).select_from(_PLAYED)
        return self._sums(asked.group_by(artists.c.id, artists.c.name), since, who, n)

    def popular_genres(self, since: int, who: int | None, n: int) -> list[Sum]:
        """The genres played most since then; spellings that differ in case are one."""
        genre = track_genres.c.genre
        asked = select(_NO_ID, func.min(genre), _NOTHING, *_PLAYS).select_from(
            _PLAYED.join(track_genres, track_genres.c.track_id == tracks.c.id)
        )
        return self._sums(asked.group_by(func.lower(genre)), since, who, n)

    def searched(self, since: int, who: int | None, n: int) -> list[tuple[str, int]]:
        """Texts searched for with how often; over everyone only those that at least two people searched for."""
        s = searches.c
        text = func.lower(s.text)
        asked = select(text, func.count()).where(s.at >= since, *_of(s.listener_id, who)).group_by(text)
        if who is None:
            asked = asked.having(func.count(s.listener_id.distinct()) >= 2)
        return [(t, c) for t, c in self._rows(asked.order_by(func.count().desc(), text).limit(n))]

    def last_activity(
        self, since: int, who: int | None
    ) -> list[tuple[int, str, int | None, int | None, int]]:
        """Of each person: id, name, when last here, when the last listen began, and plays since then."""
        recent = func.coalesce(func.sum(_L.count).filter(_L.at >= since), 0)
        p = listeners.c
        asked = (
            select(p.id, p.name, p.seen_at, func.max(_L.at), recent)
            .select_from(listeners.outerjoin(listens, _L.listener_id == p.id))
            .where(p.role.in_(PEOPLE), *_of(p.id, who))
            .group_by(p.id, p.name, p.seen_at)
            .order_by(p.id)
        )
        return [tuple(row) for row in self._rows(asked)]

    def days(self, since: int, who: int | None) -> list[tuple[int, int, int]]:
        """(day as unix seconds of its midnight UTC, plays, skips), oldest first, days without plays left out."""
        day = cast(_L.at - _L.at % DAY_S, BigInteger)
        skips = func.count().filter(_L.skipped.is_(True))
        asked = select(day, func.sum(_L.count), skips).where(
            _L.at >= since, *_of(_L.listener_id, who), _A_PERSON
        )
        return [(d, int(p), s) for d, p, s in self._rows(asked.group_by(day).order_by(day))]

    def reception(self, since: int, who: int | None) -> list[dict[str, Any]]:
        """By source: shown and clicked."""
        asked = select(_I.source, func.count().label("shown"), func.count(_I.clicked_at).label("clicked"))
        asked = asked.where(_I.at >= since, *_of(_I.listener_id, who)).group_by(_I.source)
        return [dict(row._mapping) for row in self._rows(asked.order_by(func.count().desc()))]

    def words_by_source(self, since: int, who: int | None) -> list[tuple[str, str, int]]:
        """(source, word, how often) of words about tracks said of a list they were shown in."""
        f = feedback.c
        seen = and_(_I.request_id == f.request_id, _I.track_id == f.track_id)
        asked = select(_I.source, f.word, func.count()).select_from(feedback.join(impressions, seen))
        asked = asked.where(f.at >= since, f.undone_at.is_(None), *_of(f.listener_id, who))
        return [(s, w, n) for s, w, n in self._rows(asked.group_by(_I.source, f.word))]

    def weeks_shown(self, since: int, who: int | None) -> list[tuple[int, int, int]]:
        """(Monday as unix seconds, shown, clicked), oldest first."""
        week = _week(_I.at)
        asked = select(week, func.count(), func.count(_I.clicked_at)).where(
            _I.at >= since, *_of(_I.listener_id, who)
        )
        return [(w, s, c) for w, s, c in self._rows(asked.group_by(week).order_by(week))]

    def weeks_said(self, since: int, who: int | None) -> list[tuple[int, str, int]]:
        """(Monday as unix seconds, word, how often), words taken back left out."""
        f = feedback.c
        week = _week(f.at)
        asked = select(week, f.word, func.count())
        asked = asked.where(f.at >= since, f.undone_at.is_(None), *_of(f.listener_id, who), _by_people(f))
        return [(w, word, n) for w, word, n in self._rows(asked.group_by(week, f.word).order_by(week))]

    def shown_tracks(self, since: int, who: int | None) -> int:
        """How many different tracks were recommended."""
        asked = select(func.count(_I.track_id.distinct())).where(_I.at >= since, *_of(_I.listener_id, who))
        return int(self._rows(asked)[0][0])

    def catalog_totals(self) -> tuple[int, int, int, float, int]:
        """Visible tracks, their artists, their albums, seconds of sound, and bytes."""
        t = tracks.c
        asked = select(
            func.count(), func.count(t.artist_id.distinct()), func.count(t.album_id.distinct()),
            func.coalesce(func.sum(t.duration_s), 0.0), func.coalesce(func.sum(t.size), 0),
        ).where(t.missing_at.is_(None))  # fmt: skip
        count, makers, releases, seconds, size = self._rows(asked)[0]
        return count, makers, releases, float(seconds), int(size)

    def decades(self) -> list[tuple[int, int]]:
        """(first year of the decade, visible tracks), oldest first."""
        t = tracks.c
        decade = t.year - t.year % 10
        asked = select(decade, func.count()).where(t.missing_at.is_(None), t.year.is_not(None))
        return [(d, n) for d, n in self._rows(asked.group_by(decade).order_by(decade))]

    def formats(self) -> list[tuple[str, int]]:
        """(codec, visible tracks), most first."""
        t = tracks.c
        asked = select(t.codec, func.count()).where(t.missing_at.is_(None), t.codec.is_not(None))
        return [(c, n) for c, n in self._rows(asked.group_by(t.codec).order_by(func.count().desc()))]

    def spread(self, name: str, bins: int = 20) -> tuple[float, float, list[int]] | None:
        """(lowest, highest, counts in equal bins) of one descriptor over visible tracks; None without any."""
        ids, values = Descriptors(self._database).column(name)
        if not len(ids):
            return None
        low, high = float(values.min()), float(values.max())
        places = ((values - low) / max(high - low, 1e-9) * bins).astype(int).clip(0, bins - 1)
        counts = [0] * bins
        for place in places.tolist():
            counts[place] += 1
        return low, high, counts

    def descriptor_names(self) -> list[str]:
        """Every descriptor any track has, in order of name."""
        name = descriptors.c.name
        return [n for (n,) in self._rows(select(name).distinct().order_by(name))]

    def track_counts(self, artist_ids: Sequence[int]) -> dict[int, tuple[int, int, int | None]]:
        """Of each artist: visible tracks, their albums, and a track with a cover."""
        t = tracks.c
        cover = func.min(t.id).filter(t.has_cover.is_(True))
        asked = select(t.artist_id, func.count(), func.count(t.album_id.distinct()), cover)
        asked = asked.where(t.artist_id.in_(artist_ids), _visible()).group_by(t.artist_id)
        return {i: (n, a, c) for i, n, a, c in self._rows(asked)}

    def album_counts(self, album_ids: Sequence[int]) -> dict[int, tuple[int, int | None]]:
        """Of each album: visible tracks, and one with a cover."""
        t = tracks.c
        cover = func.min(t.id).filter(t.has_cover.is_(True))
        asked = select(t.album_id, func.count(), cover).where(t.album_id.in_(album_ids), _visible())
        return {i: (n, c) for i, n, c in self._rows(asked.group_by(t.album_id))}

    def sizes(self) -> tuple[int, int]:
        """Artists and albums with visible tracks."""
        t = tracks.c
        asked = select(func.count(t.artist_id.distinct()), func.count(t.album_id.distinct()))
        found = self._rows(asked.where(t.missing_at.is_(None)))[0]
        return found[0], found[1]

    def _sums(self, asked: Select, since: int, who: int | None, n: int) -> list[Sum]:
        asked = asked.where(
            _L.at >= since,
            or_(_L.skipped.is_(None), _L.skipped.is_(False)),
            *_of(_L.listener_id, who),
            _A_PERSON,
        )
        rows = self._rows(asked.order_by(_PLAYS[0].desc()).limit(n))
        return [Sum(i, name, artist, int(plays), people) for i, name, artist, plays, people in rows]

    def _rows(self, asked: Select) -> Sequence[Any]:
        with self._database.read() as connection:
            return connection.execute(asked).fetchall()


_L, _I = listens.c, impressions.c
_PLAYS = (func.sum(_L.count), func.count(_L.listener_id.distinct()))
_NOTHING = func.nullif("", "")
_NO_ID = func.nullif(0, 0)
_PLAYED = listens.join(tracks, tracks.c.id == _L.track_id).join(artists, artists.c.id == tracks.c.artist_id)


def _by_people(table: Any) -> ColumnElement[bool]:
    """That a row is of somebody with an account, and not of a data set's or a platform's people."""
    found: ColumnElement[bool] = table.listener_id.in_(
        select(listeners.c.id).where(listeners.c.role.in_(PEOPLE))
    )
    return found


_A_PERSON = _by_people(_L)


def _of(column: ColumnElement[int], who: int | None) -> list[ColumnElement[bool]]:
    return [] if who is None else [column == int(who)]


def _visible() -> ColumnElement[bool]:
    """Not hidden, said so that no database goes through every visible track by the index of `missing_at`."""
    return func.coalesce(tracks.c.missing_at, 0) == 0


def _week(at: ColumnElement[int]) -> ColumnElement[int]:
    return cast(at - (at - MONDAY_S) % WEEK_S, BigInteger)
