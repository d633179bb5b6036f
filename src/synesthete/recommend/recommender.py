"""The question in, the list out: sources, blend, diversify, explain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from synesthete.music import Moment, Track, TrackId
from synesthete.recommend.blend import UNWELCOME, Ranked, blend
from synesthete.recommend.closely import Stretch, compare
from synesthete.recommend.collection import Collection, Coverage
from synesthete.recommend.diversify import Chosen, Limits, diversify
from synesthete.recommend.endless import next_requests
from synesthete.recommend.explain import Recommendation, explain, in_common
from synesthete.recommend.moments import Match, best_match
from synesthete.recommend.notes import note_on
from synesthete.recommend.question import Question, look_up
from synesthete.recommend.recognize import Listen, Recognition, recognize
from synesthete.recommend.request import Clip, Request
from synesthete.recommend.sources import WIDE, Source, near_in_sound, sources_of, without
from synesthete.recommend.twins import Twins
from synesthete.recommend.walk import walk

CONSIDERED = 20
"""Candidates whose names are looked up, beside twice those asked for: the best by score."""
WIDENINGS = (1, 5, 40)
"""How much wider the sources are asked when limits and filters leave too few."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The list, best first, to go through as it is; an empty one says why in `note`."""

    results: tuple[Recommendation, ...]
    coverage: Coverage
    note: str | None = None

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def placed(self, found: Recognition | None, clip: Clip) -> Answer:
        """The same, where the recording that the clip is of has its moment to the second, if that is known for sure."""
        if found is None or not found.sure:
            return self
        ahead_s = found.start_s - float(clip.starts_s[0])
        results = (_moved(r, ahead_s) if r.track.id == found.track_id else r for r in self.results)
        return replace(self, results=tuple(results))


@dataclass(slots=True)
class Recommender:
    """Answers requests from one collection."""

    collection: Collection
    clusters: Mapping[int, int] = field(default_factory=dict)
    """Which cluster each track is in, once clusters were made."""

    def recommend(self, request: Request) -> Answer:
        """The n tracks that best answer the request, each with its reason.

        Raises NotFound for a seed that leads nowhere. Never empty without a note.
        """
        with self.collection.catalog.still():
            return self._recommend(request)

    def _recommend(self, request: Request) -> Answer:
        question = look_up(request, self.collection)
        sources = (
            [near_in_sound(self.collection)]
            if request.by_sound_alone
            else sources_of(self.collection, self.clusters)
        )
        versions = Twins(self.collection)
        chosen: list[Chosen] = []
        tracks: dict[TrackId, Track] = {}
        found = -1
        for wider in WIDENINGS:
            ranked = rank(question, sources, self.collection, wider * _wide(request))
            if len(ranked) == found:
                break
            found = len(ranked)
            considered = ranked[: wider * (CONSIDERED + 2 * _wide(request))]
            tracks = self.collection.tracks([r.track_id for r in considered], request.wanted)
            open_to = _welcome(considered, tracks, question)
            open_to = versions.without_seeds(open_to, tracks, question) if request.fold else open_to
            chosen = diversify(open_to, tracks, _limits(request), versions if request.fold else None)
            if len(chosen) == request.n:
                break
        results = self._explained(chosen, tracks, question)
        return Answer(
            results, self.collection.coverage(), note_on(request, question, results, found, self.collection)
        )

    def path(self, start: int, end: int, request: Request | None = None) -> Answer:
        """Tracks from start to end, both included, smooth to the ear and without repeats.

        `request.n` is how many in all; its filters, exclusions and limit per artist hold in between.
        Similarities are to the track before. Raises NotFound when either end was not heard.
        """
        results, note = walk(self.collection, int(start), int(end), request or Request(n=10))
        return Answer(tuple(results), self.collection.coverage(), note)

    def endless(self, request: Request, played: Sequence[int] = ()) -> Iterator[Recommendation]:
        """Track after track, following the seeds and what was played last; ends only in an empty library."""
        heard = list(played)
        artists: list[int | None] = []
        while True:
            asked = next_requests(request, heard, artists)
            found = next((a.results[0] for a in map(self.recommend, asked) if a.results), None)
            if found is None:
                return
            heard.append(int(found.track.id))
            artists.append(found.track.artist_id)
            yield found

    def recognize(
        self, clip: Clip, sound: Stretch | None = None, listen: Listen = compare
    ) -> Recognition | None:
        """The track of the library that is this very recording, and where in it the clip begins; or None.

        `sound` is where the clip itself can be read: with it, the likeliest places are listened to.
        """
        return recognize(self.collection, clip, sound, listen)

    def _explained(
        self, chosen: list[Chosen], tracks: Mapping[TrackId, Track], question: Question
    ) -> tuple[Recommendation, ...]:
        matches, tags = self._matches(chosen, question), self.collection.tags
        both = {} if tags is None else in_common((c.ranked for c in chosen), question, tags)
        return tuple(
            explain(
                c.ranked,
                tracks[TrackId(c.ranked.track_id)],
                question,
                matches.get(c.ranked.track_id),
                tuple(tracks[TrackId(i)] for i in c.versions),
                both.get(c.ranked.track_id, ()),
            )
            for c in chosen
        )

    def _matches(self, chosen: list[Chosen], question: Question) -> dict[int, Match]:
        """For each chosen track the seconds of it, and of its nearest seed, that match best."""
        points = {
            c.ranked.track_id: question.points[c.ranked.point] for c in chosen if c.ranked.point is not None
        }
        seeds = {int(p.track_id) for p in points.values() if p.track_id is not None and p.excerpts is None}
        excerpts = self.collection.excerpts([*points, *seeds])
        matches = {}
        for track_id, point in points.items():
            query = point.excerpts or excerpts.get(int(point.track_id or -1))
            match = (
                best_match(query, excerpts[track_id]) if query is not None and track_id in excerpts else None
            )
            if match is not None:
                matches[track_id] = match
        return matches


def _moved(result: Recommendation, ahead_s: float) -> Recommendation:
    """The result with its moment so many seconds after the seconds of the clip that it matches."""
    query = result.query_moment
    if query is None:
        return result
    start_s, end_s = max(0.0, query.start_s + ahead_s), query.end_s + ahead_s
    return replace(result, moment=Moment(round(start_s, 2), round(end_s, 2)))


def _wide(request: Request) -> int:
    """How many candidates to ask each source for: more, the further a person wants to go."""
    return int(WIDE * request.n * (1 + 2 * request.adventurousness))


def rank(question: Question, sources: Sequence[Source], collection: Collection, n: int) -> list[Ranked]:
    """What all sources suggest, n each, blended: best first."""
    candidates = [c for source in sources for c in source(question, n)]
    return blend(without(question, candidates), question, collection)


def _welcome(ranked: list[Ranked], tracks: Mapping[TrackId, Track], question: Question) -> list[Ranked]:
    """Without excluded artists; disliked ones come late."""
    kept = []
    for entry in ranked:
        track = tracks.get(TrackId(entry.track_id))
        if track is None or track.artist_id in question.excluded_artists:
            continue
        if track.artist_id in question.unwelcome_artists:
            entry.score *= UNWELCOME
        kept.append(entry)
    return sorted(kept, key=lambda r: -r.score) if question.unwelcome_artists else kept


def _limits(request: Request) -> Limits:
    return Limits(request.n, request.per_artist, request.album_limit, request.adventurousness)
