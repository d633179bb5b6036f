"""Descriptions to track ids, many at a time: known ids by the database, names by the matcher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select

from synesthete.catalog.catalog import Catalog
from synesthete.catalog.entries import UNKNOWN_ARTIST, Entry
from synesthete.catalog.match import Known, Match, Matcher
from synesthete.catalog.schema import albums, artists, tracks
from synesthete.music import Description, TrackId

MOST_NAMED = 500_000
"""Tracks without a file that are compared by name; beyond that only their ids are looked up (1 kB each)."""


MOST_REMEMBERED = 200_000
"""Decisions kept to be used again within one file; popular tracks come back all the time."""


class Resolver:
    """Which of our tracks each description means.

    With `make`, descriptions that mean none of our tracks become tracks of their own, without audio. Those
    that carry an id are compared by name with tracks that have a file only: a data set's ids tell its own
    tracks apart better than names do. Those that are names alone are compared with all, so that the same
    names make the same tracks once, in whichever file they come.
    """

    def __init__(self, catalog: Catalog, make: bool = False):
        self._catalog = catalog
        self._make = make
        self._matcher: Matcher | None = None
        self._namesakes: Matcher | None = None
        self._decided: dict[Description, Match | None] = {}
        self.made = 0
        self.fresh: set[TrackId] = set()
        """The tracks that the last call of `matches` has made."""

    def resolve(self, described: Sequence[Description]) -> list[TrackId | None]:
        """One track id for each description, None where none is meant surely enough."""
        return [None if match is None else match.id for match in self.matches(described)]

    def matches(
        self, described: Sequence[Description], known: Mapping[Description, Entry] | None = None
    ) -> list[Match | None]:
        """One match for each description, with how sure it is and by what it was found.

        `known` is what is known of tracks that may have to be made, beyond their descriptions.
        """
        self.fresh = set()
        if len(self._decided) > MOST_REMEMBERED:
            self._decided.clear()
        new = [d for d in dict.fromkeys(described) if d not in self._decided]
        by_id = self._by_known_ids(new)
        for description in new:
            match = by_id.get(description) or self._by_names(description)
            self._decided[description] = match
        if self._make:
            self._make_tracks([d for d in new if self._decided[d] is None and _can_be_made(d)], known or {})
        return [self._decided[d] for d in described]

    def forget(self) -> None:
        """Let go of what was decided, so that memory does not grow from file to file."""
        self._decided.clear()

    def _by_known_ids(self, described: Sequence[Description]) -> dict[Description, Match]:
        values: dict[str, set[str]] = defaultdict(set)
        for description in described:
            for scheme, value in description.ids:
                values[scheme].add(value)
        known = {scheme: self._catalog.external_ids.find(scheme, wanted) for scheme, wanted in values.items()}
        found: dict[Description, Match] = {}
        for description in described:
            ids = (known[scheme].get(value) for scheme, value in description.ids)
            track_id = next((i for i in ids if i is not None), None)
            if track_id is not None:
                found[description] = Match(track_id, 1.0, "id")
        return found

    def _by_names(self, description: Description) -> Match | None:
        if self._matcher is None:
            self._matcher = Matcher(known_tracks(self._catalog, with_file=self._make))
        found = self._matcher.match(description) if len(self._matcher) else None
        if found is None and self._make and not description.ids:
            if self._namesakes is None:
                self._namesakes = Matcher(known_tracks(self._catalog))
            found = self._namesakes.match(description) if len(self._namesakes) else None
        return found

    def _make_tracks(self, described: Sequence[Description], known: Mapping[Description, Entry]) -> None:
        # Several descriptions may name one new track, spelled differently but with the same id.
        by_id: dict[tuple[str, str], Description] = {}
        first: dict[Description, Description] = {}
        for description in described:
            same = next((by_id[pair] for pair in description.ids if pair in by_id), description)
            first[description] = same
            by_id.update(dict.fromkeys(description.ids, same))
        wanted = list(dict.fromkeys(first.values()))
        entries = [known.get(d) or entry(d) for d in wanted]
        ids = dict(zip(wanted, self._catalog.tracks.put_many(entries), strict=True))
        self.fresh = set(ids.values())
        self.made += len(wanted)
        for description, same in first.items():
            self._decided[description] = Match(ids[same], 1.0, "new")
        if self._namesakes is not None:
            for d, i in ids.items():
                if d.title and d.artist:
                    self._namesakes.add(Known(i, d.title, d.artist, d.album, d.duration_s))


def entry(described: Description, year: int | None = None, genres: tuple[str, ...] = ()) -> Entry:
    """What a description says, as a track without audio."""
    return Entry(
        title=described.title or _name_of_last_resort(described),
        artist=described.artist or UNKNOWN_ARTIST,
        album=described.album,
        year=year,
        genres=genres,
        duration_s=described.duration_s,
        recording_mbid=described.recording_mbid,
        isrc=described.isrc,
        ids=described.ids,
    )


def known_tracks(catalog: Catalog, with_file: bool = False, since: int = 0) -> Iterator[Known]:
    """What matching needs of the catalog's visible tracks, those with a file first.

    Only tracks that are new, or were named anew, at `since` (unix seconds) or later.
    """
    c = tracks.c
    asked = (
        select(
            c.id, c.title, artists.c.name, albums.c.title.label("album"), c.duration_s, c.recording_mbid,
            c.isrc, c.path,
        )
        .join(artists, artists.c.id == c.artist_id)
        .outerjoin(albums, albums.c.id == c.album_id)
        .where(c.missing_at.is_(None), c.changed_at >= since)
    )  # fmt: skip
    with catalog.read() as connection:
        for row in connection.execute(asked.where(c.path.is_not(None)).order_by(c.id)):
            yield Known(TrackId(row[0]), *row[1:])
        if not with_file:
            for row in connection.execute(asked.where(c.path.is_(None)).order_by(c.id).limit(MOST_NAMED)):
                yield Known(TrackId(row[0]), *row[1:])


def _can_be_made(described: Description) -> bool:
    return bool(described.title and described.artist) or bool(described.ids)


def _name_of_last_resort(described: Description) -> str:
    return described.ids[0][1] if described.ids else "Untitled"
