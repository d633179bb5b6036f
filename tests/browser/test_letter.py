"""The weekly letter as mail programs draw it: light and dark, at a desk and on a phone.

The pictures lie in `screenshots/` afterwards, for whoever wants to look.
"""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from synesthete.demo.cover import cover
from synesthete.digest.letter import Letter, Pick, Section, html
from synesthete.music import TrackId
from tests.browser.conftest import ROOT

SHEETS = {"desk": 640, "phone": 360}
LONG = "An unreasonably long title of a piece that never seems to end (live at the old harbor, second night)"
PICKS = {
    "played": ("Because of what you played", (
        ("Night Bus", "Ada Byron", "Engines", "Because you played Cogs by Ada Byron: sounds like it from 0:40 on."),
        (LONG, "The Quartet of the Four Winds and Friends", "Été", "Because you played Île by Cèsar F: sounds like it."))),
    "new": ("New to your library", (
        ("Île", "Cèsar F", None, "New to your library, and close to what you play."),
        ("R&B <3", "A & B", "Singles", "New to your library."))),
    "rediscover": ("Rediscover", (("Levers", "Ada Byron", "Engines", "You played it 14 times, and not for 7 months."),)),
    "outside": ("Outside your habits", (
        ("Océan", "Cèsar F", "Été", "Outside your habits: people like it who like Wheels."),)),
}  # fmt: skip


def a_cover(number: int) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(cover((number,)))).convert("RGB").resize((112, 112)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def letter() -> Letter:
    sections, number = [], 0
    for name, (title, rows) in PICKS.items():
        picks = []
        for track, artist, album, reason in rows:
            number += 1
            url = f"https://music.example/{number}"
            picks.append(Pick(TrackId(number), track, artist, album, reason, url, url, url, url,
                              None if number == 3 else a_cover(number)))  # fmt: skip
        sections.append(Section(name, title, tuple(picks)))
    url = "https://music.example/letter"
    note = "You have not played anything here yet, so this is what is new and what there is."
    return Letter("Ana", "ana@example.org", "2026-W47", 1_795_000_000, tuple(sections), url, url, url, note)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_the_letter_is_read_without_scrolling_sideways(browser, letter, sheet, scheme):
    context = browser.new_context(viewport={"width": SHEETS[sheet], "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shown = html(letter)
    for pick in letter.picks:  # as a mail program puts the parts of the mail into it
        if pick.cover:
            data = base64.b64encode(pick.cover).decode()
            shown = shown.replace(f"cid:{pick.cover_id}", f"data:image/jpeg;base64,{data}")
    page.set_content(shown)
    assert not [url for url in asked if not url.startswith(("data:", "about:"))]
    assert page.evaluate("document.documentElement.scrollWidth") <= SHEETS[sheet]
    for link in page.locator("a").all():
        box = link.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= SHEETS[sheet] + 1
        ratio = contrast(*link.evaluate(COLORS))
        assert ratio >= 4.5, (link.inner_text(), ratio)
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"letter-{sheet}-{scheme}.png", full_page=True)
    context.close()


COLORS = """link => {
  let under = link;
  while (under && getComputedStyle(under).backgroundColor === 'rgba(0, 0, 0, 0)') under = under.parentElement;
  return [getComputedStyle(link).color, getComputedStyle(under ?? document.body).backgroundColor];
}"""


def contrast(ink: str, paper: str) -> float:
    """The ratio of WCAG 2.2 between two colors as the browser names them."""

    def light(color: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(ink), light(paper)), reverse=True)
    return (high + 0.05) / (low + 0.05)
