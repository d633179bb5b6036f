"""What players tell us: plays, stars, ratings."""

from __future__ import annotations

import time
from typing import Any

from synesthete.music import Word
from synesthete.web.doors.intake import is_plausible
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.browse import artist_of
from synesthete.web.doors.subsonic.facts import RATED, kind_of, number

GOOD_STARS = 3
"""Three of five stars and more count as a like, fewer as a dislike."""


def scrobble(asked: Asked) -> dict[str, Any]:
    """Plays that ended. With submission=false a track merely began, which is no listen."""
    asked.may("scrobble")
    ids, times = asked.track_ids("id"), asked.all("time")
    if not ids:
        raise SubsonicError(Code.MISSING, "required parameter is missing: id")
    asked.known(ids)
    plays = [(track_id, _seconds(times, place)) for place, track_id in enumerate(ids)]
    if (asked.get("submission") or "true").lower() == "false":
        return {}
    for track_id, at in plays:
        asked.house.catalog.listens.put(asked.listener_id, track_id, at, source="subsonic")
    return {}


def star(asked: Asked) -> dict[str, Any]:
    asked.may("write")
    for about in _things(asked):
        starred, rating = _said(asked, about)
        if not starred:
            asked.house.catalog.feedback.say(
                asked.listener_id, Word.LIKE, rating=rating, source="subsonic", **about
            )
    return {}


def unstar(asked: Asked) -> dict[str, Any]:
    asked.may("write")
    for about in _things(asked):
        starred, rating = _said(asked, about)
        if starred:
            _rate(asked, about, rating)
    return {}


def set_rating(asked: Asked) -> dict[str, Any]:
    """1 to 5 stars; 0 takes the rating back."""
    asked.may("write")
    text, stars = asked.need("id"), asked.need("rating")
    if stars not in ("0", "1", "2", "3", "4", "5"):
        raise SubsonicError(Code.FAILED, f"rating must be 0 to 5, not {stars[:40]}")
    about = _about(asked, text)
    starred, rating = _said(asked, about)
    if starred and stars not in ("1", "2"):
        asked.house.catalog.feedback.say(
            asked.listener_id, Word.LIKE, rating=int(stars) or None, source="subsonic", **about
        )
    elif rating is not None or stars != "0":
        _rate(asked, about, int(stars))
    return {}


def get_starred2(asked: Asked) -> dict[str, Any]:
    return {"starred2": _starred(asked)}


def get_starred(asked: Asked) -> dict[str, Any]:
    return {"starred": _starred(asked)}


def get_now_playing(asked: Asked) -> dict[str, Any]:
    return {"nowPlaying": {"entry": []}}


def _starred(asked: Asked) -> dict[str, Any]:
    artists = asked.house.catalog.artists.many(asked.mine.starred_artists)
    rows = [artist_of(asked, artist) for artist in artists.values()]
    return {
        "artist": rows,
        "album": asked.albums(asked.starred_albums),
        "song": asked.children(asked.mine.starred),
    }


def _said(asked: Asked, about: dict[str, Any]) -> tuple[bool, int | None]:
    """Whether the listener has starred it, and their stars of five."""
    mine = asked.mine
    if (track_id := about.get("track_id")) is not None:
        return track_id in mine.starred, mine.ratings.get(track_id)
    return about["artist_id"] in mine.starred_artists, mine.rated_artists.get(about["artist_id"])


def _rate(asked: Asked, about: dict[str, Any], stars: int | None) -> None:
    """Stars of five without a star; none take back whatever was said."""
    feedback = asked.house.catalog.feedback
    if not stars:
        feedback.unsay(asked.listener_id, **about)
        return
    word = Word.LIKE if stars >= GOOD_STARS else Word.DISLIKE
    feedback.say(asked.listener_id, word, rating=stars, source=RATED, **about)


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
    text = times[place]
    if not text.isascii() or not text.isdigit() or not is_plausible(int(text[:18]) // 1000):
        raise SubsonicError(
            Code.FAILED, f"time is not when anybody listened, in milliseconds since 1970: {text[:40]}"
        )
    return int(text) // 1000
