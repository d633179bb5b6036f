"""Settings: read once, at the door, and handed on as a value.

Every setting can be given as an environment variable SYNESTHETE_<NAME> or in DATA/settings.toml;
the command line wins over both. `sources` says where each value came from.
"""

from __future__ import annotations

import json
import os
import tomllib
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from synesthete.errors import SettingsError

PREFIX = "SYNESTHETE_"
FILE = "settings.toml"


def _never(value: object) -> object:
    return None if value == "never" else value


class SyncedService(BaseModel):
    """A server elsewhere that is read every night, by the words of its verb: `synesthete sync --help`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Literal["subsonic", "jellyfin", "listenbrainz"]
    url: str | None = None
    user: str | None = None
    password: str | None = Field(None, repr=False)
    key: str | None = Field(None, repr=False)
    token: str | None = Field(None, repr=False)
    listener: str | None = Field(None, description="Whose taste it is; the owner's when not said.")
    adopt: bool = False
    hear: bool = False

    @model_validator(mode="after")
    def _can_be_asked(self) -> SyncedService:
        lacking = {
            "subsonic": not self.url or not (self.key or (self.user and self.password)),
            "jellyfin": not (self.url and self.user and self.key),
            "listenbrainz": not self.user,
        }
        if lacking[self.service]:
            raise ValueError(f"{self.service} needs {_NEEDED[self.service]}")
        return self

    @classmethod
    def of(cls, **words: Any) -> SyncedService:
        """The service of these words. Raises SettingsError when they do not suffice to ask it."""
        try:
            return cls(**words)
        except ValidationError as error:
            hint = "Secrets may come from SYNESTHETE_SYNC_PASSWORD, SYNESTHETE_SYNC_KEY and SYNESTHETE_SYNC_TOKEN."
            raise SettingsError(error.errors()[0]["msg"].removeprefix("Value error, "), hint=hint) from error

    def __str__(self) -> str:
        """Which one it is, without its secrets."""
        whose = None if self.listener is None else f"for {self.listener}"
        return " ".join(filter(None, (self.service, self.url, self.user, whose)))


_NEEDED = {
    "subsonic": "url, and user and password, or a key",
    "jellyfin": "url, user and key",
    "listenbrainz": "user",
}


class Settings(BaseModel):
    """How this installation runs. Hyper-parameters are not here: they live beside their algorithm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(description="Folder of the catalog, indexes, models and covers.")
    database: str | None = Field(None, description="SQLAlchemy URL; SQLite in the data folder when empty.")
    encoder: str | None = Field(None, description="Encoder in force; the shipped one when empty.")
    execution_provider: str = Field("CPUExecutionProvider", description="ONNX Runtime execution provider.")
    index: Literal["auto", "exact", "ivf"] = Field("auto", description="auto: exact up to 50,000 tracks.")
    workers: int = Field(0, ge=0, le=256, description="Processes that analyze; 0 means one per core.")
    nice: int = Field(10, ge=0, le=19, description="Niceness of analysis processes.")
    load: int = Field(100, ge=1, le=100, description="Share of each core that analysis may use, percent.")
    file_timeout_s: float = Field(600, gt=0, description="Longest time one file may take to analyze.")
    host: str = Field("127.0.0.1", description="Address to listen on; others than loopback need a token.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    token: str | None = Field(None, min_length=16, description="Token that API clients must send.")
    base_url: str | None = Field(None, description="How people reach this server, for links in letters.")
    upload_mb: int = Field(100, ge=1, description="Largest upload, megabytes.")
    upload_s: int = Field(3600, ge=1, description="Longest sound decoded from an upload, seconds.")
    upload_timeout_s: float = Field(60, gt=0, description="Longest time decoding one upload may take.")
    roots: tuple[Path, ...] = Field((), description="Folders the page may add; home when empty.")
    smtp: str | None = Field(None, description="smtp://user:password@host:port or smtps://... for letters.")
    letters_from: str | None = Field(None, description="Sender address of letters.")
    nightly: Annotated[time | None, BeforeValidator(_never)] = Field(
        time(4), description="When new music is looked for and taste is learned each night; or never."
    )
    sync: tuple[SyncedService, ...] = Field((), description="Servers elsewhere that are read each night.")
    spotify_client_id: str | None = Field(None, description="Your own Spotify application's id.")
    spotify_client_secret: str | None = Field(None, description="Its secret.")
    oidc_issuer: str | None = Field(None, description="OpenID Connect issuer for signing in.")
    oidc_client_id: str | None = Field(None, description="Client id at that issuer.")
    oidc_client_secret: str | None = Field(None, description="Client secret at that issuer.")
    oidc_owners: tuple[str, ...] = Field((), description="Verified e-mail addresses of owners, with commas.")

    @property
    def database_url(self) -> str:
        """The URL of the catalog: as set, or SQLite inside the data folder."""
        return self.database or f"sqlite:///{self.data / 'catalog.sqlite'}"


SECRET = frozenset({"token", "smtp", "spotify_client_secret", "oidc_client_secret", "database"})
"""Settings whose values `synesthete config` does not print."""


def load_settings(data: str | os.PathLike[str] | None = None, **given: Any) -> Settings:
    """The settings in force: command line over environment over settings.toml over defaults."""
    return load_with_sources(data, **given)[0]


def load_with_sources(
    data: str | os.PathLike[str] | None = None, **given: Any
) -> tuple[Settings, dict[str, str]]:
    """The settings and, for each name, where its value came from."""
    environment = {
        name: os.environ[PREFIX + name.upper()]
        for name in Settings.model_fields
        if os.environ.get(PREFIX + name.upper())
    }
    folder = Path(data or environment.get("data") or user_data_path("synesthete")).expanduser().absolute()
    values: dict[str, Any] = {}
    sources = {name: "default" for name in Settings.model_fields}
    layers = [
        (str(folder / FILE), _from_file(folder / FILE)),
        ("environment", {**environment, **_split(environment)}),
        ("command line", {name: value for name, value in given.items() if value is not None}),
    ]
    for source, layer in layers:
        values.update(layer)
        sources.update(dict.fromkeys(layer, source))
    values["data"] = folder
    sources["data"] = "command line" if data else "environment" if "data" in environment else "default"
    try:
        return Settings(**values), sources
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingsError(
            f"setting {name!r} from {sources.get(name, 'settings')} cannot be used ({first['msg']})",
            hint="`synesthete config` lists every setting.",
        ) from error


SEPARATORS = {"roots": os.pathsep, "oidc_owners": ","}
"""What stands between the values of a list in one environment variable."""


def _split(environment: dict[str, str]) -> dict[str, Any]:
    """Settings of several values, as one environment variable has them: with separators, or as JSON."""
    lists: dict[str, Any] = {
        name: tuple(part.strip() for part in environment[name].split(separator) if part.strip())
        for name, separator in SEPARATORS.items()
        if name in environment
    }
    if "sync" in environment:
        try:
            lists["sync"] = json.loads(environment["sync"])
        except ValueError as error:
            raise SettingsError(
                f"setting 'sync' from environment is not JSON ({error})",
                hint='Such as [{"service": "listenbrainz", "user": "ana"}].',
            ) from error
    return lists


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise SettingsError(f"settings file cannot be read ({error})", subject=path) from error
