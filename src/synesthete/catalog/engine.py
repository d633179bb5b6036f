"""Connections: how SQLite and PostgreSQL are opened, and what their complaints mean to a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import ArgumentError

from synesthete.errors import Busy, InputError, SettingsError, SynestheteError

WRITES = "synesthete_writes"
"""Execution option of a connection whose next transaction will write."""


def open_engine(url: str, busy_s: float) -> Engine:
    """An engine for the catalog at `url`; `busy_s` is how long to wait for another writer."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError("this is not a database URL", subject=url, hint=_URLS) from error
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        engine = _sqlite(parsed, busy_s)
    elif dialect == "postgresql":
        engine = _postgresql(parsed, busy_s)
    else:
        raise SettingsError(f"no catalog can be kept in {dialect}", hint=_URLS)
    event.listen(engine, "handle_error", _in_words)
    return engine


_URLS = "Use sqlite:///path/to/catalog.sqlite or postgresql://user@host/name."


def _sqlite(url: URL, busy_s: float) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database).expanduser()
        url = url.set(database=str(path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"the catalog's folder cannot be made ({error.strerror})", subject=path.parent
            ) from error
    engine = create_engine(url.set(drivername="sqlite"), connect_args={"timeout": busy_s})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own guess would split DDL
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_s * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
        cursor.execute("PRAGMA synchronous = NORMAL")  # in WAL: no corruption, at most the last commits lost
        cursor.execute("PRAGMA cache_size = -32768")  # 32 MB per connection
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: upgrading a reader later would fail instead of waiting.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL, busy_s: float) -> Engine:
    timeout = f"-c lock_timeout={int(busy_s * 1000)}"
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"options": timeout, "connect_timeout": 10},
        )
    except ImportError as error:
        hint = "Install it with `pip install 'synesthete[postgres]'`."
        raise SettingsError("the driver for PostgreSQL is not installed", hint=hint) from error


_MEANINGS: tuple[tuple[tuple[str, ...], type[SynestheteError], str, str], ...] = (
    (
        ("database is locked", "database table is locked", "lock timeout", "deadlock detected"),
        Busy,
        "another process is writing to the catalog",
        "Try again in a moment.",
    ),
    (
        ("database or disk is full", "no space left on device", "could not extend file", "disk full"),
        SynestheteError,
        "the disk that holds the catalog is full",
        "Free some space and run the same command again; what was done is kept.",
    ),
    (
        ("file is not a database", "malformed"),
        SynestheteError,
        "the catalog's file is damaged or is not a catalog",
        "Restore it from a backup, or move it away to begin a new one.",
    ),
    (
        ("unable to open database file", "readonly database", "disk i/o error"),
        SynestheteError,
        "the catalog's file cannot be opened or written",
        "See whether its folder exists, is writable and has space.",
    ),
    (
        ("cannot contain nul",),
        InputError,
        "a text has the character NUL in it, which a database does not hold",
        "Write it without.",
    ),
    (
        ("connection failed", "connection refused", "could not connect", "server closed the connection"),
        SynestheteError,
        "the database server does not answer",
        "See whether it runs and whether the URL is right.",
    ),
)


def _in_words(context: ExceptionContext) -> None:
    """What the database's complaint means to a person; complaints about our own SQL stay as they are."""
    complaint = str(context.original_exception).casefold()
    for phrases, error, what, hint in _MEANINGS:
        if any(phrase in complaint for phrase in phrases):
            place = context.engine.url.render_as_string(hide_password=True) if context.engine else None
            if error is InputError:  # told to whoever sent it, whose business the database is not
                place = None
            raise error(what, subject=place, hint=hint) from context.original_exception
