"""The letter's three forms say the same, and nothing in them can be forged or run."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synesthete.digest.letter import Letter, Pick, Section, atom, html, message, plain
from synesthete.digest.links import Act, read, sign
from synesthete.digest.schedule import BACKOFF_S, is_due, next_try, week_of, weeks_before
from synesthete.errors import InputError, NotAllowed
from synesthete.music import ListenerId, TrackId


def pick(number: int, **changes: object) -> Pick:
    base = f"https://music.example/{number}"
    made = Pick(TrackId(number), f"Title {number}", "Ada", "First", f"Near to what you played {number}", f"{base}/play",
                f"{base}/like", f"{base}/dislike", f"{base}/never")  # fmt: skip
    return replace(made, **changes)


@pytest.fixture
def letter() -> Letter:
    sections = (
        Section("played", "Because you played Blue", (pick(1, cover=b"\xff\xd8\xff\xe0jpeg"), pick(2))),
        Section("new", "New to your library", (pick(3, title="<script>alert(1)</script>", artist="A & B"),)),
    )
    return Letter("Ana", "ana@example.org", "2026-W47", 1_795_000_000, sections, "https://music.example/letter",
                  "https://music.example/stop")  # fmt: skip


def test_every_pick_is_in_every_form_with_its_reason_and_links(letter: Letter):
    page, text = html(letter), plain(letter)
    for one in letter.picks:
        for fact in (one.reason, one.play_url, one.like_url, one.dislike_url, one.never_url):
            assert fact in page and fact in text


def test_titles_are_text_and_never_markup(letter: Letter):
    assert "<script" not in html(letter)
    assert "&lt;script&gt;" in html(letter)
    assert "<script>alert(1)</script>" in plain(letter)


def test_nothing_is_loaded_from_anywhere_when_it_is_read(letter: Letter):
    loaded = re.findall(r'(?:src|background)="([^"]+)"|url\(([^)]+)\)', html(letter))
    assert [a or b for a, b in loaded] == ["cid:cover-1@synesthete"]


def test_the_mail_has_both_parts_its_cover_inside_and_one_click_unsubscribe(letter: Letter):
    mail = message(letter, "letters@example.org", "<1@example.org>")
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/jpeg"]
    assert mail["List-Unsubscribe"] == "<https://music.example/stop>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["To"] == "Ana <ana@example.org>"
    assert (
        next(p for p in mail.walk() if p.get_content_type() == "image/jpeg")["Content-ID"]
        == "<cover-1@synesthete>"
    )


def test_a_title_with_line_breaks_cannot_add_headers(letter: Letter):
    nasty = replace(letter, sections=(Section("a", "A", (pick(1, title="x\r\nBcc: everyone@example.org"),)),))
    try:
        mail = message(nasty, "letters@example.org", "<1@example.org>")
    except ValueError:
        pytest.fail("a strange title must not cost the letter")
    assert "Bcc" not in mail


def test_the_feed_is_atom_and_carries_the_letter(letter: Letter):
    feed = atom(
        [("2026-W47", letter.made_at, letter.subject, html(letter))],
        name="Ana",
        feed_url="https://m/f",
        page_url="https://m/l",
    )
    root = ElementTree.fromstring(feed)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert root.findtext("a:entry/a:title", namespaces=space) == letter.subject
    assert "Because you played Blue" in (root.findtext("a:entry/a:content", namespaces=space) or "")
    assert (
        ElementTree.fromstring(atom([], name="Ana", feed_url="https://m/f", page_url="https://m/l"))
        is not None
    )


@given(
    st.sampled_from(["like", "dislike", "never", "unsubscribe"]), st.integers(1, 10**9), st.integers(1, 10**9)
)
def test_a_link_says_what_was_signed(action: str, listener: int, track: int):
    act = Act(action, ListenerId(listener), TrackId(track), "2026-W47")
    assert read(sign(act, "secret"), "secret") == act


def test_forged_foreign_and_old_links_are_refused():
    token = sign(Act("like", ListenerId(1), TrackId(2)), "secret")
    with pytest.raises(NotAllowed, match="not one of ours"):
        read(token, "another secret")
    with pytest.raises(NotAllowed, match="not one of ours"):
        read(token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), "secret")
    with pytest.raises(NotAllowed, match="expired"):
        read(token, "secret", lifetime_s=-1)
    with pytest.raises(NotAllowed, match="cannot do"):
        read(sign(Act("erase everything", ListenerId(1)), "secret"), "secret")


@pytest.mark.parametrize(
    ("now", "time_zone", "due"),
    [
        (1_795_417_199, "UTC", False),  # Monday 2026-11-23 06:59:59 UTC
        (1_795_417_200, "UTC", True),  # 07:00
        (
            1_795_417_200,
            "America/Los_Angeles",
            True,
        ),  # there it is Sunday night: the week before is long open
        (1_795_392_000, "Asia/Tokyo", True),  # Monday 00:00 UTC is 09:00 in Tokyo
        (
            1_795_359_600,
            "Asia/Tokyo",
            False,
        ),  # Sunday 15:00 UTC is Monday 00:00 in Tokyo: a new week, too early
    ],
)
def test_monday_morning_is_the_listeners_monday_morning(now: int, time_zone: str, due: bool):
    assert is_due(now, time_zone, weekday=0, hour=7) is due


def test_weeks_follow_the_listeners_calendar():
    sunday_night_in_london = 1_798_847_940  # 2027-01-01 23:59 UTC
    assert week_of(sunday_night_in_london, "UTC") == "2026-W53"
    assert week_of(1_795_392_000 - 60, "Asia/Tokyo") == "2026-W48"
    assert week_of(1_795_392_000 - 60, "UTC") == "2026-W47"


def test_an_unknown_time_zone_is_an_error_in_words():
    with pytest.raises(InputError, match="Europe/Berlin"):
        week_of(0, "Mars/Olympus")


def test_pauses_grow_and_end():
    pauses = [next_try(0, n) for n in range(1, len(BACKOFF_S) + 2)]
    assert pauses[-1] is None and pauses[:-1] == sorted(BACKOFF_S)


def test_the_weeks_before_are_all_there_when_clocks_change():
    for month, day in (
        (3, 30),
        (10, 26),
    ):  # the Mondays after the changes of 2026 in Berlin, half past midnight
        monday = datetime(2026, month, day, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        last = int(monday.isocalendar().week)
        assert weeks_before(int(monday.timestamp()), "Europe/Berlin", 8) == [
            f"2026-W{last - back:02d}" for back in range(8)
        ]
    new_year = datetime(2027, 1, 5, tzinfo=ZoneInfo("UTC"))
    assert weeks_before(int(new_year.timestamp()), "UTC", 3) == ["2027-W01", "2026-W53", "2026-W52"]
