"""Settings: the command line before the environment before the file before the defaults, as the guide says."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from synesthete.errors import SettingsError
from synesthete.settings import load_with_sources

GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "server.md"


def test_the_guides_file_is_read_and_the_environment_comes_before_it(tmp_path, monkeypatch):
    [written] = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "settings.toml").write_text(written, "utf-8")
    settings, sources = load_with_sources(tmp_path)
    assert settings.nightly == time(3, 30) and len(settings.roots) == 2
    assert sources["nightly"] == sources["roots"] == str(tmp_path / "settings.toml")
    [environment] = re.findall(r"SYNESTHETE_ROOTS=(\S+)", written)
    monkeypatch.setenv("SYNESTHETE_ROOTS", environment)
    monkeypatch.setenv("SYNESTHETE_PORT", "9000")
    again, sources = load_with_sources(tmp_path, port=9001)
    assert again.roots == settings.roots and again.port == 9001
    assert (sources["roots"], sources["port"], sources["host"]) == ("environment", "command line", "default")


def test_a_setting_nobody_knows_is_refused(tmp_path):
    (tmp_path / "settings.toml").write_text("porrt = 3\n", "utf-8")
    with pytest.raises(SettingsError, match="porrt"):
        load_with_sources(tmp_path)
