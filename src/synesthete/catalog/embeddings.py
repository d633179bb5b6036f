"""Embeddings: where tracks and their excerpts lie among all sounds, stamped with who heard them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import bindparam, delete, func, select

from synesthete.catalog.among import among, these
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import embeddings, tracks
from synesthete.catalog.writing import batches, now, upsert

QUICK, FULL, GIVEN = "quick", "full", "given"
"""How a track was heard: three excerpts, all of it, or not by us (a data set's vector)."""


@dataclass(frozen=True, slots=True)
class Excerpts:
    """The excerpts of one track: vectors (E, D) float32, and where they are, (E,) float32 seconds each."""

    vectors: np.ndarray
    starts_s: np.ndarray
    ends_s: np.ndarray


class Embeddings(Noun):
    """Vectors by track and by encoder stamp ("name@version").

    A track vector is kept as float16 (2 D bytes), excerpt vectors as int8 with one float16 scale per row
    (D + 2 bytes each): for a 4-minute track of 47 excerpts and D = 128 about 6.5 kB.
    """

    def put(
        self,
        track_id: int,
        encoder: str,
        vector: np.ndarray,
        plan: str = GIVEN,
        excerpts: Excerpts | None = None,
    ) -> None:
        """Keep the track's vector (D,), and its excerpts, in place of what this encoder said before.

        Raises ValueError when a vector holds NaN or infinity.
        """
        row = {
            "track_id": int(track_id),
            "encoder": encoder,
            "plan": plan,
            "made_at": now(),
            **_packed(excerpts),
        }
        row["vector"] = _half(vector)
        with self._database.begin() as connection:
            upsert(connection, embeddings, [row], _KEY, _CONTENT)

    def put_many(
        self,
        encoder: str,
        ids: Iterable[int],
        vectors: np.ndarray,
        plan: str = GIVEN,
        excerpts: Iterable[Excerpts | None] | None = None,
    ) -> None:
        """Keep the vectors (N, D) of N tracks, and the excerpts of each where they are given."""
        halves = _halves(vectors)
        made = now()
        rows = (
            {"track_id": int(i), "encoder": encoder, "plan": plan, "made_at": made, "vector": half.tobytes()}
            | _packed(parts)
            for i, half, parts in zip(ids, halves, excerpts or [None] * len(halves), strict=True)
        )
        with self._database.begin() as connection:
            upsert(connection, embeddings, rows, _KEY, _CONTENT)

    def get(self, track_id: int, encoder: str) -> np.ndarray | None:
        """The track's vector, (D,) float32, or None."""
        c = embeddings.c
        asked = select(c.vector).where(c.track_id == int(track_id), c.encoder == encoder)
        with self._database.read() as connection:
            kept = connection.execute(asked).scalar()
        return None if kept is None else np.frombuffer(kept, np.float16).astype(np.float32)

    def many(self, ids: Iterable[int], encoder: str) -> tuple[np.ndarray, np.ndarray]:
        """Those of the tracks that have a vector: their ids (N,) int64 and vectors (N, D) float32, as asked."""
        wanted = [int(i) for i in ids]
        c = embeddings.c
        kept: dict[int, bytes] = {}
        with self._database.read() as connection:
            for batch in batches(set(wanted)):
                asked = select(c.track_id, c.vector).where(c.encoder == encoder, c.track_id.in_(batch))
                kept.update({track_id: vector for track_id, vector in connection.execute(asked)})
        there = [i for i in wanted if i in kept]
        return np.array(there, np.int64), _matrix([kept[i] for i in there])

    def excerpts(self, track_id: int, encoder: str) -> Excerpts | None:
        """The track's excerpts, or None when there are none."""
        return self.excerpts_of([track_id], encoder).get(int(track_id))

    def excerpts_of(self, track_ids: Iterable[int], encoder: str, unit: bool = False) -> dict[int, Excerpts]:
        """The excerpts of those of these tracks that have some; with `unit`, vectors of length 1."""
        with self._database.read() as connection:
            rows = connection.execute(_EXCERPTS, {"encoder": encoder} | these(track_ids)).fetchall()
        return _unpacked(rows, unit)

    def all(self, encoder: str, since: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Every visible track this encoder has heard: ids (N,) int64 ascending, vectors (N, D) float16.

        With `since` (unix seconds), only those written at that second or later.
        """
        c = embeddings.c
        asked = (
            select(c.track_id, c.vector)
            .join(tracks, tracks.c.id == c.track_id)
            .where(c.encoder == encoder, tracks.c.missing_at.is_(None))
            .order_by(c.track_id)
        )
        if since is not None:
            asked = asked.where(c.made_at >= since)
        with self._database.read() as connection:
            rows = connection.execute(asked).fetchall()
        ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        return ids, _matrix([row[1] for row in rows], np.float16)

    def heard(self, encoder: str) -> np.ndarray:
        """Ids of the visible tracks that have a vector by this encoder: (N,) int64, ascending."""
        c = embeddings.c
        asked = select(c.track_id).join(tracks, tracks.c.id == c.track_id)
        asked = asked.where(c.encoder == encoder, tracks.c.missing_at.is_(None)).order_by(c.track_id)
        with self._database.read() as connection:
            return np.array(connection.execute(asked).scalars().all(), np.int64)

    def first_heard(self, encoder: str) -> int | None:
        """The id of the first visible track that has a vector by this encoder; None when there is none."""
        c = embeddings.c
        asked = select(c.track_id).join(tracks, tracks.c.id == c.track_id)
        asked = asked.where(c.encoder == encoder, tracks.c.missing_at.is_(None)).order_by(c.track_id)
        with self._database.read() as connection:
            return connection.execute(asked.limit(1)).scalar()

    def heard_counts(self) -> dict[str, int]:
        """Every encoder stamp with how many visible tracks have a vector by it."""
        c = embeddings.c
        asked = select(c.encoder, func.count()).join(tracks, tracks.c.id == c.track_id)
        with self._database.read() as connection:
            counted = connection.execute(asked.where(tracks.c.missing_at.is_(None)).group_by(c.encoder))
            return {encoder: count for encoder, count in counted}

    def encoders(self) -> dict[str, int]:
        """Every encoder stamp that has vectors here, with how many."""
        c = embeddings.c
        with self._database.read() as connection:
            counted = connection.execute(select(c.encoder, func.count()).group_by(c.encoder))
            return {encoder: count for encoder, count in counted}

    def extent(self, encoder: str) -> tuple[int, int]:
        """When this encoder's last vector was written, unix seconds, and how many it has; (0, 0) without any."""
        c = embeddings.c
        asked = select(func.max(c.made_at), func.count()).where(c.encoder == encoder)
        with self._database.read() as connection:
            newest, count = connection.execute(asked).one()
        return int(newest or 0), int(count)

    def remove(self, encoder: str, track_ids: Iterable[int] | None = None) -> None:
        """Forget what this encoder said, of these tracks or of all."""
        c = embeddings.c
        with self._database.begin() as connection:
            if track_ids is None:
                connection.execute(delete(embeddings).where(c.encoder == encoder))
                return
            for batch in batches(track_ids):
                ids = [int(i) for i in batch]
                connection.execute(delete(embeddings).where(c.encoder == encoder, c.track_id.in_(ids)))

    def forget_heard(self, encoder: str) -> None:
        """Forget everything this encoder heard; vectors that a data set gave stay."""
        c = embeddings.c
        with self._database.begin() as connection:
            connection.execute(delete(embeddings).where(c.encoder == encoder, c.plan != GIVEN))

    def forget(self, track_id: int) -> None:
        """Forget what every encoder said of a track whose sound has changed."""
        with self._database.begin() as connection:
            connection.execute(delete(embeddings).where(embeddings.c.track_id == int(track_id)))


_c = embeddings.c
_EXCERPTS = select(_c.track_id, _c.excerpts, _c.scales, _c.starts_s, _c.ends_s).where(
    _c.encoder == bindparam("encoder"), among(_c.track_id), _c.excerpts.is_not(None)
)
_KEY = ("track_id", "encoder")
_CONTENT = ("plan", "vector", "excerpts", "scales", "starts_s", "ends_s", "made_at")


def _half(vector: np.ndarray) -> bytes:
    return _halves(vector).tobytes()


def _halves(vectors: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is too large for float16 becomes infinite, and is refused
        halves = np.asarray(vectors).astype(np.float16)
    if not np.isfinite(halves).all():
        raise ValueError("a vector holds NaN or infinity, or numbers beyond 65,504")
    return halves


def _packed(excerpts: Excerpts | None) -> dict[str, bytes | None]:
    if excerpts is None:
        return dict.fromkeys(("excerpts", "scales", "starts_s", "ends_s"))
    vectors = np.asarray(excerpts.vectors, np.float32)
    if not np.isfinite(vectors).all():
        raise ValueError("an excerpt's vector holds NaN or infinity")
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127).astype(np.float16)
    steps = np.maximum(scales.astype(np.float32), 1e-7)[:, None]  # rows of zeros stay zeros
    return {
        "excerpts": np.clip(np.rint(vectors / steps), -127, 127).astype(np.int8).tobytes(),
        "scales": scales.tobytes(),
        "starts_s": np.asarray(excerpts.starts_s, np.float32).tobytes(),
        "ends_s": np.asarray(excerpts.ends_s, np.float32).tobytes(),
    }


def _unpacked(rows: Sequence[Any], unit: bool) -> dict[int, Excerpts]:
    """Rows (track id, codes, scales, starts, ends) as excerpts by track; all unpacked at once, which is quicker."""
    counts = [len(scales) // np.dtype(np.float16).itemsize for _, _, scales, _, _ in rows]
    if not sum(counts):
        return {
            track_id: Excerpts(np.zeros((0, 0), np.float32), *np.zeros((2, 0), np.float32))
            for track_id, *_ in rows
        }
    codes, scales, starts_s, ends_s = (b"".join(column) for column in list(zip(*rows, strict=True))[1:])
    vectors = np.frombuffer(codes, np.int8).reshape(sum(counts), -1).astype(np.float32)
    if unit:  # how large the steps of the codes were does not matter then
        vectors /= np.maximum(np.sqrt(np.einsum("nd,nd->n", vectors, vectors)), 1e-12)[:, None]
    else:
        vectors *= np.frombuffer(scales, np.float16).astype(np.float32)[:, None]
    begins, stops = np.frombuffer(starts_s, np.float32), np.frombuffer(ends_s, np.float32)
    found, first = {}, 0
    for (track_id, *_), count in zip(rows, counts, strict=True):
        last = first + count
        found[track_id] = Excerpts(vectors[first:last], begins[first:last], stops[first:last])
        first = last
    return found


def _matrix(rows: list[bytes], kind: type = np.float32) -> np.ndarray:
    if not rows:
        return np.zeros((0, 0), kind)
    return np.frombuffer(b"".join(rows), np.float16).reshape(len(rows), -1).astype(kind, copy=False)
