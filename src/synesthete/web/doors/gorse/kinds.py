"""Which kinds of feedback are understood, and what each is in this house."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from synesthete.errors import InputError
from synesthete.music import Word

PLAYS = ("read", "listen", "play")
"""Kept as listens."""
SKIPS = ("skip",)
"""Kept as listens that were skipped."""
WORDS = {"like": Word.LIKE, "star": Word.LIKE, "dislike": Word.DISLIKE}
"""Kept as words; `star` is the contract's usual name for a like."""
TYPES = (*PLAYS, *SKIPS, *WORDS)
POSITIVE = (*PLAYS, "like", "star")
"""What a session is recommended by."""

MOST_PLAYS = 1_000_000
_EXPRESSION = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:(<=|>=|<|>)([0-9]{1,9}(?:\.[0-9]{1,9})?))?")
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def check_type(type_: str) -> str:
    """The type. Raises InputError for one that is not understood: what it means cannot be guessed."""
    if type_ not in TYPES:
        raise InputError(f"feedback type {type_!r} is not understood here; known are {', '.join(TYPES)}")
    return type_


def asked_for(expression: str) -> tuple[str, Callable[[float], bool]]:
    """The type in an expression such as `read>=3`, and whether a value is meant. Raises InputError."""
    parts = _EXPRESSION.fullmatch(expression)
    if parts is None:
        raise InputError("feedback is asked for by its type, or as in read>=3", subject=expression)
    type_, sign, number = parts.groups()
    if not sign:
        return type_, lambda _: True
    compare, least = _SIGNS[sign], float(number)
    return type_, lambda value: bool(compare(value, least))


def plays_of(value: float) -> int:
    """How many plays a value stands for; 0 is what clients send who say nothing of it. Raises InputError."""
    if value != int(value) or not 0 <= value <= MOST_PLAYS:
        raise InputError(f"the value of a play or skip is how often, a whole number, and not {value:g}")
    return max(1, int(value))


def check_showing(type_: str) -> None:
    """Raises InputError for a type that says more of an item than that it was shown."""
    if check_type(type_) in WORDS:
        raise InputError(f"write-back-type {type_!r} would put words into the mouths of users")


def check_word(value: float) -> None:
    """Raises InputError for a value below 0: words are taken back with DELETE."""
    if value < 0:
        raise InputError(f"the value of a like or dislike is not negative ({value:g}); DELETE takes it back")
