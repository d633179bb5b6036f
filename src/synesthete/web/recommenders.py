"""Who answers: one recommender for the index in force, kept until a job has made a newer index or clusters."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from synesthete.encoders.shelf import find
from synesthete.errors import NotFound
from synesthete.index.choose import build_index
from synesthete.index.index import Index
from synesthete.parts import Parts
from synesthete.recommend.collection import Collection
from synesthete.recommend.recommender import Recommender


@dataclass(frozen=True, slots=True)
class _Kept:
    index: Index
    clusters: str
    recommender: Recommender


_kept: WeakKeyDictionary[Parts, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def recommender_of(parts: Parts) -> Recommender:
    """The recommender of these parts, over the newest index; over an empty one while nothing was analyzed."""
    index = _index(parts)
    clusters = parts.catalog.values.get("cluster names") or ""
    with _lock:
        kept = _kept.get(parts)
        if kept is None or kept.index is not index or kept.clusters != clusters:
            ids, labels, _ = parts.catalog.atlas.cluster_column()
            collection = Collection(parts.catalog, index, parts.stamp)
            by_track = dict(zip(ids.tolist(), labels.tolist(), strict=True))
            kept = _Kept(index, clusters, Recommender(collection, by_track))
            _kept[parts] = kept
        return kept.recommender


def _index(parts: Parts) -> Index:
    try:
        return parts.index
    except NotFound:
        with _lock:
            kept = _kept.get(parts)
        if kept is not None and not len(kept.index) and kept.recommender.collection.stamp == parts.stamp:
            return kept.index
        dim = find(parts.stamp, parts.encoders_folder).card.dim
        return build_index(parts.stamp, np.zeros(0, np.int64), np.zeros((0, dim), np.float32), "exact")
