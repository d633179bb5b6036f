"""Spotify's account data beside the history: the library (`YourLibrary.json`) and the playlists (`Playlist1.json`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, spotify_id
from synesthete.datasets.findings import Opinion
from synesthete.datasets.json_stream import members
from synesthete.datasets.report import Report
from synesthete.datasets.text import text_of
from synesthete.music import Description, Playlist, Word

SAVED = (("tracks", Word.LIKE), ("bannedTracks", Word.DISLIKE))
"""Lists of the library that say something of tracks; albums, artists and shows are passed over."""


def is_account_data(head: str) -> bool:
    """Whether the head of a JSON document is that of a library or of playlists."""
    return _is_library(head) or ('"playlists"' in head and '"lastModifiedDate"' in head)


def read_account_data(document: Document, report: Report) -> Iterator[Opinion | Playlist]:
    """Liked songs as likes, songs that are never to be played as dislikes, playlists in order."""
    head = text_of(document.head())
    yield from _playlists(document, report) if not _is_library(head) else _library(document, report)


def _is_library(head: str) -> bool:
    start = head.lstrip("\ufeff \t\r\n{")
    return start.startswith('"tracks"') and ('"uri"' in head or '"bannedTracks"' in head)


def _holds(document: Document, name: str) -> bool:
    """Whether the name stands anywhere in the document; old exports have no banned tracks."""
    wanted, tail = f'"{name}"'.encode(), b""
    with document.opened() as stream:
        while block := stream.read(2**20):
            if wanted in tail + block:
                return True
            tail = block[-len(wanted) :]
    return False


def _library(document: Document, report: Report) -> Iterator[Opinion]:
    for name, word in SAVED:
        if not _holds(document, name):
            continue
        with document.opened() as stream:
            for position, row in members(stream, report, name):
                about = row if isinstance(row, dict) else {}
                track = _described(about, "track", "artist", "album", "uri")
                if track.title is None or track.artist is None:
                    report.refuse("no track or artist name", position, row)
                else:
                    report.accept()
                    yield Opinion(track, word)


def _playlists(document: Document, report: Report) -> Iterator[Playlist]:
    called: Counter[str] = Counter()
    with document.opened() as stream:
        for position, row in members(stream, report, "playlists"):
            about = row if isinstance(row, dict) else {}
            name, entries = clean(about.get("name")), about.get("items", about.get("tracks"))
            if name is None or not isinstance(entries, list):
                report.refuse("a playlist without a name or entries", position, name)
                continue
            tracks = [_entry(one) for one in entries if isinstance(one, dict)]
            found = tuple(track for track in tracks if track.title)
            if len(found) < len(entries):
                report.note("playlist entry that is no track, such as an episode", len(entries) - len(found))
            report.accept()
            called[name] += 1
            key = name if called[name] == 1 else f"{name} {called[name]}"
            yield Playlist(name, found, clean(about.get("description")), ids=(("spotify-account", key),))


def _entry(row: dict[str, Any]) -> Description:
    """One entry of a playlist; older exports have the track's names in the entry itself."""
    track = row.get("track", row)
    return _described(
        track if isinstance(track, dict) else {}, "trackName", "artistName", "albumName", "trackUri"
    )


def _described(row: dict[str, Any], title: str, artist: str, album: str, uri: str) -> Description:
    own = spotify_id(row.get(uri))
    return Description(
        title=clean(row.get(title)),
        artist=clean(row.get(artist)),
        album=clean(row.get(album)),
        ids=(("spotify", own),) if own else (),
    )
