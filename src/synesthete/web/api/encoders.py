"""Encoders: which ears there are, how much of the library each has heard, and which one answers."""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.encoders.shelf import entries, find
from synesthete.jobs.update import answer_now
from synesthete.web.api.models.library import EncoderChoice, EncoderFacts, Encoders
from synesthete.web.house import Asking, House, TheHouse

router = APIRouter(prefix="/encoders", tags=["library"])


@router.get("")
def encoders(house: TheHouse, _who: Asking) -> Encoders:
    """Every encoder on the shelf."""
    return _listed(house)


@router.put("/current", status_code=202)
def switch(house: TheHouse, _who: Asking, question: EncoderChoice) -> Encoders:
    """Let another encoder answer: it hears the whole library first, while the present one goes on answering.

    With `now` it answers at once, and says of how many tracks; an encoder that has heard nothing is refused (409).
    """
    entry = find(question.name, house.parts.encoders_folder)
    if entry.card.stamp == house.parts.stamp:
        return _listed(house)
    if question.now:
        answer_now(house.parts, entry.card.stamp)
    else:
        house.errands.start("encoder", ["encoders", "switch", entry.card.name])
    return _listed(house)


def _listed(house: House) -> Encoders:
    stamp = house.parts.stamp
    heard = house.catalog.embeddings.heard_counts()
    facts = [
        EncoderFacts(
            name=e.card.name, version=e.card.version, stamp=e.card.stamp, dim=e.card.dim, license=e.card.license,
            about=e.card.recipe or None, in_force=e.card.stamp == stamp, tracks=heard.get(e.card.stamp, 0),
            share=_share(house, e.card.stamp),
        )
        for e in entries(house.parts.encoders_folder)
    ]  # fmt: skip
    return Encoders(encoders=facts)


def _share(house: House, stamp: str) -> float:
    """How much of the files an encoder has heard, 0..1; vectors that came with a data set do not count."""
    counts = house.catalog.ledger.counts(stamp)
    return counts.analyzed / counts.found if counts.found else 0.0
