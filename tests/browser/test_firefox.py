"""The same page in Firefox: asking, playing, mixing, the map, and every page without complaint."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Site
from tests.browser.firefox import FIREFOX, Page, firefox
from tests.browser.test_everyone import AXE, paths_of

AUDIO = "document.querySelector('#player-audio')"


@pytest.fixture(scope="module")
def fox(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One Firefox for this file."""
    if FIREFOX is None:
        pytest.skip("there is no Firefox on this machine")
    pytest.importorskip("websockets", reason="the package websockets is not installed")
    with firefox(tmp_path_factory.mktemp("firefox"), site.address) as page:
        page.resize(1280, 800)
        yield page


def test_ask_with_a_file_and_play_at_the_moment(fox: Page, site: Site) -> None:
    fox.go("/")
    fox.until("document.querySelector('.mic')")
    fox.hand_over("input[type=file]", site.paths[10])
    fox.until("document.querySelectorAll('.results li.track').length > 5")
    recognized = fox.run("document.querySelector('.known h2').textContent")
    assert recognized == site.paths[10].stem[3:]
    fox.until("document.querySelectorAll('.pair canvas.there').length === 2")
    fox.click(".results li.track button.cover")
    fox.until(f"!{AUDIO}.paused && {AUDIO}.currentTime > 0.3")
    before = fox.run(f"{AUDIO}.currentTime")
    fox.until(f"{AUDIO}.currentTime > {before} + 0.4")
    playing = fox.run("navigator.mediaSession.metadata.title")
    fox.click("nav a[href='/mixer']")
    fox.until("document.querySelector('main h1').textContent === 'Mixer'")
    fox.until(f"{AUDIO}.currentTime > {before} + 0.8")
    assert fox.run("navigator.mediaSession.metadata.title") == playing
    assert fox.complaints == []


def test_the_mixer_answers(fox: Page, site: Site) -> None:
    title = site.paths[2].stem[3:]
    fox.go(f"/mixer?track={site.id_of(title)}")
    fox.until("document.querySelectorAll('.results li.track').length > 5")
    assert title in fox.run("document.querySelector('.chips').textContent")
    rows = "[...document.querySelectorAll('.results li.track')].map(row => row.dataset.track).join()"
    before = fox.run(rows)
    fox.run(
        "(field => { field.value = 1; field.dispatchEvent(new Event('input', { bubbles: true })) })"
        "(document.querySelector('input[aria-label=Variety]'))"
    )
    fox.until(f"{rows} !== '{before}' && {rows}.length > 0")
    assert fox.complaints == []


def test_the_map_is_drawn_and_names_neighbors(fox: Page) -> None:
    fox.go("/map")
    fox.until("Number(document.querySelector('canvas[role=application]')?.dataset.frames) > 0")
    fox.run(
        "(document.querySelector('canvas[role=application]').dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true })), 1)"
    )
    fox.until("document.querySelector('aside.near')?.textContent.includes('Truly near')")
    assert fox.complaints == []


def test_every_page_shrinks_to_a_phone_without_complaint(fox: Page, site: Site) -> None:
    for path in paths_of(site):
        fox.resize(1280, 800)
        fox.go(path)
        fox.until("!document.querySelector('main .skeleton')")
        fox.resize(360, 740)
        fox.until("innerWidth === 360")
        assert fox.run("document.documentElement.scrollWidth") <= 360, path
    assert fox.complaints == []


@pytest.mark.parametrize("path", ["/", "/mixer", "/map"])
def test_axe_finds_nothing(fox: Page, path: str) -> None:
    fox.resize(1280, 800)
    fox.go(path)
    fox.until("!document.querySelector('main .skeleton')")
    fox.load(AXE.read_text(encoding="utf-8"))
    assert fox.run("axe.run(document).then(result => result.violations.map(one => one.id))") == []
