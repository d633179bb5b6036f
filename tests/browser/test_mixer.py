"""The mixer: sound as a seed, dropped or recorded; and a list that is arranged by hand, kept and saved."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import soundfile
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHROMIUM, FLAGS, Open, Site

DROP = """([name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type: 'audio/flac' }));
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


def _titles(page: Page) -> list[str]:
    return page.locator(".results .title").all_inner_texts()


def _mix(open_page: Open, site: Site, place: int = 0) -> Page:
    page = open_page(f"/mixer?track={site.id_of(site.paths[place].stem[3:])}")
    expect(page.get_by_role("list", name="Start from")).to_be_visible()
    page.locator(".results li.track").nth(5).wait_for()
    page.wait_for_load_state("networkidle")
    return page


def test_a_dropped_file_is_a_seed(open_page: Open, site: Site) -> None:
    page = open_page("/mixer")
    piece = site.paths[9]
    with page.expect_response(
        lambda answer: answer.url.endswith("/recommendations") and '"clip"' in answer.request.post_data
    ) as answered:
        page.evaluate(DROP, [piece.name, base64.b64encode(piece.read_bytes()).decode()])
    expect(page.locator("li[data-seed=clip]")).to_contain_text(piece.name)
    found = [one["track"]["title"] for one in answered.value.json()["results"]]
    expect(page.locator(".results .title")).to_have_text(found)
    page.get_by_role("button", name=f"Remove {piece.name}").click()
    expect(page.locator("li[data-seed=clip]")).to_have_count(0)


def test_what_the_microphone_heard_is_a_seed(playwright, site: Site, tmp_path: Path) -> None:
    piece = site.paths[10]
    samples, rate = soundfile.read(piece, dtype="float32")
    heard = tmp_path / "heard.wav"
    soundfile.write(
        heard, np.atleast_2d(samples.T).mean(axis=0)[int(4 * rate) : int(16 * rate)], rate, subtype="PCM_16"
    )
    flags = [
        *FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={heard}%noloop",
    ]  # fmt: skip
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    try:
        page = browser.new_page(locale="en-US")
        page.goto(f"{site.address}/mixer")
        page.get_by_role("button", name="Microphone").click()
        enough = page.get_by_role("button", name="That is enough")
        expect(enough).to_be_enabled(timeout=10_000)
        page.wait_for_timeout(5_000)
        with page.expect_response(
            lambda answer: (
                answer.url.endswith("/recommendations") and '"clip"' in (answer.request.post_data or "")
            )
        ) as answered:
            enough.click()
        expect(page.locator("li[data-seed=clip]")).to_contain_text("My recording")
        nearest = [one["track"] for one in answered.value.json()["results"][:4]]
        artist = site.track(piece.stem[3:])["artist"]
        assert artist in {track["artist"] for track in nearest}
    finally:
        browser.close()


def test_words_for_sound_are_german_in_german_and_english_in_the_address(open_page: Open) -> None:
    page = open_page("/mixer?tag=piano&genre=Rock", locale="de-DE")
    page.locator(".results li.track").nth(5).wait_for()
    seeds = page.get_by_role("list", name="Ausgehen von")
    expect(seeds).to_contain_text("Klavier")
    expect(page.locator(".results").get_by_text("Klingt wie Klavier.").first).to_be_visible()
    expect(page.locator(".results").get_by_text("Trägt das Wort Rock.").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"Nur \d+ Titel passen: höchstens 2 je Künstler\."))).to_be_visible()
    assert page.locator("main").get_by_text("piano", exact=False).count() == 0


def test_rows_are_dragged_and_moved_with_the_keyboard(open_page: Open, site: Site) -> None:
    page = _mix(open_page, site)
    before = _titles(page)
    rows = page.locator(".results li.track")
    rows.nth(0).get_by_role("button", name="with the arrow keys").drag_to(
        rows.nth(3).get_by_role("button", name="with the arrow keys")
    )
    dragged = [*before[1:4], before[0], *before[4:]]
    expect(page.locator(".results .title")).to_have_text(dragged)

    grip = page.get_by_role("button", name=f"Move {dragged[2]} with the arrow keys")
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".results .title")).to_have_text([dragged[0], dragged[2], dragged[1], *dragged[3:]])
    expect(grip).to_be_focused()
    expect(grip.get_by_role("status")).to_have_text(f"{dragged[2]} is now number 2 of {len(before)}")
    page.keyboard.press("End")
    expect(page.locator(".results .title").last).to_have_text(dragged[2])
    page.keyboard.press("ArrowDown")
    expect(page.locator(".results .title").last).to_have_text(dragged[2])
    page.keyboard.press("Home")
    expect(page.locator(".results .title").first).to_have_text(dragged[2])
    expect(grip).to_be_focused()


def test_what_is_kept_stays_what_is_removed_does_not_return_and_both_are_saved(
    open_page: Open, site: Site
) -> None:
    page = _mix(open_page, site, place=5)
    titles = _titles(page)
    kept, gone = titles[-1], titles[0]
    page.get_by_role("button", name=f"Keep {kept}").click()
    with page.expect_response("**/recommendations") as answered:
        page.get_by_role("button", name=f"Remove {gone}").click()
    assert answered.value.request.post_data_json["exclude"]["tracks"] == [site.id_of(gone), site.id_of(kept)]
    with page.expect_response("**/recommendations"):
        page.get_by_role("slider", name="Sound or taste").fill("0")
    page.get_by_role("combobox", name="Add a track").fill(site.paths[14].stem[3:])
    with page.expect_response("**/recommendations"):
        page.get_by_role("option").first.click()
    expect(page.get_by_role("button", name=f"Keep {kept}")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".results .title").first).to_have_text(kept)
    assert gone not in _titles(page)

    page.get_by_role("button", name=f"Move {_titles(page)[2]} with the arrow keys").press("Home")
    arranged = _titles(page)
    page.get_by_role("button", name="Save as playlist").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of a new playlist").fill("Arranged")
    dialog.get_by_role("button", name="Create").click()
    page.get_by_role("status").filter(has_text="Saved in Arranged").get_by_role("button", name="Open").click()
    expect(page.locator("main h1")).to_have_text("Arranged")
    expect(page.locator(".entries .title")).to_have_text(arranged)

    rows = page.locator(".entries li")
    with page.expect_response("**/order"):
        rows.nth(2).get_by_role("button", name="with the arrow keys").drag_to(
            rows.nth(0).get_by_role("button", name="with the arrow keys")
        )
    with page.expect_response("**/order"):
        page.get_by_role("button", name=f"Move {arranged[0]} with the arrow keys").press("End")
    wanted = [arranged[2], arranged[1], *arranged[3:], arranged[0]]
    expect(page.locator(".entries .title")).to_have_text(wanted)
    page.reload()
    expect(page.locator(".entries .title")).to_have_text(wanted)
