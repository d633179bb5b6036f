"""Spotify for one listener: with their own sign-in where they made one, else with this house's application."""

from __future__ import annotations

import json
from typing import Any

from synesthete.catalog import Catalog
from synesthete.errors import NotAllowed
from synesthete.music import ListenerId
from synesthete.services import spotify
from synesthete.services.spotify import Spotify, Token
from synesthete.settings import Settings

SIGN_IN = "Spotify sign-in"
"""Name of the person's value that holds their tokens."""
INSTEAD = (
    "The owner can set SYNESTHETE_SPOTIFY_CLIENT_ID; without it, export your playlists as CSV (Exportify) or your "
    "history (Spotify, Account, Privacy) and import the files."
)


def open_spotify(settings: Settings, catalog: Catalog, listener_id: ListenerId, **more: Any) -> Spotify:
    """Spotify as this listener may see it. Raises NotAllowed, saying what to do instead, without any key."""
    if not settings.spotify_client_id:
        raise NotAllowed("this server has no Spotify application", hint=INSTEAD)
    token = kept_token(catalog, listener_id)
    if token is None and not settings.spotify_client_secret:
        raise NotAllowed("Spotify needs you to sign in", hint="Settings, Spotify, Sign in. Or: " + INSTEAD)
    return Spotify(
        settings.spotify_client_id, None if token else settings.spotify_client_secret, token,
        api=spotify.API, accounts=spotify.ACCOUNTS,
        renewed=None if token is None else lambda fresh: keep_token(catalog, listener_id, fresh), **more,
    )  # fmt: skip


def keep_token(catalog: Catalog, listener_id: ListenerId, token: Token) -> None:
    """Remember a sign-in."""
    document = {"access": token.access, "expires_at": token.expires_at, "refresh": token.refresh}
    catalog.personal.keep(listener_id, SIGN_IN, json.dumps(document))


def kept_token(catalog: Catalog, listener_id: ListenerId) -> Token | None:
    """The listener's sign-in, or None."""
    kept = catalog.personal.kept(listener_id, SIGN_IN)
    return None if kept is None else Token(**json.loads(kept))


def forget_token(catalog: Catalog, listener_id: ListenerId) -> None:
    """End a sign-in here; Spotify's own page of apps ends it there."""
    catalog.personal.drop(listener_id, SIGN_IN)
