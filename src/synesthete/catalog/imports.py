"""Imports: which files were read, so that reading one again changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import imports
from synesthete.catalog.writing import now, upsert


@dataclass(frozen=True, slots=True)
class Done:
    """One file that was imported, and what was told about it then."""

    name: str
    kind: str
    at: int
    report: dict[str, Any]


class Imports(Noun):
    """The visitors' book of files."""

    def known(self, digest: str, kind: str, listener_id: int) -> Done | None:
        """What was told when this very content was imported for this listener, or None."""
        c = imports.c
        asked = select(c.name, c.kind, c.at, c.report).where(
            c.digest == digest, c.kind == kind, c.listener_id == int(listener_id)
        )
        with self._database.read() as connection:
            row = connection.execute(asked).first()
        return None if row is None else Done(row.name, row.kind, row.at, json.loads(row.report))

    def note(self, digest: str, kind: str, listener_id: int, name: str, report: dict[str, Any]) -> None:
        """Remember that this content was imported, and its report."""
        row = {
            "digest": digest, "kind": kind, "listener_id": int(listener_id), "name": name, "at": now(),
            "report": json.dumps(report, ensure_ascii=False),
        }  # fmt: skip
        with self._database.begin() as connection:
            upsert(connection, imports, [row], ["digest", "kind", "listener_id"], ["name", "at", "report"])

    def all(self, n: int = 100) -> list[Done]:
        """The last n imports, newest first."""
        c = imports.c
        asked = select(c.name, c.kind, c.at, c.report).order_by(c.at.desc(), c.name).limit(n)
        with self._database.read() as connection:
            return [Done(r.name, r.kind, r.at, json.loads(r.report)) for r in connection.execute(asked)]
