"""What players tell us: plays, stars, ratings."""

from __future__ import annotations

import time
from typing import Any

from synesthete.music import Word
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.facts import iso, kind_of, number

GOOD_STARS = 3
"""Three of five stars and more count as a like, fewer as a dislike."""


def scrobble(asked: Asked) -> dict[str, Any]:
    """Plays that ended. With submission=false a track merely began, which is no listen."""
    asked.may("scrobble")
    ids, times = asked.track_ids("id"), asked.all("time")
    if not ids:
        raise SubsonicError(Code.MISSING, "required parameter is missing: id")
    known = asked.house.catalog.tracks.many(ids)
    if (asked.get("submission") or "true").lower() == "false":
        return {}
    for place, track_id in enumerate(ids):
        if track_id not in known:
            raise SubsonicError(Code.NOT_FOUND, f"track not found: tr-{track_id}")
        asked.house.catalog.listens.put(
            asked.listener_id, track_id, _seconds(times, place), source="subsonic"
        )
    return {}


def star(asked: Asked) -> dict[str, Any]:
    asked.may("write")
    for about in _things(asked):
        asked.house.catalog.feedback.say(asked.listener_id, Word.LIKE, source="subsonic", **about)
    return {}


def unstar(asked: Asked) -> dict[str, Any]:
    asked.may("write")
    for about in _things(asked):
        asked.house.catalog.feedback.unsay(asked.listener_id, **about)
    return {}


def set_rating(asked: Asked) -> dict[str, Any]:
    """1 to 5 stars; 0 takes the rating back."""
    asked.may("write")
    text, stars = asked.need("id"), asked.whole("rating", -1, 5, -1)
    if stars < 0:
        raise SubsonicError(Code.MISSING, "rating must be 0 to 5")
    about = _about(asked, text)
    feedback = asked.house.catalog.feedback
    if stars == 0:
        feedback.unsay(asked.listener_id, **about)
    else:
        word = Word.LIKE if stars >= GOOD_STARS else Word.DISLIKE
        feedback.say(asked.listener_id, word, rating=stars, source="subsonic", **about)
    return {}


def get_starred2(asked: Asked) -> dict[str, Any]:
    return {"starred2": _starred(asked)}


def get_starred(asked: Asked) -> dict[str, Any]:
    return {"starred": _starred(asked)}


def get_now_playing(asked: Asked) -> dict[str, Any]:
    return {"nowPlaying": {"entry": []}}


def _starred(asked: Asked) -> dict[str, Any]:
    artists = asked.house.catalog.artists.many(asked.mine.starred_artists)
    said = asked.mine.starred_artists
    rows = [
        {"id": f"ar-{a.id}", "name": a.name, "albumCount": 0, "starred": iso(said[a.id])}
        for a in artists.values()
    ]
    return {"artist": rows, "album": [], "song": asked.children(asked.mine.starred)}


def _things(asked: Asked) -> list[dict[str, Any]]:
    """Everything named by id, albumId and artistId; an album stands for its tracks."""
    texts = asked.all("id") + [f"al-{number(t, 'al')}" for t in asked.all("albumId")]
    texts += [f"ar-{number(t, 'ar')}" for t in asked.all("artistId")]
    if not texts:
        raise SubsonicError(Code.MISSING, "required parameter is missing: id, albumId or artistId")
    things: list[dict[str, Any]] = []
    for text in texts:
        if kind_of(text) == "al":
            tracks = asked.album_tracks(number(text, "al"))
            if not tracks:
                raise SubsonicError(Code.NOT_FOUND, "album not found")
            things += [{"track_id": int(i)} for i in tracks]
        else:
            things.append(_about(asked, text))
    return things


def _about(asked: Asked, text: str) -> dict[str, Any]:
    catalog = asked.house.catalog
    if kind_of(text) == "ar":
        return {"artist_id": int(catalog.artists.get(number(text, "ar")).id)}
    if kind_of(text) == "al":
        raise SubsonicError(Code.FAILED, "albums are not rated here; rate their tracks")
    return {"track_id": int(catalog.tracks.get(number(text, "tr")).id)}


def _seconds(times: list[str], place: int) -> int:
    """When the play began, from milliseconds; now, where the player does not say."""
    if place >= len(times):
        return int(time.time())
    try:
        return int(times[place]) // 1000
    except ValueError as error:
        raise SubsonicError(
            Code.FAILED, f"time is not a number of milliseconds: {times[place][:40]}"
        ) from error
