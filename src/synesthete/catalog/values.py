"""A few named values: the encoder in force, when something last ran."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import values
from synesthete.catalog.writing import upsert

_VALUE = select(values.c.value).where(values.c.name == bindparam("its_name"))


class Values(Noun):
    """A dict of strings that everybody who opens the catalog shares."""

    def get(self, name: str) -> str | None:
        """The value, or None."""
        with self._database.read() as connection:
            return connection.execute(_VALUE, {"its_name": name}).scalar()

    def put(self, name: str, value: str) -> None:
        """Set the value."""
        with self._database.begin() as connection:
            upsert(connection, values, [{"name": name, "value": value}], ["name"], ["value"])

    def once(self, name: str, value: str) -> str:
        """Set the value unless there is one; the value in force either way."""
        with self._database.begin() as connection:
            upsert(connection, values, [{"name": name, "value": value}], ["name"])
            return str(connection.execute(_VALUE, {"its_name": name}).scalar())

    def remove(self, name: str) -> None:
        """Forget the value; nothing happens when there is none."""
        with self._database.begin() as connection:
            connection.execute(delete(values).where(values.c.name == name))
