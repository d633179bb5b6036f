"""The ledger: what was done to every file with which encoder, what failed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, delete, func, select

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import ledger, tracks
from synesthete.catalog.writing import batches, now, upsert
from synesthete.music import TrackId

PENDING, QUICK, ANALYZED, SKIPPED, FAILED = "pending", "quick", "analyzed", "skipped", "failed"


@dataclass(frozen=True, slots=True)
class Counts:
    """How far an encoder is: found = analyzed + skipped + failed + pending, always.

    `found`: visible tracks that have a file. `analyzed` includes `quick`, those that were heard in three
    excerpts so far and will be heard in full.
    """

    found: int
    analyzed: int
    quick: int
    skipped: int
    failed: int

    @property
    def pending(self) -> int:
        """Files nothing was done with yet."""
        return self.found - self.analyzed - self.skipped - self.failed


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that failed or was skipped, and why."""

    track_id: TrackId
    path: str
    state: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class Todo:
    """A file to analyze."""

    track_id: TrackId
    path: str
    sound_hash: str | None


class Ledger(Noun):
    """One row per (track, encoder stamp)."""

    def mark(self, track_id: int, encoder: str, state: str, reason: str | None = None) -> None:
        """Note what came of one file."""
        self.mark_many([(track_id, state, reason)], encoder)

    def mark_many(self, outcomes: Iterable[tuple[int, str, str | None]], encoder: str) -> None:
        """Note what came of many files, as (track id, state, reason)."""
        at = now()
        rows = (
            {
                "track_id": int(i),
                "encoder": encoder,
                "state": state,
                "reason": reason,
                "attempts": 1,
                "at": at,
            }
            for i, state, reason in outcomes
        )
        with self._database.begin() as connection:
            upsert(connection, ledger, rows, ["track_id", "encoder"], ["state", "reason", "at"])

    def state(self, track_id: int, encoder: str) -> tuple[str, str | None]:
        """(state, reason) of one track; pending when nothing was done yet."""
        c = ledger.c
        asked = select(c.state, c.reason).where(c.track_id == int(track_id), c.encoder == encoder)
        with self._database.read() as connection:
            row = connection.execute(asked).first()
        return (PENDING, None) if row is None else (row.state, row.reason)

    def todo(
        self, encoder: str, states: Sequence[str] = (PENDING,), folder_ids: Sequence[int] | None = None
    ) -> list[Todo]:
        """The visible files in these states, in order of path, so that albums are heard together."""
        state = func.coalesce(ledger.c.state, PENDING)
        asked = _files(select(tracks.c.id, tracks.c.path, tracks.c.sound_hash), encoder).where(
            state.in_(states)
        )
        if folder_ids is not None:
            asked = asked.where(tracks.c.folder_id.in_(folder_ids))
        with self._database.read() as connection:
            return [Todo(*row) for row in connection.execute(asked.order_by(tracks.c.path))]

    def counts(self, encoder: str) -> Counts:
        """How far this encoder is with the library."""
        state = func.coalesce(ledger.c.state, PENDING)
        asked = _files(select(state, func.count()), encoder).group_by(state)
        with self._database.read() as connection:
            by = {state: count for state, count in connection.execute(asked)}
        quick, skipped, failed = by.get(QUICK, 0), by.get(SKIPPED, 0), by.get(FAILED, 0)
        return Counts(sum(by.values()), by.get(ANALYZED, 0) + quick, quick, skipped, failed)

    def set_aside(self, encoder: str) -> int:
        """How many visible files failed or were skipped: there is nothing of them to hear."""
        asked = _files(select(func.count()), encoder).where(ledger.c.state.in_((FAILED, SKIPPED)))
        with self._database.read() as connection:
            return int(connection.execute(asked).scalar_one())

    def faults(self, encoder: str, states: Sequence[str] = (FAILED,)) -> list[Fault]:
        """Each file in these states with its reason, in order of path."""
        c = ledger.c
        asked = _files(select(tracks.c.id, tracks.c.path, c.state, c.reason, c.at), encoder).where(
            c.state.in_(states)
        )
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(tracks.c.path))
            return [
                Fault(i, path, state, reason or "no reason was kept", at)
                for i, path, state, reason, at in rows
            ]

    def forget(self, track_ids: Iterable[int], encoder: str | None = None) -> None:
        """Make these tracks pending again, for one encoder or all."""
        with self._database.begin() as connection:
            for batch in batches(int(i) for i in track_ids):
                gone = delete(ledger).where(ledger.c.track_id.in_(batch))
                connection.execute(gone if encoder is None else gone.where(ledger.c.encoder == encoder))

    def forget_encoder(self, encoder: str) -> None:
        """Make every track pending for this encoder."""
        with self._database.begin() as connection:
            connection.execute(delete(ledger).where(ledger.c.encoder == encoder))

    def retry(self, encoder: str) -> int:
        """Make the failed files pending again; how many there were."""
        with self._database.begin() as connection:
            gone = delete(ledger).where(ledger.c.encoder == encoder, ledger.c.state == FAILED)
            return connection.execute(gone).rowcount


def _files(asked: Select, encoder: str) -> Select:
    """Of visible tracks with a file, joined with what the ledger says of them."""
    mine = and_(ledger.c.track_id == tracks.c.id, ledger.c.encoder == encoder)
    return (
        asked.select_from(tracks)
        .outerjoin(ledger, mine)
        .where(tracks.c.folder_id.is_not(None), tracks.c.missing_at.is_(None))
    )
