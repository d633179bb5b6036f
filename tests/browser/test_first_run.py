"""The first hour: nothing there yet, a folder is chosen, its music is heard, and what fails says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from tests.browser.conftest import Open, serving

RATE = 4_000
LONG_S = 240
LONG_FILES = 14
MEGABYTES = "1"


@dataclass(frozen=True)
class Fresh:
    """A server that knows nothing yet, and music it may be given."""

    address: str
    home: Path


@pytest.fixture(scope="module")
def fresh(built_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """Long pieces and two broken files under the only folder that may be added."""
    home = tmp_path_factory.mktemp("home")
    music = home / "Records"
    music.mkdir()
    time_s = np.arange(RATE * LONG_S) / RATE
    for i in range(LONG_FILES):
        tone = 0.3 * np.sin(2 * np.pi * 110 * (i + 1) * time_s) * (np.sin((i + 2) * time_s) > 0)
        soundfile.write(music / f"Piece {i}.wav", tone.astype(np.float32), RATE, subtype="PCM_16")
    (music / "Scratched.mp3").write_bytes(b"no sound in here " * 200)
    soundfile.write(music / "Nothing.wav", np.zeros(RATE * 20, np.float32), RATE, subtype="PCM_16")
    data = tmp_path_factory.mktemp("fresh")
    with serving(data, roots=str(home), upload_mb=MEGABYTES) as address:
        yield Fresh(address, home)


@pytest.mark.parametrize("path", ["/search", "/mixer", "/map", "/playlists", "/library", "/feedback"])
def test_an_empty_page_says_what_to_do_next(open_page: Open, fresh: Fresh, path: str) -> None:
    page = open_page(path, at=fresh.address)
    empty = page.locator(".empty").first
    expect(empty).to_be_visible()
    assert empty.locator("a, button").count() > 0
    if path in ("/search", "/mixer", "/map"):  # there is nothing to do with music before there is some
        expect(empty.get_by_role("link", name="Add your music")).to_have_attribute("href", "/library?add=1")


def test_a_folder_that_cannot_be_read_is_named_readably(open_page: Open, fresh: Fresh) -> None:
    folder = {"id": 1, "path": "/mnt/usb", "tracks": 3, "added_at": 1, "scanned_at": 1, "present": False}
    page = open_page("/", at=fresh.address)
    page.route("**/api/v1/library/folders", lambda route: route.fulfill(json={"folders": [folder]}))
    page.goto("/library")
    badge = page.get_by_text("cannot be read now")
    style = badge.evaluate("e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor] }")
    assert style[0] != style[1]


def test_the_mixer_offers_nothing_to_start_over_from(open_page: Open, fresh: Fresh) -> None:
    page = open_page("/mixer", at=fresh.address)
    expect(page.locator(".empty")).to_contain_text("What should it start from?")
    expect(page.get_by_role("button", name="Start over")).to_have_count(0)


def test_the_start_page_offers_two_ways_to_begin(open_page: Open, fresh: Fresh) -> None:
    page = open_page("/", at=fresh.address)
    expect(page.get_by_role("heading", name="Your music, seen by ear")).to_be_visible()
    started = {"kind": "demo", "process": 1}
    page.route(
        "**/api/v1/jobs",
        lambda route: (
            route.fulfill(status=202, json=started) if route.request.method == "POST" else route.continue_()
        ),
    )
    with page.expect_request(lambda request: request.method == "POST") as asked:
        page.get_by_role("button", name="Try the demo library").click()
    assert asked.value.post_data_json == {"kind": "demo"}
    expect(page.locator("main h1")).to_have_text("Library")


def test_a_file_too_large_is_refused_before_it_travels(open_page: Open, fresh: Fresh, tmp_path: Path) -> None:
    large = tmp_path / "endless.flac"
    large.write_bytes(bytes(2_000_000))
    sent = []
    page = open_page("/search", at=fresh.address)
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/mixer")
    page.get_by_label("Add a sound").set_input_files(large)
    said = page.get_by_role("alert").or_(page.get_by_role("status")).filter(has_text="endless.flac has 2 MB")
    expect(said).to_contain_text("up to 1 MB")
    assert not [url for url in sent if url.endswith(("/clips", "/import"))]


def test_a_folder_is_chosen_heard_paused_and_resumed(open_page: Open, fresh: Fresh) -> None:
    page = open_page("/", at=fresh.address, refusals=True)
    page.get_by_role("link", name="Add your music").click()
    dialog = page.get_by_role("dialog", name="Choose a folder on the server")
    field = dialog.get_by_label("Path on the server")
    field.fill("/etc")
    field.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    field.fill(str(fresh.home))
    field.press("Enter")
    dialog.get_by_role("button", name="Records").click()
    expect(dialog).to_contain_text(f"{LONG_FILES + 2} sound files directly in here")
    dialog.get_by_role("button", name="Add this folder").click()

    job = page.locator("article[data-job=analyze]").filter(has_text="full")
    job.get_by_role("button", name="Pause").click(timeout=60_000)
    expect(job).to_have_attribute("data-state", "paused")
    page.wait_for_timeout(2_000)  # what is in flight is finished
    before = job.inner_text()
    page.wait_for_timeout(1_500)
    assert job.inner_text() == before
    job.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("region", name="Going on now")).to_have_count(0, timeout=90_000)

    expect(page.get_by_role("region", name="How much has been heard")).to_contain_text(f"{LONG_FILES}heard")
    failed = page.get_by_role("region", name="Files that could not be heard")
    expect(failed.get_by_role("row", name="Scratched")).to_contain_text("not a sound file")
    expect(failed.get_by_role("row", name="Nothing")).to_contain_text("silence")
    page.get_by_role("navigation").get_by_role("link", name="Ask with sound").click()
    expect(page.get_by_role("region", name="New in your library")).to_contain_text("Piece 1")
