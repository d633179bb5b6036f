"""`synesthete sync`: read from and write to servers people already run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from synesthete.cli.options import (
    DONE,
    FAILED,
    SOME_FAILED,
    Verbs,
    data_folder,
    data_option,
    echo_json,
    json_option,
    note,
)
from synesthete.settings import SyncedService, load_settings

if TYPE_CHECKING:
    from synesthete.jobs.sync import Account


listener_option = click.option("--listener", help="Whose taste it is; the owner's when not said.")


@click.group("sync", cls=Verbs)
def sync() -> None:
    """Read from and write to servers you already run.

    Secrets are best given in the environment: SYNESTHETE_SYNC_PASSWORD, SYNESTHETE_SYNC_KEY, SYNESTHETE_SYNC_TOKEN.
    """


def _read(wanted: SyncedService, as_json: bool) -> int:
    from synesthete.jobs.synced import read, reading_of
    from synesthete.parts import open_parts

    with open_parts(load_settings(data_folder())) as parts:
        account = read(parts, reading_of(wanted))
    if as_json:
        echo_json(account.to_dict())
    else:
        _print(account)
    return _code([account])


def _code(accounts: Collection[Account]) -> int:
    """The exit code: something failed, or everything that was tried."""
    if not any(account.troubles for account in accounts):
        return DONE
    came = any(account.counts or not account.troubles for account in accounts)
    return SOME_FAILED if came else FAILED


def _print(account: Account) -> None:
    for what, count in sorted(account.counts.items()):
        click.echo(f"{count:>8,}  {what}")
    for trouble in account.troubles:
        note(f"did not work: {trouble}")
    if account.unmatched:
        example = next(iter(account.unmatched))
        note(f"{len(account.unmatched):,} tracks there are not in the library, for one {example}")


@sync.command("all")
@data_option
@json_option
def every(as_json: bool) -> int:
    """Every service of the setting `sync`, one after another; the server does so every night.

    One that fails costs the others nothing.
    """
    from synesthete.jobs.synced import read_all
    from synesthete.parts import open_parts

    with open_parts(load_settings(data_folder())) as parts:
        accounts = read_all(parts)
    if as_json:
        echo_json({"services": [{"service": name} | one.to_dict() for name, one in accounts.items()]})
    else:
        for name, account in accounts.items():
            click.echo(name)
            _print(account)
        if not accounts:
            note(
                "No service is set up. The setting `sync` names them: see the guide, Servers you already run."
            )
    return _code(accounts.values())


@sync.command("subsonic")
@click.argument("url")
@click.option("--user", help="Name on that server.")
@click.option(
    "--password", envvar="SYNESTHETE_SYNC_PASSWORD", help="Its password (SYNESTHETE_SYNC_PASSWORD)."
)
@click.option("--key", envvar="SYNESTHETE_SYNC_KEY", help="Or an API key (SYNESTHETE_SYNC_KEY).")
@click.option("--adopt", is_flag=True, help="Make tracks of what is there and not here.")
@click.option("--hear", is_flag=True, help="Also stream and hear the sound of those tracks.")
@listener_option
@data_option
@json_option
def subsonic(
    url: str,
    user: str | None,
    password: str | None,
    key: str | None,
    adopt: bool,
    hear: bool,
    listener: str | None,
    as_json: bool,
) -> int:
    """Navidrome and every other Subsonic server: ids, stars, ratings, play counts, playlists."""
    wanted = SyncedService.of(
        service="subsonic", url=url, user=user, password=password, key=key,
        listener=listener, adopt=adopt, hear=hear,
    )  # fmt: skip
    return _read(wanted, as_json)


@sync.command("jellyfin")
@click.argument("url")
@click.option("--user", required=True, help="Name of the user there.")
@click.option("--key", envvar="SYNESTHETE_SYNC_KEY", required=True, help="API key (SYNESTHETE_SYNC_KEY).")
@click.option("--adopt", is_flag=True, help="Make tracks of what is there and not here.")
@click.option("--hear", is_flag=True, help="Also stream and hear the sound of those tracks.")
@listener_option
@data_option
@json_option
def jellyfin(
    url: str, user: str, key: str, adopt: bool, hear: bool, listener: str | None, as_json: bool
) -> int:
    """Jellyfin and Emby: ids, favorites, play counts, playlists."""
    wanted = SyncedService.of(
        service="jellyfin", url=url, user=user, key=key, listener=listener, adopt=adopt, hear=hear
    )
    return _read(wanted, as_json)


@sync.command("listenbrainz")
@click.argument("user")
@click.option("--token", envvar="SYNESTHETE_SYNC_TOKEN", help="User token, needed only for writing.")
@click.option("--url", default="https://api.listenbrainz.org", show_default=True)
@listener_option
@data_option
@json_option
def listenbrainz(user: str, token: str | None, url: str, listener: str | None, as_json: bool) -> int:
    """ListenBrainz: new listens, loved and hated recordings."""
    wanted = SyncedService.of(service="listenbrainz", url=url, user=user, token=token, listener=listener)
    return _read(wanted, as_json)


@sync.command("spotify")
@click.argument("link")
@listener_option
@data_option
@json_option
def spotify(link: str, listener: str | None, as_json: bool) -> int:
    """A Spotify playlist, album or track link becomes a playlist of what you have of it."""
    from synesthete.catalog.resolve import Resolver
    from synesthete.jobs.spotify import open_spotify
    from synesthete.jobs.sync import take_playlist
    from synesthete.jobs.synced import listener_of
    from synesthete.parts import open_parts

    settings = load_settings(data_folder())
    with open_parts(settings) as parts:
        person = listener_of(parts.catalog, listener)
        playlist = open_spotify(settings, parts.catalog, person).read(link)
        playlist_id, ids = take_playlist(parts.catalog, Resolver(parts.catalog), person, "spotify", playlist)
    missing = [f"{d.artist} - {d.title}" for d, i in zip(playlist.tracks, ids, strict=True) if i is None]
    if as_json:
        echo_json(
            {
                "playlist_id": playlist_id,
                "name": playlist.name,
                "matched": len(ids) - len(missing),
                "missing": missing,
            }
        )
    else:
        click.echo(f"{playlist.name}: {len(ids) - len(missing)} of {len(ids)} tracks are in your library.")
        for name in missing:
            click.echo(f"  not in your library: {name}")
        click.echo(f"Recommendations for it as a whole: synesthete recommend --playlist {playlist_id}")
    return DONE


@sync.command("put")
@click.argument("service", type=click.Choice(["subsonic", "jellyfin", "listenbrainz"]))
@click.argument("where")
@click.argument("playlist_id", type=int)
@click.option("--user")
@click.option("--password", envvar="SYNESTHETE_SYNC_PASSWORD")
@click.option("--key", envvar="SYNESTHETE_SYNC_KEY")
@click.option("--token", envvar="SYNESTHETE_SYNC_TOKEN")
@data_option
def put(
    service: str,
    where: str,
    playlist_id: int,
    user: str | None,
    password: str | None,
    key: str | None,
    token: str | None,
) -> int:
    """Write one of your playlists to a server (WHERE: its address, or your ListenBrainz name), over the one of that name."""
    from synesthete.jobs.sync import put_playlist
    from synesthete.jobs.synced import service_of
    from synesthete.parts import open_parts

    named = {"user": where} if service == "listenbrainz" else {"url": where, "user": user}
    there = service_of(SyncedService.of(service=service, password=password, key=key, token=token, **named))
    with open_parts(load_settings(data_folder())) as parts:
        made, taken, of = put_playlist(parts.catalog, there, getattr(there, "scheme", None), playlist_id)
    click.echo(f"{taken} of {of} tracks are now on {where} as playlist {made}.")
    return DONE if taken == of else SOME_FAILED
