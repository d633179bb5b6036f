"""What was learned from a library's listens and playlists: models, and which track each of their columns is.

Models speak of columns 0..N-1; a library speaks of track ids. This is the dictionary between the two, kept
in one folder with the models, which is replaced as a whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp

from synesthete.errors import FormatError, NotFound
from synesthete.taste.interactions import gather
from synesthete.taste.model import TasteModel
from synesthete.taste.next_track import NextTrack
from synesthete.taste.sequences import Sequences
from synesthete.taste.shelf import open_model
from synesthete.taste.top import best


class Learned:
    """A library's taste: think of a friend who has seen everybody's shelves.

    `ids` (N,) int64 ascending are the tracks it speaks of, `counts` (N,) how many listeners and playlists have
    each; `models` by name, of which the first answers, and "next-track", if it is there, tells what follows.
    """

    MARK: ClassVar[str] = "learned.json"

    def __init__(self, ids: np.ndarray, counts: np.ndarray, models: Mapping[str, TasteModel], facts: Mapping[str, Any]):
        self.ids, self.counts, self.models, self.facts = ids, counts, dict(models), dict(facts)

    def liked_with(self, tracks: Mapping[int, float], n: int) -> list[tuple[int, float]]:
        """The n tracks that people like who like these (track id -> weight above 0), with scores, best first."""
        model = next(iter(self.models.values()), None)
        row, known = self._row(tracks)
        if model is None or not known:
            return []
        return self._best(model.score(row), row, n)

    def following(self, tracks: Sequence[int], n: int) -> list[tuple[int, float]]:
        """The n tracks that come after these, given in order of playing; empty when order was not learned."""
        model = self.models.get(NextTrack.name)
        row, known = self._row(dict.fromkeys(tracks, 1.0))
        if model is None or not known:
            return []
        order = Sequences.of([[c for c in self._columns(tracks).tolist() if c >= 0]])
        return self._best(model.score(row, order), row, n)

    def evidence(self, track_ids: Sequence[int]) -> np.ndarray:
        """How many listeners and playlists have each track, (N,) int64; 0 for tracks it has never met."""
        columns = self._columns(track_ids)
        return np.where(columns >= 0, self.counts[np.maximum(columns, 0)] if len(self.ids) else 0, 0).astype(np.int64)

    def popular(self, n: int) -> list[tuple[int, float]]:
        """The n tracks most listeners and playlists have, with how many."""
        order = np.lexsort((self.ids, -self.counts))[:n]
        return [(int(self.ids[i]), float(self.counts[i])) for i in order]

    def save(self, folder: Path) -> None:
        """Write everything beside the folder, and then put it in its place."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{end}") for end in ("new", "old"))
        for leftover in (draft, old):
            shutil.rmtree(leftover, ignore_errors=True)
        draft.mkdir()
        np.save(draft / "tracks.npy", self.ids, allow_pickle=False)
        np.save(draft / "counts.npy", self.counts, allow_pickle=False)
        for name, model in self.models.items():
            model.save(draft / name)
        card = {"models": list(self.models), "tracks": len(self.ids), **self.facts}
        (draft / self.MARK).write_text(json.dumps(card, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        draft.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> Learned:
        """What was learned before. Raises NotFound when there is nothing, FormatError when it is damaged."""
        try:
            card = json.loads((folder / cls.MARK).read_text(encoding="utf-8"))
            ids = np.load(folder / "tracks.npy", allow_pickle=False)
            counts = np.load(folder / "counts.npy", allow_pickle=False)
            names = card.pop("models")
        except FileNotFoundError as error:
            raise NotFound("no taste was learned yet", subject=folder, hint="Learn it: synesthete learn") from error
        except (OSError, ValueError, KeyError, AttributeError) as error:
            hint = "Learn it again: synesthete learn"
            raise FormatError(f"what was learned is damaged ({error})", subject=folder, hint=hint) from error
        return cls(ids, counts, {name: open_model(folder / name) for name in names}, card)

    def _columns(self, track_ids: Iterable[int]) -> np.ndarray:
        """The column of each track, -1 for unknown ones."""
        wanted = np.fromiter((int(i) for i in track_ids), np.int64)
        if not len(self.ids):
            return np.full(len(wanted), -1, np.int64)
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[places] == wanted, places, -1)

    def _row(self, tracks: Mapping[int, float]) -> tuple[sp.csr_matrix, int]:
        """A history as one row (1, N), and how many of its tracks are known."""
        columns = self._columns(tracks)
        weights = np.fromiter((float(w) for w in tracks.values()), np.float64)
        known = (columns >= 0) & (weights > 0)
        count = int(known.sum())
        return gather(np.zeros(count, np.int64), columns[known], weights[known], (1, len(self.ids))), count

    def _best(self, scores: np.ndarray, row: sp.csr_matrix, n: int) -> list[tuple[int, float]]:
        columns, values = best(scores, row, n)
        pairs = zip(columns[0].tolist(), values[0].tolist(), strict=True)
        return [(int(self.ids[c]), float(v)) for c, v in pairs if c >= 0]
