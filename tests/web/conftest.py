"""A small library that was really heard, copied fresh for every test that changes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from synesthete.audio.tags import read_tags
from synesthete.catalog.embeddings import FULL, Excerpts
from synesthete.catalog.entries import Entry
from synesthete.encoders.hearing import hear
from synesthete.jobs.refresh import refresh
from synesthete.parts import Parts, open_parts
from synesthete.settings import Settings
from synesthete.web.app import create_app
from synesthete.web.auth.proofs import hash_password
from synesthete.web.sound.ears import Ears

PASSWORD = "correct horse battery"
HERE = "http://127.0.0.1"


@pytest.fixture(scope="session")
def ears() -> Iterator[Ears]:
    """One listening process for all tests: starting one takes a second."""
    made = Ears(1, 30)
    yield made
    made.close()


@pytest.fixture(scope="session")
def _heard(_music_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("heard")
    with open_parts(Settings(data=data, encoder="descriptors")) as parts:  # stays in force in every copy
        catalog, stamp = parts.catalog, parts.stamp
        folder = catalog.folders.add(_music_template)
        for path in sorted(p for p in _music_template.rglob("*") if p.is_file()):
            tags, heard = read_tags(path), hear(parts.encoder, path)
            track_id = catalog.tracks.put(
                Entry(
                    title=tags.title or path.stem, artist=tags.artist or "", album=tags.album, genres=tags.genres,
                    year=tags.year, track_no=tags.track_no, duration_s=heard.duration_s, codec=path.suffix[1:],
                    folder_id=folder.id, path=str(path), size=path.stat().st_size, has_cover=tags.cover is not None,
                )
            )  # fmt: skip
            excerpts = Excerpts(heard.excerpts, heard.starts_s, heard.ends_s)
            catalog.embeddings.put(track_id, stamp, heard.track, FULL, excerpts)
            catalog.ledger.mark(track_id, stamp, "analyzed")
            catalog.descriptors.put(track_id, {"tempo": 100.0 + track_id, "energy": 0.5}, {"tempo": 0.9})
        ids = catalog.tracks.ids()
        catalog.atlas.put_positions(ids, np.stack([ids, ids * 2.0], axis=1))
        catalog.atlas.put_clusters(ids, ids % 2, ids * 0.1, ["Calm", "Lively"])
        refresh(catalog, parts.index_folder(), stamp)
    return data


@pytest.fixture
def open_house(_heard: Path, tmp_path: Path, ears: Ears) -> Iterator[Callable[..., TestClient]]:
    """Opens a fresh copy of the heard library with these settings; a client of its server."""
    opened: list[Parts] = []

    def make(**settings: object) -> TestClient:
        place = tmp_path / f"data{len(opened)}"
        shutil.copytree(_heard, place)
        parts = open_parts(Settings(data=place, **settings))  # type: ignore[arg-type]
        opened.append(parts)
        client = TestClient(create_app(parts, ears=ears), base_url=HERE, raise_server_exceptions=False)
        client.parts = parts  # type: ignore[attr-defined]
        return client

    yield make
    for parts in opened:
        parts.close()


@pytest.fixture
def client(open_house: Callable[..., TestClient]) -> TestClient:
    """A client of an open house: loopback, nobody signs in."""
    return open_house()


@pytest.fixture
def two_people(open_house: Callable[..., TestClient]) -> tuple[TestClient, TestClient, TestClient]:
    """A house with accounts: clients of the owner (ana), of a listener (ben), and of a stranger."""
    stranger = open_house()
    catalog = stranger.parts.catalog  # type: ignore[attr-defined]
    hashed = hash_password(PASSWORD)
    catalog.listeners.add("ana", "owner", password_hash=hashed)
    catalog.listeners.add("ben", "listener", password_hash=hashed)
    found = []
    for name in ("ana", "ben"):
        client = TestClient(stranger.app, base_url=HERE, raise_server_exceptions=False)
        assert client.post("/api/v1/login", json={"name": name, "password": PASSWORD}).status_code == 200
        found.append(client)
    return found[0], found[1], stranger


def track_named(client: TestClient, title: str) -> int:
    """The id of the track with this title."""
    return int(client.get("/api/v1/search", params={"text": title}).json()["tracks"][0]["id"])
