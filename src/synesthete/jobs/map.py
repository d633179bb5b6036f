"""Draw the map: a place for every analyzed track; those that have one keep it."""

from __future__ import annotations

from typing import Any

import numpy as np

from synesthete.jobs.running import running
from synesthete.parts import Parts
from synesthete.recommend.plane import Method, laid_on, project, settle, usable

REDRAW_AT = 0.5
"""Once more than this share of the tracks is new, the map is drawn anew and laid on the old one."""


def draw_map(parts: Parts, method: Method = "auto", anew: bool = False) -> dict[str, Any]:
    """Give every track of the index a place; what was done. NotFound while nothing has been analyzed."""
    way = usable(method)
    with running(parts.catalog, "map", way) as run:
        index = parts.index
        ids = index.ids
        run.found = len(ids)
        vectors = index.vectors(ids)
        old_ids, old_places = parts.catalog.atlas.positions()
        _, here, there = np.intersect1d(ids, old_ids, assume_unique=True, return_indices=True)
        new = np.setdiff1d(np.arange(len(ids)), here)
        if anew or len(new) > REDRAW_AT * len(ids):
            places = laid_on(project(vectors, way), old_places[there], here)
        else:
            places = np.empty((len(ids), 2), np.float32)
            places[here] = old_places[there]
            if len(new):
                places[new] = settle(vectors[new], vectors[here], old_places[there])
        parts.catalog.atlas.put_positions(ids, places)
        run.done = len(ids)
    return {"tracks": len(ids), "new": len(new), "method": way}
