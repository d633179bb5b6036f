"""Everything the library has learned of taste, spoken in track ids: what recommending asks.

Models speak of columns; here columns become ids again. A folder holds one model for "liked with", one for
"what follows", and, where tracks have sound, the bridge between both.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import FormatError, InputError, NotFound
from synesthete.taste.als import Als
from synesthete.taste.blend import FEWEST_JUDGES, Blend
from synesthete.taste.bridge import Bridge
from synesthete.taste.ease import MOST_TRACKS, Ease
from synesthete.taste.interactions import TrackFacts, check_rows, histories, present
from synesthete.taste.low_rank import LowRankEase
from synesthete.taste.model import TasteModel
from synesthete.taste.next_track import NextTrack
from synesthete.taste.sequences import Sequences
from synesthete.taste.shelf import open_model

Scored = list[tuple[int, float]]
"""Track ids with scores, best first."""

BRIDGE_DIM = 64
"""Dimensions of taste that sound is mapped to; finer ones cannot be heard."""


class Learned:
    """Taste models of one library. `ids` (N,) ascending are the catalog ids of their columns."""

    MARK: ClassVar[str] = "learned.json"
    """Written last: a folder without it holds nothing yet."""

    def __init__(
        self,
        ids: NDArray[np.int64],
        listeners: NDArray[np.int64],
        model: TasteModel,
        following: NextTrack | None = None,
        points: Als | None = None,
        bridge: Bridge | None = None,
        ear: str | None = None,
        erased: int = 0,
    ):
        self.ids, self.listeners, self.model, self.next = ids, listeners, model, following
        self.points, self.bridge, self.ear = points, bridge, ear
        self.erased = erased
        """How many people had been erased from the library when it was learned."""

    @classmethod
    def learn(
        cls,
        ids: NDArray[np.int64],
        plays: sp.csr_matrix,
        facts: TrackFacts | None = None,
        order: Sequences | None = None,
        sound: NDArray[np.float32] | None = None,
        seed: int = 0,
        ear: str | None = None,
    ) -> Self:
        """Learn from (U, N) plays of tracks with these ascending ids.

        `order` has one (perhaps empty) sequence per row; `sound` (N, S) has rows of NaN where nothing
        was heard, `ear` the stamp of the encoder that heard it.
        The blend is learned where enough listeners can judge it, EASE alone below that.
        """
        plays = present(check_rows(plays, ids.size))
        if (np.diff(ids) <= 0).any():
            raise InputError("ids must ascend, one per column")
        enough = (np.diff(plays.indptr) >= 5).sum() // 10 >= FEWEST_JUDGES
        facts = facts or TrackFacts()
        model: TasteModel
        if enough:
            blend = Blend(seed=seed).with_facts(facts)
            model = (blend if order is None else blend.with_order(order)).fit(plays)
        elif ids.size > MOST_TRACKS:
            model = LowRankEase(seed=seed).fit(plays)
        else:
            # With few listeners a weight of hundreds of listens would silence everybody.
            model = Ease(l2=float(np.clip(plays.shape[0] / 20, 2, 100)), dropout=1 / 3).fit(plays)
        following = None
        if order is not None and order.tracks.size:
            following = NextTrack().with_order(order).fit(plays)
        points, bridge = _bridge(plays, sound, seed)
        listeners = np.bincount(plays.indices, minlength=ids.size)
        return cls(np.asarray(ids), listeners, model, following, points, bridge, ear)

    def liked_with(self, tracks: Mapping[int, float], n: int, order: Sequence[int] = ()) -> Scored:
        """The n tracks that people like who like these; tracks with a weight of 0 or less say nothing.

        `order` are tracks in order of playing, where that is known: they count as known too, and models that
        hear an order continue from the last of them. A single track is no order.
        """
        played = self._columns(order)
        columns = self._columns([track for track, weight in tracks.items() if weight > 0])
        columns = np.union1d(columns, played)
        if not columns.size:
            return []
        rows = histories([columns.tolist()], self.ids.size)
        known_order = Sequences.of([played.tolist()]) if played.size > 1 else None
        found, scores = self.model.recommend(rows, n, order=known_order)
        return self._scored(found[0], scores[0])

    def following(self, tracks: Sequence[int], n: int) -> Scored:
        """The n tracks that come after these, given in order of playing; empty if no order was learned."""
        columns = self._columns(tracks)
        if self.next is None or not columns.size:
            return []
        order = Sequences.of([columns.tolist()])
        found, scores = self.next.recommend(histories([columns.tolist()], self.ids.size), n, order=order)
        return self._scored(found[0], scores[0])

    def evidence(self, track_ids: Sequence[int]) -> NDArray[np.int64]:
        """How many listeners and playlists have each track, (n,); 0 for tracks it has never met."""
        places = self._places(track_ids)
        return np.where(places >= 0, self.listeners[np.maximum(places, 0)], 0)

    def popular(self, n: int) -> Scored:
        """The n tracks most people have, with how many."""
        order = np.argsort(-self.listeners, kind="stable")[:n]
        return [(int(self.ids[column]), float(self.listeners[column])) for column in order]

    def expected_sound(self, tracks: Sequence[int]) -> NDArray[np.float32] | None:
        """(S,) of length 1: the sound that people with this history turn to; None without a bridge or a
        known track."""
        columns = self._columns(tracks)
        if self.bridge is None or self.points is None or not columns.size:
            return None
        taste = self.points.listeners(histories([columns.tolist()], self.ids.size))
        return np.asarray(self.bridge.expected_sound(taste)[0])

    def placed(self, sound: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """(M, F): where tracks known by sound (M, S) alone would stand in taste; None without a bridge."""
        return None if self.bridge is None else self.bridge.place(sound)

    def unplayed(self, tracks: Sequence[int], places: NDArray[np.float32]) -> NDArray[np.float32]:
        """(M,) 0..1: how tracks at these places (M, F) suit this history, among the tracks that are played.

        0 suits it no better than the middle one of the played, 1 as well as the best hundredth of them; zeros
        without a bridge or a known track.
        """
        columns = self._columns(tracks)
        if self.bridge is None or self.points is None or not columns.size:
            return np.zeros(len(places), dtype=np.float32)
        taste = self.points.listeners(histories([columns.tolist()], self.ids.size))[0]
        taste /= max(float(np.linalg.norm(taste)), 1e-9)
        usual, best = np.quantile(self._played_places @ taste, [0.5, 0.99])
        return np.clip((places @ taste - usual) / max(best - usual, 1e-6), 0, 1).astype(np.float32)

    @property
    def trust(self) -> float:
        """0..1: how well the bridge places tracks that it has not learned from; 0 is guessing, or no bridge."""
        return 0.0 if self.bridge is None else float(self.bridge.trust[0])

    @cached_property
    def _played_places(self) -> NDArray[np.float32]:
        """(P, F) of length 1: where the tracks that somebody plays stand."""
        assert self.points is not None
        places = self.points.factors[self.listeners > 0]
        lengths = np.linalg.norm(places, axis=1, keepdims=True)
        return np.asarray(places / np.maximum(lengths, 1e-9), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write every model into its own folder, and the mark last."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        parts = {"model": self.model, "next": self.next, "points": self.points, "bridge": self.bridge}
        for name, part in parts.items():
            if part is not None:
                part.save(folder / name)
            elif (folder / name).exists():
                shutil.rmtree(folder / name)
        document = {
            "ids": self.ids.tolist(),
            "listeners": self.listeners.tolist(),
            "parts": [name for name, part in parts.items() if part is not None],
            "ear": self.ear,
            "erased": self.erased,
        }
        fresh = folder / f".{self.MARK}.new"
        fresh.write_text(json.dumps(document), encoding="utf-8")
        fresh.replace(folder / self.MARK)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what `save` wrote. NotFound without it, FormatError if it is damaged."""
        folder = Path(folder)
        try:
            document = json.loads((folder / cls.MARK).read_text(encoding="utf-8"))
            ids = np.asarray(document["ids"], dtype=np.int64)
            listeners = np.asarray(document["listeners"], dtype=np.int64)
            parts = set(document["parts"])
            ear, erased = document["ear"], int(document["erased"])
        except FileNotFoundError:
            raise NotFound(
                "no taste was learned yet", subject=folder, hint="Run `synesthete learn`."
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = "Run `synesthete learn`."
            raise FormatError(
                f"what was learned cannot be read ({error})", subject=folder, hint=hint
            ) from error
        model = open_model(folder / "model")
        if not model.tracks == ids.size == listeners.size:
            raise FormatError(
                "models and ids do not fit each other", subject=folder, hint="Run `synesthete learn`."
            )
        return cls(
            ids,
            listeners,
            model,
            NextTrack.load(folder / "next") if "next" in parts else None,
            Als.load(folder / "points") if "points" in parts else None,
            Bridge.load(folder / "bridge") if "bridge" in parts else None,
            ear,
            erased,
        )

    def _places(self, track_ids: Sequence[int]) -> NDArray[np.int64]:
        asked = np.asarray(track_ids, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.ids, asked), self.ids.size - 1)
        return np.where(self.ids[found] == asked, found, -1)

    def _columns(self, track_ids: Sequence[int]) -> NDArray[np.int64]:
        places = self._places(track_ids)
        return places[places >= 0]

    def _scored(self, columns: NDArray[np.int64], scores: NDArray[np.float32]) -> Scored:
        """As ids, without tracks that nobody has: what models say of those is no evidence."""
        known = (columns >= 0) & (self.listeners[np.maximum(columns, 0)] > 0)
        return [(int(self.ids[c]), float(s)) for c, s in zip(columns[known], scores[known], strict=True)]


def _bridge(
    plays: sp.csr_matrix, sound: NDArray[np.float32] | None, seed: int
) -> tuple[Als | None, Bridge | None]:
    """A small factor model and the bridge to it, where at least ten played tracks have sound."""
    if sound is None:
        return None, None
    listeners = np.bincount(plays.indices, minlength=plays.shape[1])
    usable = np.isfinite(sound).all(axis=1) & (listeners > 0)
    if usable.sum() < 10:
        return None, None
    points = Als(dim=min(BRIDGE_DIM, *plays.shape), l2=10.0, confidence=10.0, seed=seed).fit(plays)
    return points, Bridge().fit(sound[usable], points.factors[usable], listeners[usable])
