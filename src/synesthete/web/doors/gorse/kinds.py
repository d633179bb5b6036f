"""Which kinds of feedback are understood, and what each is in this house."""

from __future__ import annotations

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


def check_type(type_: str) -> str:
    """The type. Raises InputError for one that is not understood: what it means cannot be guessed."""
    if type_ not in TYPES:
        raise InputError(f"feedback type {type_!r} is not understood here; known are {', '.join(TYPES)}")
    return type_


def plays_of(value: float) -> int:
    """How many plays a value stands for; 0 is what clients send who say nothing of it. Raises InputError."""
    if value != int(value) or not 0 <= value <= MOST_PLAYS:
        raise InputError(f"the value of a play or skip is how often, a whole number, and not {value:g}")
    return max(1, int(value))


def check_word(value: float) -> None:
    """Raises InputError for a value below 0: words are taken back with DELETE."""
    if value < 0:
        raise InputError(f"the value of a like or dislike is not negative ({value:g}); DELETE takes it back")
