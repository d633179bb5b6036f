"""The database behind the catalog: transactions that write, and reads that see one state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, PoolProxiedConnection

from synesthete.catalog.engine import WRITES, open_engine


class Database:
    """One database, as its drawers see it. Threads may share it.

    `url` is sqlite:///PATH or postgresql://...; `busy_s` is how long to wait for another writer before raising
    Busy. Raises SettingsError for a URL that cannot be used.
    """

    def __init__(self, url: str, busy_s: float = 30.0):
        self.engine = open_engine(url, busy_s)
        self._here = threading.local()
        self._watching = threading.Lock()
        self._watcher: PoolProxiedConnection | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end, rolled back on any error.

        Inside one, further `begin` and `read` on the same thread join it.
        """
        joined: Connection | None = getattr(self._here, "connection", None)
        if joined is not None:
            yield joined
            return
        with self.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            self._here.connection = connection
            try:
                yield connection
            finally:
                self._here.connection = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that reads one consistent state, and sees what its own `begin` has written."""
        joined: Connection | None = getattr(self._here, "connection", None) or self._still()
        if joined is not None:
            yield joined
            return
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def still(self) -> Iterator[None]:
        """Inside, every `read` on this thread sees one and the same state, over one connection.

        For a question made of many small reads: what others write meanwhile is not seen half. A `begin`
        inside is a transaction of its own, seen by the reads inside that `begin` only.
        """
        if self._still() is not None or getattr(self._here, "connection", None) is not None:
            yield
            return
        one_state = {"isolation_level": "REPEATABLE READ"} if self.engine.name == "postgresql" else {}
        with self.engine.connect().execution_options(**one_state) as connection:
            self._here.still = connection
            try:
                yield
            finally:
                self._here.still = None

    def _still(self) -> Connection | None:
        return getattr(self._here, "still", None)

    def revision(self) -> str:
        """What differs after every commit, by whichever process; the same while nothing was written."""
        if self.engine.name == "postgresql":
            with self.engine.connect() as connection:  # which transactions are seen is all that is seen
                return str(connection.exec_driver_sql("SELECT txid_current_snapshot()").scalar_one())
        with self._watching:
            if self._watcher is None:
                self._watcher = self.engine.raw_connection()
            cursor = self._watcher.cursor()
            try:  # SQLite tells a connection only of what others wrote: this one never writes
                cursor.execute("PRAGMA data_version")
                return str(cursor.fetchone())
            finally:
                cursor.close()

    def close(self) -> None:
        """Let go of every connection; it may not be used afterwards."""
        with self._watching:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
