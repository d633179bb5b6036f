from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from synesthete.parts import Parts
from synesthete.web.auth.proofs import hash_password
from tests.conftest import empty_database
from tests.web.house import house

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def database_for(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where a catalog of its own is: in its file (None), or in an empty database of PostgreSQL."""
    if request.param == "sqlite":
        yield None
        return
    with empty_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(scope="package", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the catalog of the furnished house is."""
    with database_for(request) as url:
        yield url


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory, database: str | None) -> Iterator[tuple[Parts, str]]:
    """A furnished house with its server running, an owner "ana" and a listener "ben": the parts and the address."""
    with house(tmp_path_factory.mktemp("doors"), database=database) as made:
        parts, _ = made
        owner = parts.catalog.listeners.add(
            "ana", password_hash=hash_password("correct horse"), email="ana@example.org"
        )
        parts.catalog.listeners.add("ben", password_hash=hash_password("battery staple"))
        assert owner.role == "owner"
        yield made


@pytest.fixture(scope="package")
def key_of(place):
    """A new API key of a listener, by id and scopes."""
    from synesthete.web.auth.proofs import HINT_LENGTH, new_key, token_hash

    parts, _ = place

    def make(listener_id: int, *scopes: str) -> str:
        key = new_key()
        parts.catalog.accounts.add_key(listener_id, "test", token_hash(key), key[:HINT_LENGTH], scopes)
        return key

    return make
