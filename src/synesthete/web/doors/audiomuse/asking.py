"""What else clients of this contract ask: words for sound, plus and minus, the embedding, and whether we are here."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field, field_validator

from synesthete.errors import InputError, NotFound
from synesthete.recommend.by_word import HeardAs, heard_as, words_in
from synesthete.recommend.request import Request, Seed, SeedKind
from synesthete.web.doors.admission import Reader
from synesthete.web.doors.audiomuse.names import Count, artist_of, item, track_of
from synesthete.web.doors.audiomuse.route import Route
from synesthete.web.house import House, TheHouse

MOST_MIXED = 200
"""Most results of a mixture, as the original has it."""

router = APIRouter(include_in_schema=False, route_class=Route)


class Phrase(BaseModel):
    """Words for the sound that is looked for; older clients say `n` for `limit`."""

    query: str = Field(min_length=1, max_length=500)
    limit: Count | None = None
    n: Count = 100

    @field_validator("query")
    @classmethod
    def _says_something(cls, query: str) -> str:
        if not query.strip():
            raise ValueError("say what it should sound like")
        return query.strip()


class Ingredient(BaseModel):
    """A track or artist that is wanted, or not."""

    id: str = Field(min_length=1, max_length=500)
    op: Literal["ADD", "SUBTRACT"]
    type: str = "song"

    @field_validator("id", mode="before")
    @classmethod
    def _as_text(cls, given: Any) -> Any:
        return str(given) if isinstance(given, int) else given

    @field_validator("op", mode="before")
    @classmethod
    def _upper(cls, given: Any) -> Any:
        return given.upper() if isinstance(given, str) else given


class Mixture(BaseModel):
    """What to mix; older clients send ids of tracks in `add` and `sub`."""

    items: list[Ingredient] = Field(default_factory=list, max_length=1000)
    add: list[str] = Field(default_factory=list, max_length=1000)
    sub: list[str] = Field(default_factory=list, max_length=1000)
    n: Count = 100

    @property
    def all(self) -> list[Ingredient]:
        older = [Ingredient(id=i, op="ADD") for i in self.add]
        return self.items + older + [Ingredient(id=i, op="SUBTRACT") for i in self.sub]


@router.get("/api/health")
def health() -> dict[str, str]:
    """Whether the server answers; anybody may ask."""
    return {"status": "ok"}


@router.get("/api/active_tasks")
def active_tasks(_who: Reader) -> dict[str, Any]:
    """The task that runs: the original's tasks do not exist here, so never one. Clients ask this to see that a key works."""
    return {}


@router.post("/api/clap/search")
def search_by_words(house: TheHouse, _who: Reader, question: Phrase) -> dict[str, Any]:
    """Tracks that sound like a phrase, the surest first; `similarity` is how sure, 0 to 1.

    `words` are those of the phrase that our ear has: words it does not have are passed over.
    """
    found = _heard_as(house, question.query, question.limit or question.n)
    rows = [item(house, one.track, None) | {"similarity": round(one.confidence, 4)} for one in found]
    words = [word.word for word in found[0].words] if found else []
    return {"query": question.query, "results": rows, "count": len(rows), "words": words}


@router.post("/api/alchemy")
def mix(house: TheHouse, _who: Reader, question: Mixture) -> dict[str, Any]:
    """Tracks like all that is added and unlike what is subtracted, by sound alone.

    `distance` is to the nearest of what was added.
    """
    seeds = tuple(_seed(house, one) for one in question.all)
    if not any(seed.weight > 0 for seed in seeds):
        raise InputError("a mixture needs something to add", subject="items")
    n = min(question.n, MOST_MIXED)
    request = Request(seeds, n=n, per_artist=0, taste=0.0, adventurousness=0.0)
    answer = house.parts.recommender.recommend(request)
    return {"results": [item(house, one.track, one.similarity) for one in answer.results]}


@router.get("/api/sonic_fingerprint/generate")
def fingerprint(house: TheHouse, who: Reader, n: Count = 100) -> list[dict[str, Any]]:
    """Tracks near what the listener plays most, whose key it is; none while they have played nothing."""
    seeds = (Seed(SeedKind.LISTENER, int(who.id)),)
    request = Request(seeds, listener_id=who.id, n=n, per_artist=0, taste=0.0, adventurousness=0.0)
    return [
        item(house, one.track, one.similarity) for one in house.parts.recommender.recommend(request).results
    ]


@router.get("/external/get_embedding")
def embedding(house: TheHouse, _who: Reader, id: str) -> dict[str, Any]:
    """A track's embedding by the encoder in force, of length 1."""
    track, collection = track_of(house, id), house.parts.recommender.collection
    vector = collection.vectors([int(track.id)])[0]
    if np.isnan(vector[0]):
        raise NotFound("this track was not heard yet", subject=id)
    return {"item_id": id, "embedding": [float(x) for x in vector], "encoder": collection.stamp}


def _heard_as(house: House, phrase: str, n: int) -> list[HeardAs]:
    collection = house.parts.recommender.collection
    found = heard_as(collection, phrase, n)
    if found or collection.tags is None:
        return found
    known, left = [], phrase.split()
    while left:
        said = next((n for n in (3, 2, 1) if words_in(" ".join(left[:n]), collection.tags)), 0)
        known += left[:said]
        left = left[said or 1 :]
    return heard_as(collection, " ".join(known), n) if known else []


def _seed(house: House, one: Ingredient) -> Seed:
    weight = 1.0 if one.op == "ADD" else -1.0
    if one.type == "song":
        return Seed(SeedKind.TRACK, int(track_of(house, one.id).id), weight)
    if one.type == "artist":
        return Seed(SeedKind.ARTIST, int(artist_of(house, one.id).id), weight)
    raise InputError("here songs and artists are mixed", subject=one.type)
