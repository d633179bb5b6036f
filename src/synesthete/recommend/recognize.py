"""This very recording is in your library at 1:20: tracks first, then their excerpts, then the sound itself.

A clip's vectors find a shortlist of tracks, whose excerpts say where in them the clip may lie. What lies there
is then listened to (`closely`), where the files are at hand; else similarity and lead decide. What the shortlist
costs in recall is measured in benchmarks/recommend.py, how often the answer is right in benchmarks/recordings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synesthete.errors import AudioError, Busy
from synesthete.music import TrackId
from synesthete.recommend.closely import (
    GLANCED_CLIP_S,
    LISTENED_S,
    SHORTEST_S,
    Comparison,
    Stretch,
    Told,
    compare,
)
from synesthete.recommend.collection import Collection
from synesthete.recommend.moments import Excerpts
from synesthete.recommend.places import WORTH, Place, nearest_of_many, places, shortlist_size, worth_hearing
from synesthete.recommend.request import Clip

LEAD = 2.0
"""Where nothing can be listened to, a lead over the next best track counts so many times its size."""
NAMED, SURE = 0.98, 1.07
"""Similarity and lead together, from which a track is named, and named without doubt. Chosen on 325 pieces the
network was trained with, among 99,579 invented ones, for at most 10 and 5 of 100 absent tracks to be taken for
another."""
COPY = 0.005
"""Tracks so little behind the best are taken for copies of it, since a library may hold a recording twice."""
SHORT_LISTENED_S = 20.0
"""Of each place where a clip of a few seconds may lie, so much is listened to."""
EXCERPTS_ASKED = 12
"""Of a long clip, only the first minute asks for tracks."""

Listen = Callable[[Comparison], list[Told | None]]
"""Who listens: `compare` itself, or another process that does it."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """A track that holds the clip: where, how alike, and whether we are sure."""

    track_id: TrackId
    start_s: float
    end_s: float
    similarity: float
    sure: bool
    """False when it could not be listened to, and another track comes nearly as close."""


def recognize(
    collection: Collection, clip: Clip, sound: Stretch | None = None, listen: Listen = compare
) -> Recognition | None:
    """The track of the collection that is this very recording, and where in it the clip begins; or None.

    `sound` is where the clip itself can be read: with it, the likeliest places are listened to.
    """
    whole = Excerpts(clip.excerpts, clip.starts_s, clip.ends_s)
    if not len(collection.index) or not len(whole.vectors):
        return None
    found = places(whole, collection.excerpts(shortlist(collection, clip)))
    length_s = float(whole.ends_s[-1] - whole.starts_s[0])
    if sound is None or length_s < SHORTEST_S:
        return judged(found, length_s)
    files = {t.id: t.path for t in collection.tracks(p.track_id for p in worth_hearing(found)).values()}
    heard = [place for place in worth_hearing(found) if files.get(place.track_id)]
    if not heard:
        return judged(found, length_s)
    return _listened(found, heard, sound, length_s, files, listen)


def shortlist(collection: Collection, clip: Clip) -> list[int]:
    """The tracks nearest to the clip and to its first excerpts, the nearest first."""
    size = shortlist_size(len(collection.index))
    queries = clip.vector[None, :]
    if len(clip.excerpts) > 1:  # a short clip is its own excerpt
        queries = np.vstack([queries, clip.excerpts[:EXCERPTS_ASKED]])
    near = collection.index.near(queries, size)
    return nearest_of_many(near.ids, near.similarities)[:size]


def judged(found: Sequence[Place], length_s: float) -> Recognition | None:
    """What the places, best first, say by themselves of a clip so long; None when no track stands out."""
    if not found:
        return None
    best = found[0]
    near = best.similarity - COPY
    others = [p.similarity for p in found if p.similarity < near and p.track_id != best.track_id]
    told = best.similarity + LEAD * (best.similarity - max(others, default=-1.0))
    if best.similarity < WORTH or told < NAMED:
        return None
    return _recognition(best, best.start_s, length_s, told >= SURE)


def _listened(
    found: Sequence[Place],
    heard: Sequence[Place],
    sound: Stretch,
    length_s: float,
    files: dict[TrackId, str | None],
    listen: Listen,
) -> Recognition | None:
    """What listening to the places of `heard` says, or where that fails, all that were found."""
    query_s = heard[0].query_s
    begin_s, part_s = sound.start_s + query_s, min(LISTENED_S, length_s - query_s)
    spans = [_around(str(files[p.track_id]), p.start_s + query_s, part_s) for p in heard]
    try:
        told = listen(Comparison(Stretch(sound.file, begin_s, begin_s + part_s), tuple(spans)))
    except (AudioError, Busy):  # the clip's file is gone, or too many ask: its embedding still speaks
        return judged(found, length_s)
    known = [(what, place, span) for what, place, span in zip(told, heard, spans, strict=False) if what]
    if same := [one for one in known if one[0].same]:
        what, place, span = max(same, key=lambda one: one[0].likeness)
        return _recognition(place, span.start_s + what.ahead_s - query_s, length_s, sure=True)
    refuted = {place.track_id for _, place, _ in known}
    return None if found[0].track_id in refuted else judged(found, length_s)


def _recognition(place: Place, start_s: float, length_s: float, sure: bool) -> Recognition:
    begins = max(0.0, start_s)
    return Recognition(place.track_id, round(begins, 2), round(begins + length_s, 2), place.similarity, sure)


def _around(file: str, start_s: float, length_s: float) -> Stretch:
    """What to listen to where so long a clip may begin: the shorter it is, the less its excerpts know the place."""
    listened_s = LISTENED_S if length_s >= GLANCED_CLIP_S else SHORT_LISTENED_S
    begin_s = max(0.0, start_s - max(0.0, listened_s - length_s) / 2)
    return Stretch(Path(file), begin_s, begin_s + listened_s)
