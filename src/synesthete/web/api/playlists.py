"""Playlists: made, read, edited and removed. Each belongs to one listener and is invisible to others."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from synesthete.catalog import Catalog
from synesthete.catalog.playlists import Kept, Line
from synesthete.errors import Conflict, InputError, NotFound
from synesthete.music import Track, TrackId
from synesthete.web.api.models.playlists import (
    Entry,
    MoreTracks,
    Named,
    NewPlaylist,
    Order,
    Playlist,
    PlaylistChange,
    PlaylistPage,
    Playlists,
)
from synesthete.web.auth.entrance import Who
from synesthete.web.house import Asking, ItsId, TheHouse
from synesthete.web.show import Shower

router = APIRouter(prefix="/playlists", tags=["playlists"])

COVERS = 4


@router.get("")
def playlists(house: TheHouse, who: Asking) -> Playlists:
    """The playlists of the listener who asks, the last changed first."""
    kept = sorted(house.catalog.playlists.of(who.id), key=lambda p: (-p.changed_at, -p.id))
    return Playlists(playlists=[brief(house.catalog, playlist) for playlist in kept])


@router.post("", status_code=201)
def create(house: TheHouse, who: Asking, question: NewPlaylist) -> PlaylistPage:
    """Make a playlist, perhaps with tracks in it."""
    _check_tracks(house.catalog, question.track_ids)
    made = house.catalog.playlists.create(who.id, question.name, question.track_ids, question.comment)
    return page(house.catalog, who, made)


@router.get("/{playlist_id}")
def playlist(house: TheHouse, who: Asking, playlist_id: ItsId) -> PlaylistPage:
    """A playlist with its entries in order."""
    return page(house.catalog, who, playlist_id)


@router.patch("/{playlist_id}")
def change(house: TheHouse, who: Asking, playlist_id: ItsId, question: PlaylistChange) -> Playlist:
    """Change its name or comment."""
    own(house.catalog, who, playlist_id)
    house.catalog.playlists.rename(playlist_id, question.name, question.comment)
    return brief(house.catalog, house.catalog.playlists.get(playlist_id))


@router.delete("/{playlist_id}", status_code=204)
def remove(house: TheHouse, who: Asking, playlist_id: ItsId) -> None:
    """Remove a playlist; the tracks stay."""
    own(house.catalog, who, playlist_id)
    house.catalog.playlists.remove(playlist_id)


@router.post("/{playlist_id}/tracks")
def add(house: TheHouse, who: Asking, playlist_id: ItsId, question: MoreTracks) -> PlaylistPage:
    """Put tracks in, before a position or at the end."""
    own(house.catalog, who, playlist_id)
    _check_tracks(house.catalog, question.track_ids)
    if question.position is None:
        house.catalog.playlists.append(playlist_id, question.track_ids)
    else:
        house.catalog.playlists.insert(playlist_id, question.position, question.track_ids)
    return page(house.catalog, who, playlist_id)


@router.put("/{playlist_id}/order")
def order(house: TheHouse, who: Asking, playlist_id: ItsId, question: Order) -> PlaylistPage:
    """Put the entries in a new order; positions left out are removed."""
    catalog = house.catalog
    with catalog.begin():
        kept = own(catalog, who, playlist_id)
        if question.changed_at is not None and question.changed_at != kept.changed_at:
            raise Conflict("the playlist was changed meanwhile", subject=kept.name, hint="Load it again.")
        lines = catalog.playlists.lines(playlist_id)
        wanted = question.positions
        if len(set(wanted)) != len(wanted) or any(place >= len(lines) for place in wanted):
            raise InputError(f"an order names each of the {len(lines)} positions at most once")
        catalog.playlists.write(playlist_id, [lines[place] for place in wanted])
    return page(catalog, who, playlist_id)


def own(catalog: Catalog, who: Who, playlist_id: int) -> Kept:
    """The playlist, if it is theirs. Raises NotFound for other people's too: they are invisible."""
    kept = catalog.playlists.get(playlist_id)
    if kept.listener_id != who.id:
        raise NotFound("no playlist has this id", subject=playlist_id)
    return kept


def page(catalog: Catalog, who: Who, playlist_id: int) -> PlaylistPage:
    """A playlist of theirs with its entries."""
    kept = own(catalog, who, playlist_id)
    lines = catalog.playlists.lines(playlist_id)
    known = catalog.tracks.many(i for i, _ in lines if i is not None)
    show = Shower(catalog, who)
    entries = []
    for position, (track_id, named) in enumerate(lines):
        track = None if track_id is None else known.get(track_id)
        said = None if named is None else Named(title=named.title, artist=named.artist, album=named.album)
        entries.append(
            Entry(position=position, track=None if track is None else show.track(track), named=said)
        )
    return PlaylistPage(playlist=_brief(kept, lines, known), entries=entries)


def brief(catalog: Catalog, kept: Kept) -> Playlist:
    """A playlist as it is listed."""
    lines = catalog.playlists.lines(kept.id)
    return _brief(kept, lines, catalog.tracks.many(i for i, _ in lines if i is not None))


def _brief(kept: Kept, lines: Sequence[Line], known: dict[TrackId, Track]) -> Playlist:
    tracks = [known[i] for i, _ in lines if i is not None and i in known]
    return Playlist(
        id=kept.id, name=kept.name, comment=kept.comment, source=kept.source, tracks=len(lines),
        missing=len(lines) - len(tracks), duration_s=sum(track.duration_s or 0.0 for track in tracks),
        created_at=kept.created_at, changed_at=kept.changed_at,
        cover_track_ids=[track.id for track in tracks if track.has_cover][:COVERS],
    )  # fmt: skip


def _check_tracks(catalog: Catalog, track_ids: Sequence[int]) -> None:
    known = catalog.tracks.many(track_ids)
    for track_id in track_ids:
        if TrackId(track_id) not in known:
            raise NotFound("no track has this id", subject=track_id)
