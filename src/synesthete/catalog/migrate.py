"""The schema's age: made on first open, brought up to date later, and never touched when it is newer."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from synesthete.catalog.engine import WRITES
from synesthete.errors import MismatchError

HEAD = "0003"
"""The newest migration; a test compares it with the folder."""

KNOWN = frozenset({"0001", "0002", "0003"})
"""Every migration this program can start from."""

FOLDER = Path(__file__).parent / "migrations"

_LOCK = 0x53594E45  # "SYNE": the advisory lock of those who migrate one PostgreSQL database


def bring_up_to_date(engine: Engine) -> None:
    """Migrate to HEAD if needed. Two processes may do this at once: the second finds it done.

    Raises MismatchError, and changes nothing, when a newer program made the catalog.
    """
    with engine.connect() as connection:
        if version(connection) == HEAD:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = version(connection)
        if found == HEAD:
            return
        if found is not None and found not in KNOWN:
            raise MismatchError(
                f"this catalog has schema {found}, and this program knows schemas up to {HEAD}",
                subject=engine.url.render_as_string(hide_password=True),
                hint="A newer version of Synesthete made it: update the program.",
            )
        _upgrade(connection)


def version(connection: Connection) -> str | None:
    """The migration the database stands at, or None for one that holds no catalog yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # arrives only when there is something to migrate
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
