"""`synesthete digest` as whoever runs it by cron meets it."""

from __future__ import annotations

import pytest

import synesthete
from synesthete.catalog.entries import Entry
from synesthete.cli import run


@pytest.fixture
def data(tmp_path):
    """A library of twelve new tracks, and Ada, who wants letters."""
    with synesthete.open(tmp_path) as library:
        catalog = library.parts.catalog
        catalog.tracks.put_many([Entry(f"Piece {i}", f"Artist {i}", path=f"/m/{i}.flac") for i in range(12)])
        ada = catalog.listeners.add("Ada", email="ada@example.org")
        catalog.accounts.change(ada.id, letter=True)
    return str(tmp_path)


def test_links_that_lead_to_this_machine_alone_are_told(data, capsys, monkeypatch):
    assert run(["digest", "preview", "Ada", "--data", data]) == 0
    out, err = capsys.readouterr()
    assert "http://127.0.0.1:8000/letters/" in out and "SYNESTHETE_BASE_URL" in err
    monkeypatch.setenv("SYNESTHETE_BASE_URL", "https://music.example")
    assert run(["digest", "preview", "Ada", "--data", data]) == 0
    out, err = capsys.readouterr()
    assert "https://music.example/letters/" in out and err == ""


def test_who_would_get_a_letter_is_said_and_none_is_sent(data, capsys):
    for _ in range(2):
        assert run(["digest", "send", "--dry-run", "--now", "--data", data]) == 0
        assert "Letters are wanted by 1: 1 would be sent" in capsys.readouterr().out
    assert run(["digest", "send", "--now", "--data", data]) == 1
    assert "SYNESTHETE_SMTP" in capsys.readouterr().err
