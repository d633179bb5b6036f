"""Signing in with Spotify (PKCE), to read one's own lists: names and ids, never sound."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from synesthete.errors import Conflict, NotAllowed, SynestheteError
from synesthete.jobs.spotify import INSTEAD, forget_token, keep_token, kept_token, open_spotify
from synesthete.services import spotify as service
from synesthete.services.caller import understood
from synesthete.services.spotify import Spotify, authorize_url
from synesthete.web.api.me import is_secure
from synesthete.web.api.models.base import Answer
from synesthete.web.auth.pending import Pending, depart, unseal
from synesthete.web.faults import status_of
from synesthete.web.house import PREFIX, Asking, House, TheHouse
from synesthete.web.paper import base_url, regret

COOKIE = "synesthete_spotify"
PATH = f"{PREFIX}/spotify"
Said = Annotated[str | None, Query(max_length=4_000)]

router = APIRouter(prefix="/spotify", tags=["playlists"])


class SpotifyState(Answer):
    """Whether Spotify can be asked, and as whom."""

    can_sign_in: bool = Field(description="Whether this server has an application's client id.")
    signed_in: bool
    can_read_links: bool = Field(
        description="Whether a link can be read: signed in, or by the application itself."
    )
    redirect_uri: str = Field(description="What the application must allow, in Spotify's dashboard.")
    instead: str | None = Field(description="What to do where nobody can sign in.")


class SpotifyList(Answer):
    """One list of the listener on Spotify; its link is taken by POST /playlists/link."""

    name: str
    link: str
    tracks: int | None


class SpotifyLists(Answer):
    """The listener's lists on Spotify, own and followed."""

    lists: list[SpotifyList]


@router.get("")
def state(house: TheHouse, request: Request, who: Asking) -> SpotifyState:
    """Whether Spotify can be asked, and as whom."""
    settings = house.settings
    signed_in = kept_token(house.catalog, who.id) is not None
    known = bool(settings.spotify_client_id)
    return SpotifyState(
        can_sign_in=known, signed_in=signed_in,
        can_read_links=known and (signed_in or bool(settings.spotify_client_secret)),
        redirect_uri=_back(house, request), instead=None if known else INSTEAD,
    )  # fmt: skip


@router.delete("", status_code=204)
def sign_out(house: TheHouse, who: Asking) -> None:
    """Forget the sign-in."""
    forget_token(house.catalog, who.id)


@router.get("/lists")
def lists(house: TheHouse, who: Asking) -> SpotifyLists:
    """The listener's lists on Spotify, own and followed."""
    if kept_token(house.catalog, who.id) is None:
        raise Conflict("sign in with Spotify first", hint="Settings, Spotify.")
    with understood("Spotify"):
        found = open_spotify(house.settings, house.catalog, who.id).lists()
    return SpotifyLists(
        lists=[
            SpotifyList(name=one.name, link=f"spotify:playlist:{one.id}", tracks=one.tracks) for one in found
        ]
    )


@router.get("/login", include_in_schema=False)
def login(request: Request, house: TheHouse, who: Asking) -> Response:
    """Off to Spotify."""
    client_id = house.settings.spotify_client_id
    if not client_id:
        return regret(request, NotAllowed(INSTEAD), 404, "This server has no Spotify application")
    if urlsplit(_back(house, request)).hostname == "localhost":  # Spotify takes loopback by number only
        return RedirectResponse(str(request.url.replace(hostname="127.0.0.1")), 303)
    pending = Pending.begin(_back(house, request), int(who.id))
    address = authorize_url(
        client_id, pending.redirect_uri, pending.verifier, pending.state, service.ACCOUNTS
    )
    return depart(address, pending, house.catalog, cookie=COOKIE, path=PATH, secure=is_secure(house, request))


@router.get("/callback", include_in_schema=False)
def callback(
    request: Request, house: TheHouse, who: Asking, code: Said = None, state: Said = None, error: Said = None
) -> Response:
    """Back from Spotify: its tokens are kept for the listener who went there."""
    try:
        pending = unseal(request.cookies.get(COOKIE), house.catalog)
        pending.check(state or "")
        if error is not None or code is None:
            raise NotAllowed(f"Spotify did not let you in ({error or 'no code'})")
        if pending.listener_id != int(who.id):
            raise NotAllowed("somebody else is signed in by now", hint="Begin again.")
        client = Spotify.signed_in(
            house.settings.spotify_client_id or "", code, pending.verifier, pending.redirect_uri,
            api=service.API, accounts=service.ACCOUNTS,
        )  # fmt: skip
        assert client.token is not None
        keep_token(house.catalog, who.id, client.token)
    except SynestheteError as problem:
        # A page, not 401 or 403: whoever reads it is signed in here, only not there.
        status = 400 if isinstance(problem, NotAllowed) else status_of(problem)
        answer = regret(request, problem, status, "Signing in with Spotify did not work")
    else:
        answer = RedirectResponse("/settings", 303)
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _back(house: House, request: Request) -> str:
    return base_url(request, house.settings.base_url) + f"{PATH}/callback"
