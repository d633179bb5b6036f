"""Counts that are remembered while nothing is written, and never believed once something was."""

from __future__ import annotations

import pytest

import synesthete.catalog.standing as standing
from synesthete.catalog import Catalog, Entry
from synesthete.catalog.ledger import Ledger


@pytest.fixture
def counted(monkeypatch):
    """The encoders that were counted, one word each time."""
    words, really = [], Ledger.counts
    monkeypatch.setattr(
        Ledger, "counts", lambda self, encoder: [words.append(encoder), really(self, encoder)][1]
    )
    return words


@pytest.fixture
def tracks(catalog):
    """A catalog, and three tracks with files by two artists."""
    folder = catalog.folders.add("/m")
    entries = [
        Entry(f"t{i}", f"artist {i % 2}", album="a", path=f"/m/{i}", folder_id=folder.id) for i in range(3)
    ]
    return catalog, catalog.tracks.put_many(entries)


def test_the_revision_differs_after_every_commit_by_anybody(catalog, catalog_url):
    seen = [catalog.revision()]
    assert catalog.revision() == seen[0]
    catalog.values.put("a", "1")
    seen.append(catalog.revision())
    with Catalog(catalog_url) as other:
        other.values.put("a", "2")
    seen.append(catalog.revision())
    catalog.values.get("a")
    assert len(set(seen)) == 3 and catalog.revision() == seen[-1]


def test_what_is_not_committed_is_not_counted(tracks):
    catalog, ids = tracks
    assert catalog.standing.sizes("e@1").counts.analyzed == 0
    with catalog.begin():
        catalog.ledger.mark(ids[0], "e@1", "analyzed")
        inside = catalog.revision()
    assert catalog.revision() != inside
    assert catalog.standing.sizes("e@1").counts.analyzed == 1


def test_counts_are_those_of_now_and_counted_once(tracks, catalog_url, counted):
    catalog, ids = tracks
    first = catalog.standing.sizes("e@1")
    assert (first.counts.found, first.counts.pending, first.artists, first.albums) == (3, 3, 2, 2)
    assert catalog.standing.sizes("e@1") == first and counted == ["e@1"]
    with Catalog(catalog_url) as other:
        other.ledger.mark_many([(ids[0], "analyzed", None), (ids[1], "failed", "noise")], "e@1")
        other.files.hide([ids[1]])
    then = catalog.standing.sizes("e@1")
    assert (then.counts.found, then.counts.analyzed, then.counts.failed, then.artists) == (2, 1, 0, 1)
    assert catalog.standing.sizes("e@2").counts.analyzed == 0 and counted == ["e@1", "e@1", "e@2"]


def test_slow_counting_takes_a_tenth_of_the_time_at_most(tracks, counted, monkeypatch):
    """Where counting takes 0.1 s, by a clock of our own, one second passes before it is done anew."""
    catalog, ids = tracks
    clock = iter([0.0, 0.1, 0.2, 1.0, 1.2, 1.3])
    monkeypatch.setattr(standing, "monotonic", lambda: next(clock))
    assert catalog.standing.sizes("e@1").counts.analyzed == 0
    catalog.ledger.mark(ids[0], "e@1", "analyzed")
    assert catalog.standing.sizes("e@1").counts.analyzed == 0, "at 0.2 s"
    assert catalog.standing.sizes("e@1").counts.analyzed == 0, "at 1.0 s"
    clock = iter([1.2, 1.2, 1.3])
    assert catalog.standing.sizes("e@1").counts.analyzed == 1, "at 1.2 s"
    assert len(counted) == 2
