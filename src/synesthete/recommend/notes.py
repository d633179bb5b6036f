"""What a person should know about a list: why it is empty or short, or what could not be heard."""

from __future__ import annotations

from synesthete.recommend.collection import Collection
from synesthete.recommend.explain import Recommendation
from synesthete.recommend.question import Question
from synesthete.recommend.request import Request


def note_on(
    request: Request,
    question: Question,
    results: tuple[Recommendation, ...],
    found: int,
    collection: Collection,
) -> str | None:
    """What a person should know about the list: why it is empty or short, or what could not be heard."""
    notes = list(question.notes)
    if not results:
        notes.append(_why_empty(question, found, collection))
    elif len(results) < request.n:
        reasons = []
        if request.per_artist:
            reasons.append(f"at most {request.per_artist} by one artist")
        if question.allowed is not None:
            reasons.append(f"{len(question.allowed)} tracks pass the filters")
        if reasons:
            notes.append(f"Only {len(results)} tracks fit: {', '.join(reasons)}.")
    return " ".join(notes) or None


def _why_empty(question: Question, found: int, collection: Collection) -> str:
    if not len(collection.index) and collection.taste is None:
        return _why_nothing_was_heard(collection)
    if question.allowed is not None and not len(question.allowed):
        return "No track passes the filters."
    if not question.request.seeds and not question.points and not question.liked:
        if question.request.listener_id is None:
            return "There is nothing to start from: give a track, a clip, an artist or a listener."
        return "Nothing is known of this listener yet: play or like a few tracks, or start from one."
    if question.request.seeds and not question.points and not question.liked:
        if all(seed.weight <= 0 for seed in question.request.seeds):
            return "There is nothing to start from: give a track, a clip, an artist or a listener."
        return "None of the seeds has been heard yet."
    if len(collection.index) <= 1 and collection.taste is None:
        return "Nothing else has been analyzed yet. Add more music: synesthete add ~/Music"
    if found == 0:
        return "Everything that fits is excluded or kept out by the filters."
    return "Everything that was found is by excluded artists or a version of the seeds."


def _why_nothing_was_heard(collection: Collection) -> str:
    covered = collection.coverage()
    if not covered.tracks:
        return "Nothing has been analyzed yet. Add a folder of music: synesthete add ~/Music"
    name = covered.encoder.partition("@")[0]
    return (
        f"{name} has heard nothing here yet. `synesthete update` hears what is new, "
        f"`synesthete encoders switch {name}` lets it hear the whole library."
    )
