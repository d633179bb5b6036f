"""A small library of six pieces, worked on in this process, fast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synesthete.jobs.executors import Inline
from synesthete.jobs.update import hear, look
from synesthete.parts import Parts, open_parts
from synesthete.settings import Settings


class SmallHouse:
    """Parts with hands in this process, and short names for what tests do."""

    def __init__(self, parts: Parts):
        self.parts, self.catalog, self.hands = parts, parts.catalog, Inline()

    def add(self, folder: Path, **options):
        """Remember the folder and look at it."""
        return look(self.parts, self.hands, [self.catalog.folders.add(folder)], **options)

    def look(self, **options):
        """Look at everything again."""
        return look(self.parts, self.hands, **options)

    def hear(self, **options) -> None:
        """Hear everything."""
        hear(self.parts, self.hands, **options)

    def ids(self) -> dict[str, int]:
        """Visible tracks by file name."""
        tracks = self.catalog.tracks.page(1000)
        return {Path(t.path).name: t.id for t in tracks if t.path}

    def counts(self):
        """(found, analyzed, skipped, failed, pending)."""
        c = self.catalog.ledger.counts(self.parts.wanted)
        assert c.found == c.analyzed + c.skipped + c.failed + c.pending
        return c.found, c.analyzed, c.skipped, c.failed, c.pending


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SmallHouse]:
    """An empty library in a temporary folder, heard with the hand-made encoder."""
    with open_parts(Settings(data=tmp_path / "data", encoder="descriptors")) as parts:
        yield SmallHouse(parts)
