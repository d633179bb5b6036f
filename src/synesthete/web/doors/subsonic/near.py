"""Radio through the door: similar tracks by sound and taste, top tracks, and the sonicSimilarity extension."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from synesthete.errors import NotFound
from synesthete.music import Track, TrackId
from synesthete.recommend.request import Request, Seed, SeedKind, similar_to
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.facts import kind_of, number

MOST = 500
SEEDS = {"tr": SeedKind.TRACK, "al": SeedKind.ALBUM, "ar": SeedKind.ARTIST}


def get_similar_songs(asked: Asked) -> dict[str, Any]:
    return {"similarSongs": {"song": _similar(asked)}}


def get_similar_songs2(asked: Asked) -> dict[str, Any]:
    return {"similarSongs2": {"song": _similar(asked)}}


def get_top_songs(asked: Asked) -> dict[str, Any]:
    """An artist's tracks, the most played here first; by id, or by name as the contract has it."""
    catalog, text = asked.house.catalog, asked.get("id")
    artist = catalog.artists.get(number(text, "ar")) if text else catalog.artists.named(asked.need("artist"))
    if artist is None:
        return {"topSongs": {"song": []}}
    ids = catalog.artists.tracks(artist.id)
    plays = asked.mine.plays
    ordered = sorted(ids, key=lambda i: -plays.get(TrackId(i), 0))
    return {"topSongs": {"song": asked.children(ordered[: asked.whole("count", 50, MOST)])}}


def get_sonic_similar_tracks(asked: Asked) -> dict[str, Any]:
    """What sounds like a track, nearest first, each with its similarity from 0 to 1."""
    track = asked.house.catalog.tracks.get(number(asked.need("id"), "tr"))
    request = replace(similar_to(track.id, asked.whole("count", 10, MOST, 1)), per_artist=0)
    answer = asked.house.parts.recommender.recommend(request)
    return {"sonicMatch": [_match(asked, one.track, one.similarity) for one in answer.results]}


def find_sonic_path(asked: Asked) -> dict[str, Any]:
    """From one track to another; similarities are to the first, as the extension wants."""
    start, end = (number(asked.need(name), "tr") for name in ("startSongId", "endSongId"))
    recommender = asked.house.parts.recommender
    count = asked.whole("count", 25, MOST, 2)
    answer = recommender.path(start, end, Request(n=count, per_artist=0))
    vectors = recommender.collection.vectors([one.track.id for one in answer.results])
    to_start = vectors @ vectors[0]
    return {
        "sonicMatch": [
            _match(asked, one.track, float(near)) for one, near in zip(answer.results, to_start, strict=True)
        ]
    }


def _similar(asked: Asked) -> list[dict[str, Any]]:
    """Tracks near to a track, album or artist: by sound, by the listener's taste, without what they never want."""
    text = asked.need("id")
    kind = kind_of(text)
    if kind not in SEEDS:
        raise SubsonicError(Code.NOT_FOUND, f"no such id: {text[:60]}")
    key = number(text, kind)
    seed = Seed(SEEDS[kind], key) if key >= 0 else Seed(SeedKind.ARTIST, -key)
    request = Request((seed,), listener_id=asked.listener_id, n=asked.whole("count", 50, MOST, 1))
    try:
        tracks = _tracks(asked, request)
        if len(tracks) < request.n:  # few artists: rather more of each than a radio that ends soon
            more = _tracks(asked, replace(request, per_artist=0))
            tracks += [track for track in more if track not in tracks][: request.n - len(tracks)]
    except NotFound as error:
        raise SubsonicError(Code.NOT_FOUND, str(error)) from error
    return [asked.child(track) for track in tracks]


def _tracks(asked: Asked, request: Request) -> list[Track]:
    return [one.track for one in asked.house.parts.recommender.recommend(request).results]


def _match(asked: Asked, track: Track, similarity: float | None) -> dict[str, Any]:
    """A cosine of -1..1 as the extension's 0..1; -1 where it is not known."""
    shown = -1.0 if similarity is None else round(min(1.0, max(0.0, similarity)), 4)
    return {"entry": asked.child(track), "similarity": shown}
