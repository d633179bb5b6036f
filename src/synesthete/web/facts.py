"""Facts about one track that its page shows: the file, how much was heard, how often it was played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from synesthete.catalog import Catalog
from synesthete.catalog.schema import descriptors, embeddings, listens, tracks


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """`descriptors` maps a name to (value, confidence); `plan` is None while the encoder has not heard it."""

    file: dict[str, Any]
    descriptors: dict[str, tuple[float, float | None]]
    plan: Any
    reason: str | None
    plays: int
    played_at: int | None


def track_facts(catalog: Catalog, track_id: int, stamp: str, listener_id: int) -> TrackFacts:
    """The facts of a track that exists, for this encoder and this listener."""
    t, d, e, heard = tracks.c, descriptors.c, embeddings.c, listens.c
    with catalog.read() as connection:
        file = connection.execute(
            select(t.codec, t.sample_rate, t.channels, t.bit_rate, t.size, t.added_at).where(t.id == track_id)
        ).one()
        numbers = connection.execute(
            select(d.name, d.value, d.confidence).where(d.track_id == track_id)
        ).all()
        plan = connection.execute(
            select(e.plan).where(e.track_id == track_id, e.encoder == stamp)
        ).scalar_one_or_none()
        plays, last = connection.execute(
            select(func.coalesce(func.sum(heard.count), 0), func.max(heard.at)).where(
                heard.listener_id == listener_id, heard.track_id == track_id, heard.skipped.is_not(True)
            )
        ).one()
    _, reason = catalog.ledger.state(track_id, stamp)
    named = {name: (value, confidence) for name, value, confidence in numbers}
    return TrackFacts(dict(file._mapping), named, plan, reason, int(plays), last)
