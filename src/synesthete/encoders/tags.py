"""Words for the sound: what a tagger would say of music, read off a finished embedding by one linear map.

They are heard, not tagged by anyone: a small matrix beside an encoder's network turns the vectors that are
kept anyway into words, so that no sound is heard twice. How such a matrix is made is in `training/tags.py`.

Letters in shapes: N tracks, D dimensions of the encoder, K words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from scipy.special import ndtr

from synesthete.errors import FormatError

ROLE = "tags"
"""The name of the file in a card's `files`."""
SAID = 0.5
"""Confidence from which a word is said: more likely than not."""
MOST_WORDS = 5
NUMBERS = ("weights", "bias", "usual", "spread", "correlation")
TOP_FIFTH = 0.8416
"""Standard deviations above the mean from which a normal variable is in its highest fifth."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word for a sound."""

    word: str
    kind: str
    """What it names: genre, instrument or mood."""
    confidence: float
    """The chance (0..1) that the tagger would count the track among the fifth to which the word applies most."""


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """K words, and how to read them off vectors (N, D) of one encoder."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    weights: np.ndarray
    """(D, K): the logit of a word is vector @ weights + bias."""
    bias: np.ndarray
    usual: np.ndarray
    """(K,): mean logit over the recordings learned from, since a tagger says "pop" of nearly everything."""
    spread: np.ndarray
    """(K,): standard deviation of the logit over them."""
    correlation: np.ndarray
    """(K,): of this logit with the tagger's own, over recordings that were not learned from."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """The words in a file. Raises FormatError when it does not hold them."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                words = cls(
                    names=tuple(kept["names"].tolist()),
                    kinds=tuple(kept["kinds"].tolist()),
                    **{name: kept[name].astype(np.float32) for name in NUMBERS},
                )
        except (OSError, KeyError, ValueError) as error:
            raise FormatError(f"this file holds no words for the sound ({error})", subject=path) from error
        rows = (words.kinds, words.bias, words.usual, words.spread, words.correlation)
        if words.weights.ndim != 2 or any(len(row) != words.weights.shape[1] for row in (words.names, *rows)):
            raise FormatError("the arrays of this file do not fit each other", subject=path)
        return words

    @property
    def dim(self) -> int:
        """D of the encoder it belongs to."""
        return int(self.weights.shape[0])

    def levels(self, vectors: np.ndarray) -> np.ndarray:
        """How far above the usual each word is, in standard deviations: (N, D) or (D,) -> (N, K) or (K,)."""
        return (vectors @ self.weights + self.bias - self.usual) / self.spread

    def confidences(self, vectors: np.ndarray) -> np.ndarray:
        """The confidence of each word: (N, D) or (D,) -> (N, K) or (K,), 0..1.

        Ear and tagger are taken to be two normal variables that correlate as they did on unheard recordings: at
        level z the tagger's is normal around r z with variance 1 - r², and the share of it above the highest
        fifth's border is the answer.
        """
        r = self.correlation
        found: np.ndarray = ndtr((r * self.levels(vectors) - TOP_FIFTH) / np.sqrt(1 - r**2))
        return found

    def words(self, vector: np.ndarray, most: int = MOST_WORDS) -> list[HeardWord]:
        """The words for one vector (D,), the surest first; none where nothing is likelier than not."""
        sure = self.confidences(vector)
        return [
            self._word(k, float(sure[k])) for k in np.argsort(-sure, kind="stable")[:most] if sure[k] >= SAID
        ]

    def shared(self, ones: np.ndarray, others: np.ndarray, most: int = 3) -> list[list[HeardWord]]:
        """For each two of the vectors (N, D) and (N, D) the words said of both, with the lesser confidence."""
        sure = np.minimum(self.confidences(ones), self.confidences(others))
        order = np.argsort(-sure, axis=1, kind="stable")[:, :most]
        return [
            [self._word(k, float(row[k])) for k in best if row[k] >= SAID]
            for row, best in zip(sure, order.tolist(), strict=True)
        ]

    def direction(self, names: Sequence[str]) -> np.ndarray:
        """Where to look for sounds of which all these words are said: (D,) of length 1.

        The order by product with it is the order by the sum of their levels.
        """
        chosen = [self.names.index(name) for name in names]
        way = (self.weights[:, chosen] / self.spread[chosen]).sum(axis=1)
        return np.asarray(way / np.linalg.norm(way), np.float32)

    def _word(self, k: int, confidence: float) -> HeardWord:
        return HeardWord(self.names[k], self.kinds[k], round(confidence, 3))
