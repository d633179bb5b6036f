"""Descriptors: named numbers about tracks that a listener could nod at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite

import numpy as np
from sqlalchemy import delete, func, select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import descriptors, tracks
from synesthete.catalog.writing import batches, pour


class Descriptors(Noun):
    """Numbers by track and name. Names of other services' numbers carry a prefix: "spotify:valence"."""

    def put(
        self, track_id: int, numbers: Mapping[str, float], confidence: Mapping[str, float] | None = None
    ) -> None:
        """Keep the numbers of one track, over those of the same names; NaN and infinity are left out."""
        self.put_many([(track_id, numbers)], {track_id: confidence or {}})

    def put_many(
        self,
        numbers: Iterable[tuple[int, Mapping[str, float]]],
        confidence: Mapping[int, Mapping[str, float]] | None = None,
    ) -> None:
        """Keep the numbers of many tracks."""
        sure = confidence or {}
        rows = {
            (int(track_id), name): (int(track_id), name, float(value), sure.get(track_id, {}).get(name))
            for track_id, named in numbers
            for name, value in named.items()
            if value is not None and isfinite(value)
        }
        columns, keys = ("track_id", "name", "value", "confidence"), ("track_id", "name")
        with self._database.begin() as connection:
            pour(connection, descriptors, columns, list(rows.values()), keys, columns[2:])

    def get(self, track_id: int) -> dict[str, float]:
        """Every number of one track by name."""
        return self.many([track_id]).get(int(track_id), {})

    def many(self, ids: Iterable[int]) -> dict[int, dict[str, float]]:
        """Every number of these tracks; tracks without any are left out."""
        c = descriptors.c
        found: dict[int, dict[str, float]] = {}
        with self._database.read() as connection:
            for batch in batches(int(i) for i in ids):
                asked = select(c.track_id, c.name, c.value).where(c.track_id.in_(batch))
                for track_id, name, value in connection.execute(asked):
                    found.setdefault(track_id, {})[name] = value
        return found

    def column(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """One number for every visible track that has it: ids (N,) int64 ascending, values (N,) float32."""
        c = descriptors.c
        asked = select(c.track_id, c.value).join(tracks, tracks.c.id == c.track_id)
        asked = asked.where(c.name == name, tracks.c.missing_at.is_(None)).order_by(c.track_id)
        with self._database.read() as connection:
            rows = connection.execute(asked).fetchall()
        return np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], np.float32)

    def names(self) -> dict[str, int]:
        """Every name there is, with how many tracks have it."""
        c = descriptors.c
        with self._database.read() as connection:
            counted = connection.execute(select(c.name, func.count()).group_by(c.name))
            return {name: count for name, count in counted}

    def forget(self, track_id: int) -> None:
        """Forget our own numbers of a track whose sound has changed; other services' stay."""
        c = descriptors.c
        ours = c.name.not_like("%:%")
        with self._database.begin() as connection:
            connection.execute(delete(descriptors).where(c.track_id == int(track_id), ours))
