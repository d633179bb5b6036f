from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from tests.services.stub import Stub

BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Subsonic server with six tracks of two artists; user "ana", password "secret word"."""
    if not (BIN / "supysonic-server").exists():
        pytest.skip("supysonic is not installed (it is in the dev extra)")
    home = tmp_path_factory.mktemp("supysonic")
    music = home / "music"
    for artist in ("Ada", "Bela"):
        for number in (1, 2, 3):
            folder = music / artist / "First"
            folder.mkdir(parents=True, exist_ok=True)
            tone = np.sin(np.arange(22050) / 22050 * 2 * np.pi * 220 * number).astype(np.float32)
            with soundfile.SoundFile(folder / f"{number}.flac", "w", 22050, 1, format="FLAC") as file:
                file.title, file.artist, file.album = f"{artist} {number}", artist, f"{artist} First"
                file.tracknumber = str(number)
                file.write(tone)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = home / "supysonic.conf"
    config.write_text(
        f"[base]\ndatabase_uri = sqlite:///{home}/s.db\n[webapp]\ncache_dir = {home}/cache\n[daemon]\nsocket = {home}/socket\n"
    )
    environment = {"HOME": str(home), "PATH": f"{BIN}:/usr/bin:/bin"}

    def cli(*words: str) -> None:
        subprocess.run(
            [BIN / "supysonic-cli", *words], cwd=home, env=environment, check=True, capture_output=True
        )

    (home / ".supysonic").write_text(config.read_text())
    cli("user", "add", "ana", "-p", "secret word")
    cli("folder", "add", "Music", str(music))
    cli("folder", "scan", "Music", "--foreground")
    command = [
        sys.executable,
        "-c",
        f"from supysonic.web import create_application as c; c().run('127.0.0.1', {port}, threaded=True)",
    ]
    process = subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(url, timeout=1)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    server.close()
