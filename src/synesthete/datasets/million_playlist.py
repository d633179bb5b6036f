"""The Million Playlist Dataset: slices of 1,000 playlists, and the 2018 challenge's playlists to complete."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration
from synesthete.datasets.json_stream import members
from synesthete.datasets.report import Report
from synesthete.music import Description, Playlist

MOST_TRACKS = 10_000
"""Tracks one playlist may have: Spotify allows 10,000, the data set stops at 250."""

URI = "spotify:track:"


REMEMBERED = 200_000
"""Tracks whose description is kept to be used again: playlists share most of theirs."""


def read_million_playlist(document: Document, report: Report) -> Iterator[Playlist]:
    """Each playlist with its title and tracks in order; a title may be "" in the challenge set.

    Refused: playlists without a number (pid), with more than 10,000 tracks, or named twice in the
    file. Entries without a track URI or name are counted in the notes.
    """
    seen: set[int] = set()
    tracks: dict[str, Description | None] = {}
    with document.opened() as stream:
        for position, row in members(stream, report, "playlists"):
            pid = row.get("pid") if isinstance(row, dict) else None
            if not isinstance(pid, int) or not isinstance(row.get("tracks"), list):
                report.refuse("a playlist without pid or tracks", position)
            elif pid in seen:
                report.refuse("a playlist named twice", position, pid)
            elif len(row["tracks"]) > MOST_TRACKS:
                report.refuse("more than 10,000 tracks", position, pid)
            else:
                seen.add(pid)
                report.accept()
                yield _playlist(pid, row, tracks, report)


def _playlist(
    pid: int, row: dict[str, Any], known: dict[str, Description | None], report: Report
) -> Playlist:
    tracks = [t for t in row["tracks"] if isinstance(t, dict)]
    if any(isinstance(t.get("pos"), int) for t in tracks):
        tracks.sort(key=lambda t: p if isinstance(p := t.get("pos"), int) else 0)
    if len(known) > REMEMBERED:
        known.clear()
    found = []
    for track in tracks:
        uri = track.get("track_uri")
        if not isinstance(uri, str):
            continue
        if uri not in known:
            known[uri] = _track(uri, track)
        found.append(known[uri])
    described = tuple(d for d in found if d is not None)
    if len(described) < len(row["tracks"]):
        report.note("playlist entry without a track URI or name", len(row["tracks"]) - len(described))
    claimed = row.get("num_samples", row.get("num_tracks"))
    if isinstance(claimed, int) and claimed != len(row["tracks"]):
        report.note("playlist whose num_tracks is not the number of its tracks")
    return Playlist(
        clean(row.get("name")) or "", described, clean(row.get("description")), ids=(("mpd", str(pid)),)
    )


def _track(uri: str, row: dict[str, Any]) -> Description | None:
    title, artist = clean(row.get("track_name")), clean(row.get("artist_name"))
    if not uri.startswith(URI) or title is None:
        return None
    return Description(
        title,
        artist,
        clean(row.get("album_name")),
        duration(row.get("duration_ms"), 1000),
        ids=(("spotify", uri.removeprefix(URI)),),
    )
