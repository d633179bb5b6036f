"""When a letter is due: one per listener and ISO week, from their weekday and hour on, in their time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from synesthete.errors import InputError

BACKOFF_S = (300, 1800, 7200, 6 * 3600, 24 * 3600)
"""Pauses after the first to the fifth failure; after the last the letter waits for the next week."""


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises InputError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            "unknown time zone", subject=name, hint="Use a name such as Europe/Berlin."
        ) from error


def week_of(now: int, time_zone: str) -> str:
    """The ISO week of this moment where the listener is: '2026-W47'."""
    return _week(datetime.fromtimestamp(now, UTC).astimezone(zone(time_zone)))


def is_due(now: int, time_zone: str, weekday: int, hour: int) -> bool:
    """Whether this week's letter may be sent: its weekday and hour have come, where the listener is.

    A server that was off on Monday morning sends later in the same week, never for a week gone by.
    """
    local = datetime.fromtimestamp(now, UTC).astimezone(zone(time_zone))
    monday = (local - timedelta(days=local.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=None
    )
    opens = (monday + timedelta(days=weekday, hours=hour)).replace(tzinfo=zone(time_zone))
    return local >= opens


def next_try(now: int, attempts: int) -> int | None:
    """When to try again after so many failures; None when this week's letter is given up."""
    return now + BACKOFF_S[attempts - 1] if attempts <= len(BACKOFF_S) else None


def weeks_before(now: int, time_zone: str, count: int) -> list[str]:
    """The last `count` weeks up to and including this one."""
    today = datetime.fromtimestamp(now, UTC).astimezone(zone(time_zone)).date()
    # By dates, not seconds: where clocks change, a week is an hour shorter or longer.
    return [_week(today - timedelta(weeks=back)) for back in range(count)]


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
