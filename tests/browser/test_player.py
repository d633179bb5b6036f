"""The player: sound really advances, and never stops while people walk about."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Open, Site

AUDIO = "document.querySelector('#player-audio')"


def _time(page) -> float:
    return page.evaluate(f"{AUDIO}.currentTime")


def _advances(page) -> None:
    page.wait_for_function(f"() => !{AUDIO}.paused && {AUDIO}.currentTime > 0.3")
    before = _time(page)
    page.wait_for_function(f"before => {AUDIO}.currentTime > before + 0.4", arg=before)


def test_plays_seeks_and_survives_navigation(open_page: Open, site: Site) -> None:
    track = site.track(site.paths[0].stem[3:])
    page = open_page(f"/track/{track['id']}")
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    _advances(page)
    player = page.get_by_role("region", name="Player")
    expect(player).to_contain_text(track["title"])

    seek = player.get_by_role("slider", name="Position")
    seek.evaluate(
        "slider => { slider.value = 12; slider.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    page.wait_for_function(f"() => {AUDIO}.currentTime >= 12")

    page.evaluate(f"{AUDIO}.marked = true")
    for name in ("Mixer", "Playlists", "Library"):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("main h1")).to_have_text(name)
    assert page.evaluate(f"{AUDIO}.marked") is True
    _advances(page)
    assert _time(page) > 12

    page.locator("main h1").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"() => {AUDIO}.paused")
    before = _time(page)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"before => {AUDIO}.currentTime < before - 3", arg=before)
    page.keyboard.press("Space")
    _advances(page)
    title = page.evaluate("navigator.mediaSession.metadata.title")
    assert title == track["title"]
    assert page.title().startswith(track["title"])


def test_a_page_that_cannot_be_loaded_is_told_and_the_music_plays_on(open_page: Open, site: Site) -> None:
    track = site.track(site.paths[0].stem[3:])
    page = open_page(f"/track/{track['id']}", refusals=True)
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    _advances(page)
    page.evaluate(f"{AUDIO}.marked = true")
    links = page.get_by_role("navigation")
    page.context.set_offline(True)
    links.get_by_role("link", name="Playlists", exact=True).click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("The server does not answer")
    expect(links.get_by_role("link", name="Playlists", exact=True)).to_have_attribute("aria-current", "page")
    page.context.set_offline(False)
    page.locator("main").get_by_role("button", name="Try again").click()
    expect(page.locator("main h1")).to_have_text("Playlists")
    expect(page.locator("main").get_by_role("button", name="New playlist")).to_be_visible()
    assert page.evaluate(f"{AUDIO}.marked") is True


def test_the_system_is_told_what_plays_with_pictures_that_are_there(open_page: Open, site: Site) -> None:
    """What a lock screen shows: names and the cover; the program's own mark where a track has none."""
    track = site.track(site.paths[0].stem[3:])
    assert track["has_cover"]
    page = open_page(f"/track/{track['id']}")
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    told = _told(page)
    assert [told[name] for name in ("title", "artist", "album")] == [
        track[name] for name in ("title", "artist", "album")
    ]
    assert len(told["artwork"]) == 2
    for picture in told["artwork"]:
        assert f"/tracks/{track['id']}/cover" in picture["src"]
        width, height = _picture(page, picture, "image/jpeg")
        assert f"{width}x{height}" == picture["sizes"] or max(width, height) <= 300, (
            "the demo's covers are small"
        )

    def without_cover(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"has_cover":true', '"has_cover":false'))

    page.route(f"**/api/v1/tracks/{track['id']}", without_cover)
    page.reload()
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    [mark] = _told(page)["artwork"]
    assert _picture(page, mark, "image/png") == (512, 512)


def _told(page) -> dict:
    """What the browser hands on to the system."""
    page.wait_for_function("() => navigator.mediaSession.metadata")
    return page.evaluate(
        """() => {
            const { title, artist, album, artwork } = navigator.mediaSession.metadata;
            return { title, artist, album, artwork: artwork.map(({ src, sizes, type }) => ({ src, sizes, type })) };
        }"""
    )


def _picture(page, told: dict, kind: str) -> tuple[int, int]:
    """Width and height of a picture that was told, fetched from where it is said to be."""
    answer = page.request.get(told["src"])
    assert answer.ok and answer.headers["content-type"] == kind == told["type"], told
    with Image.open(io.BytesIO(answer.body())) as image:
        return image.size


def test_queue_next_previous_and_volume(open_page: Open, site: Site) -> None:
    page = open_page("/search?q=Lamp")
    rows = page.locator("li.track")
    rows.first.wait_for()
    titles = rows.locator(".title").all_text_contents()
    rows.nth(0).locator("button.cover").click()
    _advances(page)
    player = page.get_by_role("region", name="Player")
    player.get_by_role("button", name="Next").click()
    expect(player.locator(".title")).to_have_text(titles[1])
    _advances(page)
    player.get_by_role("button", name="Previous").click()
    expect(player.locator(".title")).to_have_text(titles[0])
    player.get_by_role("slider", name="Volume").fill("0.3")
    assert abs(page.evaluate(f"{AUDIO}.volume") - 0.3) < 0.02
    player.get_by_role("button", name="Queue").click()
    queue = page.get_by_role("complementary", name="Queue")
    expect(queue.locator("li")).to_have_count(len(titles))


def test_radio_goes_on_by_itself(open_page: Open, site: Site) -> None:
    page = open_page(f"/track/{site.id_of(site.paths[3].stem[3:])}")
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    _advances(page)
    player = page.get_by_role("region", name="Player")
    with page.expect_response("**/api/v1/recommendations"):
        player.get_by_role("button", name="Radio: keep playing like this").click()
    first = player.locator(".title").inner_text()
    player.get_by_role("button", name="Next").click()
    expect(player.locator(".title")).not_to_have_text(first)
    _advances(page)


def test_listens_are_reported(open_page: Open, site: Site) -> None:
    page = open_page("/search?q=Harbor")
    rows = page.locator("li.track")
    rows.first.locator("button.cover").click()
    page.wait_for_function(f"() => {AUDIO}.currentTime > 1.4")
    with page.expect_request("**/api/v1/listens") as sent:
        page.get_by_role("region", name="Player").get_by_role("button", name="Next").click()
    listen = sent.value.post_data_json["listens"][0]
    assert listen["played_s"] >= 1
    assert listen["skipped"] is True


def test_a_file_that_is_gone_is_told_beside_the_player_not_on_it(open_page: Open, site: Site) -> None:
    track = site.track(site.paths[0].stem[3:])
    page = open_page(f"/track/{track['id']}", refusals=True)
    gone = {
        "error": {"what": "the file of this track is gone just now", "subject": None, "hint": "Look again."}
    }
    page.route("**/api/v1/tracks/*/audio", lambda route: route.fulfill(status=404, json=gone))
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    toast = page.locator(".toast").filter(has_text="the file of this track is gone just now. Look again.")
    expect(toast).to_be_visible()
    page.wait_for_timeout(300)  # it rises
    said, player = toast.bounding_box(), page.get_by_role("region", name="Player").bounding_box()
    assert said["y"] + said["height"] <= player["y"]
