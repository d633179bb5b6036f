"""Refresh the index from the catalog: the catalog is the truth, the index can be grown again at any time."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from synesthete.catalog import Catalog
from synesthete.errors import FormatError, MismatchError, NotFound
from synesthete.index.choose import Kind, build_index, kind_for, load_index
from synesthete.index.index import Index

if TYPE_CHECKING:
    from synesthete.parts import Parts
    from synesthete.recommend.recommender import Recommender

PATIENCE = 20
"""While an analysis runs, the index is refreshed at most every so many times as long as that took."""

SHORTEST_PAUSE_S = 5.0

WRITING_S = 2
"""Times are kept in whole seconds and before a transaction ends: what came this lately may not all be seen yet."""

log = logging.getLogger(__name__)


def refresh(
    catalog: Catalog, folder: Path, stamp: str, kind: Kind = "auto", anew: bool = False
) -> Index | None:
    """The index of one encoder's embeddings brought up to date in `folder`; None while there is nothing in it.

    A small index is built anew; a large one (in cells) gets only what has changed since, unless `anew`. It is
    written beside the one in force and then put in its place.
    """
    begun = int(time.time())
    newest, count = catalog.embeddings.extent(stamp)
    since = 0 if anew else _held(catalog, stamp)[0]
    old = None if anew else _loaded(folder, stamp)
    heard = catalog.embeddings.heard(stamp)
    if old is not None and newest <= since and np.array_equal(old.ids, heard):
        return old
    if old is not None and old.card.kind == "ivf" == kind_for(len(heard), kind):
        index = _updated(catalog, old, stamp, since, heard)
    else:
        ids, vectors = catalog.embeddings.all(stamp)
        good = np.linalg.norm(vectors.astype(np.float32), axis=1) > 0 if len(ids) else np.zeros(0, bool)
        if not good.any():
            return None
        index = build_index(stamp, ids[good], vectors[good], kind)
    index.save(folder)
    catalog.values.put(_name(stamp), f"{min(newest, begun - WRITING_S)} {count}")
    return index


def grown(parts: Parts, stamp: str) -> Recommender:
    """Who answers by what this encoder heard; its index is made, or brought up to date, when it lags behind.

    The index of the encoder in force is kept in step by the analysis; that of another is grown when it is asked,
    so that embeddings of a data set can be searched as soon as they are in the catalog.
    """
    if stamp != parts.stamp and not _settled(parts.catalog, stamp):
        refresh(parts.catalog, parts.index_folder(stamp), stamp, parts.settings.index)
    return parts.recommender_of(stamp)


def _settled(catalog: Catalog, stamp: str) -> bool:
    """Whether the index holds all that was heard."""
    newest, count = catalog.embeddings.extent(stamp)
    until, held = _held(catalog, stamp)
    return newest <= until and count == held


def _held(catalog: Catalog, stamp: str) -> tuple[int, int]:
    """Up to which second (unix time) the index holds everything, and how many vectors there were then."""
    until, _, count = (catalog.values.get(_name(stamp)) or "0 0").partition(" ")
    return int(until), int(count or 0)  # an early catalog kept the time alone


def _name(stamp: str) -> str:
    return f"index of {stamp} holds what was heard until"


def _loaded(folder: Path, stamp: str) -> Index | None:
    try:
        return load_index(folder, stamp)
    except NotFound:
        return None
    except (MismatchError, FormatError) as error:
        log.warning("the index is built anew: %s", error)
        return None


def _updated(catalog: Catalog, index: Index, stamp: str, since: int, heard: np.ndarray) -> Index:
    """The index with what was heard since put in, and what is no longer there taken out."""
    index.remove(np.setdiff1d(index.ids, heard))
    ids, vectors = catalog.embeddings.all(stamp, since)
    missing, more = catalog.embeddings.many(np.setdiff1d(np.setdiff1d(heard, index.ids), ids), stamp)
    if len(ids):
        index.add(ids, vectors)
    if len(missing):
        index.add(missing, more)
    return index


class Keeper:
    """Refreshes the index now and then while an analysis runs, so that queries see what has been heard."""

    def __init__(self, catalog: Catalog, folder: Path, stamp: str, kind: Kind = "auto"):
        self._catalog, self._folder, self._stamp, self._kind = catalog, folder, stamp, kind
        self._next = time.monotonic() + SHORTEST_PAUSE_S

    def now_and_then(self) -> None:
        """Refresh when enough time has passed since the last time."""
        if time.monotonic() >= self._next:
            self.now()

    def now(self) -> Index | None:
        """Refresh."""
        begun = time.monotonic()
        index = refresh(self._catalog, self._folder, self._stamp, self._kind)
        took_s = time.monotonic() - begun
        self._next = time.monotonic() + max(SHORTEST_PAUSE_S, PATIENCE * took_s)
        return index
