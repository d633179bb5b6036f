"""Spotify's privacy exports: the short streaming history, the extended one, and recently played.

Both exports note when a play ended; the beginning follows from how long it sounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, isrc, moment, number, spotify_id, wrong_time
from synesthete.datasets.json_stream import members
from synesthete.datasets.report import Report
from synesthete.music import Description, Listen

SKIPPING = frozenset({"fwdbtn", "backbtn"})
"""Values of `reason_end` that say that a person pressed a button to get away from the track."""

LONGEST_PLAY_MS = 86_400_000


def read_spotify_history(document: Document, report: Report) -> Iterator[Listen]:
    """One Listen for every play of music; podcasts and audiobooks are left out and counted.

    `skipped` is True where the export says so or a skip button ended the play, False where the
    export says it was not, None where it does not say.
    """
    text = document.head().lstrip(b"\xef\xbb\xbf \t\r\n")
    path = ("items",) if text.startswith(b"{") else ()
    with document.opened() as stream:
        for position, row in members(stream, report, *path):
            if not isinstance(row, dict):
                report.refuse("not a play", position, row)
                continue
            read = _recent if "played_at" in row else _extended if "ts" in row else _short
            found = read(row)
            if isinstance(found, Listen):
                report.accept()
                yield found
            elif found in LEFT_OUT:
                report.leave_out(found)
            else:
                report.refuse(found, position, row.get("trackName") or row.get("master_metadata_track_name"))


LEFT_OUT = frozenset({"podcast episode", "audiobook"})


def _short(row: dict[str, Any]) -> Listen | str:
    """StreamingHistory0.json: endTime, artistName, trackName, msPlayed."""
    if "podcastName" in row or "episodeName" in row:
        return "podcast episode"
    track = Description(title=clean(row.get("trackName")), artist=clean(row.get("artistName")))
    return _listen(track, row.get("endTime"), row.get("msPlayed"), None)


def _extended(row: dict[str, Any]) -> Listen | str:
    """endsong_*.json and Streaming_History_Audio_*.json."""
    uri = spotify_id(row.get("spotify_track_uri"))
    track = Description(
        title=clean(row.get("master_metadata_track_name")),
        artist=clean(row.get("master_metadata_album_artist_name")),
        album=clean(row.get("master_metadata_album_album_name")),
        ids=(("spotify", uri),) if uri else (),
    )
    if track.title is None and (row.get("episode_name") or row.get("spotify_episode_uri")):
        return "podcast episode"
    if track.title is None and (row.get("audiobook_title") or row.get("audiobook_uri")):
        return "audiobook"
    skipped = True if row.get("skipped") or row.get("reason_end") in SKIPPING else row.get("skipped")
    return _listen(track, row["ts"], row.get("ms_played"), None if skipped is None else bool(skipped))


def _listen(track: Description, ended: object, played_ms: object, skipped: bool | None) -> Listen | str:
    if not track.title or not track.artist:
        return "no track or artist name"
    played = number(played_ms)
    if played is None:
        return "no playing time"
    if not 0 <= played <= LONGEST_PLAY_MS:
        return "impossible playing time"
    end = moment(ended)
    wrong = wrong_time(end)
    if wrong or end is None:
        return wrong or "no readable time"
    return Listen(track, at=end - round(played / 1000), played_s=played / 1000, skipped=skipped)


def _recent(row: dict[str, Any]) -> Listen | str:
    """One member of the Web API's recently played tracks."""
    raw = row.get("track")
    about: dict[str, Any] = raw if isinstance(raw, dict) else {}
    if about.get("type") == "episode":
        return "podcast episode"
    at = moment(row["played_at"])
    wrong = wrong_time(at)
    track = described(about)
    if not track.title or not track.artist:
        return "no track or artist name"
    return wrong if wrong or at is None else Listen(track, at=at)  # type: ignore[return-value]


def described(about: dict[str, Any]) -> Description:
    """A track object of Spotify's Web API as a description."""
    artists = [clean(a.get("name")) for a in about.get("artists") or [] if isinstance(a, dict)]
    album = about.get("album")
    uri = spotify_id(about.get("uri") or about.get("id"))
    return Description(
        title=clean(about.get("name")),
        artist=", ".join(a for a in artists if a) or None,
        album=clean(album.get("name")) if isinstance(album, dict) else None,
        duration_s=duration(about.get("duration_ms"), 1000),
        isrc=isrc((about.get("external_ids") or {}).get("isrc")),
        ids=(("spotify", uri),) if uri else (),
    )
