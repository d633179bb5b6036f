"""One score from many sources: sound where little is known, taste where there is evidence.

The weight of the listeners' part, for one question and one track, is

    x = s e / (s e + 1 - s)

s is what was asked for (0 only sound .. 1 only listeners; 0.75 when nothing was asked), e the evidence: how
many people have the track, and how well the question itself is known to them, each as c / (c + 5). A well-known
track is judged mostly by listeners. One that nobody has played is judged by its sound alone, or, where sound
was found to tell something of taste, by its sound and by the place among the played that its sound gives it:
there e is how well the question is known times half the trust that the bridge between the two has earned.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from synesthete.recommend.collection import Collection
from synesthete.recommend.likeness import sound_scores
from synesthete.recommend.question import Question
from synesthete.recommend.request import SeedKind
from synesthete.recommend.sources import Candidate, SourceName

USUAL_TASTE = 0.75
HALF_KNOWN = 5.0
"""Listeners (or playlists) at which we half trust what they tell of a track."""
BRIDGED = 0.5
"""What a place among the played that sound alone gives is worth at most, beside one that listeners gave."""
HALF_MET = 30.0
"""Plays at which we half trust what a listener's history tells of them."""
EXTRAS: dict[SourceName, float] = {
    SourceName.CLUSTER: 0.05,
    SourceName.ARTIST: 0.05,
    SourceName.NEW: 0.05,
    SourceName.EXPECTED: 0.10,
    SourceName.TAGGED: 0.20,
    SourceName.REDISCOVER: 0.35,
    SourceName.POPULAR: 0.50,
}
"""Weights of sources that add to a candidate rather than carry it, except where they are alone."""
NEXT = 0.5
"""What following next counts beside going together at all; the two complete each other (noisy or)."""
NOVELTY = 0.5
"""How much the slider from familiar to new can move a score of at most 1."""
UNWELCOME = 0.3
"""What is left of the score of a skipped track or a disliked artist's."""

BY_SOUND = frozenset(
    {SourceName.SOUND, SourceName.CLUSTER, SourceName.NEW, SourceName.EXPECTED, SourceName.UNPLAYED}
)
BY_LISTENERS = frozenset({SourceName.TASTE, SourceName.SEQUENCE, SourceName.POPULAR})


@dataclass(slots=True)
class Ranked:
    """A track with its score and what it is made of."""

    track_id: int
    score: float
    parts: dict[SourceName, float]
    """Contribution of each source, before what lowers the whole."""
    because: dict[SourceName, str] = field(default_factory=dict)
    similarity: float | None = None
    """Cosine to the nearest point; None for what was not heard."""
    point: int | None = None
    """Which point of the question is nearest."""
    vector: np.ndarray | None = None

    @property
    def source(self) -> SourceName:
        """The source with the largest share; sound where none contributed."""
        return next((SourceName(name) for name in self.shares), SourceName.SOUND)

    @property
    def shares(self) -> dict[str, float]:
        """The share of each source, summing to 1, largest first; sound alone where none contributed: it was
        the nearest that was left."""
        total = sum(self.parts.values())
        ordered = sorted(self.parts.items(), key=lambda item: -item[1])
        return (
            {str(name): value / total for name, value in ordered if value > 0}
            if total > 0
            else {str(SourceName.SOUND): 1.0}
        )


def blend(candidates: list[Candidate], question: Question, collection: Collection) -> list[Ranked]:
    """Each track once, best first."""
    ids = list(dict.fromkeys(c.track_id for c in candidates))
    if not ids:
        return []
    said: dict[int, dict[SourceName, Candidate]] = {i: {} for i in ids}
    for c in candidates:
        kept = said[c.track_id].get(c.source)
        if kept is None or kept.score < c.score:
            said[c.track_id][c.source] = c
    vectors = collection.vectors(ids)
    sound, best = sound_scores(collection, question, vectors)
    heard = ~np.isnan(sound)
    similarities = _similarities(vectors, question, best)
    weights = np.where(heard, listener_weights(ids, question, collection), 1.0)
    bridged = bridge_weight(question, collection)
    ranked = []
    for row, track_id in enumerate(ids):
        weight = bridged if SourceName.UNPLAYED in said[track_id] else float(weights[row])
        alike = float(sound[row]) if heard[row] else 0.0
        if question.request.taste == 0:  # by sound alone, and nothing else
            parts = {SourceName.SOUND: alike} if alike > 0 else {}
        else:
            parts = _parts(said[track_id], alike, weight)
        entry = Ranked(
            track_id, sum(parts.values()), parts, {s: c.because for s, c in said[track_id].items()}
        )
        if heard[row]:
            entry.point, entry.similarity = int(best[row]), float(similarities[row])
            _credit_own(entry, question)
        if not np.isnan(vectors[row, 0]):
            entry.vector = vectors[row]
        ranked.append(entry)
    _lower(ranked, question)
    return sorted(ranked, key=lambda r: (-r.score, -(r.similarity or -1.0), r.track_id))


