"""Subsonic, OpenSubsonic, Navidrome: catalog, stars, ratings, play counts, sound and playlists.

Facts: https://www.subsonic.org/pages/api.jsp and https://opensubsonic.netlify.app, version 1.16.1.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import httpx

from synesthete.errors import NotAllowed, NotFound, ServiceError
from synesthete.music import Description, Playlist
from synesthete.services.ability import Opinion, id_of
from synesthete.services.caller import Caller

VERSION = "1.16.1"
PAGE = 500
"""Albums per page: the largest that getAlbumList2 allows."""


class Subsonic:
    """A Subsonic server, by user and password (sent salted and hashed) or by API key."""

    def __init__(
        self,
        url: str,
        user: str | None = None,
        password: str | None = None,
        api_key: str | None = None,
        **caller: Any,
    ):
        self.caller = Caller("The Subsonic server", url, **caller)
        self.scheme = f"subsonic@{httpx.URL(url).netloc.decode()}"
        self._user, self._password, self._api_key = user, password, api_key
        self._plain = False

    def ping(self) -> str:
        """The server's type and version, in words; raises when it cannot be used."""
        answer = self._call("ping")
        return f"{answer.get('type', 'subsonic')} {answer.get('serverVersion', answer.get('version', ''))}".strip()

    def tracks(self) -> Iterator[Description]:
        for entry in self._entries():
            yield self._description(entry)

    def opinions(self) -> Iterator[Opinion]:
        for entry in self._entries():
            rating = int(entry.get("userRating") or 0)
            opinion = Opinion(
                self._description(entry),
                starred="starred" in entry,
                rating=rating if 1 <= rating <= 5 else None,
                plays=int(entry.get("playCount") or 0),
                last_played_at=_unix(entry.get("played")),
            )
            if opinion.starred or opinion.rating or opinion.plays:
                yield opinion

    def playlists(self) -> Iterator[Playlist]:
        for row in self._call("getPlaylists").get("playlists", {}).get("playlist", []):
            found = self._call("getPlaylist", id=row["id"])["playlist"]
            tracks = tuple(self._description(entry) for entry in found.get("entry", []))
            yield Playlist(
                found["name"], tracks, found.get("comment"), found.get("owner"), ((self.scheme, row["id"]),)
            )

    def put_playlist(self, name: str, tracks: Sequence[Description], comment: str | None = None) -> str:
        ids = [found for track in tracks if (found := id_of(track, self.scheme))]
        if not ids:
            raise NotFound(f"none of these tracks is on {self.caller.base_url}", subject=name,
                           hint="Run `synesthete sync` first, so that its ids are known.")  # fmt: skip
        rows = self._call("getPlaylists").get("playlists", {}).get("playlist", [])
        old = next((row["id"] for row in rows if row["name"] == name), None)
        target = {"playlistId": old} if old else {"name": name}
        answer = self._call("createPlaylist", songId=ids, **target)
        made = answer.get("playlist", {}).get("id") or old or self._playlist_id(name)
        if comment:
            self._call("updatePlaylist", playlistId=made, comment=comment)
        return str(made)

    def audio(self, track_id: str) -> Iterator[bytes]:
        """The sound as the server keeps it, in blocks (`download`: never transcoded)."""
        with self.caller.stream("GET", "/rest/download.view", params=self._params(id=track_id)) as response:
            if "json" in response.headers.get("Content-Type", "") or "xml" in response.headers.get(
                "Content-Type", ""
            ):
                raise NotFound("the server has no sound for this track", subject=track_id)
            yield from response.iter_bytes()

    def _playlist_id(self, name: str) -> str:
        rows = self._call("getPlaylists").get("playlists", {}).get("playlist", [])
        found = next((str(row["id"]) for row in rows if row["name"] == name), None)
        if found is None:
            raise ServiceError("The Subsonic server did not keep the playlist", subject=name)
        return found

    def _entries(self) -> Iterator[dict[str, Any]]:
        offset, seen = 0, set[str]()
        while True:
            page = self._call("getAlbumList2", type="alphabeticalByName", size=PAGE, offset=offset)
            albums = page.get("albumList2", {}).get("album", [])
            if seen.issuperset(album["id"] for album in albums):
                return  # nothing new: a server that knows no offsets would go on for ever
            seen.update(album["id"] for album in albums)
            for album in albums:
                yield from self._call("getAlbum", id=album["id"]).get("album", {}).get("song", [])
            if len(albums) < PAGE:
                return
            offset += PAGE

    def _description(self, entry: dict[str, Any]) -> Description:
        isrc = entry.get("isrc")
        return Description(
            title=entry.get("title"),
            artist=entry.get("artist"),
            album=entry.get("album"),
            duration_s=float(entry["duration"]) if entry.get("duration") else None,
            recording_mbid=entry.get("musicBrainzId") or None,
            isrc=(isrc[0] if isinstance(isrc, list) and isrc else isrc) or None,
            path=entry.get("path"),
            ids=((self.scheme, str(entry["id"])),),
            artist_ids=((self.scheme, str(entry["artistId"])),) if entry.get("artistId") else (),
        )

    def _params(self, **given: Any) -> dict[str, Any]:
        common: dict[str, Any] = {"v": VERSION, "c": "synesthete", "f": "json"}
        if self._api_key:
            return common | {"apiKey": self._api_key} | given
        if self._plain:
            return (
                common | {"u": self._user or "", "p": "enc:" + (self._password or "").encode().hex()} | given
            )
        salt = secrets.token_hex(8)
        token = hashlib.md5(f"{self._password or ''}{salt}".encode(), usedforsecurity=False).hexdigest()
        return common | {"u": self._user or "", "t": token, "s": salt} | given

    def _call(self, method: str, **given: Any) -> dict[str, Any]:
        # POST keeps long lists of ids out of the address; every server since 1.8 takes it.
        answer = self.caller.json("POST", f"/rest/{method}.view", data=self._params(**given))
        body = answer.get("subsonic-response") if isinstance(answer, dict) else None
        if not isinstance(body, dict):
            raise ServiceError("The Subsonic server answered something else than Subsonic", subject=method)
        if body.get("status") == "ok":
            return body
        error = body.get("error", {})
        said, code = error.get("message", "no reason given"), error.get("code")
        if code in (10, 41) and not self._plain and not self._api_key:
            # Servers that keep passwords hashed cannot check a salted token: 41, or 10 where they look for `p` alone.
            self._plain = True
            return self._call(method, **given)
        if code in (40, 41, 42, 43, 44, 50):
            raise NotAllowed(
                f"The Subsonic server refused: {said}", subject=method, hint="Check user, password or key."
            )
        if code == 70:
            raise NotFound(f"The Subsonic server: {said}", subject=method)
        raise ServiceError(f"The Subsonic server failed ({code}): {said}", subject=method)


def _unix(stamp: str | None) -> int | None:
    return None if not stamp else int(datetime.fromisoformat(stamp).timestamp())
