"""Small facts checked once: times, durations, counts and the ids other people give to music."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

DAY_S = 86_400
LONGEST_TRACK_S = DAY_S
"""A track longer than a day is a mistake of units."""

MOST_PLAYS = 1_000_000
"""More plays of one track by one person than anyone lives to hear (a minute each is two years)."""

EARLIEST = 946_684_800
"""2000-01-01: no listening history is older; earlier times come from clocks that were never set."""

MBID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
SPOTIFY = re.compile(r"(?:spotify:track:|open\.spotify\.com/(?:intl-\w+/)?track/)([0-9A-Za-z]{22})")
BARE_SPOTIFY = re.compile(r"[0-9A-Za-z]{22}")

UNSAYABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
"""Control characters, and surrogates without their other half (a cut-off emoji), which no database stores."""

DATES = (
    "%d %b %Y %H:%M",  # Last.fm exports: 29 Sep 2022 14:19
    "%d %b %Y, %H:%M",
    "%d %b %Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
)


def sayable(text: str) -> str:
    """The text with ? for what is no UTF-8, as names of files may have it: that can be neither printed nor stored."""
    return text.encode("utf-8", "replace").decode()


def clean(value: object) -> str | None:
    """Text without surrounding spaces, control characters and halves of pairs, or None where nothing is left."""
    if value is None or isinstance(value, dict | list):
        return None
    text = " ".join(str(value).split())
    if UNSAYABLE.search(text):
        text = UNSAYABLE.sub("", text).strip()
    return text or None


def mbid(value: object) -> str | None:
    """The MusicBrainz id in a text or an address, in lower case; None where there is none."""
    found = MBID.search(str(value).lower()) if value else None
    return found.group() if found else None


def isrc(value: object) -> str | None:
    """The ISRC without hyphens (ISO 3901: country, registrant, year, number); None if it is not one."""
    text = str(value or "").upper().replace("-", "").replace(" ", "").strip()
    return text if ISRC.fullmatch(text) else None


def spotify_id(value: object) -> str | None:
    """The 22 characters of a track's Spotify id, from a URI, an address or the id itself."""
    text = str(value or "").strip()
    found = SPOTIFY.search(text)
    return found.group(1) if found else text if BARE_SPOTIFY.fullmatch(text) else None


def number(value: object) -> float | None:
    """A finite number, or None."""
    try:
        found = float(str(value).strip())
    except ValueError:
        return None
    return found if abs(found) < 1e300 else None


def duration(value: object, per_second: float = 1.0) -> float | None:
    """Seconds from a number that has `per_second` units to the second; None unless within (0, a day]."""
    found = number(value)
    if found is None or not 0 < found / per_second <= LONGEST_TRACK_S:
        return None
    return found / per_second


def moment(value: object) -> int | None:
    """Unix seconds from seconds, milliseconds, ISO 8601 or the dates exports write; None if unreadable.

    Dates without a zone are taken as UTC. Eleven digits and more are milliseconds.
    """
    text = str(value or "").strip()
    found = number(text)
    if found is not None:
        return int(found / 1000) if abs(found) >= 1e10 else int(found)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = next((d for form in DATES if (d := _parsed(text, form))), None)  # type: ignore[assignment]
    if at is None:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def wrong_time(at: int | None) -> str | None:
    """Why a time of listening cannot be right, or None where it can."""
    if at is None:
        return "no readable time"
    if at < EARLIEST:
        return "time before the year 2000"
    return "time in the future" if at > time.time() + 2 * DAY_S else None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
