"""Clusters: groups of tracks that sound alike, as ready playlists."""

from __future__ import annotations

from fastapi import APIRouter

from synesthete.catalog.atlas import Cluster as Kept
from synesthete.errors import NotFound
from synesthete.music import TrackId
from synesthete.web.api.models.playlists import Cluster, ClusterPage, Clusters
from synesthete.web.house import Asking, TheHouse
from synesthete.web.show import Shower

router = APIRouter(prefix="/clusters", tags=["playlists"])

EXAMPLES = 6


@router.get("")
def clusters(house: TheHouse, who: Asking) -> Clusters:
    """All clusters, the largest first."""
    show = Shower(house.catalog, who)
    found = [
        _shown(kept, show, house.catalog.atlas.members(kept.id)[:EXAMPLES])
        for kept in house.catalog.atlas.clusters()
    ]
    note = None if found else "No clusters were made yet: start the job `cluster`."
    return Clusters(clusters=found, note=note)


@router.get("/{cluster_id}")
def cluster(house: TheHouse, who: Asking, cluster_id: int) -> ClusterPage:
    """A cluster and its tracks, the most typical first."""
    kept = next((c for c in house.catalog.atlas.clusters() if c.id == cluster_id), None)
    if kept is None:
        raise NotFound("no cluster has this number", subject=cluster_id)
    show, members = Shower(house.catalog, who), house.catalog.atlas.members(cluster_id)
    return ClusterPage(cluster=_shown(kept, show, members[:EXAMPLES]), tracks=show.tracks(members))


def _shown(kept: Kept, show: Shower, examples: list[TrackId]) -> Cluster:
    return Cluster(
        id=kept.id,
        name=kept.name,
        tracks=kept.tracks,
        duration_s=kept.duration_s,
        examples=show.tracks(examples),
    )
