"""OpenSubsonic: an ordinary Subsonic player plays this library, with radio by sound.

Contract: subsonic.org/pages/api.jsp (1.16.1) and opensubsonic.netlify.app, with the extensions listed in
EXTENSIONS. Every method answers GET and POST, with and without `.view`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from synesthete.errors import NotAllowed, NotFound, SynestheteError
from synesthete.web.doors.subsonic import around, browse, near, playlists, sound, words
from synesthete.web.doors.subsonic.answer import Code, SubsonicError, answer
from synesthete.web.doors.subsonic.asked import Asked
from synesthete.web.doors.subsonic.login import Login
from synesthete.web.guard import same_site
from synesthete.web.house import TheHouse, address_of

EXTENSIONS = {"apiKeyAuthentication": [1], "formPost": [1], "sonicSimilarity": [1]}
PLAYERS_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Players that are pages live at addresses of their own; a request opens nothing but what its own login does."""
Method = Callable[[Asked], dict[str, Any] | Response]


def ping(asked: Asked) -> dict[str, Any]:
    return {}


def get_license(asked: Asked) -> dict[str, Any]:
    return {"license": {"valid": True}}


def token_info(asked: Asked) -> dict[str, Any]:
    """Whose key it is, which a player that knows only the key asks."""
    return {"tokenInfo": {"username": asked.who.account.name if asked.who.account else ""}}


def get_user(asked: Asked) -> dict[str, Any]:
    account = asked.who.account
    wanted = asked.get("username")
    if account is None or (wanted and wanted != account.name):
        raise SubsonicError(Code.FORBIDDEN, "only your own account is shown")
    can = {f"{name}Role": name in ("stream", "download", "playlist", "settings", "coverArt") for name in (
        "stream", "download", "playlist", "settings", "coverArt", "admin", "upload", "comment", "podcast", "jukebox",
        "share", "videoConversion")}  # fmt: skip
    return {"user": {"username": account.name, "scrobblingEnabled": True, "folder": [1], **can}}


def get_open_subsonic_extensions() -> dict[str, Any]:
    """The one method that needs no login."""
    rows = [{"name": name, "versions": versions} for name, versions in EXTENSIONS.items()]
    return {"openSubsonicExtensions": rows}


METHODS: dict[str, Method] = {
    "ping": ping,
    "getLicense": get_license,
    "tokenInfo": token_info,
    "getUser": get_user,
    "getMusicFolders": browse.get_music_folders,
    "getIndexes": browse.get_indexes,
    "getMusicDirectory": around.get_music_directory,
    "getArtistInfo": around.get_artist_info,
    "getArtistInfo2": around.get_artist_info2,
    "getAlbumInfo2": around.get_album_info2,
    "getScanStatus": around.get_scan_status,
    "getArtists": browse.get_artists,
    "getArtist": browse.get_artist,
    "getAlbum": browse.get_album,
    "getSong": browse.get_song,
    "getGenres": browse.get_genres,
    "getSongsByGenre": browse.get_songs_by_genre,
    "getRandomSongs": browse.get_random_songs,
    "getAlbumList": browse.get_album_list,
    "getAlbumList2": browse.get_album_list2,
    "search3": browse.search3,
    "stream": sound.stream,
    "download": sound.stream,
    "getCoverArt": sound.get_cover_art,
    "scrobble": words.scrobble,
    "star": words.star,
    "unstar": words.unstar,
    "setRating": words.set_rating,
    "getStarred": words.get_starred,
    "getStarred2": words.get_starred2,
    "getNowPlaying": words.get_now_playing,
    "getPlaylists": playlists.get_playlists,
    "getPlaylist": playlists.get_playlist,
    "createPlaylist": playlists.create_playlist,
    "updatePlaylist": playlists.update_playlist,
    "deletePlaylist": playlists.delete_playlist,
    "getSimilarSongs": near.get_similar_songs,
    "getSimilarSongs2": near.get_similar_songs2,
    "getTopSongs": near.get_top_songs,
    "getSonicSimilarTracks": near.get_sonic_similar_tracks,
    "findSonicPath": near.find_sonic_path,
}

router = APIRouter(prefix="/rest", include_in_schema=False)


@router.api_route("/{method}", methods=["GET", "POST", "HEAD"])
async def call(method: str, request: Request, house: TheHouse) -> Response:
    """One call of the contract; refusals are answers too."""
    parameters = await _parameters(request)
    single = {name: values[-1] for name, values in parameters.items()}
    name = method.removesuffix(".view")
    if name == "getOpenSubsonicExtensions":
        return answer(get_open_subsonic_extensions(), single)
    is_open = house.entrance.is_open()
    if is_open and not same_site(request.headers):
        # Nobody signs in here, and many methods change something on GET: pages elsewhere stay out.
        return answer({}, single, (Code.FORBIDDEN, "this request came from a page of another site"))
    if name not in METHODS:
        return answer({}, single, (Code.FAILED, f"this server does not know the method {name[:60]}"))
    if not hasattr(request.app.state, "subsonic_login"):
        request.app.state.subsonic_login = Login(house.entrance, house.catalog)
    login: Login = request.app.state.subsonic_login
    given = await run_in_threadpool(
        _answered, house, login, METHODS[name], parameters, single, address_of(request)
    )
    if not is_open:
        given.headers.update(PLAYERS_ANYWHERE)
    return given


def _answered(
    house: TheHouse,
    login: Login,
    method: Method,
    parameters: dict[str, list[str]],
    single: dict[str, str],
    address: str,
) -> Response:
    try:
        who = login.who(single, address)
        if "read" not in who.scopes and method is not words.scrobble:
            raise SubsonicError(Code.FORBIDDEN, "this key may not read")
        content = method(Asked(house, who, parameters))
    except SubsonicError as error:
        return answer({}, single, (error.code, error.what))
    except NotFound as error:
        return answer({}, single, (Code.NOT_FOUND, str(error)))
    except NotAllowed as error:
        return answer({}, single, (Code.FORBIDDEN, str(error)))
    except SynestheteError as error:
        return answer({}, single, (Code.FAILED, str(error)))
    return content if isinstance(content, Response) else answer(content, single)


async def _parameters(request: Request) -> dict[str, list[str]]:
    pairs = list(request.query_params.multi_items())
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    parameters: dict[str, list[str]] = {}
    for name, value in pairs:
        parameters.setdefault(name, []).append(value)
    return parameters
