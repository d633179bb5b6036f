"""The rules of every route of the API: who may come in, and which scope an API key needs for it.

A route without a line here does not start the server: `check_rules` compares the table with the routes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """Who is needed: anyone at all, any listener, or the owner."""

    ANYONE = "anyone"
    LISTENER = "listener"
    OWNER = "owner"


class Rule(NamedTuple):
    """The role a person must have, and the scope a key must have."""

    role: Role
    scope: str


READ = Rule(Role.LISTENER, "read")
WRITE = Rule(Role.LISTENER, "write")
SCROBBLE = Rule(Role.LISTENER, "scrobble")
OWNER = Rule(Role.OWNER, "admin")
OWNER_READ = Rule(Role.OWNER, "read")
ANYONE = Rule(Role.ANYONE, "read")
SELF = Rule(Role.LISTENER, "admin")
"""What a stolen `write` key must not do: change the password, make keys, hand over or erase everything."""

RULES: dict[str, Rule] = {
    "GET /health": ANYONE,
    "GET /me": ANYONE,
    "POST /login": ANYONE,
    "POST /logout": ANYONE,
    "GET /oidc/login": ANYONE,
    "GET /oidc/callback": ANYONE,
    "POST /account": OWNER,
    "GET /status": READ,
    "GET /search": READ,
    "GET /tracks": READ,
    "GET /tracks/{track_id}": READ,
    "GET /tracks/{track_id}/cover": READ,
    "GET /tracks/{track_id}/audio": READ,
    "HEAD /tracks/{track_id}/audio": READ,
    "GET /tracks/{track_id}/similar": READ,
    "GET /tracks/{track_id}/peaks": READ,
    "GET /tracks/{track_id}/spectrogram": READ,
    "GET /artists": READ,
    "GET /albums": READ,
    "GET /artists/{artist_id}": READ,
    "GET /artists/{artist_id}/similar": READ,
    "GET /albums/{album_id}": READ,
    "GET /albums/{album_id}/cover": READ,
    "GET /albums/{album_id}/similar": READ,
    "GET /genres": READ,
    "POST /clips": READ,
    "GET /clips/{clip_id}": READ,
    "GET /clips/{clip_id}/audio": READ,
    "GET /clips/{clip_id}/peaks": READ,
    "GET /clips/{clip_id}/spectrogram": READ,
    "DELETE /clips/{clip_id}": READ,
    "POST /recommendations": READ,
    "POST /path": READ,
    "POST /clicks": WRITE,
    "GET /playlists": READ,
    "POST /playlists": WRITE,
    "POST /playlists/import": WRITE,
    "GET /playlists/{playlist_id}": READ,
    "PATCH /playlists/{playlist_id}": WRITE,
    "DELETE /playlists/{playlist_id}": WRITE,
    "POST /playlists/{playlist_id}/tracks": WRITE,
    "PUT /playlists/{playlist_id}/order": WRITE,
    "POST /playlists/{playlist_id}/continuation": WRITE,
    "GET /playlists/{playlist_id}/export": READ,
    "GET /clusters": READ,
    "GET /clusters/{cluster_id}": READ,
    "GET /map": READ,
    "GET /map/points": READ,
    "GET /map/colors/{name}": READ,
    "GET /map/neighbors/{track_id}": READ,
    "GET /library/folders": OWNER_READ,
    "POST /library/folders": OWNER,
    "DELETE /library/folders/{folder_id}": OWNER,
    "GET /library/picker": OWNER,
    "GET /library/failed": OWNER_READ,
    "GET /jobs": OWNER_READ,
    "POST /jobs": OWNER,
    "GET /jobs/events": OWNER_READ,
    "POST /jobs/{job_id}/pause": OWNER,
    "POST /jobs/{job_id}/resume": OWNER,
    "POST /jobs/{job_id}/stop": OWNER,
    "GET /encoders": READ,
    "PUT /encoders/current": OWNER,
    "PATCH /me": SELF,
    "DELETE /me": SELF,
    "GET /me/export": SELF,
    "GET /me/letter": SELF,
    "GET /listeners": OWNER_READ,
    "POST /listeners": OWNER,
    "PATCH /listeners/{listener_id}": OWNER,
    "DELETE /listeners/{listener_id}": OWNER,
    "POST /listeners/{listener_id}/invitation": OWNER,
    "GET /keys": SELF,
    "POST /keys": SELF,
    "DELETE /keys/{key_id}": SELF,
    "GET /feedback": READ,
    "POST /feedback": WRITE,
    "DELETE /feedback/{feedback_id}": WRITE,
    "GET /listens": READ,
    "POST /listens": SCROBBLE,
    "GET /searches": READ,
    "POST /searches": WRITE,
    "DELETE /searches": WRITE,
    "GET /shares": READ,
    "POST /shares": WRITE,
    "DELETE /shares/{token}": WRITE,
    "POST /playlists/link": WRITE,
    "GET /spotify": READ,
    "DELETE /spotify": WRITE,
    "GET /spotify/lists": READ,
    "GET /spotify/login": WRITE,
    "GET /spotify/callback": WRITE,
    "POST /me/subsonic": SELF,
    "DELETE /me/subsonic": SELF,
    "GET /dashboard/words": READ,
    "GET /dashboard/popular": READ,
    "GET /dashboard/activity": READ,
    "GET /dashboard/reception": READ,
    "GET /dashboard/catalog": READ,
    "GET /dashboard/quality": READ,
    "GET /dashboard/replay": READ,
}
"""METHOD and path below /api/v1 -> rule."""


def check_rules(routes: Iterable[str]) -> None:
    """Raises RuntimeError for a route without a rule, or a rule without a route."""
    present = set(routes)
    without_rule, without_route = present - set(RULES), set(RULES) - present
    if without_rule or without_route:
        raise RuntimeError(
            f"routes without a rule: {sorted(without_rule)}; rules without a route: {sorted(without_route)}"
        )
