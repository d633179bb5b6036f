"""Which reader and which writer a playlist file needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from synesthete.datasets.documents import Document
from synesthete.datasets.playlist_files.jspf import read_jspf, write_jspf
from synesthete.datasets.playlist_files.m3u import read_m3u, write_m3u
from synesthete.datasets.playlist_files.pls import read_pls
from synesthete.datasets.playlist_files.table import read_table, write_table
from synesthete.datasets.playlist_files.xspf import read_xspf, write_xspf
from synesthete.datasets.report import Report
from synesthete.datasets.text import text_of
from synesthete.errors import FormatError, InputError
from synesthete.music import Playlist

WRITERS: Mapping[str, Callable[..., str]] = {
    "m3u8": write_m3u,
    "xspf": write_xspf,
    "jspf": write_jspf,
    "csv": write_table,
}
"""Format -> function(playlist, folder) -> text. All are written as UTF-8."""

SMART = re.compile(r'"(all|any)"\s*:\s*\[')


def read_playlist(document: Document, report: Report) -> Iterator[Playlist]:
    """The playlists of a file in any of the formats, told apart by content, then by name."""
    head = text_of(document.head()).lstrip("\ufeff \t\r\n")
    lower = head[:4096].lower()
    if document.suffix == ".nsp" or (lower.startswith(("{", "/*", "//")) and SMART.search(lower)):
        raise FormatError(
            "a smart playlist is a rule, not a list of tracks",
            subject=document.name,
            hint="Export the list it gives as M3U8 from the server that runs it.",
        )
    yield from _reader(lower, document.suffix)(document, report)


def _reader(lower: str, suffix: str) -> Callable[[Document, Report], Iterator[Playlist]]:
    if lower.startswith("[playlist]") or suffix == ".pls":
        return read_pls
    if lower.startswith("<") and "<playlist" in lower:
        return read_xspf
    if lower.startswith("{"):
        return read_jspf
    if suffix in (".csv", ".tsv"):
        return read_table
    return read_m3u


def write_playlist(playlist: Playlist, file_format: str, folder: Path | None = None) -> str:
    """The playlist as text in `m3u8`, `xspf`, `jspf` or `csv`; paths are relative to `folder` if given."""
    writer = WRITERS.get(file_format.lower().lstrip("."))
    if writer is None:
        raise InputError(
            f"there is no playlist format {file_format!r}", hint=f"Choose one of: {', '.join(WRITERS)}."
        )
    return writer(playlist, folder)
