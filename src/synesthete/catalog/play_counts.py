"""Play counts: who played what how often, where a data set tells totals and no times."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from sqlalchemy import Connection, func, select, text

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import play_counts
from synesthete.catalog.writing import pour, upsert


class PlayCounts(Noun):
    """Totals by listener and track."""

    def put_many(self, listener_ids: np.ndarray, track_ids: np.ndarray, counts: np.ndarray) -> int:
        """Keep totals given as three int64 arrays (n,); how many of them were new.

        Rows are sorted first, since a tree that grows at its end grows fastest.
        """
        order = np.lexsort((track_ids, listener_ids))
        columns = (listener_ids[order], track_ids[order], counts[order])
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        with self._database.begin() as connection:
            return pour(connection, play_counts, ("listener_id", "track_id", "count"), rows)

    def put(self, listener_id: int, totals: Iterable[tuple[int, int]]) -> None:
        """Keep a listener's totals as (track id, count); newer totals take the place of older ones."""
        rows = [{"listener_id": int(listener_id), "track_id": int(i), "count": int(n)} for i, n in totals]
        with self._database.begin() as connection:
            upsert(connection, play_counts, rows, ["listener_id", "track_id"], ["count"])

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every total: listener ids, track ids and counts, (n,) int64 each, by listener and track."""
        with self._database.read() as connection:
            total = self._number(connection)
            rows = connection.execution_options(stream_results=True).execute(
                text("SELECT listener_id, track_id, count FROM play_counts ORDER BY listener_id, track_id")
            )
            table = np.empty((total, 3), np.int64)
            at = 0
            for part in rows.partitions(65_536):
                table[at : at + len(part)] = [tuple(row) for row in part]
                at += len(part)
        return table[:at, 0], table[:at, 1], table[:at, 2]

    def number(self) -> int:
        """How many totals are kept."""
        with self._database.read() as connection:
            return self._number(connection)

    @staticmethod
    def _number(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(play_counts)).scalar_one())
