"""A platform's feedback: plays and skips are listens, likes and dislikes are words; each remembers its own type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    delete,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from synesthete.catalog.database import Database
from synesthete.catalog.listeners import IMPORTED
from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import external_ids, feedback, listeners, listens
from synesthete.catalog.writing import now, upsert
from synesthete.music import TrackId, Word

Key = tuple[str, str, str]
"""Type, user and item: what tells feedback apart."""
FEW, MANY = 25, 800
"""Users whose feedback is looked at together: first few, whose feedback may fill the page, then twice as many each time."""


@dataclass(frozen=True, slots=True)
class Play:
    """That an item was played (or skipped) `count` times at a time, in unix seconds."""

    listener_id: int
    track_id: int
    item_id: str
    type: str
    at: int
    skipped: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody said about an item, and when (unix seconds)."""

    listener_id: int
    track_id: int
    type: str
    word: Word
    at: int


@dataclass(frozen=True, slots=True)
class Told:
    """All feedback of one type by one user about one item; times are the first and the last, unix seconds."""

    type: str
    user_id: str
    item_id: str
    value: int
    """How often; 1 for a word."""
    at: int
    updated: int


class Everything(Noun):
    """All feedback of one platform, in the listens and words of its users."""

    def __init__(self, database: Database, platform: str):
        super().__init__(database)
        self._platform, self._end = platform, f"@{platform}"
        self._schemes = (platform, f"{platform} (hidden)")

    def source(self, type_: str) -> str:
        """Where listens and words of this type say they come from."""
        return f"{self._platform}:{type_}"

    def play(self, plays: Sequence[Play], overwrite: bool = False) -> None:
        """Keep plays: beside those of the same type, user and item, or with `overwrite` in their place.

        The same play of the same second told twice is kept once.
        """
        rows = [
            {
                "listener_id": one.listener_id, "track_id": one.track_id, "at": one.at, "skipped": one.skipped,
                "count": one.count, "source": self.source(one.type), "what": f"{self.source(one.type)}:{one.item_id}",
            }
            for one in plays
        ]  # fmt: skip
        with self._database.begin() as connection:
            if overwrite:
                for who, track, source in {(p.listener_id, p.track_id, self.source(p.type)) for p in plays}:
                    mine = _L.listener_id == who, _L.track_id == track, _L.source == source
                    connection.execute(delete(listens).where(*mine))
            upsert(connection, listens, rows, ["listener_id", "at", "what"])

    def say(self, opinions: Iterable[Opinion], overwrite: bool = False) -> None:
        """Keep words. About one track a user's last word holds, by its time; the same word again keeps its first time
        unless `overwrite` is set."""
        with self._database.begin() as connection:
            for one in opinions:
                about = _F.listener_id == one.listener_id, _F.track_id == one.track_id
                lasting = (*about, _F.undone_at.is_(None), _F.word != str(Word.SKIP))
                before = connection.execute(select(_F.id, _F.word, _F.source, _F.at).where(*lasting)).first()
                if before is not None and (before.word, before.source) == (one.word, self.source(one.type)):
                    at = one.at if overwrite else min(one.at, before.at)
                    connection.execute(update(feedback).where(_F.id == before.id).values(at=at))
                    continue
                if before is not None and before.at > one.at and not overwrite:
                    continue
                connection.execute(update(feedback).where(*lasting).values(undone_at=now()))
                row = {
                    "listener_id": one.listener_id, "track_id": one.track_id, "word": str(one.word), "at": one.at,
                    "source": self.source(one.type),
                }  # fmt: skip
                connection.execute(feedback.insert().values(row))

    def of(
        self, types: Sequence[str], *, user_id: str | None = None, item_id: str | None = None
    ) -> list[Told]:
        """Feedback of these types by one user, or about one item, or both: by type, user and item."""
        whose = [] if user_id is None else [listeners.c.name == user_id + self._end]
        with self._database.read() as connection:
            return self._told(connection, types, whose, item_id)

    def page(self, types: Sequence[str], n: int, start: Key = ("", "", "")) -> list[Told]:
        """Up to n of all feedback of these types, by type, user and item, from the key `start`.

        Users are gone through some at a time: a page takes as long for many users as for few.
        """
        found: list[Told] = []
        with self._database.read() as connection:
            for type_ in sorted(type_ for type_ in types if type_ >= start[0]):
                first = start[1] + self._end if type_ == start[0] else ""
                rest = start[2] if type_ == start[0] else ""
                for users in self._some_users(connection, first):
                    whose = [listeners.c.id.in_(users)]
                    some = self._told(connection, [type_], whose, None, n - len(found), (first, rest))
                    found += some
                    if len(found) == n:
                        return found
        return found

    def remove(self, types: Sequence[str], track_id: int, listener_id: int | None = None) -> int:
        """Forget plays and take back words of these types about a track, of one listener or all of the platform's.

        How many there were: plays of one type by one listener are one.
        """
        sources = [self.source(type_) for type_ in types]
        plays = [_L.track_id == int(track_id), _L.source.in_(sources)]
        words = [_F.track_id == int(track_id), _F.source.in_(sources), _F.undone_at.is_(None)]
        if listener_id is not None:
            plays.append(_L.listener_id == int(listener_id))
            words.append(_F.listener_id == int(listener_id))
        with self._database.begin() as connection:
            groups = select(_L.source, _L.listener_id).where(*plays).distinct().subquery()
            played = connection.execute(select(func.count()).select_from(groups)).scalar_one()
            connection.execute(delete(listens).where(*plays))
            said = connection.execute(update(feedback).where(*words).values(undone_at=now())).rowcount
        return int(played) + said

    def known(self, listener_id: int) -> frozenset[TrackId]:
        """Every track that the listener has played, skipped or said something about."""
        heard = select(_L.track_id).where(_L.listener_id == int(listener_id), _L.track_id.is_not(None))
        said = select(_F.track_id).where(
            _F.listener_id == int(listener_id), _F.track_id.is_not(None), _F.undone_at.is_(None)
        )
        with self._database.read() as connection:
            return frozenset(TrackId(i) for (i,) in connection.execute(heard.union(said)))

    def _some_users(self, connection: Connection, first: str) -> Iterator[list[int]]:
        """Ids of all users in order of name, from the one named `first`: a few, and more and more at a time."""
        ours = listeners.c.role == IMPORTED, listeners.c.name.like(f"%{self._end}")
        asked = select(listeners.c.id, listeners.c.name).where(*ours).order_by(listeners.c.name)
        some = FEW
        rows = connection.execute(asked.where(listeners.c.name >= first).limit(some)).fetchall()
        while rows:
            yield [int(i) for i, _ in rows]
            some = min(2 * some, MANY)
            rows = connection.execute(asked.where(listeners.c.name > rows[-1].name).limit(some)).fetchall()

    def _told(
        self,
        connection: Connection,
        types: Sequence[str],
        whose: Sequence[ColumnElement[bool]],
        item_id: str | None,
        n: int | None = None,
        start: tuple[str, str] | None = None,
    ) -> list[Told]:
        both = union_all(self._listens(types, whose, item_id), self._words(types, whose, item_id)).subquery()
        b = both.c
        asked = select(b.type, b.user, b.item, b.value, b.first, b.last).where(b.item.is_not(None))
        if start is not None:
            asked = asked.where(tuple_(b.user, b.item) >= tuple_(*start))
        rows = connection.execute(asked.order_by(b.type, b.user, b.item).limit(n))
        return [
            Told(type_, user.removesuffix(self._end), item, int(value), first, last)
            for type_, user, item, value, first, last in rows
        ]

    def _listens(
        self, types: Sequence[str], whose: Sequence[ColumnElement[bool]], item_id: str | None
    ) -> Select:
        first, last, count = func.min(_L.at), func.max(_L.at), func.sum(_L.count)
        asked = (
            select(
                self._type(_L.source), listeners.c.name.label("user"), self._item(_L.track_id, item_id),
                count.label("value"), first.label("first"), last.label("last"),
            )
            .join_from(listens, listeners, listeners.c.id == _L.listener_id)
            .where(*whose, *self._asked(listens, types, item_id))
        )  # fmt: skip
        return asked.group_by(_L.source, listeners.c.name, _L.track_id)

    def _words(
        self, types: Sequence[str], whose: Sequence[ColumnElement[bool]], item_id: str | None
    ) -> Select:
        return (
            select(
                self._type(_F.source), listeners.c.name.label("user"), self._item(_F.track_id, item_id),
                literal(1).label("value"), _F.at.label("first"), _F.at.label("last"),
            )
            .join_from(feedback, listeners, listeners.c.id == _F.listener_id)
            .where(*whose, *self._asked(feedback, types, item_id), _F.undone_at.is_(None))
        )  # fmt: skip

    def _item(self, track_id: ColumnElement[int], item_id: str | None) -> ColumnElement[str]:
        """What the platform calls a track: the id that is asked for, or the first of several.

        The scheme is asked for so that no database goes through all ids by the index of schemes.
        """
        ours = func.coalesce(_E.scheme, "").in_(self._schemes)
        asked = select(func.min(_E.value)).where(_E.track_id == track_id, ours)
        if item_id is not None:
            asked = asked.where(_E.value == item_id)
        return asked.scalar_subquery().label("item")

    def _type(self, source: ColumnElement[str]) -> ColumnElement[str]:
        return func.substr(source, len(self.source("")) + 1, type_=String).label("type")

    def _asked(self, table: Table, types: Sequence[str], item_id: str | None) -> list[ColumnElement[bool]]:
        asked: list[ColumnElement[bool]] = [table.c.source.in_([self.source(type_) for type_ in types])]
        if item_id is not None:
            meant = select(_E.track_id).where(_E.value == item_id, _E.scheme.in_(self._schemes))
            asked.append(table.c.track_id.in_(meant))
        return asked


_L, _F, _E = listens.c, feedback.c, external_ids.c
