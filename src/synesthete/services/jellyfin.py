"""Jellyfin (and Emby): catalog, favorites, play counts, sound and playlists.

Facts: the server's published OpenAPI document (Items, Playlists, Audio); keys are made in its dashboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import httpx

from synesthete.errors import NotFound, ServiceError
from synesthete.music import Description, Playlist
from synesthete.services.ability import Opinion, id_of
from synesthete.services.caller import Caller

PAGE = 500
TICKS_PER_S = 10_000_000
"""Jellyfin counts time in ticks of 100 nanoseconds."""
FIELDS = "Path,ProviderIds"


class Jellyfin:
    """A Jellyfin server, by API key and the name of the user whose library and words are meant."""

    def __init__(self, url: str, api_key: str, user: str, **caller: Any):
        self.caller = Caller("Jellyfin", url, headers={"X-Emby-Token": api_key}, **caller)
        self.scheme = f"jellyfin@{httpx.URL(url).netloc.decode()}"
        self.user = user
        self._user_id: str | None = None

    @property
    def user_id(self) -> str:
        """The id of the user by name; asked once."""
        if self._user_id is None:
            users = self.caller.json("GET", "/Users")
            found = [u["Id"] for u in users if u.get("Name", "").casefold() == self.user.casefold()]
            if not found:
                raise NotFound("Jellyfin has no such user", subject=self.user)
            self._user_id = str(found[0])
        return self._user_id

    def tracks(self) -> Iterator[Description]:
        for row in self._items(IncludeItemTypes="Audio"):
            yield self._description(row)

    def opinions(self) -> Iterator[Opinion]:
        for row in self._items(IncludeItemTypes="Audio"):
            data = row.get("UserData") or {}
            opinion = Opinion(
                self._description(row),
                starred=bool(data.get("IsFavorite")),
                plays=int(data.get("PlayCount") or 0),
                last_played_at=_unix(data.get("LastPlayedDate")),
            )
            if opinion.starred or opinion.plays:
                yield opinion

    def playlists(self) -> Iterator[Playlist]:
        for row in self._items(IncludeItemTypes="Playlist"):
            rows = self._pages(f"/Playlists/{row['Id']}/Items")
            tracks = tuple(self._description(r) for r in rows if r.get("Type", "Audio") == "Audio")
            yield Playlist(row["Name"], tracks, ids=((self.scheme, row["Id"]),))

    def put_playlist(self, name: str, tracks: Sequence[Description], comment: str | None = None) -> str:
        ids = [found for track in tracks if (found := id_of(track, self.scheme))]
        if not ids:
            raise NotFound("none of these tracks is in Jellyfin", subject=name,
                           hint="Run `synesthete sync` first, so that its ids are known.")  # fmt: skip
        old = [row["Id"] for row in self._items(IncludeItemTypes="Playlist") if row["Name"] == name]
        body = {"Name": name, "Ids": ids, "UserId": self.user_id, "MediaType": "Audio"}
        made = self.caller.json("POST", "/Playlists", json=body)
        if not isinstance(made, dict) or "Id" not in made:
            raise ServiceError("Jellyfin did not say which playlist it made", subject=name)
        for playlist_id in old:  # only now: a failure above leaves the old list in place
            self.caller.json("DELETE", f"/Items/{playlist_id}")
        return str(made["Id"])

    def audio(self, track_id: str) -> Iterator[bytes]:
        with self.caller.stream("GET", f"/Items/{track_id}/Download") as response:
            yield from response.iter_bytes()

    def _items(self, **query: str) -> Iterator[dict[str, Any]]:
        return self._pages("/Items", Recursive="true", Fields=FIELDS, **query)

    def _pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        start = 0
        while True:
            params = {"UserId": self.user_id, "StartIndex": start, "Limit": PAGE, **query}
            page = self.caller.json("GET", path, params=params)
            rows = page.get("Items", [])
            yield from rows
            start += len(rows)
            if not rows or start >= int(page.get("TotalRecordCount", start)):
                return

    def _description(self, row: dict[str, Any]) -> Description:
        artists = row.get("Artists") or []
        ticks = row.get("RunTimeTicks")
        return Description(
            title=row.get("Name"),
            artist=artists[0] if artists else row.get("AlbumArtist"),
            album=row.get("Album"),
            duration_s=ticks / TICKS_PER_S if ticks else None,
            recording_mbid=(row.get("ProviderIds") or {}).get("MusicBrainzRecording"),
            path=row.get("Path"),
            ids=((self.scheme, str(row["Id"])),),
            artist_ids=tuple(
                (self.scheme, str(a["Id"])) for a in (row.get("ArtistItems") or [])[:1] if a.get("Id")
            ),
        )


def _unix(stamp: str | None) -> int | None:
    # Seven decimals of a second are one more than Python's parser reads.
    return None if not stamp else int(datetime.fromisoformat(stamp[:19] + "+00:00").timestamp())
