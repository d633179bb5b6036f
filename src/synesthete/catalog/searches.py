"""Searches: what people searched for."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from synesthete.catalog.folding import clean
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import searches
from synesthete.catalog.writing import now


class Searches(Noun):
    """Each listener's own search history."""

    def put(self, listener_id: int, text: str) -> None:
        """Keep a search; blank ones are not kept."""
        words = clean(text)[:500]
        if words:
            row = {"listener_id": int(listener_id), "text": words, "at": now()}
            with self._database.begin() as connection:
                connection.execute(searches.insert().values(row))

    def of(self, listener_id: int, n: int = 20) -> list[tuple[str, int]]:
        """The listener's last n different searches with when (unix seconds), newest first."""
        c = searches.c
        last = func.max(c.at)
        asked = select(c.text, last).where(c.listener_id == int(listener_id)).group_by(c.text)
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(last.desc(), func.max(c.id).desc()).limit(n))
            return [(text, at) for text, at in rows]

    def forget(self, listener_id: int) -> None:
        """Forget all of this listener's searches."""
        with self._database.begin() as connection:
            connection.execute(delete(searches).where(searches.c.listener_id == int(listener_id)))
