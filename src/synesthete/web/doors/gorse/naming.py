"""What an item says of the music it is: title, artist and album in its labels, or "Artist - Title" as its comment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from synesthete.catalog.entries import UNKNOWN_ARTIST, Entry
from synesthete.catalog.folding import clean
from synesthete.music import Description, Track
from synesthete.web.doors.gorse.models import ItemChange

_BETWEEN = re.compile(r"\s+[-\u2013\u2014]\s+")
"""Between artist and title of a comment: a hyphen or dash with spaces around it."""
_TITLE = ("title", "name", "track", "song")
_ARTIST = ("artist", "artists", "artist_name")
_ALBUM = ("album", "album_name", "release")
_MBID = ("recording_mbid", "mbid")
_DURATION = ("duration_s", "duration")
LONGEST_S = 36_000
"""A longer duration is more likely one in milliseconds than one of ten hours."""


def described(item: ItemChange) -> Description:
    """The track as the item names it; an empty description where it names none."""
    labels = _labels(item.labels)
    title, artist = _text(labels, _TITLE), _text(labels, _ARTIST)
    comment = clean(item.comment or "")
    if comment and not (title and artist):
        parts = _BETWEEN.split(comment, maxsplit=1)
        if len(parts) == 2 and title is None:
            artist, title = artist or parts[0], parts[1]
        else:
            title = title or comment
    return Description(
        title=title,
        artist=artist,
        album=_text(labels, _ALBUM),
        duration_s=_seconds(labels),
        recording_mbid=_text(labels, _MBID),
        isrc=_text(labels, ("isrc",)),
    )


def entry(named: Description, item_id: str, genres: tuple[str, ...], source: str) -> Entry:
    """A track without audio, called after the item where that names none; `tags_from` says who brought it."""
    return Entry(
        title=named.title or item_id,
        artist=named.artist or UNKNOWN_ARTIST,
        album=named.album,
        genres=genres,
        duration_s=named.duration_s,
        recording_mbid=named.recording_mbid,
        isrc=named.isrc,
        tags_from=source,
    )


def of_track(track: Track) -> Description:
    """What we say of a track, as a description."""
    known = track.artist != UNKNOWN_ARTIST
    return Description(
        title=track.title, artist=track.artist if known else None, album=track.album,
        duration_s=track.duration_s, recording_mbid=track.recording_mbid, isrc=track.isrc,
    )  # fmt: skip


def told(track: Track, item_id: str) -> tuple[dict[str, str] | None, str]:
    """Labels and comment of the item that a track is; nothing where it was never named."""
    named = of_track(track)
    if named.artist is None and track.title == item_id:
        return None, ""
    labels = {"title": track.title} | {
        name: said for name, said in (("artist", named.artist), ("album", track.album)) if said
    }
    return labels, " - ".join(filter(None, (named.artist, track.title)))


def _labels(labels: Any) -> Mapping[str, Any]:
    return {str(k).lower(): v for k, v in labels.items()} if isinstance(labels, dict) else {}


def _text(labels: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        said = labels.get(name)
        parts = said if isinstance(said, list) else [said]
        text = ", ".join(clean(part) for part in parts if isinstance(part, str) and clean(part))
        if text:
            return text
    return None


def _seconds(labels: Mapping[str, Any]) -> float | None:
    said = next((labels[name] for name in _DURATION if name in labels), None)
    if not isinstance(said, int | float) or isinstance(said, bool):
        return None
    return float(said) if 0 < said < LONGEST_S else None
