"""Who answers: the recommender of the parts."""

from __future__ import annotations

from synesthete.parts import Parts
from synesthete.recommend.recommender import Recommender


def recommender_of(parts: Parts) -> Recommender:
    """The recommender of these parts, over the newest index; over an empty one while nothing was analyzed."""
    return parts.recommender
