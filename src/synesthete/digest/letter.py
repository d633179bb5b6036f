"""A letter as a value, and its three forms: HTML, plain text, Atom.

Rendering is pure: the same letter gives the same bytes, so a letter that is drafted once can be sent,
shown as a page and read in a feed, and all three say the same.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from functools import cache
from typing import Any

from synesthete.music import TrackId

PICKS_AT_LEAST, PICKS_AT_MOST = 10, 20


@dataclass(frozen=True, slots=True)
class Pick:
    """One track of the letter, with one plain reason and where its links lead."""

    track_id: TrackId
    title: str
    artist: str
    album: str | None
    reason: str
    play_url: str
    like_url: str
    dislike_url: str
    never_url: str
    cover: bytes | None = None
    """A small JPEG, sent inside the mail: nothing is loaded from anywhere when it is read."""

    @property
    def cover_data(self) -> str:
        """The cover as an address that holds it, for pages, into which nothing can be put beside."""
        return f"data:image/jpeg;base64,{b64encode(self.cover or b'').decode()}"

    @property
    def cover_id(self) -> str:
        """Content-ID of the cover inside the mail."""
        return f"cover-{self.track_id}@synesthete"


@dataclass(frozen=True, slots=True)
class Section:
    """Picks that belong together: because you played X, new to your library, rediscover, outside your habits."""

    name: str
    title: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one listener gets in one week."""

    name: str
    """The listener's name."""
    email: str
    week: str
    """ISO week in the listener's time zone, as 2026-W47."""
    made_at: int
    sections: tuple[Section, ...]
    page_url: str
    unsubscribe_url: str
    feed_url: str | None = None
    note: str | None = None
    """Why it is as it is, where that needs saying."""

    @property
    def picks(self) -> tuple[Pick, ...]:
        return tuple(pick for section in self.sections for pick in section.picks)

    @property
    def monday(self) -> str:
        """The day on which its week begins: 16 November 2026."""
        year, week = self.week.split("-W")
        day = date.fromisocalendar(int(year), int(week), 1)
        return f"{day.day} {day:%B %Y}"

    @property
    def subject(self) -> str:
        first = self.picks[0]
        return one_line(f"{first.title} by {first.artist}, and {len(self.picks) - 1} more for your week")


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which headers of mails cannot hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def html(letter: Letter, *, as_page: bool = False) -> str:
    """The letter as HTML: tables and inline styles, as mail programs need; `as_page` holds its covers itself."""
    return _template("letter.html.j2").render(letter=letter, as_page=as_page)


def plain(letter: Letter) -> str:
    """The letter as text that can be read without any HTML."""
    return _template("letter.txt.j2").render(letter=letter)


def atom(letters: list[tuple[str, int, str, str]], *, name: str, feed_url: str, page_url: str) -> str:
    """An Atom feed (RFC 4287) of letters given as (week, made_at, title, html), newest first."""
    entries = [
        {"week": week, "updated": _rfc3339(made_at), "title": title, "html": body}
        for week, made_at, title, body in letters
    ]
    updated = entries[0]["updated"] if entries else _rfc3339(0)
    return _template("letters.atom.j2").render(
        entries=entries, name=name, feed_url=feed_url, page_url=page_url, updated=updated
    )


def message(letter: Letter, sender: str, message_id: str) -> EmailMessage:
    """The mail: text and HTML alternatives, covers inside, one-click unsubscribe (RFC 8058)."""
    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail["From"] = sender if "<" in sender else formataddr(("Synesthete", sender))
    mail["To"] = formataddr((one_line(letter.name), letter.email))
    mail["Date"] = format_datetime(datetime.fromtimestamp(letter.made_at, UTC))
    mail["Message-ID"] = message_id
    mail["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain(letter))
    mail.add_alternative(html(letter), subtype="html")
    body = mail.get_payload()[1]  # type: ignore[index]
    for pick in letter.picks:
        if pick.cover:
            body.add_related(pick.cover, "image", "jpeg", cid=f"<{pick.cover_id}>", disposition="inline")  # type: ignore[union-attr]
    return mail


def _rfc3339(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only where letters are written

    return Environment(
        loader=PackageLoader("synesthete.digest", "templates"),
        autoescape=lambda name: name is not None and not name.endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _template(name: str) -> Any:
    return _environment().get_template(name)
