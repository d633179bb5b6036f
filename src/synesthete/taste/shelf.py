"""Which taste models there are: learn one by name, open one from a folder."""

from __future__ import annotations

from pathlib import Path

import scipy.sparse as sp

from synesthete.errors import MismatchError, NotFound
from synesthete.taste.als import Als
from synesthete.taste.artifact import read_card
from synesthete.taste.blend import Blend
from synesthete.taste.companions import Companions
from synesthete.taste.ease import Ease
from synesthete.taste.interactions import TrackFacts
from synesthete.taste.low_rank import LowRankEase
from synesthete.taste.model import TasteModel
from synesthete.taste.neighbors import AsymmetricNeighbors, Bm25Neighbors, CosineNeighbors, RP3Beta
from synesthete.taste.next_track import NextTrack
from synesthete.taste.popularity import Popularity
from synesthete.taste.sequences import Sequences

MODELS: dict[str, type[TasteModel]] = {
    model.name: model
    for model in (
        Popularity,
        CosineNeighbors,
        Bm25Neighbors,
        AsymmetricNeighbors,
        RP3Beta,
        Companions,
        Als,
        Ease,
        LowRankEase,
        NextTrack,
        Blend,
    )
}


def new(
    name: str, facts: TrackFacts | None = None, order: Sequences | None = None, seed: int = 0
) -> TasteModel:
    """A model with its own defaults, told the facts and the order if it hears them. NotFound for an
    unknown name."""
    if name not in MODELS:
        raise NotFound("there is no such taste model", subject=name, hint=f"There are {', '.join(MODELS)}.")
    if name == Als.name:
        return Als(seed=seed)
    if name == NextTrack.name:
        return NextTrack() if order is None else NextTrack().with_order(order)
    if name == Blend.name:
        blend = Blend(seed=seed)
        if facts is not None:
            blend.with_facts(facts)
        return blend if order is None else blend.with_order(order)
    return MODELS[name]()


def learn(
    name: str,
    interactions: sp.csr_matrix,
    facts: TrackFacts | None = None,
    order: Sequences | None = None,
    seed: int = 0,
) -> TasteModel:
    """The named model, learned from (U, N) plays."""
    return new(name, facts, order, seed).fit(interactions)


def open_model(folder: Path) -> TasteModel:
    """The model in a folder, whichever it is. MismatchError for one that this version does not know."""
    card = read_card(Path(folder))
    if card.model not in MODELS:
        raise MismatchError(
            f"this version knows no {card.model} model", subject=folder, hint="Learn the model again."
        )
    return MODELS[card.model].load(Path(folder))
