"""What two ways of writing one track's name have in common, and what makes two names different tracks.

"Don't Stop Me Now - 2011 Remaster" and "dont stop me now" are one; "... (Live at Wembley)" is another.
Everything is compared in plain ASCII letters and digits, whatever script it was written in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from anyascii import anyascii

HARMLESS = frozenset((
    "remaster", "remastered", "remastering", "remasterizado", "master", "mastered", "version", "album",
    "single", "original", "mono", "stereo", "explicit", "clean", "bonus", "track", "deluxe", "edition",
    "anniversary", "digital", "digitally", "official", "video", "audio", "lyric", "lyrics", "music",
    "visualizer", "hd", "hq", "4k", "full", "lp", "cd", "ep", "dolby", "atmos", "new", "expanded",
    "special", "reissue",
))  # fmt: skip
"""Words that, alone in brackets or behind a dash, leave it the same recording."""

VERSIONS = {
    word: version
    for version, words in {
        "live": "live concert unplugged vivo konzert directo",
        "remix": "remix remixed rmx mix rework reworked bootleg vip dub flip refix mashup",
        "acoustic": "acoustic stripped akustik",
        "instrumental": "instrumental karaoke backing",
        "demo": "demo rehearsal outtake rough",
        "cover": "cover tribute",
        "speed": "slowed nightcore sped reverb",
        "alternate": "alternate alternative take",
        "session": "session sessions",
        "reprise": "reprise",
        "orchestral": "orchestral symphonic orchestra",
        "cappella": "cappella acapella acappella",
        "piano": "piano",
    }.items()
    for word in words.split()
}
"""Word -> the version it tells of. Two names must tell of the same versions to be one track."""

FILLERS = frozenset(("the", "and", "in", "of", "from", "at", "on", "a", "for", "by", "to"))

EDITS = frozenset(("edit", "edited", "radio", "extended", "short", "long", "club"))
"""Cuts of one recording: they cost confidence, but are not another track."""

ROMAN = {
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "xi": "11",
    "xii": "12",
}
"""Roman numerals that are no words; i, v and x alone may be words or names."""

_SAY_NO_WHO = HARMLESS | FILLERS | EDITS | VERSIONS.keys()

_BRACKETS = re.compile(r"[(\[{<]([^()\[\]{}<>]*)[)\]}>]")
_DASH = re.compile(r"\s+[-\u2013\u2014~]\s+|\s+//\s+|;\s+")
_FEATURED = re.compile(r"^(?:feat|ft|featuring|with|w)\b[. ]\s*(.+)$|^(?:feat|ft)\.(.+)$")
_TRAILING = re.compile(r"\s+\(?(?:feat\.?|ft\.?|featuring)\s+(.+)$")
_MASTER_YEAR = re.compile(
    r"\s+(?:(?:19|20)\d\d\s+remaster(?:ed)?|remaster(?:ed)?\s+(?:19|20)\d\d|remastered)$"
)
_CREDITS = re.compile(r"\s*(?:[,;/&+|]|\b(?:feat|ft|featuring|with|and|x|vs|versus|pres|presents)\b\.?)\s*")
_ACRONYM = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?\b\.?")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart. `key` has neither spaces nor brackets that say nothing of the music."""

    words: str
    key: str
    short: str
    """The key without any brackets: "(I Can't Get No) Satisfaction" -> "satisfaction"."""
    versions: frozenset[str]
    qualifiers: frozenset[str]
    """Other words beside a version's: who made the remix, where the concert was."""
    edited: bool
    numbers: tuple[str, ...]
    featured: frozenset[str]


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist credit taken apart: the whole as one key, and each name in it, the first one first."""

    words: str
    key: str
    names: tuple[str, ...]


@dataclass
class _Noted:
    """What the parts of a title told beside the name of the piece."""

    versions: set[str] = field(default_factory=set)
    qualifiers: set[str] = field(default_factory=set)
    featured: list[str] = field(default_factory=list)
    edited: bool = False

    def takes(self, part: str) -> bool:
        """Whether the part only tells of a version or a guest, which is then noted."""
        if guest := _FEATURED.match(part.strip()):
            self.featured.append(guest.group(1) or guest.group(2))
            return True
        words = _words(part)
        kinds = {VERSIONS[w] for w in words if w in VERSIONS}
        if "mix" in words and all(w == "mix" or w in HARMLESS or w in EDITS for w in words):
            # "Original Mix", "Radio Mix": nobody else had a hand in it.
            self.edited = self.edited or any(w in EDITS for w in words)
            return True
        if kinds or (words and words[-1] in EDITS):
            self.versions.update(kinds)
            self.edited = self.edited or any(w in EDITS for w in words)
            self.qualifiers.update(w for w in words if w not in _SAY_NO_WHO)
            return True
        return bool(words) and (
            words[0] == "from" or all(w in HARMLESS or w in FILLERS or _is_year(w) for w in words)
        )


@lru_cache(maxsize=200_000)
def title(text: str) -> Title:
    """The title's parts; never fails, and never gives an empty key for a text that is not blank."""
    plain = kept = bare = _plain(text)
    noted = _Noted()
    for found in _BRACKETS.finditer(plain):
        bare = bare.replace(found.group(), " ", 1)
        if noted.takes(found.group(1)) and _words(kept.replace(found.group(), " ", 1)):
            kept = kept.replace(found.group(), " ", 1)
    first, *rest = _DASH.split(kept)
    if _words(first):
        kept = " - ".join([first, *(part for part in rest if not noted.takes(part))])
    if guest := _TRAILING.search(kept):
        noted.featured.append(guest.group(1))
        kept = kept[: guest.start()]
    kept = _MASTER_YEAR.sub("", kept) or kept
    words = _words(kept) or [text.casefold().strip()]
    bare_words = _words(_MASTER_YEAR.sub("", _DASH.split(_TRAILING.sub("", bare))[0])) or words
    return Title(
        " ".join(words),
        "".join(words),
        "".join(bare_words),
        frozenset(noted.versions),
        frozenset(noted.qualifiers),
        noted.edited,
        tuple(sorted(w for w in words if w.isdigit())),
        frozenset(name for guests in noted.featured for name in credit(guests).names),
    )


@lru_cache(maxsize=100_000)
def credit(text: str) -> Credit:
    """The credit's parts: "Beatles, The" and "The Beatles" are one, as are "&" and "and"."""
    plain = _plain(text)
    if plain.endswith(", the"):
        plain = "the " + plain[:-5]
    words = [w for w in _words(plain) if w not in ("the", "and")] or [text.casefold().strip()]
    names = []
    for part in _CREDITS.split(plain):
        key = "".join(w for w in _words(part) if w != "the")
        if key and key not in names:
            names.append(key)
    return Credit(" ".join(words), "".join(words), tuple(names) or ("".join(words),))


@lru_cache(maxsize=100_000)
def album(text: str) -> str:
    """An album's key without what brackets add to it."""
    plain = _plain(text)
    return "".join(_words(_BRACKETS.sub(" ", plain)) or _words(plain))


def _plain(text: str) -> str:
    """ASCII in lower case; spaces single, apostrophes gone, acronyms without points."""
    ascii_text = anyascii(text).lower().replace("'", "").replace("`", "")
    ascii_text = _ACRONYM.sub(lambda m: m.group().replace(".", ""), ascii_text)
    return " ".join(ascii_text.split())


def _words(text: str) -> list[str]:
    words = _NOT_WORD.sub(" ", text.replace("&", " and ").replace("$", "s")).split()
    return [ROMAN.get(word, word) for word in words]


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")
