"""What clients send: names of fields in any case, as the contract's own server takes them; other fields are passed over."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from synesthete.errors import InputError

MOST = 500
"""Longest list of recommendations, as in our own API."""
LONGEST_ID = 256
"""Letters of an id, as the contract's own tables have it."""
LONGEST_DELAY_S = 10 * 365 * 86_400
"""Longer is for ever."""
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6, "ns": 1e-9}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{0,9})?)(h|ms|m|s|us|\u00b5s|ns)")
NO_CURSOR = "this cursor is not one that a list ended with"
MILLISECONDS = 100_000_000_000
"""A number from here on is a time in milliseconds: in seconds it would be the year 5138."""


def _id(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("an id has at least one letter, and letters that can be printed only")
    return text


def _moment(said: object) -> int | None:
    """A time as unix seconds; None where it is empty, or the year 1, which is how Go writes no time."""
    if said is None or said == "":
        return None
    if not isinstance(said, str):
        raise ValueError("a time is text, such as 2026-02-24T18:30:00Z")
    if said.isascii() and said.isdigit() and 9 <= len(said) <= 13:
        number = int(said)
        return number // 1000 if number >= MILLISECONDS else number
    try:
        at = datetime.fromisoformat(said.strip().replace("/", "-"))
    except ValueError as error:
        raise ValueError("this time cannot be read; write it as 2026-02-24T18:30:00Z") from error
    return None if at.year == 1 else int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a value is a number")
    return value


def _sayable(labels: Any) -> Any:
    """Labels that can be told again. Raises ValueError for numbers that are none and text that is none."""
    try:
        json.dumps(labels, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:  # of which text that cannot be encoded is one
        raise ValueError("this cannot be kept: not a number, or not text") from error
    return labels


Id = Annotated[str, Field(max_length=LONGEST_ID), AfterValidator(_id)]
Labels = Annotated[Any, AfterValidator(_sayable)]
Text = Annotated[str | None, AfterValidator(_sayable)]
Moment = Annotated[int | None, BeforeValidator(_moment)]
Count = Annotated[int, Query(ge=1, le=MOST)]
Offset = Annotated[int, Query(ge=0, le=10_000)]
Cursor = Annotated[str, Query(max_length=4000)]


class _Sent(BaseModel):
    """A document whose fields are told apart without regard to case."""

    model_config = ConfigDict(extra="ignore", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _any_case(cls, sent: Any) -> Any:
        return {str(key).lower(): value for key, value in sent.items()} if isinstance(sent, dict) else sent


class UserSent(_Sent):
    """A user to keep."""

    id: Id = Field(alias="userid")
    labels: Labels = None
    comment: Text = None


class UserChange(_Sent):
    """What to change of a user; what is not said, or null, stays."""

    labels: Labels = None
    comment: Text = None


class ItemChange(_Sent):
    """What to change of an item; what is not said, or null, stays."""

    hidden: bool | None = Field(None, alias="ishidden")
    categories: Annotated[list[str] | None, AfterValidator(_sayable)] = None
    at: Moment = Field(None, alias="timestamp")
    labels: Labels = None
    comment: Text = None


class ItemSent(ItemChange):
    """An item to keep."""

    id: Id = Field(alias="itemid")


class FeedbackSent(_Sent):
    """Feedback of a user about an item."""

    type: Id = Field(alias="feedbacktype")
    user_id: Id = Field(alias="userid")
    item_id: Id = Field(alias="itemid")
    value: Annotated[float, AfterValidator(_number)] = 0.0
    at: Moment = Field(None, alias="timestamp")


class SessionSent(FeedbackSent):
    """Feedback of a visitor who need not have a name."""

    user_id: str = Field("", alias="userid")


def seconds_of(duration: str) -> int:
    """A duration such as 1h30m or 500ms, as Go writes them, in whole seconds. Raises InputError."""
    sign, bare = (-1, duration[1:]) if duration.startswith("-") else (1, duration.removeprefix("+"))
    parts = _PART.findall(bare)
    if bare != "0" and (not parts or "".join(number + unit for number, unit in parts) != bare):
        raise InputError("a duration is written as 1h30m or 90s", subject=duration)
    return sign * min(int(sum(float(number) * _UNITS[unit] for number, unit in parts)), LONGEST_DELAY_S)


def told_time(at: int) -> str:
    """Unix seconds as the contract writes times."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sealed(key: str) -> str:
    """The cursor that says where the next page begins."""
    return base64.b64encode(key.encode()).decode()


def opened(cursor: str) -> str:
    """What a cursor says; empty for none. Raises InputError for what is no cursor of ours."""
    try:
        key = base64.b64decode(cursor.encode(), validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise InputError(NO_CURSOR) from error
    if not key.isprintable():
        raise InputError(NO_CURSOR)
    return key
