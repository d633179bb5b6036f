"""What a playlist's title says: continuation where not a single track is known.

A title becomes its words and the three-letter pieces of them ("workout" and "work out" share most); a new
title's tracks are voted by the playlists whose titles are most alike.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.interactions import check_rows, present
from synesthete.taste.model import Scores

PIECE = 3
POPULAR = 0.05
"""How much popularity is mixed in, relative to the best vote: it ranks where titles are silent."""


class Titles:
    """Titles of U playlists and their tracks, ready to be asked with a title."""

    def __init__(self, k: int = 1_000):
        """`k` playlists with the most similar titles vote."""
        self.k = k

    def fit(self, titles: Sequence[str], plays: sp.csr_matrix) -> Titles:
        """Learn from one title per row of (U, N) plays."""
        plays = present(check_rows(plays))
        if len(titles) != plays.shape[0] or not len(titles):
            raise InputError(f"{len(titles)} titles do not fit {plays.shape[0]} playlists")
        counted = [Counter(pieces(title)) for title in titles]
        self.vocabulary = {piece: i for i, piece in enumerate(sorted(set().union(*counted)))}
        seen = np.zeros(len(self.vocabulary))
        for one in counted:
            seen[[self.vocabulary[piece] for piece in one]] += 1
        self.rarity = np.log((1 + len(titles)) / (1 + seen)) + 1
        self.titles = self._vectors(counted)
        lengths = np.maximum(np.diff(plays.indptr), 1).astype(np.float32)
        self.plays = sp.csr_matrix(sp.diags(lengths**-0.5) @ plays)
        self.popularity = np.bincount(plays.indices, minlength=plays.shape[1]).astype(np.float32)
        return self

    def score(self, titles: Sequence[str]) -> Scores:
        """(B, N) float32: how well each track suits each title."""
        likeness = sp.csr_matrix(self._vectors([Counter(pieces(title)) for title in titles]) @ self.titles.T)
        for row in range(likeness.shape[0]):
            own = likeness.data[likeness.indptr[row] : likeness.indptr[row + 1]]
            if own.size > self.k:
                own[own < np.partition(own, own.size - self.k)[own.size - self.k]] = 0
        likeness.data **= 3  # the same title counts far more than a shared word
        votes = np.asarray((likeness @ self.plays).toarray(), dtype=np.float32)
        top = np.maximum(votes.max(axis=1, keepdims=True), 1e-9)
        return np.asarray(votes / top + POPULAR * self.popularity / self.popularity.max(), dtype=np.float32)

    def _vectors(self, counted: Sequence[Counter[str]]) -> sp.csr_matrix:
        """Pieces by rarity, every title of length 1; unknown pieces are left out."""
        rows, columns, values = [], [], []
        for row, one in enumerate(counted):
            own = {self.vocabulary[p]: n for p, n in one.items() if p in self.vocabulary}
            weights: NDArray[np.float64] = np.array([np.log1p(n) * self.rarity[c] for c, n in own.items()])
            length = np.linalg.norm(weights) or 1.0
            rows += [row] * len(own)
            columns += list(own)
            values += (weights / length).tolist()
        shape = (len(counted), len(self.vocabulary))
        return sp.csr_matrix((np.asarray(values, dtype=np.float32), (rows, columns)), shape=shape)


def pieces(title: str) -> list[str]:
    """Words and, with marks at both ends, their three-letter pieces; case, accents and punctuation are
    dropped."""
    plain = unicodedata.normalize("NFKD", title).casefold()
    words = "".join(
        c if c.isalnum() or not c.isascii() else " " for c in plain if not unicodedata.combining(c)
    ).split()
    joined = f" {''.join(words)} "
    parts = [joined[i : i + PIECE] for i in range(len(joined) - PIECE + 1)]
    return [f"={word}" for word in words] + parts
