"""The page with a large catalog in a real browser: how long until a page stands, and whether the map stays fluid.

    python -m benchmarks.page [--tracks 100000] [--rounds 3]

Times are wall milliseconds of this machine, server and browser together, the best of the rounds; the same pages
are measured with a hundredth of the tracks in the same run, and the last column is the ratio.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.conftest import CHROMIUM, FLAGS, serving
from tests.browser.large import drag_the_map, make_large

PAGES = {
    "home": ("/", ".mic"),
    "artists": ("/search", "main li a.artist"),
    "albums": ("/search?browse=albums", "main li a.album"),
    "tracks": ("/search?browse=tracks", "main li.track"),
    "search": ("/search?q=bace", "main li.track"),
    "track": ("/track/77", ".results li.track"),
    "artist": ("/artist/7", "main li.track"),
    "mixer": ("/mixer?track=77", ".results li.track"),
    "library": ("/library", ".numbers-row"),
    "map": ("/map", "canvas[role=application][data-frames]"),
}
STEPS = 60


def main() -> None:
    """Print two Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    sizes = (max(1_000, wanted.tracks // 100), wanted.tracks)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        measured = []
        for size in sizes:
            make_large(Path(folder, str(size)), size)
            with serving(Path(folder, str(size))) as address, page_of(browser, address) as page:
                measured.append((times(page, wanted.rounds), drag_the_map(page, STEPS)))
        browser.close()
    (small, few), (large, many) = measured
    print(
        f"| ms until a page stands | {sizes[0]:,} tracks | {sizes[1]:,} tracks | elements | ratio |\n|---|---|---|---|---|"
    )
    for name, (ms, nodes) in large.items():
        print(f"| {name} | {small[name][0]:.0f} | {ms:.0f} | {nodes:,} | {ms / small[name][0]:.2f} |")
    print(
        f"\n| map, median of {STEPS} steps | ms between frames | 95 % below | ms drawing | drawing, {sizes[0]:,} tracks |"
    )
    print("|---|---|---|---|---|")
    for how in ("pan", "closer", "farther"):
        step = many[how]
        print(
            f"| {how} | {step['between']:.1f} | {step['late']:.1f} | {step['drawn']:.1f} | {few[how]['drawn']:.1f} |"
        )


@contextmanager
def page_of(browser: Browser, address: str) -> Iterator[Page]:
    """A page of this server."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=address, locale="en-US")
    yield context.new_page()
    context.close()


def times(page: Page, rounds: int) -> dict[str, tuple[float, int]]:
    """Of each page the best time in milliseconds until it stands, and how many elements it then has."""
    found: dict[str, tuple[float, int]] = {}
    for _ in range(rounds):
        for name, (path, sign) in PAGES.items():
            begun = time.perf_counter()
            page.goto(path)
            page.locator(sign).first.wait_for(timeout=60_000)
            ms = 1000 * (time.perf_counter() - begun)
            nodes = page.evaluate("document.querySelectorAll('*').length")
            found[name] = min(found.get(name, (ms, nodes)), (ms, nodes))
    return found


if __name__ == "__main__":
    main()
