"""Spotify: what a playlist, album or track link names, by the official Web API and the user's own keys.

Only names and ids are read, never sound. Facts: developer.spotify.com/documentation/web-api.
Without keys, `synesthete import` reads the files people can export instead.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from synesthete.errors import InputError, NotAllowed, NotFound
from synesthete.music import Description, Playlist
from synesthete.services.caller import Caller

API = "https://api.spotify.com"
ACCOUNTS = "https://accounts.spotify.com"
PAGE = 100
"""Rows per page: the largest that a playlist's items allow."""
SCOPES = "playlist-read-private playlist-read-collaborative user-library-read"
LINK = re.compile(
    r"^(?:(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-[A-Za-z-]+/)?(?:embed/)?(?:user/[^/]+/)?"
    r"|spotify:(?:user:[^:]+:)?)(playlist|track|album)[/:]([A-Za-z0-9]{22})/?(?:[?#].*)?$"
)
SHORT = re.compile(r"^(?:https?://)?(?:spotify\.link|spotify\.app\.link|spoti\.fi)/")


@dataclass(frozen=True, slots=True)
class Link:
    """What a Spotify link points to."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, until when it is good (unix seconds), and what renews it."""

    access: str
    expires_at: float
    refresh: str | None = None


@dataclass(frozen=True, slots=True)
class ListName:
    """A list on Spotify by name, and how many tracks it has, where that is told."""

    id: str
    name: str
    tracks: int | None


def parse_link(text: str) -> Link:
    """The kind and id of a Spotify link or URI; raises InputError for anything else."""
    found = LINK.match(text.strip())
    if SHORT.match(text.strip()):
        raise InputError("this short link says nothing by itself", subject=text[:200],
                         hint="Open it, and copy the address of the page it leads to.")  # fmt: skip
    if not found:
        raise InputError("this is not a Spotify playlist, album or track link", subject=text[:200],
                         hint="Copy it from Spotify with Share > Copy link.")  # fmt: skip
    return Link(found[1], found[2])


