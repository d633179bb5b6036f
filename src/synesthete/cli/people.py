"""`synesthete listeners` and `synesthete keys`: accounts and API keys, for those at the server itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from synesthete.cli.options import DONE, Verbs, data_folder, data_option, echo_json, json_option, note
from synesthete.errors import InputError, NotFound

if TYPE_CHECKING:
    from synesthete.catalog import Catalog
    from synesthete.catalog.accounts import Account

SCOPES = ("read", "write", "scrobble", "admin")


@contextmanager
def _catalog() -> Iterator[Catalog]:
    from synesthete.catalog import Catalog
    from synesthete.settings import load_settings

    with Catalog(load_settings(data_folder()).database_url) as catalog:
        yield catalog


def _account(catalog: Catalog, name: str) -> Account:
    account = catalog.accounts.named(name)
    if account is None:
        known = ", ".join(a.name for a in catalog.accounts.all()) or "nobody"
        raise NotFound("no listener has this name", subject=name, hint=f"There is {known}.")
    return account


@click.group(cls=Verbs)
def listeners() -> None:
    """Accounts: list, add, invite, change, export, erase."""


@listeners.command("list")
@data_option
@json_option
def list_(as_json: bool) -> int:
    """Everyone with an account here."""
    with _catalog() as catalog:
        rows = [_row(account) for account in catalog.accounts.all()]
    if as_json:
        echo_json({"listeners": rows})
    for row in rows if not as_json else ():
        way = "password" if row["has_password"] else "no password"
        click.echo(f"{row['id']:>5}  {row['name']:<24} {row['role']:<9} {way:<12} {row['email'] or ''}")
    return DONE


@listeners.command()
@click.argument("name")
@click.option("--owner", is_flag=True, help="May change the library and other accounts.")
@click.option("--email", help="Where letters go.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--no-password", is_flag=True, help="Cannot sign in; for keys and letters only.")
@data_option
def add(name: str, owner: bool, email: str | None, password_stdin: bool, no_password: bool) -> int:
    """Make an account; the password is asked for. The first account is the owner's."""
    from synesthete.music import Role

    with _catalog() as catalog:
        password_hash = None if no_password else _hashed(password_stdin)
        first = catalog.accounts.owner()
        if password_hash and not catalog.accounts.exist() and first is not None:
            # Until now nobody had to sign in: what was listened to so far is theirs.
            catalog.accounts.change(first.id, name=name, email=email, password_hash=password_hash)
            note(f"{name} is the owner; from now on everybody signs in.")
            return DONE
        role = Role.OWNER if owner or first is None else Role.LISTENER
        more = {"password_hash": password_hash} if password_hash else {}
        made = catalog.listeners.add(name, role, email=email, **more)
        note(f"{made.name} is there, as {made.role}.")
    return DONE


