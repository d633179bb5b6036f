"""A real server with a small demo library, and Debian's Chromium in front of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from synesthete.demo import discography, write_demo
from synesthete.library import Library
from synesthete.settings import load_settings

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
PATIENCE_MS = 20_000
"""A page may take so long on a busy machine; how fast it is, is asked by tests of their own."""
SECONDS = 20.0
PER_ARTIST = 2
NASTY = "<script>window.hacked=1"
"""A title that must stay text."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; a browser is tried twice, and the summary names what had to be."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def built_app() -> Path:
    """The folder of the built web app, built now unless it is up to date."""
    subprocess.run([sys.executable, str(ROOT / "webapp" / "build.py")], check=True)
    return ROOT / "src" / "synesthete" / "web" / "static"


@dataclass(frozen=True)
class Site:
    """A server with its library."""

    address: str
    music: Path
    paths: list[Path]
    data: Path

    def id_of(self, title: str) -> int:
        """The id of the track with this title."""
        return self.track(title)["id"]

    def track(self, title: str) -> dict[str, object]:
        """The track with this title, as the API tells it."""
        import httpx

        found = httpx.get(f"{self.address}/api/v1/search", params={"text": title}).json()["tracks"]
        return next(track for track in found if track["title"] == title)


def make_library(
    data: Path, music: Path, seconds: float = SECONDS, per_artist: int = PER_ARTIST, nasty: bool = True
) -> list[Path]:
    """A demo library in `data`, heard and drawn on the map, one title nasty if wanted; the pieces' paths."""
    pieces = [piece for piece in discography() if piece.number < per_artist]
    if nasty:
        pieces[-1] = replace(pieces[-1], title=NASTY)
    paths = write_demo(music, seconds=seconds, pieces=pieces)
    with Library(load_settings(data)) as library:
        library.add(music, quick=True)
        catalog = library.parts.catalog
        ids, vectors = catalog.embeddings.all(library.parts.stamp)
        centered = vectors.astype(np.float64) - vectors.mean(axis=0)
        axes = np.linalg.svd(centered, full_matrices=False)[2][:2]
        catalog.atlas.put_positions(np.asarray(ids), centered @ axes.T)
    return paths


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[str]:
    """`synesthete serve` for this data folder, with these settings (`upload_mb="1"`); its address."""
    command = [sys.executable, "-m", "synesthete", "serve", "--port", "0", "--data", str(data)]
    log = data / "server.log"
    with log.open("wb") as words:
        wanted = {f"SYNESTHETE_{name.upper()}": value for name, value in settings.items()}
        server = subprocess.Popen(command, stderr=words, env=os.environ | wanted)
    try:
        while not (found := re.search(r"http://\S+", log.read_text(errors="replace"))):
            if server.poll() is not None:
                raise RuntimeError(f"the server ended early: {log.read_text(errors='replace')}")
            time.sleep(0.1)
        yield found[0].rstrip("/")
    finally:
        server.terminate()
        server.wait(timeout=60)


@dataclass(frozen=True)
class Heard:
    """A library that was heard; `data` is to be copied, never served itself."""

    music: Path
    paths: list[Path]
    data: Path


@pytest.fixture(scope="session")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """Twenty pieces by ten artists."""
    folder = tmp_path_factory.mktemp("heard")
    return Heard(folder / "music", make_library(folder / "data", folder / "music"), folder / "data")


@contextmanager
def house_of(heard: Heard, folder: Path, **settings: str) -> Iterator[Site]:
    """A server of its own, with its own copy of the library in `folder`."""
    data = Path(shutil.copytree(heard.data, folder / "data"))
    with serving(data, **settings) as address:
        yield Site(address, heard.music, heard.paths, data)


@pytest.fixture(scope="session")
def site(built_app: Path, heard: Heard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server that most tests share."""
    with house_of(heard, tmp_path_factory.mktemp("site")) as house:
        yield house


@pytest.fixture(scope="session")
def playwright() -> Iterator[object]:
    """Playwright, or a reason why not."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    with sync_api.sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator[object]:
    """One Chromium for all tests."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield opened
    opened.close()


class Watch:
    """What a page complained about, and whom it asked besides our server.

    A server of the test's `own` ends before the page does, which may still ask it then.
    """

    def __init__(self, page, address: str, refusals: bool, own: bool):
        self.refusals, self.own = refusals, own
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self._address = address
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message) -> None:
        if self.refusals and message.text.startswith("Failed to load resource"):
            return
        if self.own and message.text.startswith("Failed to load resource: net::"):
            return
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self._address, "blob:", "data:")):
            self.strangers.append(request.url)


Open = Callable[..., object]


@pytest.fixture
def open_page(browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a page of the site: `open_page("/map", width=360)`. No complaints, no strangers asked.

    `refusals`: the server will refuse something, and that is what the test is about.
    `at`: the address of another server.
    """
    contexts = []
    watches = []

    def opened(
        path: str = "/", width: int = 1280, height: int = 800, scheme: str = "dark", refusals=False,
        at: str | None = None, **more
    ):  # fmt: skip
        address = at or request.getfixturevalue("site").address
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, base_url=address,
            **({"locale": "en-US"} | more),
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watches.append(Watch(page, address, refusals, own=at is not None))
        page.goto(path)
        page.locator("main h1").first.wait_for(state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [watch.complaints for watch in watches] == [[] for _ in watches]
    assert [watch.strangers for watch in watches] == [[] for _ in watches]
