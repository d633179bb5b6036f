"""Tracks, artists, albums, and what is known of their sound."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synesthete.web.api.models.base import Answer

WordValue = Literal["like", "dislike", "never"]


class Track(Answer):
    """One entry of the catalog. `playable` is false for tracks known from a data set alone."""

    id: int
    title: str
    artist: str
    artist_id: int | None = None
    album: str | None = None
    album_id: int | None = None
    album_artist: str | None = None
    track_no: int | None = None
    disc_no: int | None = None
    year: int | None = None
    genres: list[str] = Field([])
    duration_s: float | None = None
    has_cover: bool = False
    playable: bool = True
    word: WordValue | None = Field(None, description="What the listener who asks last said about it.")


class Artist(Answer):
    """An artist with the size of their work here."""

    id: int
    name: str
    mbid: str | None = None
    tracks: int = Field(description="How many tracks the catalog holds.")
    albums: int = Field(0, description="How many albums.")
    cover_track_id: int | None = Field(None, description="A track whose cover can stand for the artist.")
    word: WordValue | None = None


class Album(Answer):
    """An album with the size of it here."""

    id: int
    title: str
    artist: str
    artist_id: int | None = None
    year: int | None = None
    mbid: str | None = None
    tracks: int
    has_cover: bool = False


class SoundWord(Answer):
    """A word for a sound, read off its embedding: heard, not tagged by anyone."""

    word: str = Field(description="piano, jazz, relaxing ...")
    kind: str = Field(description="What it names: genre, instrument or mood.")
    confidence: float = Field(
        description="0 to 1: the chance that the tagger it was learned from counts the track among the fifth to "
        "which the word applies most."
    )


class HeardTrack(Answer):
    """A track whose sound has every word that was searched for, whatever it is called or tagged."""

    track: Track
    words: list[SoundWord]


class SearchAnswer(Answer):
    """What begins with, contains, or nearly is the text; best first in each drawer."""

    text: str
    tracks: list[Track]
    artists: list[Artist]
    albums: list[Album]
    heard: list[HeardTrack] = Field(
        [], description="When the text is made of words for sound ('calm piano'): what sounds so."
    )


class Descriptor(Answer):
    """One number about the sound that a listener could nod at, said in words."""

    name: str = Field(description="tempo, key, brightness ...")
    label: str = Field(description="The name as a person reads it.")
    value: float
    text: str = Field(description="The value in words: '128 beats per minute', 'rather bright'.")
    confidence: float | None = Field(None, description="0 (a guess) to 1 (sure); null when not estimated.")
    low: float | None = Field(None, description="Lowest value it can take.")
    high: float | None = Field(None, description="Highest value it can take.")
    meaning: str = Field(description="What the number means, and where it fails.")


class SoundFile(Answer):
    """Facts about the file behind a track. Only the owner sees the path."""

    codec: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    bit_rate: int | None = None
    size: int | None = None
    added_at: int
    path: str | None = None


class TrackPage(Answer):
    """Everything a page about one track shows at once."""

    track: Track
    descriptors: list[Descriptor]
    words: list[SoundWord] = Field(
        [], description="What it sounds like, the surest first; heard, not tagged."
    )
    file: SoundFile
    analyzed: Literal["full", "quick", "given"] | None = Field(description="How much of it was heard.")
    reason: str | None = Field(None, description="Why it was not analyzed, when it was not.")
    recording_mbid: str | None = None
    isrc: str | None = None
    replaygain_db: float | None = None
    plays: int = Field(description="How often the listener who asks played it.")
    played_at: int | None = None
    external_ids: dict[str, str] = Field({})


class TrackList(Answer):
    """Tracks, in the order asked for."""

    tracks: list[Track]
    total: int = Field(description="How many there are beyond this page.")


class ArtistPage(Answer):
    """An artist: albums by year, and the tracks."""

    artist: Artist
    albums: list[Album]
    tracks: list[Track]
    genres: list[str]


class AlbumPage(Answer):
    """An album and its tracks in playing order."""

    album: Album
    tracks: list[Track]
    genres: list[str]
    duration_s: float | None


class NearArtist(Answer):
    """An artist whose work sounds near."""

    artist: Artist
    similarity: float


class NearArtists(Answer):
    """Artists, nearest first."""

    artists: list[NearArtist]
    note: str | None = Field(None, description="Why there are none, or how much is covered.")


class NearAlbum(Answer):
    """An album that sounds near."""

    album: Album
    similarity: float


class NearAlbums(Answer):
    """Albums, nearest first."""

    albums: list[NearAlbum]
    note: str | None = None


class Genre(Answer):
    """A genre and how many tracks carry it."""

    name: str
    tracks: int


class Genres(Answer):
    """Every genre, the most frequent first."""

    genres: list[Genre]


class Peaks(Answer):
    """The waveform for drawing: the largest absolute sample of each of P equal spans, 0 to 1."""

    duration_s: float
    peaks: list[float]
