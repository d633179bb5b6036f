"""Tracks by words for their sound: "calm piano" finds what sounds so, whatever it is called.

The words are those that an encoder brings along (`encoders/tags.py`); nobody has tagged anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synesthete.catalog.folding import fold
from synesthete.catalog.tracks import Filter
from synesthete.encoders.tags import SAID, HeardWord, Tags
from synesthete.music import Track, TrackId
from synesthete.recommend.collection import Collection

SYNONYMS = {
    "calm": "relaxing", "relaxed": "relaxing", "quiet": "relaxing", "cheerful": "happy", "joyful": "happy",
    "moving": "emotional", "orchestra": "classical", "film": "soundtrack", "e guitar": "electric guitar",
    "fiddle": "violin", "keys": "electric piano", "rhodes": "electric piano", "country": "folk",
}  # fmt: skip
"""What people say for a word that an ear has."""
WIDER = 4
"""So many times the tracks asked for are looked at: of several words, some of the nearest lack one."""


@dataclass(frozen=True, slots=True)
class HeardAs:
    """A track whose sound has all the words that were asked for."""

    track: Track
    words: tuple[HeardWord, ...]
    """Those words, in the order asked for."""

    @property
    def confidence(self) -> float:
        """That of the word we are least sure of."""
        return min(word.confidence for word in self.words)


def words_in(phrase: str, tags: Tags) -> list[str]:
    """The words of an ear that make up the phrase, each once; empty when anything else is in it.

    "and", "with", commas and the like do not count; the longest words are read first ("electric piano").
    """
    known = {fold(name): name for name in tags.names}
    known |= {said: meant for said, meant in SYNONYMS.items() if meant in tags.names and said not in known}
    longest = max((len(name.split()) for name in known), default=0)
    left, found = [word for word in fold(phrase).split() if word not in ("and", "with", "music")], {}
    while left:
        for length in range(min(longest, len(left)), 0, -1):
            name = known.get(" ".join(left[:length]))
            if name is not None:
                found[name], left = True, left[length:]
                break
        else:
            return []
    return list(found)


def heard_as(collection: Collection, phrase: str, n: int = 20) -> list[HeardAs]:
    """Up to n visible tracks that sound like every word of the phrase, the surest first.

    Empty when the phrase is not made of words that the encoder has, or nothing sounds so.
    """
    tags = collection.tags
    names = words_in(phrase, tags) if tags is not None else []
    if tags is None or not names or not len(collection.index):
        return []
    chosen = [tags.names.index(name) for name in names]
    near = collection.index.near(tags.direction(names)[None], min(WIDER * n, len(collection.index)))
    ids = [i for i, _ in near.pairs()]
    sure = tags.confidences(collection.vectors(ids))[:, chosen]
    kept = [i for i, row in zip(ids, sure, strict=True) if row.min() >= SAID]
    said = {i: _words(tags, chosen, row) for i, row in zip(ids, sure, strict=True)}
    tracks = collection.tracks(kept, Filter())
    found = [HeardAs(tracks[TrackId(i)], said[i]) for i in kept if TrackId(i) in tracks]
    return sorted(found, key=lambda one: -one.confidence)[:n]


def _words(tags: Tags, chosen: Sequence[int], sure: np.ndarray) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(tags.names[k], tags.kinds[k], round(float(confidence), 3))
        for k, confidence in zip(chosen, sure, strict=True)
    )
