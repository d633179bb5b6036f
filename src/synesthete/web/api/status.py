"""Is it alive, and how far is it."""

from __future__ import annotations

from fastapi import APIRouter

from synesthete import __version__
from synesthete.errors import NotFound
from synesthete.web.api.models.library import Health, IndexFacts, Status, TrackCounts
from synesthete.web.house import Asking, House, TheHouse

router = APIRouter(tags=["library"])


@router.get("/health")
def health(house: TheHouse, _who: Asking) -> Health:
    """Alive, and the catalog answers."""
    house.catalog.values.get("health")
    return Health(ok=True, version=__version__)


@router.get("/status")
def status(house: TheHouse, _who: Asking) -> Status:
    """What is known, analyzed, pending and failed."""
    catalog, stamp = house.catalog, house.parts.stamp
    sizes = catalog.standing.sizes(stamp)
    counts, index = sizes.counts, _index(house)
    return Status(
        version=__version__,
        tracks=TrackCounts(
            found=counts.found, analyzed=counts.analyzed, quick=counts.quick, skipped=counts.skipped,
            failed=counts.failed, pending=counts.pending,
        ),
        artists=sizes.artists,
        albums=sizes.albums,
        encoder=stamp,
        index=index,
        running_jobs=len(catalog.jobs.living()),
        sources=_sources(house, index),
        upload_mb=house.settings.upload_mb,
    )  # fmt: skip


def _index(house: House) -> IndexFacts:
    try:
        index = house.parts.index
    except NotFound:
        return IndexFacts(kind="none", size=0, dim=0)
    return IndexFacts(kind=index.card.kind, size=len(index), dim=index.card.dim)


def _sources(house: House, index: IndexFacts) -> list[str]:
    known = (
        ("sound", index.size > 0),
        ("cluster", house.catalog.atlas.has_clusters()),
        ("taste", house.parts.taste is not None),
    )
    return [name for name, is_there in known if is_there]
