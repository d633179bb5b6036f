"""Writing what readers find into the catalog, a batch at a time, inside the caller's transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from synesthete.catalog.catalog import Catalog
from synesthete.catalog.embeddings import Excerpts
from synesthete.catalog.entries import Entry
from synesthete.catalog.match import Match
from synesthete.catalog.playlists import Named
from synesthete.catalog.resolve import Resolver, entry
from synesthete.datasets.audioset.clips import SECONDS, described, sound_of
from synesthete.datasets.facts import sayable
from synesthete.datasets.findings import Finding, LabeledClip, Listing, Opinion, PlayCounts
from synesthete.music import Description, Listen, ListenerId, Playlist, TrackId

Value = TypeVar("Value")

BATCH = 5000
"""Findings held at a time."""

PLAYLIST_BATCH = 500
"""Playlists held at a time; each has some 66 tracks."""

UNTITLED = "Untitled"

VGGISH = "vggish@1"
"""Stamp of the encoder whose embeddings AudioSet carries."""


class Writer:
    """Takes the findings of one file. `counts` says what became of them."""

    def __init__(self, catalog: Catalog, resolver: Resolver, listener_id: ListenerId, kind: str, name: str):
        self.catalog = catalog
        self.resolver = resolver
        self.listener_id = listener_id
        self.kind = kind
        self.name = name
        self.counts: Counter[str] = Counter()
        self.by: Counter[str] = Counter()
        self.unmatched: dict[str, None] = {}
        self._people: dict[str, ListenerId] = {}

    def write(self, findings: Iterable[Finding], beat: Callable[[], None] = lambda: None) -> None:
        """Write everything, calling `beat` after each batch."""
        writers: dict[type, Callable[[list[Any]], None]] = {
            Listen: self._listens,
            Playlist: self._playlists,
            Opinion: self._opinions,
            Listing: self._listings,
            LabeledClip: self._clips,
        }
        waiting: dict[type, list[Any]] = defaultdict(list)
        for finding in findings:
            if isinstance(finding, PlayCounts):
                self._play_counts(finding)
                beat()
                continue
            kind = type(finding)
            waiting[kind].append(finding)
            if len(waiting[kind]) >= (PLAYLIST_BATCH if kind is Playlist else BATCH):
                writers[kind](waiting.pop(kind))
                beat()
        for kind, rest in waiting.items():
            writers[kind](rest)
        beat()

    def _matched(self, described_: Sequence[Description]) -> list[TrackId | None]:
        """Track ids, with what they were found by counted once for each description."""
        answers: list[TrackId | None] = []
        for description, match in zip(described_, self.resolver.matches(described_), strict=True):
            self._count_match(description, match)
            answers.append(None if match is None else match.id)
        return answers

    def _count_match(self, description: Description, match: Match | None) -> None:
        self.by["none" if match is None else match.by] += 1
        if match is None and len(self.unmatched) < 1000:
            called = description.title or description.path or description.recording_mbid or "?"
            name = f"{description.artist or '?'} - {called}"
            self.unmatched[sayable(name)] = None

    def _listens(self, plays: list[Listen]) -> None:
        ids = self._matched([play.track for play in plays])
        people = self._resolve_people({play.listener for play in plays if play.listener})
        by_person: dict[ListenerId, list[tuple[Listen, TrackId | None]]] = defaultdict(list)
        for play, track_id in zip(plays, ids, strict=True):
            person = people[play.listener] if play.listener else self.listener_id
            by_person[person].append((play, track_id))
        for person, pairs in by_person.items():
            new = self.catalog.listens.put_many(person, pairs, self.kind)
            self.counts["listens"] += new
            self.counts["listens known before"] += len(pairs) - new

    def _opinions(self, opinions: list[Opinion]) -> None:
        words = self.catalog.feedback.words(self.listener_id)
        said = words.liked | words.disliked | words.never
        ids = self._matched([opinion.track for opinion in opinions])
        late = [(o.track, o.word, o.at) for o, i in zip(opinions, ids, strict=True) if i is None]
        kept = self.catalog.unmatched.keep_words(self.listener_id, late, self.kind)
        self.counts["opinions kept until their tracks come"] += kept
        self.counts["opinions known before"] += len(late) - kept
        for opinion, track_id in zip(opinions, ids, strict=True):
            if track_id is None:
                continue
            if track_id in said:
                self.counts["opinions known before"] += 1
            else:
                self.catalog.feedback.say(self.listener_id, opinion.word, track_id=track_id, source=self.kind)
                said |= {track_id}
                self.counts["opinions"] += 1

    def _playlists(self, found: list[Playlist]) -> None:
        described_ = [track for playlist in found for track in playlist.tracks]
        ids = iter(self._matched(described_))
        named = []
        for playlist in found:
            lines = [
                (i, None) if (i := next(ids)) is not None else (None, track) for track in playlist.tracks
            ]
            foreign = playlist.ids[0][1] if playlist.ids else playlist.name
            if not playlist.ids or playlist.ids[0][0] == "table":  # names are unique in one file only
                foreign = f"{self.name}#{foreign}"
            named.append(Named(playlist.name or UNTITLED, lines, foreign, playlist.comment))
        self.catalog.playlists.create_many(self._playlist_owner(), self.kind, named)
        self.counts["playlists"] += len(named)

    def _playlist_owner(self) -> ListenerId:
        """A data set's playlists belong to the data set, everything else to the listener."""
        if self.kind != "million-playlist":
            return self.listener_id
        return self._resolve_people({""})[""]

    def _listings(self, found: list[Listing]) -> None:
        whole = _merged(found)
        matches = self.resolver.matches([listing.track for listing in found], whole)
        new: dict[TrackId, Listing] = {}
        numbers: dict[TrackId, dict[str, float]] = {}
        genres: dict[TrackId, dict[str, None]] = defaultdict(dict)
        for listing, match in zip(found, matches, strict=True):
            self._count_match(listing.track, match)
            if match is None:
                continue
            numbers.setdefault(match.id, {}).update({f"spotify:{n}": v for n, v in listing.values.items()})
            new.setdefault(match.id, listing)
            genres[match.id].update(dict.fromkeys(listing.genres))
        self.counts["tracks described"] += len(new)
        self._complete({i: listing for i, listing in new.items() if i not in self.resolver.fresh}, genres)
        self.catalog.descriptors.put_many(numbers.items())
        self.counts["descriptors"] += sum(map(len, numbers.values()))

    def _complete(self, found: dict[TrackId, Listing], genres: dict[TrackId, dict[str, None]]) -> None:
        """Write names, year and genres over tracks without a file; files know better what they are."""
        here = self.catalog.tracks.many(found)
        over = [i for i, track in here.items() if track.path is None]
        entries = [
            entry(
                found[i].track,
                found[i].year or here[i].year,
                tuple(dict.fromkeys((*here[i].genres, *genres[i]))),
            )
            for i in over
        ]
        self.catalog.tracks.put_many(entries, over)

    def _play_counts(self, found: PlayCounts) -> None:
        described_ = [Description(ids=((found.scheme, song),)) for song in found.tracks]
        tracks = np.array(self._matched(described_), np.int64)
        people = self._resolve_people(dict.fromkeys(found.listeners))
        persons = np.array([people[name] for name in found.listeners], np.int64)
        for listeners_, songs, plays in found.rows():
            new = self.catalog.play_counts.put_many(persons[listeners_], tracks[songs], plays)
            self.counts["play counts"] += new
            self.counts["play counts known before"] += len(plays) - new
        self.counts["listeners"] += len(found.listeners)

    def _clips(self, found: list[LabeledClip]) -> None:
        ids = self._matched([described(clip) for clip in found])
        listed = [(i, clip) for i, clip in zip(ids, found, strict=True) if i is not None]
        entries = [entry(described(clip), genres=clip.names) for _, clip in listed]
        self.catalog.tracks.put_many(entries, [i for i, _ in listed])
        heard = [
            (i, *sound_of(clip)) for i, clip in listed if len(clip.frames)
        ]  # segment lists have no sound
        if heard:
            starts = np.arange(SECONDS, dtype=np.float32)
            self.catalog.embeddings.put_many(
                VGGISH,
                [i for i, _, _ in heard],
                np.stack([vector for _, vector, _ in heard]),
                excerpts=[Excerpts(seconds, starts, starts + 1) for _, _, seconds in heard],
            )
        self.counts["clips"] += len(listed)

    def _resolve_people(self, names: Iterable[str]) -> dict[str, ListenerId]:
        """A data set's people, named so that they cannot be taken for people of this house."""
        wanted = [name for name in names if name not in self._people]
        if wanted:
            full = {name: f"{name}@{self.kind}" for name in wanted}
            known = self.catalog.listeners.resolve(full.values())
            self._people.update({name: known[text] for name, text in full.items()})
        return self._people


def _merged(found: Sequence[Listing]) -> dict[Description, Entry]:
    """What the listings say of each track, the genres of all that speak of the same one together."""
    genres: dict[object, dict[str, None]] = defaultdict(dict)
    for listing in found:
        genres[listing.track.ids or listing.track].update(dict.fromkeys(listing.genres))
    return {
        one.track: entry(one.track, one.year, tuple(genres[one.track.ids or one.track]))
        for one in reversed(found)  # of several the first holds
    }
