"""Our nouns as the contract's records: Child, AlbumID3, ArtistID3, Playlist. Ids are text: tr-1, al-1, ar-1, pl-1."""

from __future__ import annotations

import mimetypes
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from synesthete.catalog import Catalog
from synesthete.catalog.playlists import Kept
from synesthete.music import Album, Artist, Track, TrackId, Word
from synesthete.web.doors.subsonic.answer import Code, SubsonicError

RATED = "subsonic rating"
"""Source of a like that says how many stars of five, and is no star: players show the two apart."""


@dataclass(frozen=True)
class Personal:
    """What one listener did with tracks and artists: stars by time, ratings, plays."""

    starred: dict[int, int] = field(default_factory=dict)
    starred_artists: dict[int, int] = field(default_factory=dict)
    ratings: dict[int, int] = field(default_factory=dict)
    rated_artists: dict[int, int] = field(default_factory=dict)
    plays: dict[TrackId, int] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, listener_id: int) -> Personal:
        """Everything about this listener that records carry."""
        liked, disliked = (
            [f for _, f in catalog.feedback.of(listener_id, word=word)] for word in (Word.LIKE, Word.DISLIKE)
        )
        stars = [f for f in liked if f.source != RATED]
        rated = [f for f in (*liked, *disliked) if f.rating is not None]
        return cls(
            {f.track_id: f.at for f in stars if f.track_id is not None},
            {f.artist_id: f.at for f in stars if f.artist_id is not None},
            {f.track_id: f.rating or 0 for f in rated if f.track_id is not None},
            {f.artist_id: f.rating or 0 for f in rated if f.artist_id is not None},
            catalog.listens.counts(listener_id),
        )

    def album_starred(self, tracks: Collection[int]) -> int | None:
        """When an album with these tracks was starred: it is where all of them are; None where not."""
        times = [self.starred[i] for i in tracks if i in self.starred]
        return max(times) if times and len(times) == len(tracks) else None


def iso(at: int) -> str:
    """Unix seconds as the contract writes times."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def number(text: str, kind: str) -> int:
    """The number inside one of our ids; bare digits pass. Raises SubsonicError (70) for anything else.

    An album's may be negative: minus an artist's id stands for the artist's tracks on no album.
    """
    inside = text.removeprefix(f"{kind}-")
    digits = inside.removeprefix("-") if kind == "al" else inside
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise SubsonicError(Code.NOT_FOUND, f"no such id: {text[:60]}")
    return int(inside)


def kind_of(text: str) -> str:
    """tr, al, ar or pl: what an id names; bare digits name a track."""
    kind = text.split("-", 1)[0]
    return kind if kind in ("tr", "al", "ar", "pl") else "tr"


def child(track: Track, mine: Personal) -> dict[str, Any]:
    """A track as a Child."""
    suffix = PurePath(track.path).suffix.lstrip(".").lower() if track.path else None
    starred = mine.starred.get(track.id)
    return {
        "id": f"tr-{track.id}",
        "parent": _album_id(track),
        "isDir": False,
        "title": track.title,
        "album": track.album,
        "artist": track.artist,
        "displayArtist": track.artist,
        "displayAlbumArtist": track.album_artist or track.artist,
        "track": track.track_no,
        "discNumber": track.disc_no,
        "year": track.year,
        "genre": track.genres[0] if track.genres else None,
        "genres": [{"name": genre} for genre in track.genres],
        "coverArt": f"tr-{track.id}" if track.has_cover else None,
        "duration": None if track.duration_s is None else round(track.duration_s),
        "size": track.size,
        "bitRate": _bit_rate(track),
        "suffix": suffix,
        "contentType": mimetypes.guess_type(f"x.{suffix}")[0] if suffix else None,
        "path": None if track.path is None else _shown_path(track, suffix),
        "albumId": _album_id(track),
        "artistId": None if track.artist_id is None else f"ar-{track.artist_id}",
        "type": "music",
        "mediaType": "song",
        "isVideo": False,
        "musicBrainzId": track.recording_mbid or "",
        "isrc": [track.isrc] if track.isrc else [],
        "playCount": mine.plays.get(track.id, 0),
        "userRating": mine.ratings.get(track.id),
        "starred": None if starred is None else iso(starred),
    }


def _bit_rate(track: Track) -> int | None:
    """Thousands of bits a second, of the whole file."""
    return round(track.size * 8 / 1000 / track.duration_s) if track.size and track.duration_s else None


def _album_id(track: Track) -> str | None:
    """The album's id; of a track on no album that of its artist's tracks on none."""
    if track.album_id is not None:
        return f"al-{track.album_id}"
    return None if track.artist_id is None else f"al-{-track.artist_id}"


def _shown_path(track: Track, suffix: str | None) -> str:
    """A tidy relative path: where files really lie is the server's own business."""
    parts = [track.album_artist or track.artist, track.album or "Unknown album", track.title]
    tidy = [part.replace("/", "_") for part in parts]
    return "/".join(tidy) + (f".{suffix}" if suffix else "")


def album_record(album: Album, tracks: Sequence[Track], mine: Personal, added_at: int) -> dict[str, Any]:
    """An album as an AlbumID3, with what its tracks sum up to."""
    cover = next((f"tr-{track.id}" for track in tracks if track.has_cover), None)
    genres = list(dict.fromkeys(genre for track in tracks for genre in track.genres))
    starred = mine.album_starred([track.id for track in tracks])
    return {
        "id": f"al-{album.id}",
        "name": album.title,
        "title": album.title,
        "artist": album.artist,
        "artistId": None if album.artist_id is None else f"ar-{album.artist_id}",
        "coverArt": cover,
        "songCount": len(tracks),
        "duration": round(sum(track.duration_s or 0 for track in tracks)),
        "playCount": sum(mine.plays.get(track.id, 0) for track in tracks),
        "created": iso(added_at),
        "year": album.year,
        "genre": genres[0] if genres else None,
        "genres": [{"name": genre} for genre in genres],
        "musicBrainzId": album.mbid or "",
        "starred": None if starred is None else iso(starred),
        "isDir": True,
    }


def artist_record(artist: Artist, albums: int, mine: Personal) -> dict[str, Any]:
    """An artist as an ArtistID3."""
    starred = mine.starred_artists.get(artist.id)
    return {
        "id": f"ar-{artist.id}",
        "name": artist.name,
        "albumCount": albums,
        "musicBrainzId": artist.mbid or "",
        "userRating": mine.rated_artists.get(artist.id),
        "starred": None if starred is None else iso(starred),
    }


def playlist_record(kept: Kept, owner: str, tracks: Iterable[Track]) -> dict[str, Any]:
    """A playlist's head; its tracks are its `entry`."""
    found = list(tracks)
    return {
        "id": f"pl-{kept.id}",
        "name": kept.name,
        "comment": kept.comment or "",
        "owner": owner,
        "public": False,
        "songCount": len(found),
        "duration": round(sum(track.duration_s or 0 for track in found)),
        "created": iso(kept.created_at),
        "changed": iso(kept.changed_at),
        "coverArt": next((f"tr-{track.id}" for track in found if track.has_cover), None),
    }


def without_none(record: dict[str, Any]) -> dict[str, Any]:
    """The record without fields that nobody knows: absent, in this contract, means unknown."""
    return {key: value for key, value in record.items() if value is not None}
