"""Listens: what was played, from our own player or any program with a `scrobble` key."""

from __future__ import annotations

import time

from fastapi import APIRouter

from synesthete.catalog.resolve import Resolver
from synesthete.music import Description, Listen, TrackId
from synesthete.web.api.models.people import (
    HeardListen,
    HeardListens,
    ListensAnswer,
    NewListen,
    NewListens,
    RefusedListen,
)
from synesthete.web.house import Asking, Count, House, Offset, TheHouse
from synesthete.web.show import Shower

router = APIRouter(prefix="/listens", tags=["people"])

LONG_ENOUGH_S = 240.0
"""Half the track or four minutes, whichever comes first: what Last.fm and ListenBrainz count."""
UNKNOWN_LENGTH_S = 30.0
"""A play of a track whose length nobody knows counts from here; shorter tracks are never counted there."""
AHEAD_S = 86_400
"""A clock may be wrong by a time zone, not by more."""


@router.get("")
def listens(house: TheHouse, who: Asking, n: Count = 50, offset: Offset = 0) -> HeardListens:
    """Plays of the listener who asks, the newest first."""
    catalog = house.catalog
    heard = catalog.listens.of(who.id, n + offset)[offset:]
    tracks = catalog.tracks.many(h.track_id for h in heard if h.track_id is not None)
    show = Shower(catalog, who)
    shown = []
    for h in heard:
        track = None if h.track_id is None else tracks.get(h.track_id)
        title = h.title if track is None else track.title
        artist = h.artist if track is None else track.artist
        shown.append(
            HeardListen(
                at=h.at, track=None if track is None else show.track(track), title=title or "", artist=artist or "",
                played_s=h.played_s, skipped=h.skipped, source=h.source,
            )
        )  # fmt: skip
    return HeardListens(listens=shown, total=catalog.listens.number(who.id))


@router.post("")
def listen(house: TheHouse, who: Asking, question: NewListens) -> ListensAnswer:
    """Keep plays; a batch sent twice counts once. Too short plays are kept as skips."""
    refused, plays, counted = [], [], []
    ids = _matched(house, question.listens)
    durations = {
        i: t.duration_s for i, t in house.catalog.tracks.many(i for i in ids if i is not None).items()
    }
    for place, (told, track_id) in enumerate(zip(question.listens, ids, strict=True)):
        if told.track_id is not None and track_id is None:
            refused.append(RefusedListen(place=place, reason=f"no track has the id {told.track_id}"))
        elif told.at > time.time() + AHEAD_S:
            refused.append(RefusedListen(place=place, reason="it lies in the future"))
        else:
            known = None if track_id is None else durations.get(track_id)
            skipped = not counts(told.played_s, known or told.duration_s, told.skipped)
            plays.append((_listen(told, skipped), track_id))
            counted.append(not skipped)
    kept = _keep(house, who.id, plays)
    _note_clicks(house, who.id, question.listens)
    return ListensAnswer(
        kept=sum(kept), known=len(kept) - sum(kept), refused=refused,
        counted=sum(k and c for k, c in zip(kept, counted, strict=True)),
    )  # fmt: skip


def counts(played_s: float | None, duration_s: float | None, skipped: bool | None) -> bool:
    """Whether a play counts as a listen. What a client says of skipping holds; else the scrobble rule."""
    if skipped is not None:
        return not skipped
    if played_s is None:
        return True
    needed_s = UNKNOWN_LENGTH_S if duration_s is None else min(duration_s / 2, LONG_ENOUGH_S)
    return played_s >= needed_s


def _matched(house: House, told: list[NewListen]) -> list[TrackId | None]:
    """The track of each listen: by its id, else by its description."""
    named = house.catalog.tracks.many(t.track_id for t in told if t.track_id is not None)
    described = [_described(t) for t in told if t.track_id is None]
    resolved = iter(Resolver(house.catalog).resolve(described) if described else [])
    return [
        next(resolved)
        if t.track_id is None
        else (TrackId(t.track_id) if TrackId(t.track_id) in named else None)
        for t in told
    ]


def _described(told: NewListen) -> Description:
    return Description(
        title=told.title, artist=told.artist, album=told.album, duration_s=told.duration_s,
        recording_mbid=told.recording_mbid, isrc=told.isrc,
    )  # fmt: skip


def _listen(told: NewListen, skipped: bool) -> Listen:
    named = Description() if told.track_id is not None else _described(told)
    return Listen(track=named, at=told.at, played_s=told.played_s, skipped=skipped)


def _keep(house: House, listener_id: int, plays: list[tuple[Listen, TrackId | None]]) -> list[bool]:
    """Of each play whether it was new."""
    with house.catalog.begin():
        return [house.catalog.listens.put_many(listener_id, [play], "player") > 0 for play in plays]


def _note_clicks(house: House, listener_id: int, told: list[NewListen]) -> None:
    for t in told:
        if t.request_id and t.track_id is not None:
            house.catalog.impressions.click(t.request_id, t.track_id, listener_id)
