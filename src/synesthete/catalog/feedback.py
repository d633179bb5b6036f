"""Feedback: explicit words of a listener about a track or an artist, perhaps until a date, never lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import ColumnElement, Row, bindparam, or_, select, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import feedback
from synesthete.catalog.writing import now
from synesthete.errors import InputError
from synesthete.music import ArtistId, Feedback, ListenerId, TrackId, Word


@dataclass(frozen=True, slots=True)
class Words:
    """What a listener's words come to at this moment: sets of track and artist ids."""

    liked: frozenset[TrackId] = field(default_factory=frozenset)
    disliked: frozenset[TrackId] = field(default_factory=frozenset)
    never: frozenset[TrackId] = field(default_factory=frozenset)
    skipped: frozenset[TrackId] = field(default_factory=frozenset)
    liked_artists: frozenset[ArtistId] = field(default_factory=frozenset)
    disliked_artists: frozenset[ArtistId] = field(default_factory=frozenset)
    never_artists: frozenset[ArtistId] = field(default_factory=frozenset)


class FeedbackWords(Noun):
    """What people said."""

    def say(
        self,
        listener_id: int,
        word: Word | str,
        *,
        track_id: int | None = None,
        artist_id: int | None = None,
        until: int | None = None,
        rating: int | None = None,
        source: str = "page",
        request_id: str | None = None,
    ) -> int:
        """Keep a word about one track or one artist; its id, by which it can be undone.

        like, dislike and never replace each other (the last one holds); skips add up. `until` (unix
        seconds) ends the word by itself. Raises InputError unless exactly one of track and artist is given.
        """
        if (track_id is None) == (artist_id is None):
            raise InputError("feedback is about one track or one artist")
        if rating is not None and not 1 <= rating <= 5:
            raise InputError("a rating is 1 to 5 stars", subject=rating)
        said = Word(word)
        about = _about(listener_id, track_id, artist_id)
        row = {
            "listener_id": int(listener_id), "track_id": track_id, "artist_id": artist_id, "word": str(said),
            "rating": rating, "at": now(), "until": until, "source": source, "request_id": request_id,
        }  # fmt: skip
        with self._database.begin() as connection:
            if said is not Word.SKIP:
                lasting = feedback.c.word != str(Word.SKIP)
                connection.execute(update(feedback).where(*about, lasting).values(undone_at=row["at"]))
            return int(connection.execute(feedback.insert().values(row)).inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key

    def undo(self, listener_id: int, feedback_id: int) -> bool:
        """Take one word back; False when it is not this listener's, or was taken back before."""
        c = feedback.c
        taken = update(feedback).where(
            c.id == int(feedback_id), c.listener_id == int(listener_id), c.undone_at.is_(None)
        )
        with self._database.begin() as connection:
            return connection.execute(taken.values(undone_at=now())).rowcount > 0

    def unsay(self, listener_id: int, *, track_id: int | None = None, artist_id: int | None = None) -> int:
        """Take back every word in force about a track or an artist; how many there were."""
        with self._database.begin() as connection:
            taken = update(feedback).where(*_about(listener_id, track_id, artist_id)).values(undone_at=now())
            return connection.execute(taken).rowcount

    def of(
        self, listener_id: int, n: int | None = None, word: Word | str | None = None
    ) -> list[tuple[int, Feedback]]:
        """The listener's words in force as (id, feedback), newest first."""
        c = feedback.c
        asked = select(feedback).where(c.listener_id == int(listener_id), *_in_force())
        if word is not None:
            asked = asked.where(c.word == str(Word(word)))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(c.at.desc(), c.id.desc()).limit(n))
            return [(row.id, _feedback(row)) for row in rows]

    def ratings(self, listener_id: int) -> dict[TrackId, int]:
        """The listener's stars by track, 1 to 5."""
        c = feedback.c
        asked = select(c.track_id, c.rating).where(
            c.listener_id == int(listener_id), c.track_id.is_not(None), c.rating.is_not(None), *_in_force()
        )
        with self._database.read() as connection:
            return {TrackId(i): stars for i, stars in connection.execute(asked.order_by(c.at, c.id))}

    def pairs(self) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Everybody's (listener ids, track ids), (n,) int64 each: of likes, and of dislikes and nevers."""
        c = feedback.c
        asked = select(c.word, c.listener_id, c.track_id).where(c.track_id.is_not(None), *_in_force())
        said: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        with self._database.read() as connection:
            for word, listener_id, track_id in connection.execute(asked):
                if word != str(Word.SKIP):
                    said[word == str(Word.LIKE)].append((listener_id, track_id))
        return _columns(said[True]), _columns(said[False])

    def words(self, listener_id: int, at: int | None = None) -> Words:
        """What the listener's words come to now, or came to at another time (unix seconds)."""
        c = feedback.c
        given: dict[str, int] = {"listener": int(listener_id), "now": now()}
        asked = _WORDS_NOW
        if at is not None:
            asked = select(c.word, c.track_id, c.artist_id).where(
                c.listener_id == bindparam("listener"), *_were_in_force(at)
            )
            del given["now"]
        tracks: dict[str, set[TrackId]] = {}
        artists: dict[str, set[ArtistId]] = {}
        with self._database.read() as connection:
            for word, track_id, artist_id in connection.execute(asked, given):
                if track_id is not None:
                    tracks.setdefault(word, set()).add(TrackId(track_id))
                elif artist_id is not None:
                    artists.setdefault(word, set()).add(ArtistId(artist_id))
        return Words(  # four sets of tracks, three of artists
            *(frozenset(tracks.get(str(w), ())) for w in (Word.LIKE, Word.DISLIKE, Word.NEVER, Word.SKIP)),  # type: ignore[arg-type]
            *(frozenset(artists.get(str(w), ())) for w in (Word.LIKE, Word.DISLIKE, Word.NEVER)),
        )


def _columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _about(listener_id: int, track_id: int | None, artist_id: int | None) -> list[ColumnElement[bool]]:
    c = feedback.c
    thing = c.artist_id == artist_id if track_id is None else c.track_id == track_id
    return [c.listener_id == int(listener_id), thing, c.undone_at.is_(None)]


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return feedback.c.undone_at.is_(None), or_(feedback.c.until.is_(None), feedback.c.until > now())


# Asked twice for every answer: put together once.
_WORDS_NOW = select(feedback.c.word, feedback.c.track_id, feedback.c.artist_id).where(
    feedback.c.listener_id == bindparam("listener"),
    feedback.c.undone_at.is_(None),
    or_(feedback.c.until.is_(None), feedback.c.until > bindparam("now")),
)


def _were_in_force(at: int) -> tuple[ColumnElement[bool], ...]:
    c = feedback.c
    still_said = or_(c.undone_at.is_(None), c.undone_at > at)
    return c.at < at, still_said, or_(c.until.is_(None), c.until > at)


def _feedback(row: Row) -> Feedback:
    return Feedback(
        ListenerId(row.listener_id),
        Word(row.word),
        row.at,
        row.track_id,
        row.artist_id,
        row.until,
        row.rating,
        row.source,
    )
