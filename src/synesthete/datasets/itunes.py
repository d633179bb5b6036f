"""iTunes and Apple Music: the library as XML (a property list), read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree import ElementTree

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import MOST_PLAYS, clean, duration, moment
from synesthete.datasets.findings import Opinion
from synesthete.datasets.playlist_files.places import path_of
from synesthete.datasets.report import Report
from synesthete.errors import FormatError
from synesthete.music import Description, Listen, Playlist, Word

LIKED = 80
"""Stars are stored as 20 to 100; four and five stars are a like."""

NOT_MUSIC = ("Podcast", "Movie", "TV Show", "Music Video", "Has Video", "Audiobook")


def read_itunes(document: Document, report: Report) -> Iterator[Listen | Opinion | Playlist]:
    """Play and skip totals, ratings and playlists (the library itself and built-in lists left out).

    Totals become one Listen with `count`, dated by the last play. Keeps the names of all tracks in
    memory, since playlists name them by number.
    """
    tracks: dict[int, Description] = {}
    with document.opened() as stream:
        for kind, value in _pieces(stream, report):
            if kind == "track":
                yield from _track(value, tracks, report)
            else:
                yield from _playlist(value, tracks, report)


def _track(
    about: dict[str, Any], tracks: dict[int, Description], report: Report
) -> Iterator[Listen | Opinion]:
    track = _described(about)
    number = about.get("Track ID")
    if any(about.get(name) for name in NOT_MUSIC):
        report.leave_out("not music")
        return
    if not isinstance(number, int) or not track.title or not track.artist:
        report.refuse(
            "no track or artist name", number if isinstance(number, int) else None, about.get("Location")
        )
        return
    plays, skips = about.get("Play Count", 0), about.get("Skip Count", 0)
    if not all(isinstance(n, int) and 0 <= n <= MOST_PLAYS for n in (plays, skips)):
        report.refuse("impossible number of plays", number, track.title)
        return
    tracks[number] = track
    report.accept()
    if plays:
        yield Listen(track, at=moment(about.get("Play Date UTC")) or 0, skipped=False, count=plays)
    if skips:
        yield Listen(track, at=moment(about.get("Skip Date")) or 0, skipped=True, count=skips)
    rating = 0 if about.get("Rating Computed") else about.get("Rating", 0)
    if about.get("Loved") or about.get("Favorited") or (isinstance(rating, int) and rating >= LIKED):
        yield Opinion(track, Word.LIKE)
    elif about.get("Disliked"):
        yield Opinion(track, Word.DISLIKE)


def _playlist(about: dict[str, Any], tracks: dict[int, Description], report: Report) -> Iterator[Playlist]:
    name = clean(about.get("Name"))
    if about.get("Master") or about.get("Distinguished Kind") or about.get("Folder"):
        report.leave_out("built-in list or folder of playlists")
        return
    rows = [r.get("Track ID") for r in about.get("Playlist Items") or [] if isinstance(r, dict)]
    found = tuple(tracks[n] for n in rows if n in tracks)
    if not name or not found:
        report.refuse("playlist without a name or tracks", text=name)
        return
    if len(found) < len(rows):
        report.note("playlist entry that is not a track of this library", len(rows) - len(found))
    if about.get("Smart Info"):
        report.note("smart playlist taken as it stood on the day of the export")
    report.accept()
    persistent = clean(about.get("Playlist Persistent ID"))
    yield Playlist(name, found, ids=(("itunes", persistent),) if persistent else ())


def _described(about: dict[str, Any]) -> Description:
    location = str(about.get("Location") or "")
    return Description(
        title=clean(about.get("Name")),
        artist=clean(about.get("Artist") or about.get("Album Artist")),
        album=clean(about.get("Album")),
        duration_s=duration(about.get("Total Time"), 1000),
        path=_local(path_of(location)) if location.lower().startswith("file:") else None,
    )


def _local(path: str) -> str | None:
    """file://localhost/C:/Music/a.mp3 names C:/Music/a.mp3; /Music/a.mp3 stays as it is."""
    if not path:
        return None
    path = "/" + path.lstrip("/")
    return path[1:] if path[2:3] == ":" else path


def _pieces(stream: BinaryIO, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    """("track", dict) for each track and ("playlist", dict) for each playlist, freed once yielded.

    Depth: plist 1, dict 2, Tracks' dict or Playlists' array 3, its members 4.
    """
    depth, section = 0, ""
    try:
        for event, element in ElementTree.iterparse(stream, ("start", "end")):
            if event == "start":
                depth += 1
                if depth == 1 and element.tag != "plist":
                    raise FormatError("this XML is no iTunes library", subject=report.file)
                continue
            if depth == 3 and element.tag == "key":
                section = element.text or ""
            elif depth == 4 and element.tag == "dict" and section in ("Tracks", "Playlists"):
                yield section[:-1].lower(), _value(element)
                element.clear()
            elif depth == 4:
                element.clear()
            depth -= 1
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the latter two for its encoding
        raise FormatError(
            f"the XML cannot be read ({error})",
            subject=report.file,
            hint="Nothing of this file was imported.",
        ) from error


def _value(element: ElementTree.Element) -> Any:
    match element.tag:
        case "dict":
            children = list(element)
            return {k.text: _value(v) for k, v in zip(children[::2], children[1::2], strict=False)}
        case "array":
            return [_value(child) for child in element]
        case "integer":
            return _integer(element.text or "0")
        case "true" | "false":
            return element.tag == "true"
        case _:
            return element.text


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
