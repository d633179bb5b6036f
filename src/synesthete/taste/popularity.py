"""What everybody plays: the answer for a stranger, and the baseline every other model must beat."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.taste.artifact import Arrays
from synesthete.taste.model import Scores, TasteModel


class Popularity(TasteModel):
    """A track's score is the number of listeners who know it, the same for every history."""

    name: ClassVar[str] = "popularity"

    listeners_per_track: NDArray[np.float32]  # (N,)

    def parameters(self) -> dict[str, Any]:
        return {}

    def _learn(self, interactions: sp.csr_matrix) -> None:
        self.listeners_per_track = np.bincount(interactions.indices, minlength=interactions.shape[1]).astype(
            np.float32
        )

    def _score(self, rows: sp.csr_matrix) -> Scores:
        return np.tile(self.listeners_per_track, (rows.shape[0], 1))

    def _arrays(self) -> Arrays:
        return {"listeners_per_track": self.listeners_per_track}

    def _restore(self, arrays: Arrays) -> None:
        self.listeners_per_track = arrays["listeners_per_track"]
