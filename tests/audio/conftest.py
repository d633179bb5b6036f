"""Every format once per session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audio import formats


@pytest.fixture(scope="session")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """File name -> file, one for every format."""
    return formats.write_all(tmp_path_factory.mktemp("formats"))
