"""What is written about one track."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN_ARTIST = "Unknown artist"


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything a file's tags, or a data set's row, say about one track.

    The facts of the file (`path` to `sound_hash`) are None for tracks known from a data set alone.
    Units: `size` bytes, `modified_ns` unix nanoseconds, `duration_s` seconds, `sample_rate` per second,
    `bit_rate` bits per second, `replaygain_db` decibel.
    """

    title: str
    artist: str = UNKNOWN_ARTIST
    album: str | None = None
    album_artist: str | None = None
    track_no: int | None = None
    disc_no: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    duration_s: float | None = None
    codec: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    bit_rate: int | None = None
    recording_mbid: str | None = None
    artist_mbid: str | None = None
    album_mbid: str | None = None
    isrc: str | None = None
    replaygain_db: float | None = None
    has_cover: bool = False
    tags_from: str | None = None
    folder_id: int | None = None
    path: str | None = None
    size: int | None = None
    modified_ns: int | None = None
    inode: str | None = None
    sound_hash: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    """Ids elsewhere, as (scheme, value)."""
