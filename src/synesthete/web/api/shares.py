"""Shares: publish a playlist or a list of recommendations under an address nobody can guess."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request
from pydantic import Field

from synesthete.catalog.shares import Shared
from synesthete.errors import InputError, NotFound
from synesthete.web.api.models.base import Answer, Question
from synesthete.web.house import Asking, House, TheHouse
from synesthete.web.paper import base_url
from synesthete.web.show import visible

MOST_TRACKS = 500
DAY_S = 24 * 3600

router = APIRouter(prefix="/shares", tags=["people"])


class SharedTrack(Question):
    """A track of a result page, with the reason it was shown with."""

    track_id: int
    reason: str = Field("", max_length=500)


class NewShare(Question):
    """What to share: a playlist of yours, or tracks with reasons."""

    title: str = Field(min_length=1, max_length=200)
    playlist_id: int | None = None
    tracks: list[SharedTrack] = Field(default_factory=list, max_length=MOST_TRACKS)
    with_audio: bool = False
    days: int | None = Field(30, ge=1, le=3650)
    """Days until it closes by itself; null keeps it open until revoked."""


class Share(Answer):
    """A share, as its maker sees it."""

    token: str
    url: str
    title: str
    playlist_id: int | None
    tracks: int
    with_audio: bool
    created_at: int
    expires_at: int | None


class Shares(Answer):
    """The open shares of the listener who asks."""

    shares: list[Share]


@router.get("")
def shares(request: Request, house: TheHouse, who: Asking) -> Shares:
    """Your open shares, the newest first."""
    return Shares(shares=[_shown(request, house, shared) for shared in house.catalog.shares.of(who.id)])


@router.post("", status_code=201)
def share(request: Request, house: TheHouse, who: Asking, question: NewShare) -> Share:
    """Publish. With sound only where the owner of the house does it: the files are theirs."""
    if question.playlist_id is not None:
        kept = house.catalog.playlists.get(question.playlist_id)
        if kept.listener_id != who.id:
            raise NotFound("no playlist of yours has this id", subject=question.playlist_id)
    if question.with_audio and not who.is_owner:
        raise InputError("only the owner may share with sound", hint="Share without sound, or ask the owner.")
    for row in question.tracks:
        visible(house.catalog, row.track_id)
    expires_at = None if question.days is None else int(time.time()) + question.days * DAY_S
    made = house.catalog.shares.make(
        who.id, question.title, playlist_id=question.playlist_id,
        tracks=tuple((row.track_id, row.reason) for row in question.tracks),
        with_audio=question.with_audio, expires_at=expires_at,
    )  # fmt: skip
    return _shown(request, house, made)


@router.delete("/{token}", status_code=204)
def revoke(house: TheHouse, who: Asking, token: str) -> None:
    """Close a share for good."""
    house.catalog.shares.revoke(who.id, token)


def _shown(request: Request, house: House, shared: Shared) -> Share:
    number = len(shared.tracks)
    if shared.playlist_id is not None:
        number = len(house.catalog.playlists.tracks(shared.playlist_id))
    return Share(
        token=shared.token, url=f"{base_url(request, house.settings.base_url)}/s/{shared.token}", title=shared.title,
        playlist_id=shared.playlist_id, tracks=number, with_audio=shared.with_audio, created_at=shared.created_at,
        expires_at=shared.expires_at,
    )  # fmt: skip
