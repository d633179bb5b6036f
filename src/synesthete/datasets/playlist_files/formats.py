"""Which reader and which writer a playlist file needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from synesthete.datasets.documents import Document
from synesthete.datasets.playlist_files.jspf import read_jspf, write_jspf
from synesthete.datasets.playlist_files.m3u import read_m3u, write_m3u
from synesthete.datasets.playlist_files.pls import read_pls
from synesthete.datasets.playlist_files.table import COLUMNS, NEEDED, read_table, write_table
from synesthete.datasets.playlist_files.xspf import read_xspf, write_xspf
from synesthete.datasets.report import Report
from synesthete.datasets.tables import find_header
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

PLACE = re.compile(r"://|\.\w{2,5}\s*$")
"""An address, or a file's name with its ending, as lines of an M3U have them."""

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
    reader = _reader(lower, document.suffix)
    if reader is read_m3u and not _is_m3u(lower, document.suffix):
        raise FormatError(
            "this is no playlist: neither M3U, PLS, XSPF, JSPF nor a table with title and artist",
            subject=document.name,
        )
    yield from reader(document, report)


def _reader(lower: str, suffix: str) -> Callable[[Document, Report], Iterator[Playlist]]:
    if lower.startswith("[playlist]") or suffix == ".pls":
        return read_pls
    if lower.startswith("<"):
        return read_xspf
    if lower.startswith("{"):
        return read_jspf
    if suffix in (".csv", ".tsv") or (not suffix.startswith(".m3u") and find_header(lower, COLUMNS, NEEDED)):
        return read_table
    return read_m3u


def _is_m3u(lower: str, suffix: str) -> bool:
    """Whether the text says so or is called so, or its first lines are places of files."""
    if "\0" in lower or lower.startswith("["):
        return False
    told = [line for line in lower.splitlines()[:20] if line.strip() and not line.startswith("#")]
    return suffix.startswith(".m3u") or lower.startswith("#extm3u") or any(map(PLACE.search, told))


def write_playlist(playlist: Playlist, file_format: str, folder: Path | None = None) -> str:
    """The playlist as text in `m3u8`, `xspf`, `jspf` or `csv`; paths are relative to `folder` if given."""
    writer = WRITERS.get(file_format.lower().lstrip("."))
    if writer is None:
        raise InputError(
            f"there is no playlist format {file_format!r}", hint=f"Choose one of: {', '.join(WRITERS)}."
        )
    return writer(playlist, folder)
