"""The promise of every taste model: a listener's memory, squeezed.

A model learns from listeners by tracks once (`fit`); after that it answers for any history
(`score`), also of listeners it has never met, at once: a row is folded in, nothing is retrained.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste import artifact
from synesthete.taste.artifact import Arrays, TasteCard
from synesthete.taste.interactions import check_rows
from synesthete.taste.sequences import Sequences
from synesthete.taste.top import best

Scores = NDArray[np.float32]


class TasteModel(ABC):
    """What models of taste have in common; each keeper fills in `_learn`, `_score`, `_arrays`, `_restore`."""

    name: ClassVar[str]
    block: ClassVar[int] = 64
    """Histories scored at a time: few enough that their scores stay in the processor's cache."""

    def __init__(self) -> None:
        self._card: TasteCard | None = None

    @property
    def card(self) -> TasteCard:
        """How the model was made. InputError before it has learned."""
        if self._card is None:
            raise InputError(f"the {self.name} model has not learned yet", hint="Call fit or load first.")
        return self._card

    @property
    def tracks(self) -> int:
        """N, the number of tracks it speaks about."""
        return self.card.tracks

    def fit(self, interactions: sp.csr_matrix) -> Self:
        """Learn from (U, N) plays; InputError if there is nothing to learn from or values are NaN or
        negative."""
        matrix = check_rows(interactions)
        if matrix.nnz == 0:
            raise InputError("there is nothing to learn from: no listener has any track")
        self._learn(matrix)
        self._card = TasteCard(
            self.name, matrix.shape[1], matrix.shape[0], int(matrix.nnz), self.parameters()
        )
        return self

    def score(self, rows: sp.csr_matrix, order: Sequences | None = None) -> Scores:
        """How well each track suits each history: (B, N) plays -> (B, N) float32, larger is better,
        always finite.

        Scores compare tracks within a row only. An empty history gets what the model says of a stranger.
        `order` tells in which order the rows' tracks were played, one (perhaps empty) sequence per row;
        models that hear no order disregard it.
        """
        return self._scored(check_rows(rows, self.tracks), order)

    def heard(self, rows: sp.csr_matrix) -> Scores:
        """As `score`, for rows that have been checked before, by a model that is made of models."""
        return self._score(rows)

    def similar(self, track: int, n: int = 20) -> tuple[NDArray[np.int64], Scores]:
        """The n tracks this model would offer to someone who knows this one alone: indexes and scores,
        best first."""
        if not 0 <= track < self.tracks:
            raise InputError(f"track index {track} is outside 0..{self.tracks - 1}")
        row = sp.csr_matrix(([np.float32(1)], ([0], [track])), shape=(1, self.tracks))
        tracks, scores = best(self.score(row), row, n)
        kept = tracks[0] >= 0
        return tracks[0][kept], scores[0][kept]

    def recommend(
        self, rows: sp.csr_matrix, n: int = 20, *, order: Sequences | None = None, block: int | None = None
    ) -> tuple[NDArray[np.int64], Scores]:
        """The n best unknown tracks for each history: (B, n) indexes padded with -1, and their scores,
        best first.

        Scored `block` histories at a time, so memory stays at block x N floats.
        """
        block = block or self.block
        rows = check_rows(rows, self.tracks)
        indexes = np.full((rows.shape[0], n), -1, dtype=np.int64)
        scores = np.full((rows.shape[0], n), -np.inf, dtype=np.float32)
        for start in range(0, rows.shape[0], block):
            part = slice(start, min(start + block, rows.shape[0]))
            own = None if order is None else order.take(np.arange(part.start, part.stop))
            indexes[part], scores[part] = best(self._scored(rows[part], own), rows[part], n)
        return indexes, scores

    def save(self, folder: Path) -> None:
        """Write the model and its card into a folder, atomically."""
        artifact.write(Path(folder), self.card, self._arrays())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model back; its arrays stay on disk until used. See `artifact.read` for the errors."""
        card, arrays = artifact.read(Path(folder), cls.name)
        model = cls(**card.parameters)
        model._restore(arrays)
        model._card = card
        return model

    def arrays(self) -> Arrays:
        """What the model has learned, by name: for a model that is made of models."""
        return self._arrays()

    def restore(self, tracks: int, arrays: Arrays) -> Self:
        """Take back what `arrays` gave, for this many tracks."""
        self._restore(arrays)
        self._card = TasteCard(self.name, tracks, 0, 0, self.parameters())
        return self

    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """The hyper-parameters, as the constructor takes them and the card keeps them."""

    @abstractmethod
    def _learn(self, interactions: sp.csr_matrix) -> None: ...

    @abstractmethod
    def _score(self, rows: sp.csr_matrix) -> Scores: ...

    def _scored(self, rows: sp.csr_matrix, order: Sequences | None) -> Scores:
        if order is None or not order.tracks.size:
            return self._score(rows)
        if len(order) != rows.shape[0] or int(order.tracks.max()) >= self.tracks:
            raise InputError(
                f"{len(order)} ordered histories do not fit {rows.shape[0]} rows of {self.tracks} tracks"
            )
        return self._score_in_order(rows, order)

    def _score_in_order(self, rows: sp.csr_matrix, order: Sequences) -> Scores:
        return self._score(rows)

    @abstractmethod
    def _arrays(self) -> Arrays: ...

    @abstractmethod
    def _restore(self, arrays: Arrays) -> None: ...
