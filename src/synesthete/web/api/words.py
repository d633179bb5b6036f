"""Words: like, dislike, never and skip, said of a track or an artist, in force from the next request on."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query

from synesthete.catalog import Catalog
from synesthete.errors import InputError, NotFound
from synesthete.music import ArtistId, Feedback, TrackId, Word
from synesthete.web.api.models.people import NewWord, SaidWord, SaidWords, SpokenWord
from synesthete.web.auth.entrance import Who
from synesthete.web.house import Asking, Count, ItsId, Offset, TheHouse
from synesthete.web.show import Shower, visible

router = APIRouter(prefix="/feedback", tags=["people"])


@router.get("")
def words(
    house: TheHouse,
    who: Asking,
    word: Annotated[SpokenWord | None, Query()] = None,
    n: Count = 100,
    offset: Offset = 0,
) -> SaidWords:
    """The words in force of the listener who asks, the newest first."""
    said = house.catalog.feedback.of(who.id, word=word)
    return SaidWords(words=_shown(house.catalog, who, said[offset : offset + n]), total=len(said))


@router.post("", status_code=201)
def say(house: TheHouse, who: Asking, question: NewWord) -> SaidWord:
    """Say a word. The last of like, dislike and never holds; skips add up."""
    catalog = house.catalog
    if question.until is not None and question.until <= time.time():
        raise InputError(
            "this word would end before it is said", subject=question.until, hint="Give a later `until`."
        )
    if question.track_id is not None:
        visible(catalog, question.track_id)
    if question.artist_id is not None:
        catalog.artists.get(question.artist_id)
    made = catalog.feedback.say(
        who.id, question.word, track_id=question.track_id, artist_id=question.artist_id, until=question.until,
        request_id=question.request_id,
    )  # fmt: skip
    feedback = Feedback(
        who.id,
        Word(question.word),
        int(time.time()),
        None if question.track_id is None else TrackId(question.track_id),
        None if question.artist_id is None else ArtistId(question.artist_id),
        question.until,
    )
    return _shown(catalog, who, [(made, feedback)])[0]


@router.delete("/{feedback_id}", status_code=204)
def undo(house: TheHouse, who: Asking, feedback_id: ItsId) -> None:
    """Take a word back."""
    if not house.catalog.feedback.undo(who.id, feedback_id):
        raise NotFound("no word of yours in force has this id", subject=feedback_id)


def _shown(catalog: Catalog, who: Who, said: list[tuple[int, Feedback]]) -> list[SaidWord]:
    show = Shower(catalog, who)
    tracks = catalog.tracks.many(f.track_id for _, f in said if f.track_id is not None)
    artists = catalog.artists.many(f.artist_id for _, f in said if f.artist_id is not None)
    shown = []
    for number, feedback in said:
        track = None if feedback.track_id is None else tracks.get(feedback.track_id)
        artist = None if feedback.artist_id is None else artists.get(feedback.artist_id)
        shown.append(
            SaidWord(
                id=number, word=feedback.word.value, track=None if track is None else show.track(track),
                artist_id=feedback.artist_id, artist=None if artist is None else artist.name, at=feedback.at,
                until=feedback.until,
            )
        )  # fmt: skip
    return shown
