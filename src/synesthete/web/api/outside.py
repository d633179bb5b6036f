"""From and for other programs: a Spotify link as a playlist, and the password for Subsonic players."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from synesthete.catalog.resolve import Resolver
from synesthete.jobs.spotify import open_spotify
from synesthete.jobs.sync import take_playlist
from synesthete.services.caller import understood
from synesthete.services.spotify import parse_link
from synesthete.web.api.models.base import Answer, Question
from synesthete.web.api.models.playlists import ImportAnswer, Unmatched
from synesthete.web.api.playlists import brief
from synesthete.web.doors.subsonic.login import app_password, forget_app_password
from synesthete.web.house import Asking, TheHouse

MOST_SHOWN = 500

router = APIRouter(tags=["playlists"])


class PlaylistLink(Question):
    """A Spotify playlist, album or track link."""

    link: str = Field(min_length=1, max_length=500)


class AppPassword(Answer):
    """A password for Subsonic players, and the name that goes with it."""

    user: str
    password: str


@router.post("/playlists/link", status_code=201)
def read_link(house: TheHouse, who: Asking, question: PlaylistLink) -> ImportAnswer:
    """A playlist of what the library has of the linked one; the rest is named apart."""
    parse_link(question.link)
    with understood("Spotify"):
        playlist = open_spotify(house.settings, house.catalog, who.id).read(question.link)
    made, ids = take_playlist(house.catalog, Resolver(house.catalog), who.id, "spotify", playlist)
    missing = [
        Unmatched(line=line, title=d.title, artist=d.artist, album=d.album, reason="not in your library")
        for line, (d, track_id) in enumerate(zip(playlist.tracks, ids, strict=True), 1) if track_id is None
    ]  # fmt: skip
    return ImportAnswer(
        kind="spotify", playlists=[brief(house.catalog, house.catalog.playlists.get(made))], found=len(ids),
        matched=len(ids) - len(missing), missing=missing[:MOST_SHOWN], warnings=[],
    )  # fmt: skip


@router.post("/me/subsonic")
def subsonic(house: TheHouse, who: Asking) -> AppPassword:
    """The password that Subsonic players use for you, made anew; players with the old one must sign in again."""
    assert who.account is not None
    return AppPassword(user=who.account.name, password=app_password(house.catalog, who.id, renew=True))


@router.delete("/me/subsonic", status_code=204)
def no_subsonic(house: TheHouse, who: Asking) -> None:
    """Close that door for you until a new password is made."""
    forget_app_password(house.catalog, who.id)
