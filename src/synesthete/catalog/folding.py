"""Names folded for comparison: what two spellings of one name have in common."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]+|_+")
# Scripts written without spaces: every character is a word of its own, so that any part can be searched.
_UNSPACED = re.compile(r"([\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f])")


def fold(text: str) -> str:
    """The text without case, accents and punctuation: "Beyoncé & JAY-Z" -> "beyonce and jay z".

    Names that consist of punctuation alone ("!!!") keep it, so that they stay distinct. Never empty
    unless the text is blank.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _NOT_WORD.sub(" ", plain.replace("&", " and ").replace("'", "").replace("\u2019", "")).casefold()
    return " ".join(words.split()) or " ".join(text.casefold().split())


def search_words(text: str) -> list[str]:
    """The folded words of a text as full-text search sees them.

    Unspaced scripts fall into characters, and punctuation that stands alone ("!!!") is spelled out, since no
    search engine would keep it.
    """
    words = _UNSPACED.sub(r" \1 ", fold(text)).split()
    return [word if any(map(str.isalnum, word)) else "".join(f"u{ord(c):x}" for c in word) for word in words]


def clean(text: str) -> str:
    """The text as every database can store it: no NUL, no lone surrogate."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
