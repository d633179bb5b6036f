"""A house to knock at: real files, vectors that prove themselves, and a real server on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import uvicorn

from synesthete.catalog.entries import Entry
from synesthete.jobs.refresh import refresh
from synesthete.parts import Parts, open_parts
from synesthete.settings import load_settings
from synesthete.web.app import create_app
from tests import sound

ARTISTS = ("Ada Byron", "Bela B", "Cèsar & F", "Dora <D>")
PER_ALBUM = 3


def furnish(parts: Parts, music: Path) -> None:
    """Four artists with two albums of three tracks; each artist's tracks lie together among the sounds."""
    music.mkdir(parents=True, exist_ok=True)
    tone = sound.write(music / "tone.flac", sound.chord(220, 2.0))
    folder = parts.catalog.folders.add(music)
    dim = parts.encoder.card.dim
    rng = np.random.default_rng(7)
    for number, artist in enumerate(ARTISTS):
        middle = np.zeros(dim)
        middle[number] = 1.0
        for album in ("First", "Second"):
            for track_no in range(1, PER_ALBUM + 1):
                path = music / f"{number}-{album}-{track_no}.flac"
                path.write_bytes(tone.read_bytes())
                track_id = parts.catalog.tracks.put(
                    Entry(title=f"{album} {track_no} by {artist[0]}", artist=artist, album=f"{album} of {artist[0]}",
                          track_no=track_no, year=1990 + 10 * number, genres=(f"Genre {number}",), duration_s=2.0,
                          folder_id=folder.id, path=str(path))
                )  # fmt: skip
                vector = middle + rng.normal(0, 0.02, dim)
                parts.catalog.embeddings.put(
                    track_id, parts.stamp, (vector / np.linalg.norm(vector)).astype(np.float32)
                )
    refresh(parts.catalog, parts.index_folder(), parts.stamp)


@contextmanager
def house(folder: Path, **settings: object) -> Iterator[tuple[Parts, str]]:
    """A furnished house with its server running: the parts and the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open_parts(load_settings(folder / "data", port=port, **settings)) as parts:
        furnish(parts, folder / "music")
        server = uvicorn.Server(
            uvicorn.Config(create_app(parts), host="127.0.0.1", port=port, log_level="warning")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield parts, f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)
