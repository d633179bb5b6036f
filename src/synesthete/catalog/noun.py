"""What the drawers of the catalog have in common: the database they are in."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, func, select

from synesthete.catalog.database import Database


class Noun:
    """One drawer of the catalog."""

    def __init__(self, database: Database):
        self._database = database

    def _initials(self, key: Column[str], kept: ColumnElement[bool]) -> list[tuple[str, int]]:
        """First letters of the folded names in a column with how many rows kept have each, in order."""
        initial = func.substr(key, 1, 1)
        asked = select(initial, func.count()).select_from(key.table).where(kept)
        with self._database.read() as connection:
            rows = connection.execute(asked.group_by(initial).order_by(initial))
            return [(letter, count) for letter, count in rows]
