"""What a page does with what it is given: hostile names stay text, nothing inline runs, failures are said and tried again."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NASTY, Open, Site
from tests.browser.test_everyone import paths_of

INLINE = """() => {
    const made = [];
    for (const source of ["window.ran = 'script'", "window.ran = 'again'"]) {
        const script = document.createElement('script');
        script.textContent = source;
        document.head.append(script);
    }
    const button = document.createElement('button');
    button.setAttribute('onclick', "window.ran = 'handler'");
    document.body.append(button);
    button.click();
    button.setAttribute('style', 'position: fixed');
    made.push(window.ran ?? null, getComputedStyle(button).position);
    button.remove();
    return made;
}"""


def test_every_page_forbids_whatever_is_inline(browser, site: Site) -> None:
    for path in paths_of(site):
        answer = httpx.get(site.address + path)
        rules = dict(
            rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
        )
        assert rules["default-src"] == "'none'" and rules["script-src"] == "'self'", path
        assert "unsafe" not in str(rules), path
    # That the rules hold, and that `open_page` would notice a page that breaks them, as it looks at every page:
    other = browser.new_context(base_url=site.address).new_page()
    said: list[str] = []
    other.on("console", lambda message: said.append(message.text))
    other.goto("/settings")
    assert other.evaluate(INLINE) == [None, "static"]
    assert len([text for text in said if "Content Security Policy" in text]) >= 3
    other.context.close()


def test_a_hostile_title_is_text_wherever_it_is_shown(open_page: Open, site: Site) -> None:
    api = httpx.Client(base_url=f"{site.address}/api/v1")
    track = next(
        one for one in api.get("/tracks", params={"n": 50}).json()["tracks"] if one["title"] == NASTY
    )
    word = api.post("/feedback", json={"track_id": track["id"], "word": "like"}).json()
    playlist = api.post("/playlists", json={"name": NASTY, "track_ids": [track["id"]]}).json()["playlist"]
    page = open_page("/")
    for path in (
        f"/track/{track['id']}", f"/artist/{track['artist_id']}", f"/album/{track['album_id']}", "/search?q=hacked",
        "/search?browse=tracks", f"/playlist/{playlist['id']}", "/playlists", "/feedback", f"/mixer?track={track['id']}",
    ):  # fmt: skip
        page.goto(path)
        expect(page.get_by_text(NASTY).first, path).to_be_visible()
        assert page.evaluate("window.hacked === undefined && !document.querySelector('main script')"), path
    page.goto(f"/track/{track['id']}")
    page.locator("main").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => document.querySelector('#player-audio').currentTime > 0.2")
    page.get_by_role("button", name="Queue").click()
    expect(page.get_by_role("complementary", name="Queue")).to_contain_text(NASTY)
    assert page.evaluate("navigator.mediaSession.metadata.title") == NASTY
    assert page.title().startswith(NASTY)
    page.get_by_role("navigation").get_by_role("link", name="Map").click()
    canvas = page.get_by_role("application")
    canvas.wait_for()
    assert page.evaluate("window.hacked") is None
    api.delete(f"/feedback/{word['id']}").raise_for_status()
    api.delete(f"/playlists/{playlist['id']}").raise_for_status()


def _there(role: str, **more: object) -> Callable[[Page], object]:
    return lambda page: page.locator("main").get_by_role(role, **more).first


FAILING = {
    "/": ("tracks", _there("region", name="New in your library")),
    "/search?q=lamp": ("search", _there("region", name="Tracks")),
    "/search?browse=albums": ("albums", lambda page: page.locator("main li a[href^='/album/']").first),
    "/track/{track}": ("tracks/{track}", _there("button", name="Play", exact=True)),
    "/artist/{artist}": ("artists/{artist}", _there("button", name="Play", exact=True)),
    "/album/{album}": ("albums/{album}", _there("button", name="Play", exact=True)),
    "/playlist/{playlist}": ("playlists/{playlist}", _there("button", name="Play", exact=True)),
    "/mixer?track={track}": ("recommendations", _there("button", name="Play all")),
    "/map": ("map", _there("application")),
    "/playlists": ("playlists", lambda page: page.locator("main a[href^='/playlist/']").first),
    "/library": ("library/folders", _there("region", name="Folders")),
    "/feedback": ("feedback", _there("button", name=re.compile("Take back: "))),
    "/dashboard": ("dashboard/popular", _there("heading", name="The catalog")),
    "/settings": ("keys", _there("button", name="Make a key")),
}


def test_a_failure_is_said_on_every_page_and_tried_again(open_page: Open, site: Site) -> None:
    track = site.track(site.paths[0].stem[3:])
    playlist = int(paths_of(site)[-1].rpartition("/")[2])
    names = {
        "track": track["id"],
        "artist": track["artist_id"],
        "album": track["album_id"],
        "playlist": playlist,
    }
    api = httpx.Client(base_url=f"{site.address}/api/v1")
    word = api.post("/feedback", json={"track_id": track["id"], "word": "like"}).json()
    page = open_page("/nowhere", refusals=True)
    refusal = {"error": {"what": "the disk is full", "subject": None, "hint": "Make room"}}
    full: list[str] = []
    page.route(
        lambda url: bool(full) and url.partition("?")[0].endswith(full[0]),
        lambda route: route.fulfill(status=503, json=refusal),
    )
    for path, (part, there) in FAILING.items():
        full[:] = [f"/api/v1/{part.format(**names)}"]
        page.goto(path.format(**names))
        alert = page.locator("main").get_by_role("alert").first
        expect(alert, path).to_contain_text("the disk is full. Make room")
        full.clear()
        alert.get_by_role("button", name="Try again").click()
        expect(there(page), path).to_be_visible()
        expect(page.locator("main").get_by_role("alert"), path).to_have_count(0)
    api.delete(f"/feedback/{word['id']}").raise_for_status()


@pytest.mark.parametrize("path", ["/track/999999", "/artist/999999", "/playlist/999999"])
def test_what_is_not_there_is_looked_for_elsewhere_not_asked_for_again(open_page: Open, path: str) -> None:
    alert = open_page(path, refusals=True).locator("main").get_by_role("alert").first
    expect(alert).to_contain_text("has this id: 999999")
    expect(alert.get_by_role("link", name="Search")).to_have_attribute("href", "/search")
    expect(alert.get_by_role("button")).to_have_count(0)


def test_a_server_that_is_gone_is_said_in_words(open_page: Open, site: Site) -> None:
    page = open_page("/search", refusals=True)
    page.route("**/api/v1/search*", lambda route: route.abort())
    page.get_by_role("searchbox").fill("lamp")
    alert = page.locator("main").get_by_role("alert")
    expect(alert).to_contain_text("The server does not answer")
    page.unroute("**/api/v1/search*")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator("main li.track").first).to_be_visible()
