"""Names as they get corrupted between programs: realistic damage for testing how descriptions match."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from synesthete.music import Description

Damage = Callable[[Description, random.Random], Description]


def plain_case(d: Description, rng: random.Random) -> Description:
    change = rng.choice([str.lower, str.upper, str.title])
    return replace(d, title=change(d.title), artist=change(d.artist))


def no_punctuation(d: Description, rng: random.Random) -> Description:
    def strip(text: str) -> str:
        return " ".join(re.sub(r"[^\w\s()\[\]-]", "", text).split()) or text

    return replace(d, title=strip(d.title), artist=strip(d.artist))


def no_accents(d: Description, rng: random.Random) -> Description:
    def strip(text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))

    return replace(d, title=strip(d.title), artist=strip(d.artist))


def curly_quotes(d: Description, rng: random.Random) -> Description:
    return replace(d, title=d.title.replace("'", "\u2019"), artist=d.artist.replace("'", "\u2019"))


def ampersand(d: Description, rng: random.Random) -> Description:
    if "&" in d.artist:
        return replace(d, artist=d.artist.replace("&", "and"))
    return replace(d, artist=re.sub(r"\band\b", "&", d.artist, flags=re.IGNORECASE))


def remaster(d: Description, rng: random.Random) -> Description:
    tag = rng.choice([" - Remastered {}", " (Remastered {})", " - {} Remaster", " [{} Digital Remaster]"])
    if re.search("remaster|remix|live|edit|version", d.title, re.IGNORECASE):
        return d
    return replace(d, title=d.title + tag.format(rng.randint(1995, 2020)))


def labeled(d: Description, rng: random.Random) -> Description:
    tag = rng.choice([" (Official Video)", " [Explicit]", " - Single Version", " (Album Version)", " (Mono)"])
    return replace(d, title=d.title + tag)


def guest(d: Description, rng: random.Random) -> Description:
    name = rng.choice(["Alicia Keys", "DJ Kool", "Big Room", "Sia"])
    if re.search(r"feat|ft\.|with", d.title + d.artist, re.IGNORECASE):
        return d
    where = rng.randrange(3)
    if where == 0:
        return replace(d, title=f"{d.title} (feat. {name})")
    if where == 1:
        return replace(d, artist=f"{d.artist} ft. {name}")
    return replace(d, title=f"{d.title} [with {name}]")


def no_guest(d: Description, rng: random.Random) -> Description:
    title = re.sub(r"\s*[(\[](feat|ft|with)\b[^)\]]*[)\]]", "", d.title, flags=re.IGNORECASE)
    return replace(d, title=title or d.title)


def article(d: Description, rng: random.Random) -> Description:
    if d.artist.lower().startswith("the ") and len(d.artist) > 7:
        bare = d.artist[4:]
        return replace(d, artist=rng.choice([bare, f"{bare}, The"]))
    return d


def typo(d: Description, rng: random.Random) -> Description:
    field = "title" if rng.random() < 0.6 else "artist"
    text = getattr(d, field)
    letters = [i for i, c in enumerate(text) if c.isalpha()]
    if len(letters) < 8:
        return d
    at = rng.choice(letters[1:-1])
    changed = rng.choice([
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        text[:at] + rng.choice("aeionrst") + text[at + 1 :],
    ])  # fmt: skip
    return replace(d, **{field: changed})


DAMAGES: tuple[Damage, ...] = (
    plain_case, no_punctuation, no_accents, curly_quotes, ampersand, remaster, labeled, guest, no_guest,
    article, typo,
)  # fmt: skip


def corrupted(d: Description, rng: random.Random) -> Description:
    """The description after one to three kinds of damage, its duration rounded, shifted or lost."""
    for damage in rng.sample(DAMAGES, rng.randint(1, 3)):
        d = damage(d, rng)
    duration = d.duration_s
    if duration is not None:
        duration = None if rng.random() < 0.4 else round(duration + rng.uniform(-2, 2))
    return replace(d, duration_s=duration, album=None if rng.random() < 0.5 else d.album)


def another_version(d: Description, rng: random.Random) -> Description:
    """The same work as another recording, which must not be taken for ours."""
    made = rng.choice([
        f"{d.title} (Live)", f"{d.title} - Live at Wembley", f"{d.title} (Acoustic)",
        f"{d.title} - Someone Remix", f"{d.title} (Instrumental)", f"{d.title} [Demo]",
    ])  # fmt: skip
    return replace(d, title=made, duration_s=None)