@listeners.command()
@click.argument("name")
@data_option
def invite(name: str) -> int:
    """Print a link with which someone chooses their password, once, within a week."""
    from synesthete.settings import load_settings
    from synesthete.web.auth import invitation

    settings = load_settings(data_folder())
    base_url = (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    with _catalog() as catalog:
        click.echo(f"{base_url}/welcome/{invitation.invite(catalog, _account(catalog, name))}")
    if settings.base_url is None:
        note("Set SYNESTHETE_BASE_URL to the address by which people reach this server.")
    return DONE


@listeners.command()
@click.argument("name")
@click.option("--rename", help="Another name.")
@click.option("--role", type=click.Choice(["owner", "listener"]))
@click.option("--email", help="Where letters go; empty for none.")
@click.option("--letter/--no-letter", default=None, help="Whether they get the weekly letter.")
@click.option("--password", "new_password", is_flag=True, help="Set a new password; ends their sessions.")
@click.option("--password-stdin", is_flag=True, help="The same, from the first line of stdin.")
@data_option
def change(
    name: str,
    rename: str | None,
    role: str | None,
    email: str | None,
    letter: bool | None,
    new_password: bool,
    password_stdin: bool,
) -> int:
    """Change an account; what is not named stays."""
    with _catalog() as catalog:
        account = _account(catalog, name)
        given = {"name": rename, "role": role, "letter": letter}
        columns: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        if email is not None:
            columns["email"] = email or None
        if new_password or password_stdin:
            columns["password_hash"] = _hashed(password_stdin)
        if not columns:
            raise click.UsageError("say what to change")
        changed = catalog.accounts.change(account.id, **columns)
        if "password_hash" in columns:
            catalog.accounts.close_sessions(account.id)
    note(f"{changed.name} was changed.")
    if letter and not changed.email:
        note("There is no mail address to send letters to yet: --email gives one.")
    return DONE


@listeners.command()
@click.argument("name")
@data_option
def export(name: str) -> int:
    """Everything kept about a listener, as one JSON document."""
    with _catalog() as catalog:
        echo_json(json.loads(json.dumps(catalog.personal.export(_account(catalog, name).id), default=str)))
    return DONE


@listeners.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def erase(name: str, yes: bool) -> int:
    """Erase a listener and everything of theirs; taste is learned again without them."""
    from synesthete.cli.progress import shown
    from synesthete.jobs.learn import relearn
    from synesthete.parts import open_parts
    from synesthete.settings import load_settings

    with _catalog() as catalog:
        account = _account(catalog, name)
        if not yes:
            click.confirm(
                f"Erase {account.name} with all listens, words, playlists and keys?", abort=True, err=True
            )
        with catalog.begin():
            catalog.personal.erase(catalog.accounts.leaving(account.id).id)
    note(f"{account.name} is gone.")
    with open_parts(load_settings(data_folder())) as parts, shown() as report:
        if relearn(parts, report):
            note("Taste has been learned again without them.")
    return DONE


@click.group(cls=Verbs)
def keys() -> None:
    """API keys, and passwords for Subsonic players: list, make, revoke, subsonic."""


@keys.command("list")
@click.argument("listener")
@data_option
@json_option
def list_keys(listener: str, as_json: bool) -> int:
    """A listener's keys; never the keys themselves."""
    with _catalog() as catalog:
        kept = catalog.accounts.keys(_account(catalog, listener).id)
    rows: list[dict[str, Any]] = [
        {"id": k.id, "name": k.name, "hint": k.hint, "scopes": list(k.scopes), "created_at": k.created_at,
         "used_at": k.used_at, "revoked_at": k.revoked_at}
        for k in kept
    ]  # fmt: skip
    if as_json:
        echo_json({"keys": rows})
    for row in rows if not as_json else ():
        state = "revoked" if row["revoked_at"] else "in force"
        click.echo(
            f"{row['id']:>5}  {row['hint']}...  {row['name']:<24} {' '.join(row['scopes']):<28} {state}"
        )
    return DONE


@keys.command()
@click.argument("listener")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="May be given several times."
)
@data_option
def make(listener: str, name: str, scopes: tuple[str, ...]) -> int:
    """Make a key and print it, this once. Without --scope it may read, write and scrobble."""
    from synesthete.web.auth.proofs import HINT_LENGTH, new_key, token_hash

    with _catalog() as catalog:
        key = new_key()
        chosen = tuple(dict.fromkeys(scopes)) or SCOPES[:3]
        account = _account(catalog, listener)
        catalog.accounts.add_key(account.id, name, token_hash(key), key[:HINT_LENGTH], chosen)
    click.echo(key)
    note("It is not shown again; `synesthete keys revoke` ends it.")
    return DONE


@keys.command()
@click.argument("listener")
@click.option(
    "--close", is_flag=True, help="Forget the password: Subsonic players of this listener are shut out."
)
@data_option
def subsonic(listener: str, close: bool) -> int:
    """Make a listener's password for Subsonic players anew and print it; it opens that door and no other."""
    from synesthete.web.doors.subsonic.login import app_password, forget_app_password

    with _catalog() as catalog:
        account = _account(catalog, listener)
        if close:
            forget_app_password(catalog, account.id)
            note(f"{account.name} has no password for Subsonic players any more.")
        else:
            click.echo(app_password(catalog, account.id, renew=True))
            note(f"User name: {account.name}. Players with an older password must sign in again.")
    return DONE


@keys.command()
@click.argument("listener")
@click.argument("key_id", type=int)
@data_option
def revoke(listener: str, key_id: int) -> int:
    """End a key for good."""
    with _catalog() as catalog:
        catalog.accounts.revoke_key(_account(catalog, listener).id, key_id)
    note(f"Key {key_id} opens nothing any more.")
    return DONE


def _hashed(from_stdin: bool) -> str:
    from synesthete.web.auth.proofs import hash_password

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for a password at: use --password-stdin.")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if len(password) < 8:
        raise InputError("a password has at least 8 characters")
    return hash_password(password)


def _row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id, "name": account.name, "role": str(account.role), "email": account.email,
        "has_password": account.password_hash is not None, "letter": account.letter, "seen_at": account.seen_at,
    }  # fmt: skip
