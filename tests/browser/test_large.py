"""A large catalog: what is shown exists, the rest does not; lists, search and the map stay quick.

Twenty thousand tracks here; `python -m benchmarks.page` measures a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, serving
from tests.browser.large import drag_the_map, make_large

TRACKS = 20_000
MOST_NODES = 3_000
"""A page of a few thousand elements is scrolled without effort; a hundred thousand rows would be a million."""


@dataclass(frozen=True)
class Large:
    address: str


@pytest.fixture(scope="module")
def large(built_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    data = tmp_path_factory.mktemp("large")
    make_large(data, TRACKS)
    with serving(data) as address:
        yield Large(address)


def _nodes(page) -> int:
    return page.evaluate("document.querySelectorAll('*').length")


@pytest.mark.parametrize(("kind", "total"), [("artists", 1_000), ("albums", 2_000), ("tracks", TRACKS)])
def test_the_whole_list_is_scrolled_and_little_of_it_exists(
    open_page: Open, large: Large, kind: str, total: int
) -> None:
    page = open_page(f"/search?browse={kind}", at=large.address, refusals=True)
    everything = page.get_by_role("region", name="Everything")
    rows = everything.get_by_role("listitem")
    expect(rows.first).to_be_visible()
    expect(everything.get_by_role("heading", level=2)).to_contain_text(f"{total:,}")
    first = rows.first.inner_text()
    assert _nodes(page) < MOST_NODES
    for share in (0.5, 1.0):
        page.evaluate("share => scrollTo(0, share * document.documentElement.scrollHeight)", share)
        page.wait_for_function("first => document.querySelector('main li')?.innerText !== first", arg=first)
        expect(everything.locator("li.blank")).to_have_count(0)
        assert _nodes(page) < MOST_NODES
    known = httpx.get(f"{large.address}/api/v1/{kind}", params={"n": 1, "offset": total - 1}).json()[kind][0]
    expect(rows.last).to_contain_text(known.get("title") or known["name"])


def test_a_letter_is_jumped_to_and_going_back_finds_the_place(open_page: Open, large: Large) -> None:
    page = open_page("/search", at=large.address, refusals=True)
    everything = page.get_by_role("region", name="Everything")
    everything.get_by_role("button", name="Jump to R").click()
    under_the_bar = """() => [...document.querySelectorAll('main li b')]
        .findIndex(name => name.getBoundingClientRect().top > 140 && name.innerText.startsWith('R'))"""
    page.wait_for_function(f"() => ({under_the_bar})() >= 0")
    assert page.evaluate("scrollY") > 1_000
    shown = page.evaluate(under_the_bar)
    name = everything.locator("li a b").nth(shown).inner_text()
    everything.locator("li a").nth(shown).click()
    expect(page.locator("main h1")).to_have_text(name)
    page.go_back()
    expect(everything.locator("b").filter(has_text=name)).to_be_in_viewport()


def test_a_row_far_down_plays_and_what_follows_comes_after_it(open_page: Open, large: Large) -> None:
    page = open_page("/search?browse=tracks", at=large.address, refusals=True)
    rows = page.get_by_role("region", name="Everything").locator("li.track")
    expect(rows.first).to_be_visible()
    first = rows.first.inner_text()
    page.evaluate("scrollTo(0, 0.6 * document.documentElement.scrollHeight)")
    page.wait_for_function("first => document.querySelector('main li')?.innerText !== first", arg=first)
    expect(page.locator("main li.blank")).to_have_count(0)
    titles = rows.locator(".title").all_inner_texts()
    rows.nth(12).get_by_role("button", name="Play").click()
    page.keyboard.press("q")  # there is no sound behind these names, so the queue tells
    queue = page.get_by_role("complementary", name="Queue").get_by_role("listitem")
    expect(queue.nth(0)).to_contain_text(titles[12])
    expect(queue.nth(1)).to_contain_text(titles[13])


def test_search_answers_every_letter(open_page: Open, large: Large) -> None:
    wanted = httpx.get(f"{large.address}/api/v1/tracks", params={"n": 1, "offset": 7_777}).json()["tracks"][0]
    page = open_page("/library", at=large.address, refusals=True)
    page.keyboard.press("/")
    with page.expect_response(
        lambda response: "/api/v1/search?" in response.url and wanted["artist"][:9].split()[0] in response.url
    ):
        page.keyboard.type(f"{wanted['title']} {wanted['artist']}", delay=15)
    expect(page.locator("main li.track .title").first).to_have_text(wanted["title"])
    assert _nodes(page) < MOST_NODES


def test_every_page_stays_small(open_page: Open, large: Large) -> None:
    page = open_page("/", at=large.address, refusals=True)
    for path in (
        "/",
        "/library",
        "/dashboard",
        "/playlists",
        "/mixer?track=9",
        "/artist/9",
        "/album/9",
        "/track/9",
    ):
        page.goto(path)
        page.locator("main h1").first.wait_for(state="attached")
        page.wait_for_load_state("networkidle")
        assert _nodes(page) < MOST_NODES, path


def test_the_map_of_a_real_server_is_dragged(open_page: Open, large: Large) -> None:
    page = open_page("/map", at=large.address, refusals=True)
    page.wait_for_function(
        "() => Number(document.querySelector('canvas[role=application]')?.dataset.frames) > 0"
    )
    expect(page.get_by_role("application")).to_have_attribute("aria-label", f"Map of {TRACKS:,} tracks")
    measured = drag_the_map(page, 30)
    assert measured["frames"] >= 14  # a refresh draws what has moved until then
    assert measured["best_drawn_ms"] < 33  # the best, since the machine is shared
