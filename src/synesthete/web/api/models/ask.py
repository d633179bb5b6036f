"""Asking for music: seeds, sliders, filters, and the list that comes back."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from synesthete.web.api.models.base import Answer, Id, Question
from synesthete.web.api.models.music import Track

SeedKind = Literal["track", "artist", "album", "clip", "genre", "tag", "playlist", "listener"]


class Seed(Question):
    """Something to start from. A negative weight means "less like that"."""

    kind: SeedKind
    id: Id | Annotated[str, Field(max_length=200)] = Field(
        description="Id of the track, artist, album, playlist or clip; name of the genre or tag; "
        "0 for the listener who asks."
    )
    weight: float = Field(1.0, ge=-1, le=1, description="Not 0.")
    start_s: float | None = Field(None, ge=0, description="Only this span of a track or clip.")
    end_s: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _span(self) -> Self:
        if self.start_s is not None and self.end_s is not None and self.start_s >= self.end_s:
            raise ValueError("start_s must be before end_s")
        return self


class Filters(Question):
    """Which tracks may be answered."""

    genres: list[str] = Field([], max_length=100, description="At least one of these.")
    year_from: int | None = Field(None, ge=0, le=9999)
    year_to: int | None = Field(None, ge=0, le=9999)
    duration_from_s: float | None = Field(None, ge=0)
    duration_to_s: float | None = Field(None, gt=0)
    folder_id: Id | None = None


class Exclude(Question):
    """What must not be answered."""

    tracks: list[Id] = Field([], max_length=10_000)
    artists: list[Id] = Field([], max_length=1_000)


class Sliders(Question):
    """How to weigh. Each is null for the default of the house."""

    taste: float | None = Field(None, ge=0, le=1, description="0 only sound, 1 only taste.")
    new: float | None = Field(None, ge=0, le=1, description="0 familiar, 1 never heard by the listener.")
    variety: float | None = Field(None, ge=0, le=1, description="0 the nearest, 1 the most different.")


class RecommendationRequest(Question):
    """What do you want to hear? No seeds at all means: for the listener who asks."""

    seeds: list[Seed] = Field([], max_length=100)
    filters: Filters = Filters()
    exclude: Exclude = Exclude()
    sliders: Sliders = Sliders()
    n: int = Field(20, ge=1, le=200)
    per_artist: int = Field(2, ge=0, le=200, description="At most so many of one artist; 0 means no limit.")


class PathRequest(Question):
    """A walk from one track to another."""

    from_track_id: Id
    to_track_id: Id
    n: int = Field(10, ge=2, le=100, description="How many tracks, both ends included.")
    filters: Filters = Filters()
    exclude: Exclude = Exclude()


class Moment(Answer):
    """Which seconds of the query match which seconds of the result; play from `start_s`."""

    query_start_s: float | None
    query_end_s: float | None
    start_s: float
    end_s: float


class Recommendation(Answer):
    """A track that was chosen, and why."""

    track: Track
    rank: int
    score: float
    similarity: float | None = Field(description="Cosine by sound, -1 to 1; null when sound had no say.")
    reason: str = Field(description="One plain sentence.")
    source: str = Field(description="The source with the largest share.")
    shares: dict[str, float] = Field(description="How much each source contributed, summing to 1.")
    balance: str = Field(description='Sound against listeners: "88 % sound, 12 % listeners".')
    moment: Moment | None
    query_track_id: int | None = Field(
        None, description="Which seed track the moment's query seconds are in."
    )
    versions: list[Track] = Field([], description="Near-duplicates folded into this one.")
    both: list[str] = Field([], description="Words for the sound of both this track and what it is like.")


class Coverage(Answer):
    """How much of the library the answer could draw on."""

    tracks: int
    heard: int = Field(description="Tracks with an embedding of the encoder in force.")
    encoder: str


class RecommendationAnswer(Answer):
    """The list, best first. Empty lists say why in `note`."""

    request_id: str = Field(description="Name it in listens, feedback and clicks, so that rates are honest.")
    results: list[Recommendation]
    coverage: Coverage
    note: str | None = None


class Clip(Answer):
    """Sound a person handed us: usable as a seed until it expires."""

    id: str
    name: str | None = None
    duration_s: float = Field(description="Of the whole file.")
    start_s: float = Field(description="What was listened to.")
    end_s: float
    expires_at: int


class Recognized(Answer):
    """This very recording is in the library."""

    track: Track
    start_s: float = Field(description="Where in the track the clip begins.")
    end_s: float
    similarity: float
    sure: bool = Field(description="False when it may be another version of it.")


class ClipAnswer(RecommendationAnswer):
    """Recommendations for sound that may not be in the library."""

    clip: Clip
    recording: Recognized | None
