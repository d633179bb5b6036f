"""Scores: how good encoders and models measured, and when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import scores
from synesthete.catalog.writing import now


@dataclass(frozen=True, slots=True)
class Score:
    """One measured number: `low` and `high` are its 95 % interval, `baseline` what it stands beside."""

    protocol: str
    subject: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: str | None = None
    at: int = 0


class Scores(Noun):
    """The record of evaluations."""

    def put(self, measured: list[Score]) -> None:
        """Keep scores, measured now unless they say otherwise."""
        rows = [
            {
                "protocol": s.protocol, "subject": s.subject, "metric": s.metric, "value": s.value,
                "low": s.low, "high": s.high, "baseline": s.baseline, "at": s.at or now(),
            }
            for s in measured
        ]  # fmt: skip
        if rows:
            with self._catalog.begin() as connection:
                connection.execute(scores.insert(), rows)

    def all(self, protocol: str | None = None, n: int = 200) -> list[Score]:
        """The last n scores, newest first, of one protocol or all."""
        c = scores.c
        asked = select(c.protocol, c.subject, c.metric, c.value, c.low, c.high, c.baseline, c.at)
        if protocol is not None:
            asked = asked.where(c.protocol == protocol)
        with self._catalog.read() as connection:
            return [
                Score(*row) for row in connection.execute(asked.order_by(c.at.desc(), c.id.desc()).limit(n))
            ]
