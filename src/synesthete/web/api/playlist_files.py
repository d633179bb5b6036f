"""Playlist files: read with a report of what matched, written in four formats."""

from __future__ import annotations

import os
import re
import tempfile
from itertools import islice
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Response, UploadFile

from synesthete.catalog.resolve import Resolver
from synesthete.datasets.documents import Document
from synesthete.datasets.kinds import KINDS, recognize
from synesthete.datasets.playlist_files.formats import write_playlist
from synesthete.datasets.report import Report
from synesthete.errors import FormatError, InputError
from synesthete.music import Description, Playlist, Track
from synesthete.web.api.models.playlists import ExportFormat, ImportAnswer, Unmatched
from synesthete.web.api.playlists import brief, own
from synesthete.web.auth.entrance import Who
from synesthete.web.house import Asking, House, ItsId, TheHouse

router = APIRouter(prefix="/playlists", tags=["playlists"])

TYPES = {
    "m3u8": "audio/x-mpegurl",
    "xspf": "application/xspf+xml",
    "jspf": "application/json",
    "csv": "text/csv",
}
PLAIN = (".m3u", ".m3u8", ".pls", ".txt", ".csv", ".tsv")
MOST_PLAYLISTS = 500
MOST_SHOWN = 500
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")


@router.post("/import")
def read(house: TheHouse, who: Asking, file: Annotated[UploadFile, File()]) -> ImportAnswer:
    """Read a playlist file (M3U, PLS, XSPF, JSPF, Exportify CSV, iTunes XML); say what of it is in the library."""
    name = os.path.basename((file.filename or "playlist").replace("\\", "/"))
    with tempfile.TemporaryDirectory(prefix="synesthete-") as folder:
        suffix = Path(name).suffix if SUFFIX.fullmatch(Path(name).suffix) else ""
        place = (
            Path(folder) / f"{_plain(Path(name).stem)}{suffix}"
        )  # readers tell formats and titles by the name
        with place.open("wb") as copy:
            while block := file.file.read(1 << 20):
                copy.write(block)
        return _read(house, who, place, name)


@router.get("/{playlist_id}/export", response_class=Response)
def write(house: TheHouse, who: Asking, playlist_id: ItsId, format: ExportFormat = "m3u8") -> Response:
    """The playlist as a file; paths are relative to the folder that holds the music, where there is one."""
    kept = own(house.catalog, who, playlist_id)
    lines = house.catalog.playlists.lines(playlist_id)
    tracks = house.catalog.tracks.many(i for i, _ in lines if i is not None)
    described = [
        named or Description()
        if track_id is None or track_id not in tracks
        else _described(house, tracks[track_id])
        for track_id, named in lines
    ]
    text = write_playlist(Playlist(kept.name, tuple(described), kept.comment), format, _base(house))
    name = f"{kept.name}.{format}"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(
        text.encode("utf-8", "replace"), media_type=f"{TYPES[format]}; charset=utf-8", headers=headers
    )


def _read(house: House, who: Who, place: Path, name: str) -> ImportAnswer:
    document = Document(place)
    kind = recognize(document) or _by_name(document, name)
    if kind not in ("playlist", "itunes"):
        about = KINDS[kind].about if kind in KINDS else kind
        raise FormatError(
            f"this is not a playlist but {about}", subject=name, hint="`synesthete import` reads it."
        )
    report = Report(name)
    found = [f for f in islice(KINDS[kind].read(document, report), 100_000) if isinstance(f, Playlist)]
    if not any(playlist.tracks for playlist in found):
        raise FormatError("no playlist was found in this file", subject=name)
    if len(found) > MOST_PLAYLISTS:
        raise InputError(f"more than {MOST_PLAYLISTS} playlists in one file", subject=name)
    resolver = Resolver(house.catalog)
    made, missing, matched = [], [], 0
    with house.catalog.begin():
        for playlist in found:
            ids = resolver.resolve(playlist.tracks)
            pairs = list(zip(ids, playlist.tracks, strict=True))
            lines = [(i, None if i is not None else named) for i, named in pairs]
            source = document.suffix.lstrip(".") or kind
            made.append(
                house.catalog.playlists.create_from(who.id, playlist.name, lines, playlist.comment, source)
            )
            matched += sum(i is not None for i in ids)
            missing += [_unmatched(line, named) for line, (i, named) in enumerate(pairs, 1) if i is None]
    return ImportAnswer(
        kind=document.suffix.lstrip(".") or kind,
        playlists=[brief(house.catalog, house.catalog.playlists.get(i)) for i in made],
        found=sum(len(playlist.tracks) for playlist in found),
        matched=matched,
        missing=missing[:MOST_SHOWN],
        warnings=[*report.notes, *(f"{count} lines: {reason}" for reason, count in report.refused.items())],
    )


def _by_name(document: Document, name: str) -> str:
    """What a file must be that begins like nothing in particular: plain lists of paths have no mark."""
    if document.suffix in PLAIN and b"\0" not in document.head():
        return "playlist"
    raise FormatError("this is not a playlist of a known format", subject=name)


def _unmatched(line: int, named: Description) -> Unmatched:
    reason = "not in the library" if named.title or named.path else "names no track"
    return Unmatched(
        line=line, title=named.title or named.path, artist=named.artist, album=named.album, reason=reason
    )


def _described(house: House, track: Track) -> Description:
    ids = tuple(house.catalog.external_ids.of(track.id).items())
    return Description(
        title=track.title, artist=track.artist, album=track.album, duration_s=track.duration_s,
        recording_mbid=track.recording_mbid, isrc=track.isrc, path=track.path, ids=ids,
    )  # fmt: skip


def _base(house: House) -> Path | None:
    """The remembered folder, when there is exactly one: where the playlist file would lie."""
    folders = house.catalog.folders.all()
    return Path(folders[0].path) if len(folders) == 1 else None


def _plain(stem: str) -> str:
    """A file name nobody can do harm with; kept readable, since some formats have no other title."""
    return re.sub(r"[^\w .()'&+,-]", "_", stem)[:80].strip(" .") or "playlist"
