"""Weekly letters: one per listener and week, from draft to sent, so that none goes out twice.

drafted -> claimed -> handing -> sent
              |          └── (the process died here: nobody knows; never sent again by itself)
              └── failed -> claimed ...     after a pause; "given up" when the pauses are used up
nothing new                                 a week without anything worth a letter
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, delete, insert, or_, select, update

from synesthete.catalog.listeners import Listeners
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import letter_picks, letters, listeners
from synesthete.catalog.writing import upsert
from synesthete.errors import NotFound
from synesthete.music import Listener, ListenerId, TrackId

LEASE_S = 600
"""A claim older than this belongs to a process that died: a mail takes seconds, and is timed out in minutes."""


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter as it is kept."""

    listener_id: ListenerId
    week: str
    state: str
    message_id: str | None
    subject: str | None
    html: str | None
    plain: str | None
    attempts: int
    next_try_at: int | None
    reason: str | None
    made_at: int
    sent_at: int | None


@dataclass(frozen=True, slots=True)
class PickRow:
    """One track of a letter, with its section and reason."""

    track_id: TrackId
    section: str
    rank: int
    reason: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A listener who wants letters: where to send them, and from when in the week on."""

    listener: Listener
    email: str
    weekday: int
    hour: int
    language: str


class Letters(Noun):
    """Think of an outbox whose copies are kept."""

    def subscribers(self) -> list[Subscriber]:
        """Everyone who wants letters and has an address, in order of id."""
        c = listeners.c
        asked = select(c.id, c.letter_weekday, c.letter_hour, c.language).where(
            c.letter.is_(True), c.email.is_not(None), c.email != ""
        )
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(c.id)).all()
        return [self._subscriber(row) for row in rows]

    def subscriber(self, listener_id: int) -> Subscriber:
        """The listener as a subscriber, whether or not they want letters. Raises NotFound."""
        c = listeners.c
        asked = select(c.id, c.letter_weekday, c.letter_hour, c.language).where(c.id == int(listener_id))
        with self._database.read() as connection:
            row = connection.execute(asked).first()
        if row is None:
            raise NotFound("no listener has this id", subject=listener_id)
        return self._subscriber(row)

    def _subscriber(self, row: Row) -> Subscriber:
        listener = Listeners(self._database).get(row.id)
        return Subscriber(
            listener, listener.email or "", row.letter_weekday, row.letter_hour, row.language or "en"
        )

    def get(self, listener_id: int, week: str) -> LetterRow | None:
        """The letter of that week, or None."""
        with self._database.read() as connection:
            return _row(connection.execute(_ALL.where(*_this(listener_id, week))).first())

    def latest(self, listener_id: int, n: int = 12) -> list[LetterRow]:
        """The newest n letters that had something to say, newest first."""
        asked = _ALL.where(letters.c.listener_id == listener_id, letters.c.html.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(letters.c.week.desc()).limit(n))
            return [found for row in rows if (found := _row(row))]

    def picks(self, listener_id: int, week: str) -> list[PickRow]:
        """The tracks of that letter in order."""
        asked = select(letter_picks).where(
            letter_picks.c.listener_id == listener_id, letter_picks.c.week == week
        )
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(letter_picks.c.rank))
            return [PickRow(TrackId(r.track_id), r.section, r.rank, r.reason) for r in rows]

    def picked(self, listener_id: int, weeks: Sequence[str]) -> set[TrackId]:
        """Every track that was in a letter of these weeks."""
        asked = select(letter_picks.c.track_id).where(
            letter_picks.c.listener_id == listener_id, letter_picks.c.week.in_(list(weeks))
        )
        with self._database.read() as connection:
            return {TrackId(row.track_id) for row in connection.execute(asked)}

    def draft(self, row: LetterRow, picks: Iterable[PickRow]) -> bool:
        """Keep a new letter; False when there is one for that week already (another process was faster)."""
        values = {name: getattr(row, name) for name in LetterRow.__slots__}
        with self._database.begin() as connection:
            if not upsert(connection, letters, [values], ["listener_id", "week"]):
                return False
            key = {"listener_id": row.listener_id, "week": row.week}
            rows = [key | {name: getattr(p, name) for name in PickRow.__slots__} for p in picks]
            if rows:
                connection.execute(insert(letter_picks), rows)
            return True

    def claim(self, listener_id: int, week: str, now: int) -> bool:
        """Take the letter for sending: True for exactly one process, again only after a failure or a death."""
        waiting = letters.c.state.in_(["drafted", "failed"]) & or_(
            letters.c.next_try_at.is_(None), letters.c.next_try_at <= now
        )
        orphaned = (letters.c.state == "claimed") & (letters.c.next_try_at <= now)
        taken = (
            update(letters)
            .where(*_this(listener_id, week), waiting | orphaned)
            .values(state="claimed", next_try_at=now + LEASE_S, attempts=letters.c.attempts + 1)
        )
        with self._database.begin() as connection:
            return connection.execute(taken).rowcount == 1

    def mark(self, listener_id: int, week: str, state: str, **changes: object) -> None:
        """Set the state, and whatever else is named."""
        changed = update(letters).where(*_this(listener_id, week)).values(state=state, **changes)
        with self._database.begin() as connection:
            connection.execute(changed)

    def forget(self, listener_id: int) -> None:
        """Remove every letter of a listener."""
        with self._database.begin() as connection:
            connection.execute(delete(letter_picks).where(letter_picks.c.listener_id == listener_id))
            connection.execute(delete(letters).where(letters.c.listener_id == listener_id))


_ALL = select(letters)


def _this(listener_id: int, week: str):
    return letters.c.listener_id == listener_id, letters.c.week == week


def _row(row: Row | None) -> LetterRow | None:
    return None if row is None else LetterRow(**{name: getattr(row, name) for name in LetterRow.__slots__})
