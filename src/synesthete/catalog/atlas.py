"""The atlas: where tracks lie on the map, and which cluster each belongs to. Both are made by jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Select, Table, delete, func, select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import clusters, positions, track_genres, tracks
from synesthete.catalog.values import Values
from synesthete.catalog.writing import now, upsert
from synesthete.music import TrackId

CLUSTER_NAMES = "cluster names"
MAP_MADE = "map made at"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of tracks that sound alike."""

    id: int
    name: str
    tracks: int
    duration_s: float


class Atlas(Noun):
    """Maps and groups of visible tracks."""

    def put_positions(self, ids: np.ndarray, places: np.ndarray) -> None:
        """Keep where tracks (N,) lie, (N, 2); tracks not named leave the map."""
        rows = (
            {"track_id": int(i), "x": float(x), "y": float(y)}
            for i, (x, y) in zip(ids.tolist(), places.tolist(), strict=True)
        )
        self._replace(positions, rows, ["x", "y"])
        Values(self._database).put(MAP_MADE, str(now()))

    def positions(self) -> tuple[np.ndarray, np.ndarray]:
        """Ids (N,) int64 ascending and places (N, 2) float32 of visible tracks on the map."""
        p = positions.c
        rows = self._visible(select(p.track_id, p.x, p.y), positions)
        table = _table(rows, 3, np.float64)
        return table[:, 0].astype(np.int64), table[:, 1:].astype(np.float32)

    def places(self, ids: Sequence[int]) -> dict[int, tuple[float, float]]:
        """Where these tracks lie; those that are not on the map are left out."""
        p = positions.c
        with self._database.read() as connection:
            rows = connection.execute(select(p.track_id, p.x, p.y).where(p.track_id.in_(ids)))
            return {i: (x, y) for i, x, y in rows}

    def map_version(self) -> str:
        """What changes when the map does: empty while there is none."""
        return Values(self._database).get(MAP_MADE) or ""

    def mark(self) -> str:
        """What changes when points or their colors may have: the map, a retagged or a hidden track."""
        t = tracks.c
        asked = select(func.count(), func.max(t.changed_at), func.count(t.missing_at), func.max(t.missing_at))
        with self._database.read() as connection:
            facts = connection.execute(asked).one()
        return "-".join(str(part or 0) for part in (self.map_version(), *facts))

    def put_clusters(
        self, ids: np.ndarray, labels: np.ndarray, distances: np.ndarray, names: Sequence[str]
    ) -> None:
        """Keep the cluster (N,) of tracks (N,), the distance (N,) to its middle, and each cluster's name."""
        rows = (
            {"track_id": int(i), "cluster": int(label), "distance": float(distance)}
            for i, label, distance in zip(ids.tolist(), labels.tolist(), distances.tolist(), strict=True)
        )
        self._replace(clusters, rows, ["cluster", "distance"])
        Values(self._database).put(CLUSTER_NAMES, json.dumps(list(names), ensure_ascii=False))

    def clusters(self) -> list[Cluster]:
        """Every cluster with visible tracks, the largest first."""
        c = clusters.c
        asked = select(c.cluster, func.count(), func.coalesce(func.sum(tracks.c.duration_s), 0.0))
        names = self._names()
        rows = self._visible(asked.group_by(c.cluster), clusters, ordered=False)
        found = [
            Cluster(i, names[i] if i < len(names) else f"Group {i + 1}", count, float(s))
            for i, count, s in rows
        ]
        return sorted(found, key=lambda cluster: (-cluster.tracks, cluster.id))

    def has_clusters(self) -> bool:
        """Whether any visible track is in a cluster."""
        asked = select(clusters.c.track_id).join(tracks, tracks.c.id == clusters.c.track_id)
        with self._database.read() as connection:
            found = connection.execute(asked.where(tracks.c.missing_at.is_(None)).limit(1)).first()
        return found is not None

    def members(self, cluster: int) -> list[TrackId]:
        """The visible tracks of a cluster, the most typical first."""
        c = clusters.c
        asked = select(c.track_id).where(c.cluster == cluster).order_by(c.distance, c.track_id)
        return [TrackId(i) for (i,) in self._visible(asked, clusters, ordered=False)]

    def cluster_column(self) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Ids (N,) int64 ascending, cluster of each (N,) int64, and the names of clusters by number."""
        c = clusters.c
        table = _table(self._visible(select(c.track_id, c.cluster), clusters), 2, np.int64)
        return table[:, 0], table[:, 1], self._names()

    def years(self) -> tuple[np.ndarray, np.ndarray]:
        """Ids (N,) int64 ascending and years (N,) float32 of visible tracks that have one."""
        t = tracks.c
        asked = select(t.id, t.year).where(t.missing_at.is_(None), t.year.is_not(None)).order_by(t.id)
        with self._database.read() as connection:
            table = _table(connection.execute(asked).fetchall(), 2, np.float64)
        return table[:, 0].astype(np.int64), table[:, 1].astype(np.float32)

    def first_genres(self) -> Mapping[int, str]:
        """The first genre of every track that has one; spellings that differ in case are one."""
        g = track_genres.c
        asked = select(g.track_id, g.genre).order_by(g.track_id, g.position.desc())
        with self._database.read() as connection:
            first = {track_id: genre for track_id, genre in connection.execute(asked)}
        spelled = {genre.lower(): genre for genre in sorted(set(first.values()), reverse=True)}
        return {track_id: spelled[genre.lower()] for track_id, genre in first.items()}

    def _names(self) -> list[str]:
        return list(json.loads(Values(self._database).get(CLUSTER_NAMES) or "[]"))

    def _replace(self, table: Table, rows: object, columns: list[str]) -> None:
        with self._database.begin() as connection:
            connection.execute(delete(table))
            upsert(connection, table, rows, ["track_id"], columns)  # type: ignore[arg-type]

    def _visible(self, asked: Select, table: Table, ordered: bool = True) -> Sequence[Sequence]:
        joined = asked.join(tracks, tracks.c.id == table.c.track_id).where(tracks.c.missing_at.is_(None))
        with self._database.read() as connection:
            return connection.execute(joined.order_by(table.c.track_id) if ordered else joined).fetchall()


def _table(rows: Sequence[Sequence], columns: int, kind: type) -> np.ndarray:
    """Rows (N, columns) of numbers. As plain tuples: NumPy asks each row of a database for names it does not have."""
    return np.array([tuple(row) for row in rows], kind).reshape(-1, columns)
