"""For everyone: keyboard alone, a screen reader, a phone, both themes, another language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, Open, Site

AXE = ROOT / "webapp" / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "/",
    "/search",
    "/search?q=lamp",
    "/mixer",
    "/map",
    "/playlists",
    "/library",
    "/feedback",
    "/dashboard",
    "/settings",
    "/nowhere",
)


def paths_of(site: Site) -> list[str]:
    """Every page there is."""
    track = site.track(site.paths[0].stem[3:])
    return [*PATHS, f"/track/{track['id']}", f"/artist/{track['artist_id']}", f"/album/{track['album_id']}"]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing(open_page: Open, site: Site, scheme: str) -> None:
    page = open_page("/", scheme=scheme)
    source = AXE.read_text(encoding="utf-8")
    found = {}
    for path in paths_of(site):
        page.goto(path)
        page.locator("main h1").first.wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        page.evaluate(source)
        rules = "{ runOnly: ['color-contrast'] }" if scheme == "light" else "{ resultTypes: ['violations'] }"
        violations = page.evaluate(f"axe.run(document, {rules}).then(r => r.violations)")
        if violations:
            found[path] = [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in violations]
    assert found == {}


def test_a_phone_shows_everything_without_scrolling_sideways(open_page: Open, site: Site) -> None:
    page = open_page("/", width=360, height=740, has_touch=True, is_mobile=True)
    for path in paths_of(site):
        page.goto(path)
        page.locator("main h1").first.wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.get_by_role("navigation").get_by_role("link", name="Search").tap()
    page.get_by_role("searchbox").fill("lamp")
    page.locator("li.track").first.tap()
    page.wait_for_function("() => document.querySelector('#player-audio').currentTime > 0.2")
    page.get_by_role("navigation").get_by_role("button", name="More").tap()
    page.get_by_role("menuitem", name="Dashboard").tap()
    expect(page.locator("main h1")).to_have_text("Dashboard")


def test_a_wall_of_pixels_is_used(open_page: Open, site: Site) -> None:
    page = open_page("/search?q=lamp", width=2560, height=1300)
    page.locator("li.track").first.wait_for()
    assert page.evaluate("document.querySelector('main').clientWidth") > 1500
    assert page.evaluate("document.documentElement.scrollWidth") <= 2560


def test_keyboard_alone(open_page: Open, site: Site) -> None:
    """Search, play, like, and leave again without touching a mouse."""
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("lamp", delay=20)
    page.locator("li.track").first.wait_for()
    page.keyboard.press("Escape")
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
        if name.startswith("Play "):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#player-audio').currentTime > 0.2")
    title = name.removeprefix("Play ")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("l")
    expect(page.get_by_role("status").filter(has_text=f"You like {title}")).to_be_visible()
    page.keyboard.press("q")
    expect(page.get_by_role("complementary", name="Queue")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Queue")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_the_page_speaks_german_and_changes_its_colors(open_page: Open, site: Site) -> None:
    page = open_page("/settings")
    page.get_by_label("Language").select_option("de")
    expect(page.locator("main h1")).to_have_text("Einstellungen")
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_role("button", name="Hell", exact=True).click()
    page.reload()
    expect(page.locator("main h1")).to_have_text("Einstellungen")
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert background == "rgb(250, 249, 252)"


def test_it_can_be_installed(open_page: Open, site: Site) -> None:
    page = open_page("/")
    manifest = page.request.get(page.locator("link[rel=manifest]").get_attribute("href")).json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok, icon["src"]


def test_first_paint_is_early_and_nothing_jumps(open_page: Open, site: Site) -> None:
    """Over 9 Mbit/s with 60 ms of delay, nothing cached; the best of three, since the machine is shared."""
    paints, shifts = [], []
    for _ in range(3):
        page = open_page("/settings")
        session = page.context.new_cdp_session(page)
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 60, "downloadThroughput": 9e6 / 8, "uploadThroughput": 3e6 / 8},
        )
        page.add_init_script(
            """window.shift = 0;
            new PerformanceObserver(list => {
                for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
            })
                .observe({ type: 'layout-shift', buffered: true });"""
        )
        page.goto("/")
        page.locator(".mic").wait_for()
        page.wait_for_timeout(800)
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        shifts.append(page.evaluate("window.shift"))
        if paints[-1] < 1000 and shifts[-1] < 0.02:
            break
    assert min(paints) < 1000
    assert min(shifts) < 0.02
