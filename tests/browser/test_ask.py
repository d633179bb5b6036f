"""Asking with sound: a file and a region, the microphone, and what comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from tests.browser.conftest import CHROMIUM, FLAGS, Open, Site


@pytest.fixture(scope="module")
def piece(site: Site) -> Path:
    """A piece of the library."""
    return site.paths[10]


def _title(path: Path) -> str:
    return path.stem[3:]


def test_a_file_is_seen_cut_and_recognized(open_page: Open, piece: Path) -> None:
    page = open_page("/")
    with page.expect_response("**/api/v1/clips") as answer:
        page.set_input_files("input[type=file]", piece)
    # Only the chosen ten seconds travel, not the whole file.
    assert answer.value.json()["clip"]["duration_s"] == pytest.approx(10, abs=0.2)
    known = page.get_by_role("region", name="Recognized")
    expect(known).to_contain_text(_title(piece))
    results = page.locator(".results li.track")
    assert results.count() > 5
    # Query moment and result moment, side by side, in color.
    expect(page.locator(".pair canvas.there")).to_have_count(2)

    start, end = page.get_by_label("Start (s)"), page.get_by_label("End (s)")
    length = float(end.input_value()) - float(start.input_value())
    assert length == pytest.approx(10, abs=0.2)
    with page.expect_response("**/api/v1/clips") as answer:
        start.fill("2")
        start.press("Enter")
    assert answer.value.ok
    with page.expect_response("**/api/v1/clips"):
        end.fill("9")
        end.press("Enter")
    expect(start).to_have_value("2")
    expect(end).to_have_value("9")


def test_the_region_is_dragged(open_page: Open, piece: Path) -> None:
    page = open_page("/")
    page.set_input_files("input[type=file]", piece)
    page.locator(".results li.track").first.wait_for()
    start = page.get_by_label("Start (s)")
    before = float(start.input_value())
    region = page.locator("[part~=region]").first
    box = region.bounding_box()
    frame = page.locator(".screen").bounding_box()
    toward = -1 if box["x"] - frame["x"] > frame["width"] / 4 else 1
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + toward * 120, box["y"] + 40, steps=6)
    with page.expect_response("**/api/v1/clips"):
        page.mouse.up()
    moved = float(start.input_value()) - before
    assert moved * toward > 1


def test_a_result_plays_at_its_moment(open_page: Open, piece: Path) -> None:
    page = open_page("/")
    page.set_input_files("input[type=file]", piece)
    rows = page.locator(".results li.track")
    rows.first.wait_for()
    with page.expect_response("**/api/v1/clips") as answer:
        page.get_by_role("button", name="Find similar").click()
    moments = {
        result["track"]["id"]: result["moment"]["start_s"] for result in answer.value.json()["results"]
    }
    shown = [int(row.get_attribute("data-track")) for row in rows.all()]
    late = max(shown, key=moments.__getitem__)
    assert moments[late] > 0
    page.locator(f".results li[data-track='{late}'] button.cover").click()
    page.wait_for_function(
        "() => { const a = document.querySelector('#player-audio'); return !a.paused && a.currentTime > 0 }"
    )
    assert page.evaluate("document.querySelector('#player-audio').currentTime") >= moments[late]


def test_silence_is_drawn_dark(open_page: Open, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(16_000 * 4), 16_000)
    page = open_page("/", refusals=True)
    page.set_input_files("input[type=file]", tmp_path / "silent.wav")
    expect(page.get_by_role("alert")).to_contain_text("silence")
    brightest = page.locator("main canvas").first.evaluate(
        "canvas => Math.max(...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data.filter((_, i) => i % 4 < 3))"
    )
    assert brightest < 100


def test_a_broken_file_is_explained(open_page: Open, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"this is no music at all" * 50)
    page = open_page("/", refusals=True)
    page.set_input_files("input[type=file]", broken)
    expect(page.get_by_role("alert")).to_contain_text("sound")


def test_the_microphone_finds_the_track(playwright, site: Site, piece: Path, tmp_path: Path) -> None:
    """A fake microphone plays twelve seconds of a library track into the page."""
    samples, rate = soundfile.read(piece, dtype="float32")
    excerpt = np.atleast_2d(samples.T).mean(axis=0)[int(4 * rate) : int(18 * rate)]
    heard = tmp_path / "heard.wav"
    soundfile.write(heard, excerpt, rate, subtype="PCM_16")
    flags = [
        *FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={heard}%noloop",
    ]  # fmt: skip
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    try:
        page = browser.new_page(locale="en-US")
        page.goto(site.address)
        page.get_by_role("button", name="Listen with the microphone").click()
        enough = page.get_by_role("button", name="That is enough")
        expect(enough).to_be_enabled(timeout=10_000)
        page.wait_for_timeout(7_000)
        enough.click()
        expect(page.get_by_role("region", name="Recognized")).to_contain_text(_title(piece), timeout=30_000)
    finally:
        browser.close()