def is_itself(entry: Ranked, question: Question) -> bool:
    """Whether the nearest point is the track itself: one of an artist or genre asked with, or the listener's own."""
    return entry.point is not None and question.points[entry.point].track_id == entry.track_id


def _credit_own(entry: Ranked, question: Question) -> None:
    """A track is no match of its own sound: it is there as the artist's, for the word it carries, or as the
    listener's own."""
    if not is_itself(entry, question) or SourceName.SOUND not in entry.parts:
        return
    point = question.points[entry.point or 0]
    name = SourceName.REDISCOVER
    if point.kind == SeedKind.ARTIST:
        name = SourceName.ARTIST
    elif point.kind in (SeedKind.GENRE, SeedKind.TAG):
        if entry.track_id not in question.seed_tags.get(point.name, ()):
            return
        name = SourceName.TAGGED
    entry.parts[name] = entry.parts.get(name, 0.0) + entry.parts.pop(SourceName.SOUND)


def _similarities(vectors: np.ndarray, question: Question, best: np.ndarray) -> np.ndarray:
    """The cosine of each vector to the nearest point, (N,); NaN for unheard tracks."""
    if not question.points:
        return np.full(len(vectors), np.nan)
    places = np.array([p.vector / np.linalg.norm(p.vector) for p in question.points], np.float32)
    cosines: np.ndarray = np.clip((vectors * places[best]).sum(axis=1), -1.0, 1.0)
    return cosines


def listener_weights(ids: list[int], question: Question, collection: Collection) -> np.ndarray:
    """The weight x of the listeners' part for each track, (N,) 0..1."""
    asked = question.request.taste
    if collection.taste is None or asked == 0:
        return np.zeros(len(ids))
    if asked == 1:
        return np.ones(len(ids))
    known = collection.taste.evidence(ids)
    e = question_evidence(question, collection) * known / (known + HALF_KNOWN)
    return _weight(asked, e)


def bridge_weight(question: Question, collection: Collection) -> float:
    """The weight of the place among the played that sound gives a track nobody has played, 0..BRIDGED."""
    if collection.bridge is None or question.request.taste == 0:
        return 0.0
    e = question_evidence(question, collection) * collection.bridge.trust * BRIDGED
    return min(BRIDGED, float(_weight(question.request.taste, np.array([e]))[0]))


def _weight(asked: float | None, e: np.ndarray) -> np.ndarray:
    """x of the formula above, (N,), for evidence e (N,)."""
    s = USUAL_TASTE if asked is None else asked
    weights: np.ndarray = s * e / np.maximum(s * e + 1 - s, 1e-12)
    return weights


def question_evidence(question: Question, collection: Collection) -> float:
    """How well listeners know what the question is about, 0..1."""
    if collection.taste is None or not question.liked:
        return 0.0
    if question.is_about_listener and question.history is not None:
        return question.history.plays / (question.history.plays + HALF_MET)
    known = collection.taste.evidence(list(question.liked))
    return float(np.mean(known / (known + HALF_KNOWN)))


def _parts(by: dict[SourceName, Candidate], sound: float, x: float) -> dict[SourceName, float]:
    """What each source contributes to one track; x is the weight of listeners, or of what stands for them."""
    taste, following = _score(by, SourceName.TASTE), NEXT * _score(by, SourceName.SEQUENCE)
    listeners = 1 - (1 - taste) * (1 - following)
    split = x * listeners / max(taste + following, 1e-9)
    parts = {
        SourceName.SOUND: (1 - x) * sound,
        SourceName.TASTE: split * taste,
        SourceName.SEQUENCE: split * following,
        SourceName.UNPLAYED: x * _score(by, SourceName.UNPLAYED),
    }
    parts |= {name: weight * _score(by, name) for name, weight in EXTRAS.items()}
    return {name: value for name, value in parts.items() if value > 0}


def _score(by: dict[SourceName, Candidate], name: SourceName) -> float:
    return by[name].score if name in by else 0.0


def _lower(ranked: list[Ranked], question: Question) -> None:
    """Move scores by novelty and by what the listener skipped."""
    played = question.history.counts if question.history is not None else {}
    wish = question.request.novelty
    for entry in ranked:
        if wish is not None and played:
            known = min(1.0, played.get(entry.track_id, 0) / 3)
            entry.score += NOVELTY * (2 * wish - 1) * (0.5 - known)
        if entry.track_id in question.unwelcome:
            entry.score *= UNWELCOME
