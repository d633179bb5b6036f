"""Listeners: people with a taste of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select, update

from synesthete.catalog.folding import clean
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import listeners
from synesthete.catalog.writing import batches, now, upsert
from synesthete.errors import Conflict, InputError, NotFound
from synesthete.music import Listener, ListenerId, Role

IMPORTED = "imported"
"""The role of a data set's person: has listens, cannot sign in, is not listed among people."""


def check_email(email: object) -> None:
    """Raises InputError unless it looks like a mail address, or there is none."""
    if email is not None and ("@" not in str(email) or any(c.isspace() for c in str(email))):
        raise InputError("this is not a mail address", subject=email)


class Listeners(Noun):
    """Who listens. The first person is the owner of the house."""

    def get(self, listener_id: int) -> Listener:
        """The listener with this id. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(listeners.c.id == int(listener_id))).first()
        if row is None:
            raise NotFound("no listener has this id", subject=listener_id)
        return _listener(row)

    def named(self, name: str) -> Listener | None:
        """The listener with exactly this name, or None."""
        with self._database.read() as connection:
            row = connection.execute(_ALL.where(listeners.c.name == name)).first()
        return None if row is None else _listener(row)

    def known(self, name: str) -> Listener:
        """The listener with exactly this name. Raises NotFound."""
        found = self.named(name)
        if found is None:
            hint = "`synesthete listeners list` names them."
            raise NotFound("there is no such listener", subject=name, hint=hint)
        return found

    def all(self) -> list[Listener]:
        """Every person, in order of id; data sets' people are left out."""
        with self._database.read() as connection:
            asked = _ALL.where(listeners.c.role != IMPORTED).order_by(listeners.c.id)
            return [_listener(row) for row in connection.execute(asked)]

    def add(self, name: str, role: Role | None = None, **more: Any) -> Listener:
        """A new listener: the owner when there is none yet, unless said otherwise.

        `more` sets further columns (email, time_zone, password_hash ...). Raises Conflict for a name taken,
        InputError for no name or what is no mail address.
        """
        kept = clean(name)
        if not kept:
            raise InputError("a listener needs a name")
        check_email(more.get("email"))
        with self._database.begin() as connection:
            chosen = role or (Role.LISTENER if self.all() else Role.OWNER)
            row = {"name": kept, "role": str(chosen), "time_zone": "UTC", "created_at": now(), **more}
            if not upsert(connection, listeners, [row], ["name"]):
                raise Conflict("this name is taken", subject=kept)
            listener = self.named(kept)
        assert listener is not None
        return listener

    def owner(self) -> Listener:
        """The owner of the house; made, with the name "owner", when there is nobody yet."""
        with self._database.begin() as connection:
            asked = _ALL.where(listeners.c.role == str(Role.OWNER)).order_by(listeners.c.id).limit(1)
            row = connection.execute(asked).first()
            return self.add("owner", Role.OWNER) if row is None else _listener(row)

    def change(self, listener_id: int, **columns: Any) -> None:
        """Set columns of a listener. Raises NotFound."""
        with self._database.begin() as connection:
            done = connection.execute(
                update(listeners).where(listeners.c.id == int(listener_id)).values(**columns)
            )
            if not done.rowcount:
                raise NotFound("no listener has this id", subject=listener_id)

    def resolve(self, names: Iterable[str]) -> dict[str, ListenerId]:
        """The ids of a data set's people by name, made (as imported people) where missing."""
        wanted = list(dict.fromkeys(names))
        c = listeners.c
        found: dict[str, ListenerId] = {}
        made = now()
        with self._database.begin() as connection:
            rows = ({"name": n, "role": IMPORTED, "time_zone": "UTC", "created_at": made} for n in wanted)
            upsert(connection, listeners, rows, ["name"])
            for batch in batches(wanted):
                pairs = connection.execute(select(c.name, c.id).where(c.name.in_(batch)))
                found.update({name: ListenerId(i) for name, i in pairs})
        return found


_c = listeners.c
_ALL = select(_c.id, _c.name, _c.role, _c.email, _c.time_zone)


def _listener(row: Row) -> Listener:
    role = Role.OWNER if row.role == str(Role.OWNER) else Role.LISTENER
    return Listener(ListenerId(row.id), row.name, role, row.email, row.time_zone)
