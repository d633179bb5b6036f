"""Tracks that come late: what was played, listed or said before they were here finds them."""

from __future__ import annotations

from collections import Counter

from synesthete.catalog import Catalog
from synesthete.catalog.match import Matcher
from synesthete.catalog.resolve import Resolver, known_tracks
from synesthete.catalog.writing import now

MATCHED_UNTIL = "names were looked for among tracks until"
"""Value: unix seconds. Tracks written since are looked at, and no others."""


def rematch(catalog: Catalog) -> Counter[str]:
    """Give listens, lines of playlists and words by name the tracks that have come since the last time.

    How many of each found their track. Nothing that has a track already is changed; a name that may mean
    several tracks goes on waiting.
    """
    begun = now()
    new = Matcher(known_tracks(catalog, with_file=True, since=int(catalog.values.get(MATCHED_UNTIL) or 0)))
    found: Counter[str] = Counter()
    if len(new):
        # The few new tracks say quickly which names could be theirs; all tracks together say whose they are.
        hopeful = [named for named in catalog.unmatched.names() if new.match(named) is not None]
        ids = Resolver(catalog).resolve(hopeful) if hopeful else []
        meant = {named: i for named, i in zip(hopeful, ids, strict=True) if i is not None}
        found = catalog.unmatched.attach(meant) if meant else found
    catalog.values.put(MATCHED_UNTIL, str(begun))
    return found


def told(found: Counter[str]) -> str:
    """What found its track, for people; empty for nothing."""
    return ", ".join(f"{what} {count:,}" for what, count in found.items() if count)
