"""A private PostgreSQL server for the tests: made in a temporary folder, reached by a socket, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def private_server() -> Iterator[str]:
    """The socket folder of a running server; skips the test, with the reason, where none can be started."""
    programs = _programs()
    user = _user()
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    if user is not None:
        shutil.chown(place, user)
    data = place / "data"
    try:
        _run(
            user,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        options = f"-F -c listen_addresses='' -c shared_buffers=16MB -k {place}"
        _run(user, programs / "pg_ctl", "-D", data, "-w", "-l", place / "log", "-o", options, "start")
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(place, ignore_errors=True)
        said = getattr(error, "stderr", b"") or str(error).encode()
        pytest.skip(f"PostgreSQL cannot be started here: {said.decode(errors='replace')[-200:]}")
    try:
        yield str(place)
    finally:
        _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(place, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or list(
        filter(None, [shutil.which("initdb")])
    )
    if not found:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed")
    return Path(found[-1]).parent


def _user() -> str | None:
    """initdb refuses to run as root; then everything runs as the user `postgres`."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("running as root, and there is no user postgres to run PostgreSQL as")
    return "postgres"


def _run(user: str | None, *command: object) -> None:
    prefix = [] if user is None else ["runuser", "-u", user, "--"]
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/", timeout=60)
