"""A large catalog for the browser: invented names, random vectors in groups, no sound files.

python tests/browser/large.py DATA [TRACKS]     then: synesthete serve --data DATA
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from synesthete.catalog.entries import Entry
from synesthete.jobs.refresh import refresh
from synesthete.parts import open_parts
from synesthete.settings import load_settings

SYLLABLES = (
    "ba",
    "ce",
    "do",
    "fi",
    "gu",
    "ha",
    "je",
    "ko",
    "li",
    "mu",
    "na",
    "pe",
    "ro",
    "si",
    "tu",
    "va",
    "we",
    "zo",
)
GENRES = 40
ALBUM_TRACKS = 10
ARTIST_ALBUMS = 2
BATCH = 5_000


def make_large(data: Path, tracks: int, seed: int = 5) -> None:
    """A catalog of so many tracks (ten to an album, two albums to an artist), with index and map, in `data`."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    words = sorted({"".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(6_000)})
    with open_parts(load_settings(data)) as parts:
        catalog = parts.catalog
        folder = catalog.folders.add("/music")
        for start in range(0, tracks, BATCH):
            numbers = range(start, min(start + BATCH, tracks))
            catalog.tracks.put_many([_entry(number, words, rng, folder.id) for number in numbers])
        ids = catalog.tracks.ids()
        group = (ids // (ALBUM_TRACKS * ARTIST_ALBUMS)) % GENRES
        vectors = draw.normal(size=(GENRES, parts.encoder.card.dim))[group] + draw.normal(
            size=(len(ids), parts.encoder.card.dim)
        )
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        catalog.embeddings.put_many(parts.stamp, ids.tolist(), vectors.astype(np.float16))
        catalog.ledger.mark_many(((int(i), "analyzed", None) for i in ids), parts.stamp)
        refresh(catalog, parts.index_folder(), parts.stamp)
        homes = draw.normal(0, 3, (GENRES, 2))
        catalog.atlas.put_positions(ids, homes[group] + draw.normal(0, 0.5, (len(ids), 2)))


def _entry(number: int, words: list[str], rng: random.Random, folder_id: int) -> Entry:
    album, artist = number // ALBUM_TRACKS, number // (ALBUM_TRACKS * ARTIST_ALBUMS)
    named = random.Random(artist)
    name = " ".join(named.sample(words, 2))
    return Entry(
        " ".join(rng.choices(words, k=rng.randint(1, 3))), f"{name} {artist}", f"{words[album % len(words)]} {album}",
        track_no=number % ALBUM_TRACKS + 1, year=1960 + album % 65, genres=(f"Genre {artist % GENRES}",),
        duration_s=120.0 + number % 240, codec="FLAC", path=f"/music/{number}.flac", size=20_000_000,
        folder_id=folder_id,
    )  # fmt: skip


DRAG = """async steps => {
    const canvas = document.querySelector('canvas[role=application]');
    canvas.setPointerCapture = () => {};
    const box = canvas.getBoundingClientRect();
    const point = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {
        bubbles: true, pointerId: 1, pointerType: 'mouse', clientX: box.left + x, clientY: box.top + y }));
    const wheel = (turn) => canvas.dispatchEvent(new WheelEvent('wheel', {
        bubbles: true, cancelable: true, deltaY: turn, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }));
    const begun = Number(canvas.dataset.frames);
    const run = async (move) => {
        const between = [], drawn = [];
        let last = performance.now();
        for (let i = 0; i < steps; i++) {
            move(i);
            await new Promise(requestAnimationFrame);
            between.push(performance.now() - last);
            last = performance.now();
            drawn.push(Number(canvas.dataset.drawn));
        }
        between.sort((a, b) => a - b);
        drawn.sort((a, b) => a - b);
        return { between: between[steps >> 1], late: between[Math.floor(0.95 * steps)], drawn: drawn[steps >> 1], best: drawn[0] };
    };
    point('pointerdown', 300, 200);
    const pan = await run(i => point('pointermove', 300 + 3 * i, 200 + i));
    point('pointerup', 300, 200);
    const frames = Number(canvas.dataset.frames) - begun;
    const closer = await run(() => wheel(-60));
    const farther = await run(() => wheel(60));
    return { pan, closer, farther, frames };
}"""


def drag_the_map(page: Page, steps: int) -> dict[str, object]:
    """Pan, zoom in and out, so many steps each: milliseconds between frames and for drawing them."""
    moved = page.evaluate(DRAG, steps)
    return moved | {"best_drawn_ms": min(moved[how]["best"] for how in ("pan", "closer", "farther"))}


if __name__ == "__main__":
    make_large(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
