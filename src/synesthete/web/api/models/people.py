"""People: accounts, keys, words, listens, searches."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from synesthete.web.api.models.base import Answer, Id, Question
from synesthete.web.api.models.music import Track

RoleValue = Literal["owner", "listener"]
ScopeValue = Literal["read", "write", "scrobble", "admin"]
SpokenWord = Literal["like", "dislike", "never", "skip"]


class Listener(Answer):
    """A person with a taste of their own."""

    id: int
    name: str
    role: RoleValue
    email: str | None
    time_zone: str
    language: str | None
    letter: bool = Field(description="Whether they get the weekly letter.")
    letter_weekday: int = Field(description="0 is Monday.")
    letter_hour: int
    has_password: bool
    has_provider: bool = Field(description="Whether they can sign in with the server's provider.")
    created_at: int
    seen_at: int | None


class Listeners(Answer):
    """Everyone with an account here."""

    listeners: list[Listener]


class Me(Answer):
    """Who asks, and how one gets in. `listener` is null for a stranger."""

    listener: Listener | None
    via: Literal["open", "session", "key", "token"] | None = Field(
        description="How we know; open: nobody must sign in."
    )
    scopes: list[ScopeValue]
    accounts: bool = Field(description="False until the first account with a password exists.")
    sign_in: list[Literal["password", "token", "oidc"]] = Field(
        description="Ways to sign in; empty when open."
    )


class Login(Question):
    """Name and password, or the server's token."""

    name: str | None = Field(None, max_length=200)
    password: str | None = Field(None, max_length=1_000)
    token: str | None = Field(None, max_length=1_000)


class FirstAccount(Question):
    """The owner's account. Possible once, while nobody has a password."""

    name: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=8, max_length=1_000)


class MyChange(Question):
    """What to change about oneself; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    email: str | None = Field(None, max_length=320)
    time_zone: str | None = Field(None, max_length=64)
    language: str | None = Field(None, max_length=16)
    letter: bool | None = None
    letter_weekday: int | None = Field(None, ge=0, le=6)
    letter_hour: int | None = Field(None, ge=0, le=23)
    password: str | None = Field(None, min_length=8, max_length=1_000, description="The new one.")
    old_password: str | None = Field(None, max_length=1_000, description="Needed to change the password.")


class NewListener(Question):
    """An account to be made by the owner."""

    name: str = Field(min_length=1, max_length=200)
    password: str | None = Field(None, min_length=8, max_length=1_000)
    role: RoleValue = "listener"
    email: str | None = Field(None, max_length=320)


class ListenerChange(Question):
    """What the owner may change about someone."""

    name: str | None = Field(None, min_length=1, max_length=200)
    role: RoleValue | None = None
    email: str | None = Field(None, max_length=320)
    password: str | None = Field(None, min_length=8, max_length=1_000)


class Invitation(Answer):
    """A link with which someone chooses their password, once."""

    url: str
    expires_at: int


class ApiKey(Answer):
    """A key as it is listed: never the key itself."""

    id: int
    name: str
    hint: str = Field(description="Its first characters.")
    scopes: list[ScopeValue]
    created_at: int
    used_at: int | None
    revoked_at: int | None


class ApiKeys(Answer):
    """The keys of the listener who asks."""

    keys: list[ApiKey]


class NewKey(Question):
    """A key to be made."""

    name: str = Field(min_length=1, max_length=200)
    scopes: list[ScopeValue] = Field(min_length=1)


class MadeKey(Answer):
    """The key, shown this once."""

    key: str
    about: ApiKey


class NewWord(Question):
    """A word about a track or an artist, perhaps until a date."""

    word: SpokenWord
    track_id: Id | None = None
    artist_id: Id | None = None
    until: int | None = Field(None, ge=0, le=4_102_444_800, description="Unix seconds; forever when null.")
    request_id: str | None = Field(None, max_length=64, description="The list in which it was seen.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.track_id is None) == (self.artist_id is None):
            raise ValueError("give exactly one of track_id and artist_id")
        return self


class SaidWord(Answer):
    """A word that is in force. Undo it by its id."""

    id: int
    word: SpokenWord
    track: Track | None
    artist_id: int | None
    artist: str | None
    at: int
    until: int | None


class SaidWords(Answer):
    """Words, the newest first."""

    words: list[SaidWord]
    total: int


class NewListen(Question):
    """One play. Name the track by id, or describe it; `at` is when it began."""

    at: int = Field(ge=0, le=4_102_444_800, description="Unix seconds, UTC.")
    track_id: Id | None = None
    title: str | None = Field(None, max_length=500)
    artist: str | None = Field(None, max_length=500)
    album: str | None = Field(None, max_length=500)
    duration_s: float | None = Field(None, ge=0)
    recording_mbid: str | None = Field(None, max_length=64)
    isrc: str | None = Field(None, max_length=32)
    played_s: float | None = Field(None, ge=0)
    skipped: bool | None = None
    request_id: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.track_id is None and not (self.title and self.artist):
            raise ValueError("give track_id, or title and artist")
        return self


class NewListens(Question):
    """A batch. Sent twice it counts once: a listen is known by listener, track and time."""

    listens: list[NewListen] = Field(min_length=1, max_length=1_000)


class RefusedListen(Answer):
    """A play that was not kept, and why."""

    place: int = Field(description="Its place in the batch, from 0.")
    reason: str


class ListensAnswer(Answer):
    """kept + known + refused = sent. Too short plays are kept as skips and do not count as listens."""

    kept: int
    known: int = Field(description="Already there.")
    refused: list[RefusedListen]
    counted: int = Field(description="Of the kept: long enough to count as a listen (half, or four minutes).")


class HeardListen(Answer):
    """One play of the listener who asks."""

    at: int
    track: Track | None
    title: str
    artist: str
    played_s: float | None
    skipped: bool | None
    source: str


class HeardListens(Answer):
    """Plays, the newest first."""

    listens: list[HeardListen]
    total: int


class NewSearch(Question):
    """A search that led somewhere."""

    text: str = Field(min_length=1, max_length=500)


class Search(Answer):
    """A recent search."""

    text: str
    at: int


class Searches(Answer):
    """Recent searches, the newest first, each text once."""

    searches: list[Search]


class Click(Question):
    """A recommendation was chosen by the listener."""

    request_id: str = Field(min_length=1, max_length=64)
    track_id: Id
