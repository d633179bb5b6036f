"""A platform's users: listeners without an account, as the people of data sets are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, select

from synesthete.catalog.database import Database
from synesthete.catalog.listeners import IMPORTED, Listeners
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import listeners, own_values
from synesthete.catalog.writing import batches, upsert
from synesthete.errors import Conflict
from synesthete.music import ListenerId

FACTS = "what its platform says"
"""Name of a listener's value that keeps labels and comment."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody by the platform's own id; `labels` is whatever JSON the platform sent."""

    id: str
    labels: Any = None
    comment: str = ""


class Users(Noun):
    """Named ID@PLATFORM among the listeners, so that they cannot be taken for people of this house."""

    def __init__(self, database: Database, platform: str):
        super().__init__(database)
        self._end = f"@{platform}"

    def resolve(self, user_ids: Iterable[str]) -> dict[str, ListenerId]:
        """The listeners behind these ids, made where missing. Raises Conflict where a person has that very name."""
        wanted = sorted(set(user_ids))  # two who make the same users must not wait for each other
        with self._database.begin():
            Listeners(self._database).resolve(user_id + self._end for user_id in wanted)
            found = self.find(wanted)
        for user_id in wanted:
            if user_id not in found:
                raise Conflict(
                    "a person of this house has the name of this user", subject=user_id + self._end
                )
        return found

    def find(self, user_ids: Iterable[str]) -> dict[str, ListenerId]:
        """The listeners behind these ids; unknown ones are left out."""
        found: dict[str, ListenerId] = {}
        with self._database.read() as connection:
            for batch in batches(user_id + self._end for user_id in set(user_ids)):
                asked = select(_l.name, _l.id).where(_l.name.in_(batch), _l.role == IMPORTED)
                found.update({self._bare(name): ListenerId(i) for name, i in connection.execute(asked)})
        return found

    def put(self, users: Sequence[User]) -> None:
        """Keep users as they are told; what was kept of one is overwritten."""
        with self._database.begin() as connection:
            ids = self.resolve(user.id for user in users)
            rows = [
                {"listener_id": int(ids[user.id]), "name": FACTS, "value": json.dumps([user.labels, user.comment])}
                for user in users
            ]  # fmt: skip
            upsert(connection, own_values, rows, ["listener_id", "name"], ["value"])

    def get(self, user_id: str) -> User | None:
        """The user with this id, or None."""
        with self._database.read() as connection:
            row = connection.execute(_known().where(_l.name == user_id + self._end)).first()
        return None if row is None else self._user(row)

    def page(self, n: int, start: str = "") -> list[User]:
        """Up to n users in order of id, from the one called `start`."""
        asked = _known().where(_l.name.like("%" + self._end))
        if start:
            asked = asked.where(_l.name >= start + self._end)
        with self._database.read() as connection:
            return [self._user(row) for row in connection.execute(asked.order_by(_l.name).limit(n))]

    def _bare(self, name: str) -> str:
        return name.removesuffix(self._end)

    def _user(self, row: Row) -> User:
        labels, comment = json.loads(row.value) if row.value else (None, "")
        return User(self._bare(row.name), labels, comment)


_l, _o = listeners.c, own_values.c


def _known() -> Select:
    facts = and_(_o.listener_id == _l.id, _o.name == FACTS)
    return (
        select(_l.name, _o.value)
        .select_from(listeners.outerjoin(own_values, facts))
        .where(_l.role == IMPORTED)
    )
