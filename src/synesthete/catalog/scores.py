"""Scores: how good encoders and models measured, and when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import scores
from synesthete.catalog.writing import now


@dataclass(frozen=True, slots=True)
class Score:
    """One measured number: `low` and `high` are its 95 % interval, `baseline` what it stands beside.

    `listener_id`: whose it is, None for a score about everybody; `rests_on`: how many were asked about.
    """

    protocol: str
    subject: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: str | None = None
    at: int = 0
    listener_id: int | None = None
    rests_on: int | None = None


class Scores(Noun):
    """The record of evaluations."""

    def put(self, measured: list[Score]) -> None:
        """Keep scores, measured now unless they say otherwise."""
        rows = [
            {
                "protocol": s.protocol, "subject": s.subject, "metric": s.metric, "value": s.value,
                "low": s.low, "high": s.high, "baseline": s.baseline, "at": s.at or now(),
                "listener_id": s.listener_id, "rests_on": s.rests_on,
            }
            for s in measured
        ]  # fmt: skip
        if rows:
            with self._database.begin() as connection:
                connection.execute(scores.insert(), rows)

    def all(self, protocol: str | None = None, n: int = 200, listener_id: int | None = None) -> list[Score]:
        """The last n scores, newest first, of one protocol or all: those about everybody, or one listener's."""
        asked = _ALL.where(_c.listener_id.is_(None) if listener_id is None else _c.listener_id == listener_id)
        if protocol is not None:
            asked = asked.where(_c.protocol == protocol)
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(_c.at.desc(), _c.id.desc()).limit(n)).mappings()
            return [Score(**row) for row in rows]


_c = scores.c
_ALL = select(
    _c.protocol,
    _c.subject,
    _c.metric,
    _c.value,
    _c.low,
    _c.high,
    _c.baseline,
    _c.at,
    _c.listener_id,
    _c.rests_on,
)
