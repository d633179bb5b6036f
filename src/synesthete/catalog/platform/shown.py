"""What was recommended to a platform's users and is not to come again: not a listen, since nobody has heard it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from synesthete.catalog.noun import Noun
from synesthete.catalog.personal import Personal
from synesthete.music import TrackId

SHOWN = "what its platform showed"
"""Name of a listener's value: tracks with the time (unix seconds) from which they are left out."""
MOST = 2_000
"""Tracks remembered for a user, the last ones: 40 kB."""


class Shown(Noun):
    """Tracks to leave out, by listener, each from a time on."""

    def put(self, listener_id: int, track_ids: Iterable[int], at: int) -> None:
        """Leave these tracks out from a time on (unix seconds); an earlier time said before holds."""
        with self._database.begin():
            kept = self._kept(listener_id)
            for track_id in track_ids:
                kept[str(int(track_id))] = min(at, kept.get(str(int(track_id)), at))
            self._keep(listener_id, dict(list(kept.items())[-MOST:]))

    def due(self, listener_id: int, now: int) -> frozenset[TrackId]:
        """The tracks whose time has come by `now` (unix seconds)."""
        return frozenset(TrackId(int(i)) for i, at in self._kept(listener_id).items() if at <= now)

    def drop(self, listener_id: int, track_id: int) -> None:
        """Let a track come again."""
        with self._database.begin():
            kept = self._kept(listener_id)
            if kept.pop(str(int(track_id)), None) is not None:
                self._keep(listener_id, kept)

    def _kept(self, listener_id: int) -> dict[str, int]:
        kept: dict[str, int] = json.loads(Personal(self._database).kept(listener_id, SHOWN) or "{}")
        return kept

    def _keep(self, listener_id: int, kept: dict[str, int]) -> None:
        Personal(self._database).keep(listener_id, SHOWN, json.dumps(kept))
