"""What tests share: real audio where it is at hand, a folder of synthesized music, a catalog in two databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import sound
from tests.postgres import private_server

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real audio and data sets; the test is skipped where there is none."""
    place = Path(os.environ.get("SYNESTHETE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"no test data in {place}; set SYNESTHETE_TEST_DATA")
    return place


PIECES = (
    # name, base Hz, beats per second, tags
    ("Ada Byron/Engines/01 Cogs.flac", 110, 2.0, {"title": "Cogs", "artist": "Ada Byron", "album": "Engines", "track": "1", "date": "1843", "genre": "Machine"}),
    ("Ada Byron/Engines/02 Wheels.mp3", 116, 2.1, {"title": "Wheels", "artist": "Ada Byron", "album": "Engines", "track": "2", "date": "1843", "genre": "Machine"}),
    ("Ada Byron/Engines/03 Levers.ogg", 104, 1.9, {"title": "Levers", "artist": "Ada Byron", "album": "Engines", "track": "3", "date": "1843", "genre": "Machine"}),
    ("Cèsar F/Été/Île.m4a", 440, 5.0, {"title": "Île", "artist": "Cèsar F", "album": "Été", "date": "2001", "genre": "Air"}),
    ("Cèsar F/Été/Océan.opus", 450, 5.2, {"title": "Océan", "artist": "Cèsar F", "album": "Été", "date": "2001", "genre": "Air"}),
    ("untagged.wav", 880, 7.0, {}),
)  # fmt: skip


@pytest.fixture(scope="session")
def _music_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for seed, (name, base_hz, beats_per_s, tags) in enumerate(PIECES):
        sound.write(folder / name, sound.chord(base_hz, 12.0, beats_per_s, seed), tags)
    return folder


@pytest.fixture
def music_folder(_music_template: Path, tmp_path: Path) -> Path:
    """Six tagged pieces of 12 s in six formats (one of them untagged), in a folder the test may change."""
    return Path(shutil.copytree(_music_template, tmp_path / "music"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The socket folder of a private PostgreSQL server with a migrated template database."""
    from synesthete.catalog import Catalog

    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    with private_server() as socket:
        _administer(socket, "CREATE DATABASE template_catalog")
        Catalog(_postgres_url(socket, "template_catalog")).close()
        yield socket


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from synesthete.catalog import Catalog

    place = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    Catalog(f"sqlite:///{place}").close()
    return place


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty catalog, once in SQLite and once in PostgreSQL."""
    if request.param == "sqlite":
        place = tmp_path / "catalog.sqlite"
        shutil.copy(request.getfixturevalue("_sqlite_template"), place)
        yield f"sqlite:///{place}"
        return
    with empty_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[object]:
    """An open, empty catalog, once in SQLite and once in PostgreSQL."""
    from synesthete.catalog import Catalog

    with Catalog(catalog_url, busy_s=5.0) as opened:
        yield opened


@pytest.fixture
def sqlite_catalog(_sqlite_template: Path, tmp_path: Path) -> Iterator[object]:
    """An open, empty catalog in SQLite alone, for tests where the database does not matter."""
    from synesthete.catalog import Catalog

    place = tmp_path / "only.sqlite"
    shutil.copy(_sqlite_template, place)
    with Catalog(f"sqlite:///{place}", busy_s=5.0) as opened:
        yield opened


@contextmanager
def empty_database(socket: str) -> Iterator[str]:
    """The URL of an empty catalog in the PostgreSQL server behind this socket folder."""
    name = f"catalog_{os.getpid()}_{next(_NUMBERS)}"
    _administer(socket, f"CREATE DATABASE {name} TEMPLATE template_catalog")
    yield _postgres_url(socket, name)
    _administer(socket, f"DROP DATABASE {name} WITH (FORCE)")


_NUMBERS = iter(range(10**9))


def _postgres_url(socket: str, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={socket}"


def _administer(socket: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(statement)
