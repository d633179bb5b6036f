"""ONE LIST, WITH REASONS: candidates from many sources, blended, diversified and explained.

request -> question -> sources -> blend -> diversify -> explain -> Recommendation
"""

from synesthete.recommend.collection import Collection, Coverage, Taste
from synesthete.recommend.explain import Recommendation
from synesthete.recommend.recognize import Recognition
from synesthete.recommend.recommender import Answer, Recommender
from synesthete.recommend.request import Clip, Request, Seed, SeedKind, similar_to, similar_to_clip

__all__ = [
    "Answer",
    "Clip",
    "Collection",
    "Coverage",
    "Recognition",
    "Recommendation",
    "Recommender",
    "Request",
    "Seed",
    "SeedKind",
    "Taste",
    "similar_to",
    "similar_to_clip",
]
