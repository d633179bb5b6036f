"""XSPF: the XML playlist format of xspf.org, version 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, isrc, mbid, spotify_id
from synesthete.datasets.playlist_files.m3u import guessed
from synesthete.datasets.playlist_files.places import ADDRESS, address, place, relative
from synesthete.datasets.report import Report
from synesthete.errors import FormatError
from synesthete.music import Description, Playlist

NAMESPACE = "http://xspf.org/ns/0/"
RECORDING = "https://musicbrainz.org/recording/"
ISRC_URN = "isrc:"


def read_xspf(document: Document, report: Report) -> Iterator[Playlist]:
    """The playlist; namespace or not, relative locations start at the file's folder."""
    tracks: list[Description] = []
    head: dict[str, str | None] = {}
    try:
        with document.opened() as stream:
            depth = 0
            for event, element in ElementTree.iterparse(stream, ("start", "end")):
                if event == "start":
                    depth += 1
                    if depth == 1 and element.tag.rpartition("}")[2] != "playlist":
                        raise FormatError("this XML is no playlist", subject=document.name)
                    continue
                tag = element.tag.rpartition("}")[2]
                if depth == 2 and tag in ("title", "annotation", "creator"):
                    head[tag] = clean(element.text)
                elif depth == 3 and tag == "track":
                    _take(_track(element, document.folder), len(tracks) + 1, tracks, report)
                    element.clear()
                depth -= 1
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the latter two for its encoding
        raise FormatError(f"the XML cannot be read ({error})", subject=document.name) from error
    name = head.get("title") or document.title
    yield Playlist(name, tuple(tracks), comment=head.get("annotation"), owner=head.get("creator"))


def _take(track: Description, position: int, tracks: list[Description], report: Report) -> None:
    if not (track.title or track.path or track.recording_mbid or track.ids):
        report.refuse("an entry that names nothing", position)
        return
    tracks.append(track)
    report.accept()


def _track(element: ElementTree.Element, folder: Path | None) -> Description:
    texts: dict[str, list[str]] = {}
    for child in element:
        if child.text and child.text.strip():
            texts.setdefault(child.tag.rpartition("}")[2], []).append(child.text.strip())
    return described(
        title=texts.get("title", [""])[0],
        creator=texts.get("creator", [""])[0],
        album=texts.get("album", [""])[0],
        milliseconds=texts.get("duration", [""])[0],
        locations=texts.get("location", []),
        identifiers=texts.get("identifier", []),
        folder=folder,
    )


def described(
    title: object, creator: object, album: object, milliseconds: object,
    locations: list[str], identifiers: list[str], folder: Path | None,
) -> Description:  # fmt: skip
    """A track of XSPF or JSPF, which name the same things."""
    path = next((p for p in (place(_unquoted(at), folder) for at in locations) if p), None)
    known = Description(clean(title), clean(creator))
    if known.title is None and path:
        known = guessed(path)
    everything = [*identifiers, *locations]
    spotify = next((s for s in map(spotify_id, everything) if s), None)
    recording = next(
        (m for i in identifiers if "recording" in i or "track" in i or ":" not in i if (m := mbid(i))), None
    )
    code = next((c for i in identifiers if i.lower().startswith(ISRC_URN) and (c := isrc(i[5:]))), None)
    return Description(
        title=known.title,
        artist=known.artist,
        album=clean(album),
        duration_s=duration(milliseconds, 1000),
        recording_mbid=recording,
        isrc=code,
        path=path,
        ids=(("spotify", spotify),) if spotify else (),
    )


def _unquoted(location: str) -> str:
    """Locations are URIs; those with a scheme are unquoted where it is known what they are."""
    return location if ADDRESS.match(location) else unquote(location, errors="surrogateescape")


def identifiers_of(track: Description) -> list[str]:
    """A track's ids as the addresses XSPF and JSPF carry."""
    found = [RECORDING + track.recording_mbid] if track.recording_mbid else []
    found += [ISRC_URN + track.isrc] if track.isrc else []
    return found + [f"spotify:track:{value}" for scheme, value in track.ids if scheme == "spotify"]


def write_xspf(playlist: Playlist, folder: Path | None = None) -> str:
    """The playlist as XSPF 1; locations relative to `folder` where one is given."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(f"{{{NAMESPACE}}}playlist", version="1")
    for tag, text in (
        ("title", playlist.name),
        ("creator", playlist.owner),
        ("annotation", playlist.comment),
    ):
        _child(root, tag, text)
    listed = ElementTree.SubElement(root, f"{{{NAMESPACE}}}trackList")
    for track in playlist.tracks:
        element = ElementTree.SubElement(listed, f"{{{NAMESPACE}}}track")
        _child(element, "location", address(relative(track.path, folder)) if track.path else None)
        for identifier in identifiers_of(track):
            _child(element, "identifier", identifier)
        _child(element, "title", track.title)
        _child(element, "creator", track.artist)
        _child(element, "album", track.album)
        _child(element, "duration", str(round(track.duration_s * 1000)) if track.duration_s else None)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _child(parent: ElementTree.Element, tag: str, text: str | None) -> None:
    if text:
        ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{tag}").text = _sayable(text)


def _sayable(text: str) -> str:
    """The text without the control characters XML 1.0 has no way to write."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))
