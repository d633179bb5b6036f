"""Listens as both protocols write them: `artist[0]`, `track[0]`, `timestamp[0]` ..., or one without numbers."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from synesthete.music import Description, Listen
from synesthete.web.doors.audioscrobbler.refusal import Code, Refusal

MOST = 50
"""Listens in one request, as the service has it."""


async def asked_by(request: Request) -> dict[str, str]:
    """What the address and the form say; files are passed over."""
    form = await request.form() if request.method == "POST" else {}
    return {**request.query_params, **{key: value for key, value in form.items() if isinstance(value, str)}}


def read_listens(asked: Mapping[str, str]) -> list[Listen]:
    """One listen, or up to fifty numbered ones. Raises Refusal when one lacks name or time, or there are more."""
    numbers = [f"[{number}]" for number in range(MOST + 1) if f"track[{number}]" in asked]
    if len(numbers) > MOST:
        raise Refusal(Code.WRONG_PARAMETERS, f"at most {MOST} listens in one request")
    return [read_listen(asked, number) for number in numbers or [""]]


def read_listen(asked: Mapping[str, str], number: str = "", at: int | None = None) -> Listen:
    """The listen with this number in brackets; `at` is its time where it says none. Raises Refusal."""

    def said(name: str) -> str:
        return asked.get(name + number, "").strip()

    if not said("artist") or not said("track"):
        raise Refusal(Code.WRONG_PARAMETERS, "every listen needs an artist and a track")
    if at is None:
        if not said("timestamp").isdecimal() or len(said("timestamp")) > 12:
            raise Refusal(Code.WRONG_PARAMETERS, "every listen needs a timestamp in seconds")
        at = int(said("timestamp"))
    length = said("duration")
    track = Description(
        title=said("track"),
        artist=said("artist"),
        album=said("album") or None,
        duration_s=float(length) if length.isdecimal() and 0 < len(length) < 7 and int(length) else None,
        recording_mbid=said("mbid") or None,
    )
    return Listen(track, at)
