"""Services that are set up: each is read like by its verb, and one that fails costs the others nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synesthete.catalog import Catalog
from synesthete.errors import SynestheteError
from synesthete.jobs.refresh import refresh
from synesthete.jobs.running import Report, running
from synesthete.jobs.sync import Account, hear_remote, sync
from synesthete.music import ListenerId
from synesthete.parts import Parts
from synesthete.services.jellyfin import Jellyfin
from synesthete.services.listenbrainz import ListenBrainz
from synesthete.services.subsonic import Subsonic
from synesthete.settings import SyncedService

ALL = "all services"
"""What the job is about that reads one after another."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One service, and what of it is wanted."""

    service: Any
    name: str
    scheme: str | None = None
    listener: str | None = None
    """Whose taste it is; the owner's when not said."""
    adopt: bool = False
    hear: bool = False


def service_of(wanted: SyncedService) -> Subsonic | Jellyfin | ListenBrainz:
    """The service that these words mean, ready to be asked; nothing is asked yet."""
    url, user, key = wanted.url or "", wanted.user or "", wanted.key
    if wanted.service == "listenbrainz":
        return ListenBrainz(user, wanted.token, **({"url": url} if url else {}))
    if wanted.service == "jellyfin":
        return Jellyfin(url, key or "", user)
    return Subsonic(url, None if key else user, wanted.password, key)


def reading_of(wanted: SyncedService) -> Reading:
    """A service as it is set up, ready to be read."""
    service = service_of(wanted)
    if isinstance(service, ListenBrainz):
        return Reading(service, f"listenbrainz {service.user}", None, wanted.listener)
    return Reading(service, wanted.service, service.scheme, wanted.listener, wanted.adopt, wanted.hear)


def read(parts: Parts, reading: Reading, report: Report | None = None) -> Account:
    """Read everything the service has for its listener, and hear what is only there if that is wanted.

    Raises NotFound when there is no such listener.
    """
    catalog, listener_id = parts.catalog, listener_of(parts.catalog, reading.listener)
    account = sync(
        catalog, reading.service, reading.name, listener_id,
        scheme=reading.scheme, adopt=reading.adopt or reading.hear, report=report,
    )  # fmt: skip
    if reading.hear and reading.scheme is not None:
        heard = hear_remote(catalog, reading.service, reading.scheme, parts.encoder, report)
        account.counts.update(heard.counts)
        account.troubles += heard.troubles
        refresh(catalog, parts.index_folder(), parts.stamp, parts.settings.index)
    return account


def read_all(parts: Parts, report: Report | None = None) -> dict[str, Account]:
    """Read every service that is set up, one after another; the account of each by its words.

    What does not work is told in its account, and in the job's own message.
    """
    accounts: dict[str, Account] = {}
    with running(parts.catalog, "sync", ALL, report, alone=False) as run:
        run.found = len(parts.settings.sync)
        for wanted in parts.settings.sync:
            if run.stopping:
                break
            try:
                account = read(parts, reading_of(wanted), report)
            except Exception as error:  # noqa: BLE001  one item of a job
                told = str(error) if isinstance(error, SynestheteError) else f"unexpected {error!r}"
                account = Account(troubles=[told])
            accounts[str(wanted)] = account
            run.count("failed" if account.troubles else "done")
        troubles = [
            f"{name}: {account.troubles[0]}" for name, account in accounts.items() if account.troubles
        ]
        run.message = "; ".join(troubles) or None
    return accounts


def listener_of(catalog: Catalog, name: str | None) -> ListenerId:
    """The listener of this name, the owner when none is said. Raises NotFound."""
    people = catalog.listeners
    return (people.owner() if name is None else people.known(name)).id
