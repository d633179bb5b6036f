"""Why: one plain sentence for each recommendation, and the shares of sound and listeners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synesthete.encoders.tags import Tags
from synesthete.music import Moment, Track, TrackId
from synesthete.recommend.blend import BY_LISTENERS, BY_SOUND, Ranked, is_itself
from synesthete.recommend.moments import Match
from synesthete.recommend.question import Question
from synesthete.recommend.request import SeedKind
from synesthete.recommend.sources import SourceName

OF_THE_SEED = (SourceName.SOUND, SourceName.ARTIST, SourceName.TAGGED, SourceName.REDISCOVER)
"""Sources that a track can have which belongs to what was asked with."""

VERY_ALIKE = 0.5
"""Likeness (0 strangers, 1 the same) from which we say "very much"."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A chosen track, and why."""

    track: Track
    score: float
    reason: str
    similarity: float | None = None
    """Cosine by sound to the nearest seed, -1..1; None when it was not heard."""
    shares: dict[str, float] = field(default_factory=dict)
    """How much each source contributed, summing to 1, largest first."""
    moment: Moment | None = None
    """Where in the track the match is: playing starts there."""
    query_moment: Moment | None = None
    """Which seconds of the seed it matches."""
    query_track_id: TrackId | None = None
    """Which seed the seconds are of; None for a clip."""
    versions: tuple[Track, ...] = ()
    """Other recordings and copies of this piece, folded into it."""

    both: tuple[str, ...] = ()
    """Words for the sound of this track and of what it is like, the surest first; heard, not tagged."""

    @property
    def source(self) -> str:
        """The source with the largest share."""
        return next(iter(self.shares), str(SourceName.SOUND))

    @property
    def balance(self) -> str:
        """Sound against listeners: "88 % sound, 12 % listeners"."""
        sound = sum(self.shares.get(name, 0.0) for name in BY_SOUND)
        listeners = sum(self.shares.get(name, 0.0) for name in BY_LISTENERS)
        rest = 1.0 - sound - listeners
        named = (("sound", sound), ("listeners", listeners), ("your library", rest))
        return ", ".join(f"{round(100 * share)} % {name}" for name, share in named if share >= 0.005)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `synesthete similar --json` prints them."""
        return {
            "track": {
                "id": self.track.id,
                "title": self.track.title,
                "artist": self.track.artist,
                "album": self.track.album,
                "path": self.track.path,
                "duration_s": self.track.duration_s,
            },
            "similarity": None if self.similarity is None else round(self.similarity, 4),
            "score": round(self.score, 4),
            "reason": self.reason,
            "both": list(self.both),
            "moment": self._moment(),
            "shares": {name: round(share, 4) for name, share in self.shares.items()},
            "versions": [
                {"id": t.id, "title": t.title, "album": t.album, "path": t.path} for t in self.versions
            ],
        }

    def _moment(self) -> dict[str, Any] | None:
        if self.moment is None:
            return None
        query = self.query_moment
        return {
            "query_start_s": None if query is None else query.start_s,
            "query_end_s": None if query is None else query.end_s,
            "start_s": self.moment.start_s,
            "end_s": self.moment.end_s,
        }


def explain(
    ranked: Ranked,
    track: Track,
    question: Question,
    match: Match | None,
    versions: tuple[Track, ...] = (),
    both: tuple[str, ...] = (),
) -> Recommendation:
    """The recommendation that a chosen track becomes; `both` are words for it and for what it is like."""
    point = None if ranked.point is None else question.points[ranked.point]
    return Recommendation(
        track=track,
        score=ranked.score,
        reason=reason(ranked, question),
        similarity=ranked.similarity,
        shares=ranked.shares,
        moment=None if match is None else match.found,
        query_moment=None if match is None else match.query,
        query_track_id=None if point is None else point.track_id,
        versions=versions,
        both=both,
    )


def in_common(chosen: Iterable[Ranked], question: Question, tags: Tags) -> dict[int, tuple[str, ...]]:
    """Words for the sound of each track and of the point it is near to, where sound is why it was chosen."""
    alike = [
        (r.track_id, r.vector, question.points[r.point].vector)
        for r in chosen
        if r.vector is not None
        and r.point is not None
        and r.source in BY_SOUND
        and not is_itself(r, question)
    ]
    if not alike:
        return {}
    ids, ones, others = zip(*alike, strict=True)
    said = tags.shared(np.array(ones), np.array(others))
    return {i: tuple(word.word for word in words) for i, words in zip(ids, said, strict=True)}


def reason(ranked: Ranked, question: Question) -> str:
    """One plain sentence from the source with the largest share; a track nobody has played is said to be one."""
    sentence = _sentence(ranked, question)
    if SourceName.UNPLAYED in ranked.parts and "Nobody here" not in sentence:
        sentence += " Nobody here has played it yet."
    return sentence


def _sentence(ranked: Ranked, question: Question) -> str:
    name = ranked.source
    said = ranked.because.get(name, "")
    point = None if ranked.point is None else question.points[ranked.point].name
    if name in OF_THE_SEED and not said and is_itself(ranked, question):
        return _of_the_seed(ranked, question)
    if name == SourceName.SOUND and point and ranked.parts.get(name, 0.0) <= 0:
        return f"Little like {point}, but the nearest that is left."
    if name == SourceName.SOUND:
        much = "much " if ranked.parts.get(name, 0.0) >= VERY_ALIKE else ""
        return f"Sounds {much}like {point or said or 'what you asked for'}."
    if name in (SourceName.ARTIST, SourceName.REDISCOVER):
        return f"{said}."
    if name == SourceName.NEW:
        return f"New to you, and sounds like {point or said}."
    if name == SourceName.CLUSTER:
        return f"From the same corner of your library as {point or said}."
    if name == SourceName.POPULAR:
        return "Much played here."
    if name == SourceName.TAGGED:
        return f"Tagged {said}."
    if name == SourceName.UNPLAYED and question.is_about_listener:
        return "Nobody here has played it yet, but it sounds like your taste."
    if name == SourceName.UNPLAYED:
        return "Nobody here has played it yet, but it sounds like what goes with what you chose."
    if name == SourceName.EXPECTED:
        return "Sounds like what people go on to from here."
    if name == SourceName.SEQUENCE:
        return "Often played next."
    if question.is_about_listener:
        return "Listens and playlists put it beside what you play."
    return "Listens and playlists put it beside what you chose."


def _of_the_seed(ranked: Ranked, question: Question) -> str:
    """Why a track that belongs to what was asked with: the artist's own, one of the genre, the listener's own."""
    point = question.points[ranked.point or 0]
    if point.kind == SeedKind.ARTIST:
        return f"Also by {point.name}."
    if point.kind in (SeedKind.GENRE, SeedKind.TAG):
        is_tagged = ranked.track_id in question.seed_tags.get(point.name, ())
        return f"Tagged {point.name}." if is_tagged else f"Sounds like {point.name}."
    played = question.history is None or ranked.track_id in question.history.counts
    return "One of those you come back to." if played else "One of those you like."
