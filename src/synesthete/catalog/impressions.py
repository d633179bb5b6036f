"""Impressions: what was recommended to whom, at which rank, from which source, and what of it was taken."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import impressions
from synesthete.catalog.writing import now, pour

KEPT_S = 400 * 86_400
"""The longest span the dashboard compares is a year, begun weeks and all."""
MOST = 100_000
"""Per listener: 5,000 lists of twenty. About 150 bytes each, 15 MB."""

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

    def click(self, request_id: str, track_id: int, listener_id: int | None = None) -> bool:
        """Note that a recommended track was taken; False when that answer did not hold it, or was another's."""
        c = impressions.c
        hit = update(impressions).where(c.request_id == request_id, c.track_id == int(track_id))
        if listener_id is not None:
            hit = hit.where(c.listener_id == int(listener_id))
        with self._database.begin() as connection:
            return connection.execute(hit.values(clicked_at=func.coalesce(c.clicked_at, now()))).rowcount > 0

    def any_there(self) -> bool:
        """Whether anything was shown to anybody."""
        with self._database.read() as connection:
            return connection.execute(select(impressions.c.at).limit(1)).first() is not None

    def forget_old(self, kept_s: int = KEPT_S, most: int = MOST) -> int:
        """Forget what was shown longer ago than `kept_s`, and of each listener all but the last `most` or so.

        An answer is forgotten as a whole, so that shares of what was taken stay true. How many lines were forgotten.
        """
        c = impressions.c
        whose = select(c.listener_id, func.count()).group_by(c.listener_id).having(func.count() > most)
        with self._database.begin() as connection:
            gone = connection.execute(delete(impressions).where(c.at < now() - kept_s)).rowcount
            for listener_id, _ in connection.execute(whose).fetchall():
                # Nobody in particular is one of them, too.
                theirs = c.listener_id.is_(None) if listener_id is None else c.listener_id == listener_id
                last = select(c.at).where(theirs).order_by(c.at.desc()).limit(1).offset(most - 1)
                before = connection.execute(last).scalar_one()
                gone += connection.execute(delete(impressions).where(theirs, c.at < before)).rowcount
        return gone
