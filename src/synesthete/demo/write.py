"""Writes the demo library into a folder: Artist/Album/01 Title.flac."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

from synesthete.demo.compose import compose
from synesthete.demo.cover import cover
from synesthete.demo.discography import Piece, discography
from synesthete.demo.flac import write_flac
from synesthete.demo.instruments import SAMPLE_RATE
from synesthete.demo.mix import render
from synesthete.demo.styles import STYLES

SECONDS = 30.0


def write_demo(
    folder: str | os.PathLike[str],
    seconds: float = SECONDS,
    pieces: list[Piece] | None = None,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> list[Path]:
    """Compose, synthesize and write the pieces (all 60 by default); files already there are kept.

    Returns their paths in the order of the pieces; progress is told (done, total) after each.
    """
    wanted = discography() if pieces is None else pieces
    paths = [Path(folder) / path_of(piece) for piece in wanted]
    threads = workers or min(4, os.cpu_count() or 1)  # numpy and the coder let go of the interpreter
    with ThreadPoolExecutor(threads) as pool:
        written = pool.map(_write, paths, wanted, repeat(seconds))
        for done, _ in enumerate(written, start=1):
            if progress is not None:
                progress(done, len(wanted))
    return paths


def path_of(piece: Piece) -> Path:
    """Where a piece lies within the library's folder."""
    return Path(piece.artist) / piece.album / f"{piece.track_no:02d} {piece.title}.flac"


def _write(path: Path, piece: Piece, seconds: float) -> None:
    if path.exists():
        return
    style, seed = STYLES[piece.style], (piece.style, piece.number)
    sound = render(compose(style, seed, seconds), style, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    write_flac(beside, sound, SAMPLE_RATE, _tags(piece), cover((piece.style, piece.album_no)))
    beside.replace(path)


def _tags(piece: Piece) -> list[tuple[str, str]]:
    return [
        ("TITLE", piece.title),
        ("ARTIST", piece.artist),
        ("ALBUMARTIST", piece.artist),
        ("ALBUM", piece.album),
        ("TRACKNUMBER", str(piece.track_no)),
        ("DISCNUMBER", "1"),
        ("DATE", str(piece.year)),
        ("GENRE", piece.genre),
        ("COMMENT", "Composed and synthesized by Synesthete"),
    ]
