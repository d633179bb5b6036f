"""One request through the door: its parameters, read with the contract's own complaints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from synesthete.music import Album, AlbumId, ListenerId, Track, TrackId
from synesthete.web.auth.entrance import Who
from synesthete.web.doors.subsonic.answer import Code, SubsonicError
from synesthete.web.doors.subsonic.facts import Personal, album_record, child, number, without_none
from synesthete.web.house import House

NO_ALBUM = "[No album]"
"""Players reach tracks by artist and album alone: what is on none is on this one of its artist."""


@dataclass(frozen=True)
class Asked:
    """Who asks the house for what; parameters may repeat."""

    house: House
    who: Who
    parameters: dict[str, list[str]]

    @property
    def listener_id(self) -> ListenerId:
        return self.who.id

    @cached_property
    def mine(self) -> Personal:
        """What this listener did with tracks, read once per request."""
        return Personal.of(self.house.catalog, self.listener_id)

    def need(self, name: str) -> str:
        """The parameter's value. Raises SubsonicError (10) without one."""
        value = self.get(name)
        if value is None:
            raise SubsonicError(Code.MISSING, f"required parameter is missing: {name}")
        return value

    def get(self, name: str, default: str | None = None) -> str | None:
        """The parameter's last value, or the default."""
        values = self.parameters.get(name)
        return values[-1] if values else default

    def all(self, name: str) -> list[str]:
        """Every value of a parameter that may repeat."""
        return self.parameters.get(name, [])

    def whole(self, name: str, default: int, most: int, least: int = 0) -> int:
        """A whole number between `least` and `most`; larger ones are cut, what is no number is refused."""
        value = self.get(name)
        if value is None:
            return default
        try:
            return max(least, min(int(value), most))
        except ValueError as error:
            raise SubsonicError(Code.FAILED, f"{name} is not a whole number: {value[:40]}") from error

    def may(self, scope: str) -> None:
        """Raises SubsonicError (50) when the key does not reach that far."""
        if scope not in self.who.scopes and not (scope == "scrobble" and "write" in self.who.scopes):
            raise SubsonicError(
                Code.FORBIDDEN, f"this key may not do this; it would need the scope {scope!r}"
            )

    def children(self, ids: Iterable[int]) -> list[dict[str, Any]]:
        """The tracks with these ids as Child records, in order."""
        found = self.house.catalog.tracks.many(ids)
        return [self.child(track) for track in found.values()]

    def child(self, track: Track) -> dict[str, Any]:
        return without_none(child(track, self.mine))

    @cached_property
    def loose(self) -> dict[int, None]:
        """The albums that stand for tracks on no album, one for each artist who has such: minus the artist's id."""
        return {-int(artist_id): None for artist_id in self.house.catalog.artists.loose()}

    def album_tracks(self, album_id: int) -> list[TrackId]:
        """Ids of an album's tracks in order; of an artist's tracks on no album where the id is negative."""
        catalog = self.house.catalog
        if album_id >= 0:
            return catalog.albums.tracks(album_id)
        found = catalog.tracks.many(catalog.artists.tracks(-album_id))
        return [track.id for track in found.values() if track.album_id is None]

    def albums(self, ids: Iterable[int]) -> list[dict[str, Any]]:
        """The albums with these ids as AlbumID3 records, in order."""
        catalog, wanted = self.house.catalog, list(ids)
        found, added = catalog.albums.many(wanted), catalog.albums.added(wanted)
        records = []
        for album_id in wanted:
            if album := found.get(AlbumId(album_id)) or self._loose_album(album_id):
                tracks = list(catalog.tracks.many(self.album_tracks(album_id)).values())
                records.append(without_none(album_record(album, tracks, self.mine, added.get(album.id, 0))))
        return records

    def _loose_album(self, album_id: int) -> Album | None:
        if album_id not in self.loose:
            return None
        artist = self.house.catalog.artists.get(-album_id)
        return Album(AlbumId(album_id), NO_ALBUM, artist.name, artist.id)

    @cached_property
    def starred_albums(self) -> list[int]:
        """Ids of the albums all of whose tracks are starred, the last one first."""
        tracks = self.house.catalog.tracks.many(self.mine.starred).values()
        near = {t.album_id or -(t.artist_id or 0): None for t in tracks}
        times = {i: self.mine.album_starred(self.album_tracks(i)) for i in near}
        return sorted((i for i, at in times.items() if at), key=lambda i: -(times[i] or 0))

    def known(self, ids: Iterable[TrackId]) -> None:
        """Raises SubsonicError (70) when one of these tracks is not here."""
        wanted = list(ids)
        found = self.house.catalog.tracks.many(wanted)
        for track_id in wanted:
            if track_id not in found:
                raise SubsonicError(Code.NOT_FOUND, f"track not found: tr-{track_id}")

    def track_ids(self, name: str) -> list[TrackId]:
        """The track ids given by a repeated parameter."""
        return [TrackId(number(text, "tr")) for text in self.all(name)]
