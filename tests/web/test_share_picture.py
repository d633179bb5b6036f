"""The picture of a shared list: right size, survives anything, and shows what it is given."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from synesthete.web import share_picture
from synesthete.web.share_picture import TALL, WIDE, draw


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def cover(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 60), color).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("size", [WIDE, TALL])
def test_it_has_the_size_that_messengers_and_stories_show(size: tuple[int, int]):
    picture = opened(draw("Monday", ["One – Ada", "Two – Ben"], [], size))
    assert picture.format == "PNG" and picture.size == size


def test_four_covers_make_a_mosaic_and_broken_ones_cost_nothing():
    colors = ["red", "lime", "blue", "yellow"]
    picture = opened(draw("Monday", [], [cover(c) for c in colors]))
    found = {picture.getpixel(at) for at in [(100, 100), (500, 100), (100, 500), (500, 500)]}
    assert found == {(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)}
    assert draw("Monday", ["One"], [b"not a picture"]) == draw("Monday", ["One"], [])


def test_the_words_are_on_it():
    assert draw("Monday", ["One"], []) != draw("Tuesday", ["One"], [])
    assert draw("Monday", ["One"], []) == draw("Monday", ["One"], [])


@settings(max_examples=8, deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=120), max_size=4))
def test_any_title_can_be_drawn(title: str, lines: list[str]):
    assert opened(draw(title, lines, [])).size == WIDE


def test_without_typefaces_of_the_machine_words_are_spelled_in_plain_letters(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(share_picture, "_typeface", lambda: None)
    art = [cover("red")]
    assert draw("Björk – Jóga", [], art) == draw("Bjork - Joga", [], art)
