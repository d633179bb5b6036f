"""Questions of the API become requests of the house, and its answers what the API says; every list is noted."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cached_property, partial

from synesthete.catalog.tracks import Filter
from synesthete.encoders.hearing import Heard
from synesthete.errors import InputError, NotFound
from synesthete.jobs.refresh import grown
from synesthete.music import ArtistId, TrackId
from synesthete.recommend import request as ask
from synesthete.recommend.closely import Stretch, compare
from synesthete.recommend.explain import Recommendation
from synesthete.recommend.recognize import Recognition
from synesthete.recommend.recommender import Answer, Recommender
from synesthete.web.api.models import ask as models
from synesthete.web.auth.entrance import Who
from synesthete.web.house import House
from synesthete.web.show import Shower, visible
from synesthete.web.sound.clips import ClipFacts


class Asked:
    """One listener asking this house."""

    def __init__(self, house: House, who: Who):
        self._house, self._who = house, who
        self._catalog = house.catalog

    @cached_property
    def recommender(self) -> Recommender:
        """Who answers: one and the same for all of this question."""
        return self._house.parts.recommender

    @cached_property
    def _show(self) -> Shower:
        return Shower(self._catalog, self._who)

    def recommend(self, question: models.RecommendationRequest) -> models.RecommendationAnswer:
        """The list for a question."""
        with self._catalog.still():
            seeds = [self.seed(seed) for seed in question.seeds]
            asked = self.request(
                seeds, question.filters, question.exclude, question.sliders, question.n, question.per_artist
            )
            told = self._told(self.recommender.recommend(asked))
        return self._noted(told)

    def similar(
        self, track_id: int, n: int, start_s: float | None, end_s: float | None, per_artist: int
    ) -> models.RecommendationAnswer:
        """What sounds like a track, or a span of it."""
        with self._catalog.still():
            visible(self._catalog, track_id)
            seed = ask.Seed(ask.SeedKind.TRACK, track_id, start_s=start_s, end_s=end_s)
            told = self._told(self.recommender.recommend(self._by_sound(seed, n, per_artist)))
        return self._noted(told)

    def path(self, question: models.PathRequest) -> models.RecommendationAnswer:
        """A walk from one track to another."""
        for track_id in (question.from_track_id, question.to_track_id):
            visible(self._catalog, track_id)
        asked = self.request([], question.filters, question.exclude, models.Sliders(), question.n, 2)
        return self.shown(self.recommender.path(question.from_track_id, question.to_track_id, asked))

    def with_clip(
        self, facts: ClipFacts, heard: Heard, clip: models.Clip, n: int, per_artist: int, in_force: bool
    ) -> models.ClipAnswer:
        """What sounds like a clip to the encoder that just heard it, and whether it is a recording of the library."""
        asked, parts = _clip(facts, heard), self._house.parts
        with self._catalog.still():
            stamp = facts.encoder
            recommender = parts.recommender_of(stamp) if in_force else grown(parts, stamp)
            seed = ask.Seed(ask.SeedKind.CLIP, clip=asked)
            answer = recommender.recommend(self._by_sound(seed, n, per_artist))
            sound = Stretch(self._house.clips.sound(facts), facts.start_s)
            found = recommender.recognize(asked, sound, partial(self._house.ears.ask, compare))
            told = self._told(answer.placed(found, asked))
            recording = None if found is None else self._recognized(found)
        return models.ClipAnswer(**dict(self._noted(told)), clip=clip, recording=recording)

    def request(
        self,
        seeds: Sequence[ask.Seed],
        filters: models.Filters,
        exclude: models.Exclude,
        sliders: models.Sliders,
        n: int,
        per_artist: int,
    ) -> ask.Request:
        """The request of the house that means the same."""
        variety = ask.ADVENTUROUS if sliders.variety is None else sliders.variety
        return ask.Request(
            seeds=tuple(seeds),
            listener_id=self._who.id,
            wanted=self.filter(filters),
            exclude_tracks=frozenset(TrackId(i) for i in exclude.tracks),
            exclude_artists=frozenset(ArtistId(i) for i in exclude.artists),
            n=n,
            per_artist=per_artist,
            taste=sliders.taste,
            novelty=sliders.new,
            adventurousness=variety,
        )

    def filter(self, filters: models.Filters) -> Filter:
        """The filter of the catalog that means the same. Raises NotFound for a folder that is not remembered."""
        folder = None
        if filters.folder_id is not None:
            paths = {folder.id: folder.path for folder in self._catalog.folders.all()}
            if filters.folder_id not in paths:
                raise NotFound("no remembered folder has this id", subject=filters.folder_id)
            folder = paths[filters.folder_id]
        return Filter(
            genres=tuple(filters.genres), year_from=filters.year_from, year_to=filters.year_to,
            shortest_s=filters.duration_from_s, longest_s=filters.duration_to_s, folder=folder,
        )  # fmt: skip

    def seed(self, seed: models.Seed) -> ask.Seed:
        """The seed of the house that means the same. Raises InputError, NotFound; others' things are not found."""
        kind = ask.SeedKind(seed.kind)
        more = {"weight": seed.weight, "start_s": seed.start_s, "end_s": seed.end_s}
        if kind == ask.SeedKind.CLIP:
            facts = self._house.clips.get(str(seed.id), self._who.id)
            return ask.Seed(kind, clip=self.clip(facts), **more)  # type: ignore[arg-type]
        if kind in (ask.SeedKind.GENRE, ask.SeedKind.TAG):
            return ask.Seed(kind, str(seed.id), **more)  # type: ignore[arg-type]
        if not isinstance(seed.id, int):
            raise InputError(f"the id of a seed of kind {kind} is a whole number", subject=seed.id)
        self._check(kind, seed.id)
        mine = int(self._who.id) if kind == ask.SeedKind.LISTENER else seed.id
        return ask.Seed(kind, mine, **more)  # type: ignore[arg-type]

    def clip(self, facts: ClipFacts) -> ask.Clip:
        """What was heard in a clip; heard again when another encoder answers by now."""
        stamp = self._house.parts.stamp
        if facts.encoder != stamp:
            hint = "Send it again: another encoder answers by now."
            raise NotFound("this clip was heard with another encoder", subject=facts.id, hint=hint)
        return _clip(facts, self._house.clips.heard(facts))

    def shown(self, answer: Answer) -> models.RecommendationAnswer:
        """The answer as the API says it; what was shown is noted under its request id."""
        return self._noted(self._told(answer))

    def _told(self, answer: Answer) -> models.RecommendationAnswer:
        return models.RecommendationAnswer(
            request_id=secrets.token_urlsafe(12),
            results=[_shown(r, rank, self._show) for rank, r in enumerate(answer.results, 1)],
            coverage=models.Coverage(
                tracks=answer.coverage.tracks, heard=answer.coverage.heard, encoder=answer.coverage.encoder
            ),
            note=" ".join(filter(None, (answer.note, answer.coverage.note))) or None,
        )

    def _noted(self, told: models.RecommendationAnswer) -> models.RecommendationAnswer:
        """The same, noted as shown. Not within `still`: SQLite cannot clear its log past a state that is read."""
        rows = [(result.track.id, result.source) for result in told.results]
        self._catalog.impressions.put(told.request_id, self._who.id, rows)
        return told

    def _by_sound(self, seed: ask.Seed, n: int, per_artist: int) -> ask.Request:
        return ask.Request(
            (seed,), listener_id=self._who.id, n=n, per_artist=per_artist, taste=0.0, adventurousness=0.0
        )

    def _check(self, kind: ask.SeedKind, number: int) -> None:
        """Raises NotFound for what is not there, or is somebody else's."""
        if kind == ask.SeedKind.TRACK:
            visible(self._catalog, number)
        elif kind == ask.SeedKind.ARTIST:
            self._catalog.artists.get(number)
        elif kind == ask.SeedKind.ALBUM:
            self._catalog.albums.get(number)
        elif (
            kind == ask.SeedKind.PLAYLIST and self._catalog.playlists.get(number).listener_id != self._who.id
        ):
            raise NotFound("no playlist has this id", subject=number)
        elif kind == ask.SeedKind.LISTENER and number not in (0, int(self._who.id)):
            raise NotFound("one can only ask for oneself", subject=number, hint="Give 0 as the id.")

    def _recognized(self, found: Recognition) -> models.Recognized:
        track = self._show.track(visible(self._catalog, found.track_id))
        return models.Recognized(
            track=track,
            start_s=found.start_s,
            end_s=found.end_s,
            similarity=found.similarity,
            sure=found.sure,
        )


def _clip(facts: ClipFacts, heard: Heard) -> ask.Clip:
    return ask.Clip(heard.track, heard.excerpts, heard.starts_s, heard.ends_s, facts.name or "your clip")


def _shown(found: Recommendation, rank: int, show: Shower) -> models.Recommendation:
    moment, query = found.moment, found.query_moment
    return models.Recommendation(
        track=show.track(found.track),
        rank=rank,
        score=found.score,
        similarity=found.similarity,
        reason=found.reason,
        source=found.source,
        shares=found.shares,
        balance=found.balance,
        moment=None
        if moment is None
        else models.Moment(
            query_start_s=None if query is None else query.start_s,
            query_end_s=None if query is None else query.end_s,
            start_s=moment.start_s,
            end_s=moment.end_s,
        ),
        query_track_id=found.query_track_id,
        versions=[show.track(version) for version in found.versions],
        both=list(found.both),
    )
