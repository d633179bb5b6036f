"""`make screenshots`: every page in both themes at phone, desk and wall width, from a demo library.

    python tests/browser/screenshots.py FOLDER [WORD ...]

WORDs choose pages by name: `python tests/browser/screenshots.py screenshots home map`. The word `readme` takes those
three that the documents show, and puts them there, small.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, make_library, serving

WIDTHS = {"phone": (360, 740), "desk": (1280, 860), "wall": (2560, 1300)}
README = ("ask", "home", "map")
ASK_HIGH = 1180
"""Pixels: the chosen span and the first answers on one picture."""
PLAYED = (1, 5, 5, 9, 14, 5, 22, 31, 1, 9, 14, 40, 41, 3, 27, 52)


def live_in(address: str) -> dict[str, str]:
    """A little life in the library, so that no page is empty; the pages' names and paths."""
    api = httpx.Client(base_url=f"{address}/api/v1", timeout=60)
    now = int(time.time())
    listens = [
        {
            "at": now - 40_000 * i,
            "track_id": PLAYED[i % len(PLAYED)],
            "played_s": 29 if i % 5 else 4,
            "skipped": i % 5 == 0,
        }
        for i in range(50)
    ]
    api.post("/listens", json={"listens": listens}).raise_for_status()
    for track_id, word in ((5, "like"), (14, "like"), (31, "dislike"), (22, "never")):
        api.post("/feedback", json={"track_id": track_id, "word": word}).raise_for_status()
    for text in ("rain", "night bus", "slow"):
        api.post("/searches", json={"text": text}).raise_for_status()
    made = api.post("/playlists", json={"name": "Sunday, slowly", "track_ids": [1, 9, 14, 20, 31, 40]})
    playlist = made.raise_for_status().json()["playlist"]["id"]
    api.post("/playlists", json={"name": "Night drive", "track_ids": [5, 7, 8, 33, 34]}).raise_for_status()
    for kind in ("cluster", "replay"):
        api.post("/jobs", json={"kind": kind}).raise_for_status()
    while {"cluster", "replay"} - {
        job["kind"] for job in api.get("/jobs").json()["jobs"] if job["state"] != "running"
    }:
        time.sleep(0.5)
    shared = api.post("/shares", json={"title": "Sunday, slowly", "playlist_id": playlist}).raise_for_status()
    track = api.get("/tracks/5").json()["track"]
    return {
        "home": "/", "search": "/search?q=o", "track": "/track/5", "artist": f"/artist/{track['artist_id']}",
        "album": f"/album/{track['album_id']}", "mixer": "/mixer?track=5", "map": "/map",
        "playlists": "/playlists",
        "playlist": f"/playlist/{playlist}", "words": "/feedback", "library": "/library",
        "dashboard": "/dashboard",
        "settings": "/settings", "browse": "/search?browse=albums", "shared": shared.json()["url"],
    }  # fmt: skip


def settle(page: Page) -> None:
    """Until the page is there and its pictures are drawn."""
    page.locator("main h1").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def ask_with_sound(page: Page, piece: Path) -> None:
    """The signature: a file was handed over, its moments are compared, and a result plays."""
    page.set_input_files("input[type=file]", piece)
    page.locator(".results li.track").first.wait_for(timeout=60_000)
    page.locator(".results button.cover").nth(1).click()
    page.wait_for_function("() => document.querySelector('#player-audio').currentTime > 1")
    page.locator(".pair canvas.there").nth(1).wait_for()
    page.evaluate("scrollTo(0, 0)")
    settle(page)


def take(target: Path, chosen: list[str]) -> None:
    """All pictures into the folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        music = Path(folder, "music")
        paths = make_library(Path(folder, "data"), music, seconds=30.0, per_artist=6, nasty=False)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving(Path(folder, "data")) as address:
            pages = live_in(address) | {"ask": "/"}
            for scheme in ("dark", "light"):
                for width, (wide, high) in WIDTHS.items():
                    context = browser.new_context(
                        viewport={"width": wide, "height": high},
                        color_scheme=scheme,
                        locale="en-US",
                        base_url=address,
                    )
                    page = context.new_page()
                    for name, path in pages.items():
                        if chosen and name not in chosen:
                            continue
                        page.goto(path)
                        settle(page)
                        if name == "ask":
                            page.set_viewport_size({"width": wide, "height": max(high, ASK_HIGH)})
                            ask_with_sound(page, paths[8])
                        page.screenshot(path=target / f"{name}-{width}-{scheme}.png")
                        page.set_viewport_size({"width": wide, "height": high})
                    context.close()
        browser.close()


def keep_small(taken: Path) -> None:
    """The pictures of the documents, as WebP: in full color and sharp at a tenth of a PNG."""
    for name in README:
        with Image.open(taken / f"{name}-desk-dark.png") as picture:
            picture.convert("RGB").save(ROOT / "docs" / "images" / f"{name}.webp", quality=82, method=6)


if __name__ == "__main__":
    subprocess.run([sys.executable, str(ROOT / "webapp" / "build.py")], check=True)
    words = sys.argv[2:]
    take(Path(sys.argv[1]), [*README] if words == ["readme"] else words)
    if words == ["readme"]:
        keep_small(Path(sys.argv[1]))