class Spotify:
    """Spotify as one app sees it: with the app's own id and secret, or with a person's sign-in."""

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        token: Token | None = None,
        *,
        api: str = API,
        accounts: str = ACCOUNTS,
        clock: Callable[[], float] = time.time,
        renewed: Callable[[Token], None] | None = None,
        **caller: Any,
    ):
        if client_secret is None and token is None:
            raise NotAllowed("Spotify needs your application's secret, or that you sign in",
                             hint="Set SYNESTHETE_SPOTIFY_CLIENT_ID and SYNESTHETE_SPOTIFY_CLIENT_SECRET.")  # fmt: skip
        self.api = Caller("Spotify", api, **caller)
        self.accounts = Caller("Spotify", accounts, **caller)
        self.client_id, self.client_secret, self.token = client_id, client_secret, token
        self.clock = clock
        self.renewed = renewed
        """Told of every new token: with PKCE the old one's renewal ends with it."""

    @classmethod
    def signed_in(cls, client_id: str, code: str, verifier: str, redirect_uri: str, **more: Any) -> Self:
        """Spotify as the person sees it whom it sent back with this code after `authorize_url`."""
        client = cls(client_id, None, Token("", 0.0), **more)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        client.token = client._ask_token(form | {"code_verifier": verifier})
        return client

    def read(self, link: str) -> Playlist:
        """The tracks that a playlist, album or track link names, in order, with their ids and ISRC."""
        target = parse_link(link)
        return {"playlist": self.playlist, "album": self.album, "track": self.track}[target.kind](target.id)

    def playlist(self, playlist_id: str) -> Playlist:
        head = self._get(f"/v1/playlists/{playlist_id}", fields="name,description,owner(display_name)")
        path = f"/v1/playlists/{playlist_id}/tracks"
        rows = [row.get("track") or row.get("item") for row in self._pages(path, additional_types="track")]
        # Local files, podcasts and tracks that have gone come as rows without a track id.
        tracks = tuple(_description(row) for row in rows if row and row.get("type", "track") == "track")
        owner = (head.get("owner") or {}).get("display_name")
        return Playlist(
            head["name"], tracks, head.get("description") or None, owner, (("spotify", playlist_id),)
        )

    def album(self, album_id: str) -> Playlist:
        head = self._get(f"/v1/albums/{album_id}")
        rows = self._pages(f"/v1/albums/{album_id}/tracks", limit=50)
        tracks = tuple(_description(row, album=head["name"]) for row in rows)
        return Playlist(head["name"], tracks, owner=_first_artist(head), ids=(("spotify", album_id),))

    def track(self, track_id: str) -> Playlist:
        found = _description(self._get(f"/v1/tracks/{track_id}"))
        return Playlist(found.title or track_id, (found,), ids=(("spotify", track_id),))

    def lists(self) -> list[ListName]:
        """The lists of the person who signed in, own and followed."""
        rows = self._pages("/v1/me/playlists", limit=50)
        return [
            ListName(
                row["id"],
                row.get("name") or row["id"],
                (row.get("tracks") or row.get("items") or {}).get("total"),
            )
            for row in rows
            if row
        ]

    def _pages(self, path: str, limit: int = PAGE, **query: Any) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = self._get(path, limit=limit, offset=offset, **query)
            rows = page.get("items", [])
            yield from rows
            offset += limit
            if not rows or not page.get("next"):
                return

    def _get(self, path: str, **query: Any) -> Any:
        try:
            return self.api.json(
                "GET", path, params=query, headers={"Authorization": f"Bearer {self._access()}"}
            )
        except NotFound as error:
            raise NotFound("Spotify does not show this to your application", subject=path,
                           hint="Private lists and lists made by Spotify itself need you to sign in, or are closed.",
                           ) from error  # fmt: skip

    def _access(self) -> str:
        if self.token is None or self.token.expires_at - 30 < self.clock():
            self.token = self._renewed()
            if self.renewed is not None:
                self.renewed(self.token)
        return self.token.access

    def _renewed(self) -> Token:
        if self.token and self.token.refresh:
            form = {"grant_type": "refresh_token", "refresh_token": self.token.refresh}
        elif self.client_secret:
            form = {"grant_type": "client_credentials"}
        else:
            raise NotAllowed("the Spotify sign-in has ended", hint="Sign in again.")
        return self._ask_token(form)

    def _ask_token(self, form: dict[str, str]) -> Token:
        headers = {}
        if self.client_secret:
            pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            form = form | {"client_id": self.client_id}
        answer = self.accounts.json("POST", "/api/token", data=form, headers=headers)
        renewed = answer.get("refresh_token") or (self.token.refresh if self.token else None)
        return Token(answer["access_token"], self.clock() + float(answer.get("expires_in", 3600)), renewed)


def new_verifier() -> str:
    """A fresh PKCE code verifier: 64 characters, within RFC 7636's 43 to 128."""
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_url(
    client_id: str, redirect_uri: str, verifier: str, state: str, accounts: str = ACCOUNTS
) -> str:
    """Where to send a person's browser to sign in (PKCE, S256)."""
    query = {
        "response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri, "scope": SCOPES,
        "state": state, "code_challenge_method": "S256", "code_challenge": challenge_of(verifier),
    }  # fmt: skip
    return f"{accounts}/authorize?{urlencode(query)}"


def _description(row: dict[str, Any], album: str | None = None) -> Description:
    duration_ms = row.get("duration_ms")
    return Description(
        title=row.get("name"),
        artist=_first_artist(row),
        album=(row.get("album") or {}).get("name") or album,
        duration_s=duration_ms / 1000 if duration_ms else None,
        isrc=(row.get("external_ids") or {}).get("isrc"),
        ids=(("spotify", row["id"]),) if row.get("id") else (),
    )


def _first_artist(row: dict[str, Any]) -> str | None:
    artists = row.get("artists") or []
    return artists[0].get("name") if artists else None
