"""Fingers: rows are dragged by their handle, and everywhere else a finger scrolls and taps."""

from __future__ import annotations

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, Site

PHONE = {"width": 360, "height": 740, "has_touch": True, "is_mobile": True}


class Finger:
    """One finger on the glass of a page."""

    def __init__(self, page: Page):
        self.page, self.cdp = page, page.context.new_cdp_session(page)

    def put(self, x: float, y: float) -> None:
        self._tell("touchStart", x, y)

    def draw(self, x: float, start_y: float, end_y: float, steps: int = 12) -> None:
        """From one height to another, as a hand does: not at once."""
        for step in range(1, steps + 1):
            self._tell("touchMove", x, start_y + (end_y - start_y) * step / steps)
            self.page.wait_for_timeout(16)

    def lift(self) -> None:
        self.cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def drag(self, grip: Locator, onto: Locator) -> None:
        """Take a handle to the middle of a row, and let go there."""
        (x, y), (_, end_y) = _middle(grip), _middle(onto)
        self.put(x, y)
        self.draw(x, y, end_y)
        self.lift()

    def _tell(self, what: str, x: float, y: float) -> None:
        self.cdp.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": [{"x": x, "y": y}]})


def _middle(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _grip(row: Locator) -> Locator:
    return row.get_by_role("button", name="with the arrow keys")


def _playlist(open_page: Open, site: Site, name: str, count: int) -> tuple[Page, list[str], int]:
    """A playlist of the first tracks on a phone, its titles and its id."""
    titles = [path.stem[3:] for path in site.paths[:count]]
    asked = {"name": name, "track_ids": [site.id_of(title) for title in titles]}
    made = httpx.post(f"{site.address}/api/v1/playlists", json=asked).raise_for_status().json()
    number = made["playlist"]["id"]
    page = open_page(f"/playlist/{number}", **PHONE)
    expect(page.locator(".entries .title")).to_have_text(titles)
    return page, titles, number


def test_a_row_of_a_playlist_is_dragged_with_a_finger_and_saved(open_page: Open, site: Site) -> None:
    page, titles, number = _playlist(open_page, site, "By hand", 6)
    rows = page.locator(".entries li")
    rows.nth(5).scroll_into_view_if_needed()
    with page.expect_response(f"**/playlists/{number}/order"):
        Finger(page).drag(_grip(rows.nth(1)), rows.nth(4))
    wanted = [titles[0], *titles[2:5], titles[1], titles[5]]
    expect(page.locator(".entries .title")).to_have_text(wanted)
    page.reload()
    expect(page.locator(".entries .title")).to_have_text(wanted)


def test_near_the_edge_the_page_scrolls_along_and_beside_the_handle_a_finger_only_scrolls(
    open_page: Open, site: Site
) -> None:
    page, titles, _ = _playlist(open_page, site, "A long one", 18)
    rows, finger = page.locator(".entries li"), Finger(page)
    rows.nth(2).scroll_into_view_if_needed()
    x, y = _middle(rows.nth(1).locator(".names"))
    before = page.evaluate("scrollY")
    finger.put(x, y)
    finger.draw(x, y, y - 120)
    finger.lift()
    page.wait_for_function("before => scrollY > before + 60", arg=before)
    expect(page.locator(".entries .title")).to_have_text(titles)

    page.wait_for_function(  # the page glides on for a while
        "() => new Promise(told => { const y = scrollY; setTimeout(() => told(scrollY === y), 400) })"
    )
    page.wait_for_function("() => (scrollTo(0, 0), scrollY === 0)")
    x, y = _middle(_grip(rows.nth(0)))
    finger.put(x, y)
    finger.draw(x, y, PHONE["height"] - 60)
    expect(page.locator(".entries .title").last).to_have_text(titles[0])
    assert page.evaluate("scrollY") > 300
    finger.lift()


def test_the_queue_is_arranged_with_a_finger_but_never_before_what_plays(open_page: Open, site: Site) -> None:
    page, titles, _ = _playlist(open_page, site, "To be played", 6)
    page.locator("main").get_by_role("button", name="Play", exact=True).tap()
    page.get_by_role("button", name="Queue", exact=True).tap()
    queue = page.get_by_role("complementary", name="Queue")
    rows, shown = queue.locator("li"), queue.locator(".names > :first-child")
    expect(shown).to_have_text(titles)
    assert _grip(rows.nth(0)).count() == 0, "what plays stays where it is"
    finger = Finger(page)
    finger.drag(_grip(rows.nth(4)), rows.nth(2))
    arranged = [titles[0], titles[1], titles[4], titles[2], titles[3], titles[5]]
    expect(shown).to_have_text(arranged)
    finger.drag(_grip(rows.nth(1)), rows.nth(0))
    expect(shown).to_have_text(arranged)
    _grip(rows.nth(5)).press("Home")
    expect(shown).to_have_text([titles[0], titles[5], titles[1], titles[4], titles[2], titles[3]])
    expect(rows.nth(1).get_by_role("status")).to_have_text(f"{titles[5]} is now number 2 of 6")
