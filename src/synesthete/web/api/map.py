"""The map: every analyzed track as a point, in a form that 100,000 points travel in (1.2 MB)."""

from __future__ import annotations

import hashlib
from collections import Counter
from threading import Lock
from typing import Annotated
from weakref import WeakKeyDictionary

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from synesthete.catalog import Catalog
from synesthete.errors import NotFound
from synesthete.web.api.models.library import MapColor, MapFacts, MapNeighbor, MapNeighbors
from synesthete.web.house import Asking, ItsId, TheHouse
from synesthete.web.show import Shower, visible
from synesthete.web.wording import TABLE, label

router = APIRouter(prefix="/map", tags=["map"])

GENRES = 15
OTHERS = "Other"
BYTES = {200: {"content": {"application/octet-stream": {}}, "description": "Little-endian numbers."}}


@router.get("")
def facts(house: TheHouse, _who: Asking) -> MapFacts:
    """What there is to draw."""
    drawn = drawn_of(house.catalog)
    note = None if len(drawn.ids) else "The map was not drawn yet: start the job `map`."
    colors = [color for name in _names(house.catalog) if (color := drawn.color(name)[0]) is not None]
    return MapFacts(count=len(drawn.ids), version=drawn.version, colors=colors, note=note)


@router.get("/points", response_class=Response, responses=BYTES)  # type: ignore[arg-type]
def points(house: TheHouse, request: Request, _who: Asking) -> Response:
    """int32 id[N], float32 x[N], float32 y[N]."""
    drawn = drawn_of(house.catalog)
    return _numbers(request, drawn, "points", drawn.points)


@router.get("/colors/{name}", response_class=Response, responses=BYTES)  # type: ignore[arg-type]
def colors(house: TheHouse, request: Request, _who: Asking, name: str) -> Response:
    """float32 value[N]: the number, or the index into the categories; NaN when not known."""
    if name not in _names(house.catalog):
        raise NotFound("the map has no color of this name", subject=name)
    drawn = drawn_of(house.catalog)
    return _numbers(request, drawn, name, drawn.color(name)[1].astype("<f4").tobytes())


@router.get("/neighbors/{track_id}")
def neighbors(
    house: TheHouse, who: Asking, track_id: ItsId, n: Annotated[int, Query(ge=1, le=100)] = 10
) -> MapNeighbors:
    """The true nearest neighbors by sound, wherever they are drawn."""
    catalog, show = house.catalog, Shower(house.catalog, who)
    track = visible(catalog, track_id)
    vector = catalog.embeddings.get(track_id, house.parts.stamp)
    if vector is None:
        raise NotFound("this track was not heard yet", subject=track_id)
    found = [(i, s) for i, s in house.parts.index.near(vector, n + 1).pairs() if i != track_id][:n]
    tracks = catalog.tracks.many(i for i, _ in found)
    places = catalog.atlas.places([i for i, _ in found])
    return MapNeighbors(
        track=show.track(track),
        neighbors=[
            MapNeighbor(track=show.track(tracks[i]), similarity=similarity, x=x, y=y)  # type: ignore[index]
            for i, similarity in found
            if i in tracks
            for x, y in [places.get(i, (None, None))]
        ],
    )


def _names(catalog: Catalog) -> list[str]:
    """The ways to color the map: genre, year, cluster, and every descriptor of ours that tracks have."""
    known = catalog.descriptors.names()
    return ["genre", "year", "cluster", *(name for name in TABLE if name in known)]


def _column(catalog: Catalog, name: str, ids: np.ndarray) -> tuple[MapColor | None, np.ndarray]:
    """One color for the tracks with these ids (N,), and its values (N,), NaN where not known."""
    if name == "genre":
        return _genres(catalog, ids)
    if name == "cluster":
        known, labels, names = catalog.atlas.cluster_column()
        values = _aligned(ids, known, labels)
        return _categories("cluster", "Cluster", names, values), values
    known, numbers = catalog.atlas.years() if name == "year" else catalog.descriptors.column(name)
    values = _aligned(ids, known, numbers)
    if np.isnan(values).all():
        return None, values
    low, high = np.nanpercentile(values, [1, 99])  # a wrong tag must not turn everybody else one color
    text = "Year" if name == "year" else label(name)
    return MapColor(
        name=name, label=text, kind="number", low=float(low), high=float(high), categories=[]
    ), values


def _genres(catalog: Catalog, ids: np.ndarray) -> tuple[MapColor | None, np.ndarray]:
    first = catalog.atlas.first_genres()
    genres = [first.get(i) for i in ids.tolist()]
    common = [genre for genre, _ in Counter(g for g in genres if g is not None).most_common(GENRES)]
    names = [*common, OTHERS]
    places = {genre: place for place, genre in enumerate(common)}
    values = np.array([np.nan if g is None else places.get(g, len(common)) for g in genres], np.float32)
    return _categories("genre", "Genre", names, values), values


def _categories(name: str, text: str, names: list[str], values: np.ndarray) -> MapColor | None:
    if not len(values) or np.isnan(values).all():
        return None
    return MapColor(name=name, label=text, kind="category", low=None, high=None, categories=names)


def _aligned(ids: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values (K,) of the known ids (K,) ascending, for ids (N,): (N,) float32 with NaN elsewhere."""
    aligned = np.full(len(ids), np.nan, np.float32)
    if len(known):
        places = np.searchsorted(known, ids).clip(0, len(known) - 1)
        there = known[places] == ids
        aligned[there] = values[places[there]]
    return aligned


def _numbers(request: Request, drawn: Drawn, name: str, data: bytes) -> Response:
    tag = f'"{hashlib.sha256(f"{drawn.version} {name}".encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/octet-stream", headers=headers)


class Drawn:
    """The map of one moment: read once, since a hundred thousand points take a second or two to read."""

    def __init__(self, catalog: Catalog, version: str):
        self.version = version
        self.ids, places = catalog.atlas.positions()
        columns = (self.ids.astype("<i4"), places[:, 0].astype("<f4"), places[:, 1].astype("<f4"))
        self.points = b"".join(column.tobytes() for column in columns)
        self._catalog = catalog
        self._colors: dict[str, tuple[MapColor | None, np.ndarray]] = {}

    def color(self, name: str) -> tuple[MapColor | None, np.ndarray]:
        """One way to color it and the values (N,); None when no point has any."""
        if name not in self._colors:
            self._colors[name] = _column(self._catalog, name, self.ids)
        return self._colors[name]


_drawn: WeakKeyDictionary[Catalog, Drawn] = WeakKeyDictionary()
_drawing = Lock()


def drawn_of(catalog: Catalog) -> Drawn:
    """The map as it is now; drawn by one request while others for it wait."""
    version = catalog.atlas.mark()
    with _drawing:
        drawn = _drawn.get(catalog)
        if drawn is None or drawn.version != version:
            drawn = _drawn[catalog] = Drawn(catalog, version)
        return drawn
