"""Impressions: what was recommended to whom, at which rank, from which source, and what of it was taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import impressions
from synesthete.catalog.writing import now, pour
from synesthete.music import TrackId


@dataclass(frozen=True, slots=True)
class Shown:
    """How often a source was shown and taken."""

    source: str
    shown: int
    clicked: int


_COLUMNS = ("request_id", "rank", "listener_id", "track_id", "source", "at")


class Impressions(Noun):
    """The log that tells whether recommendations are any good."""

    def put(self, request_id: str, listener_id: int | None, shown: Sequence[tuple[int, str]]) -> None:
        """Keep one answer: (track id, strongest source) in order of rank, best first (rank 1)."""
        at = now()
        rows = [
            (request_id, rank, listener_id, int(i), source, at) for rank, (i, source) in enumerate(shown, 1)
        ]
        with self._database.begin() as connection:
            pour(connection, impressions, _COLUMNS, rows)

    def click(self, request_id: str, track_id: int) -> bool:
        """Note that a recommended track was taken; False when that answer did not hold it."""
        c = impressions.c
        hit = update(impressions).where(c.request_id == request_id, c.track_id == int(track_id))
        with self._database.begin() as connection:
            return connection.execute(hit.values(clicked_at=func.coalesce(c.clicked_at, now()))).rowcount > 0

    def recent(self, listener_id: int, since: int) -> dict[TrackId, int]:
        """Tracks shown to the listener since then (unix seconds), with how often."""
        c = impressions.c
        asked = select(c.track_id, func.count()).where(c.listener_id == int(listener_id), c.at >= since)
        with self._database.read() as connection:
            return {TrackId(i): n for i, n in connection.execute(asked.group_by(c.track_id))}

    def by_source(self, since: int = 0, listener_ids: Iterable[int] | None = None) -> list[Shown]:
        """How often each source was shown and taken since then, most shown first."""
        c = impressions.c
        asked = select(c.source, func.count(), func.count(c.clicked_at)).where(c.at >= since)
        if listener_ids is not None:
            asked = asked.where(c.listener_id.in_([int(i) for i in listener_ids]))
        with self._database.read() as connection:
            rows = connection.execute(asked.group_by(c.source).order_by(func.count().desc(), c.source))
            return [Shown(*row) for row in rows]
