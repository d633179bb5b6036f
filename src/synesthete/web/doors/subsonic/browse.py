"""Looking around: artists, albums, tracks, genres, search."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import Any

from synesthete.catalog.albums import Order
from synesthete.catalog.tracks import Filter
from synesthete.music import Artist, Track
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.facts import artist_record, number, without_none

EVERYTHING = 100_000
ARTICLES = ("the ", "a ", "an ", "el ", "la ", "los ", "las ", "le ", "les ", "der ", "die ", "das ")
"""Articles that players expect to be ignored when artists are put under letters."""
LISTED = 500
"""Most albums or tracks of one answer, as the contract says."""


def get_music_folders(asked: Asked) -> dict[str, Any]:
    return {"musicFolders": {"musicFolder": [{"id": 1, "name": "Music"}]}}


def get_artists(asked: Asked) -> dict[str, Any]:
    letters: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for artist in asked.house.catalog.artists.all(n=EVERYTHING):
        letters[_letter(artist.name)].append(artist_of(asked, artist))
    index = [{"name": letter, "artist": letters[letter]} for letter in sorted(letters)]
    return {"artists": {"ignoredArticles": " ".join(a.strip().title() for a in ARTICLES), "index": index}}


def get_indexes(asked: Asked) -> dict[str, Any]:
    return {"indexes": {"lastModified": 0, **get_artists(asked)["artists"]}}


def get_artist(asked: Asked) -> dict[str, Any]:
    artist = asked.house.catalog.artists.get(number(asked.need("id"), "ar"))
    albums = [int(album.id) for album in asked.house.catalog.albums.of(artist.id)]
    albums += [-artist.id] if -artist.id in asked.loose else []
    return {"artist": artist_of(asked, artist) | {"album": asked.albums(albums)}}


def get_album(asked: Asked) -> dict[str, Any]:
    album_id = number(asked.need("id"), "al")
    records = asked.albums([album_id])
    if not records:
        raise SubsonicError(Code.NOT_FOUND, "album not found")
    return {"album": records[0] | {"song": asked.children(asked.album_tracks(album_id))}}


def get_song(asked: Asked) -> dict[str, Any]:
    return {"song": asked.child(asked.house.catalog.tracks.get(number(asked.need("id"), "tr")))}


def get_genres(asked: Asked) -> dict[str, Any]:
    rows = asked.house.catalog.tracks.genres()
    return {"genres": {"genre": [{"value": genre, "songCount": n, "albumCount": 0} for genre, n in rows]}}


def get_songs_by_genre(asked: Asked) -> dict[str, Any]:
    wanted = Filter(genres=(asked.need("genre"),))
    tracks = asked.house.catalog.tracks.page(
        asked.whole("count", 10, LISTED), asked.whole("offset", 0, 10**9), wanted
    )
    return {"songsByGenre": {"song": [asked.child(track) for track in tracks]}}


def get_random_songs(asked: Asked) -> dict[str, Any]:
    import numpy as np

    genre = asked.get("genre")
    wanted = Filter(
        genres=(genre,) if genre else (),
        year_from=asked.whole("fromYear", 0, 9999) or None,
        year_to=asked.whole("toYear", 0, 9999) or None,
    )
    ids = asked.house.catalog.tracks.ids(wanted)
    chosen = np.random.default_rng().permutation(ids)[: asked.whole("size", 10, LISTED)]
    return {"randomSongs": {"song": asked.children(chosen.tolist())}}


def search3(asked: Asked) -> dict[str, Any]:
    """Tracks, artists and albums by phrase; an empty phrase lists everything, which players use to sync."""
    catalog, phrase = asked.house.catalog, (asked.get("query") or "").strip().strip('"')
    counts = {kind: asked.whole(f"{kind}Count", 20, EVERYTHING) for kind in ("artist", "album", "song")}
    offsets = {kind: asked.whole(f"{kind}Offset", 0, 10**9) for kind in counts}
    if phrase:
        reach = {kind: counts[kind] + offsets[kind] for kind in counts}
        artists: list[Artist] = catalog.artists.search(phrase, reach["artist"])[offsets["artist"] :]
        albums = [int(a.id) for a in catalog.albums.search(phrase, reach["album"])[offsets["album"] :]]
        tracks: list[Track] = catalog.tracks.search(phrase, reach["song"])[offsets["song"] :]
    else:
        artists = catalog.artists.all(counts["artist"], offsets["artist"])
        albums = _all_albums(asked, "title", counts["album"], offsets["album"])
        tracks = catalog.tracks.page(counts["song"], offsets["song"])
    found = {
        "artist": [artist_of(asked, artist) for artist in artists],
        "album": asked.albums(albums),
        "song": [asked.child(track) for track in tracks],
    }
    return {"searchResult3": found}


def get_album_list2(asked: Asked) -> dict[str, Any]:
    return {"albumList2": {"album": asked.albums(_listed(asked))}}


def get_album_list(asked: Asked) -> dict[str, Any]:
    return {"albumList": {"album": asked.albums(_listed(asked))}}


def _listed(asked: Asked) -> list[int]:
    kind, catalog = asked.need("type"), asked.house.catalog
    size, offset = asked.whole("size", 10, LISTED), asked.whole("offset", 0, 10**9)
    simple: dict[str, Order] = {
        "alphabeticalByName": "title",
        "alphabeticalByArtist": "artist",
        "newest": "newest",
        "random": "random",
    }
    if kind in simple:
        return _all_albums(asked, simple[kind], size, offset)
    if kind == "starred":
        return asked.starred_albums[offset : offset + size]
    if kind in ("frequent", "recent", "highest"):
        return _by_habit(asked, kind)[offset : offset + size]
    if kind == "byGenre":
        wanted = Filter(genres=(asked.need("genre"),))
        return _albums_of(catalog.tracks.page(EVERYTHING, 0, wanted))[offset : offset + size]
    if kind == "byYear":
        asked.need("fromYear"), asked.need("toYear")
        first, last = asked.whole("fromYear", 0, 9999), asked.whole("toYear", 0, 9999)
        albums = [
            a
            for a in catalog.albums.all("year", EVERYTHING)
            if a.year and min(first, last) <= a.year <= max(first, last)
        ]
        albums.sort(key=lambda album: album.year or 0, reverse=first > last)
        return [int(a.id) for a in albums[offset : offset + size]]
    raise SubsonicError(Code.FAILED, f"unknown type of album list: {kind[:40]}")


def _all_albums(asked: Asked, order: Order, n: int, offset: int) -> list[int]:
    """Ids of n albums from `offset`; behind them those that stand for tracks on no album."""
    albums = asked.house.catalog.albums
    ids = [int(album.id) for album in albums.all(order, n, offset)]
    if len(ids) < n:
        first = max(0, offset - sum(count for _, count in albums.initials()))
        ids += list(asked.loose)[first : first + n - len(ids)]
    return ids


def _by_habit(asked: Asked, kind: str) -> list[int]:
    """Albums by what the listener did with their tracks, the strongest first."""
    mine, catalog = asked.mine, asked.house.catalog
    if kind == "recent":
        ordered = [h.track_id for h in catalog.listens.of(asked.listener_id, 5000) if h.track_id is not None]
    else:
        worth: Any = {"frequent": mine.plays, "highest": mine.ratings}[kind]
        ordered = sorted(worth, key=lambda i: -worth[i])
    return _albums_of(list(catalog.tracks.many(ordered).values()))


def _albums_of(tracks: list[Track]) -> list[int]:
    return list(dict.fromkeys(int(t.album_id) for t in tracks if t.album_id is not None))


def artist_of(asked: Asked, artist: Artist) -> dict[str, Any]:
    """The artist as an ArtistID3."""
    albums = len(asked.house.catalog.albums.of(artist.id)) + (-artist.id in asked.loose)
    return without_none(artist_record(artist, albums, asked.mine))


def _letter(name: str) -> str:
    lowered = name.lower()
    for article in ARTICLES:
        if lowered.startswith(article):
            name = name[len(article) :]
            break
    first = unicodedata.normalize("NFD", name.strip())[:1].upper()
    return first if first.isalpha() else "#"
