"""The bridge: where sound and taste meet.

Two arrays are enough, one point per track in each: embeddings of sound, and the points that a taste
model gave the tracks people play. From sound to taste, a track that nobody has played gets a place among
the played; from taste to sound, a listener's history tells what sound they expect next.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste import artifact
from synesthete.taste.artifact import TasteCard

Points = NDArray[np.float32]

FOLDS = 5
MOST_ASKED = 2_000
"""Tracks that say how far the bridge can be trusted; more would change its second digit."""

EVIDENCE = 10.0
"""A track with this many listeners counts half as much as one with very many: below, its taste is
mostly noise."""


class Bridge:
    """Two ridge regressions, one each way, weighted by how many listeners stand behind each track.

    Shapes: N tracks, S dimensions of sound, F of taste. The taste points are scaled to length 1 before
    learning, so that popularity, which sound cannot tell, does not drive the fit.
    """

    name: ClassVar[str] = "bridge"

    def __init__(self, l2: float = 1.0):
        """`l2` per dimension, relative to the mean variance of the standardized inputs times the
        tracks' weight / 100."""
        if l2 <= 0:
            raise InputError("the bridge needs l2 above 0")
        self.l2 = l2
        self._card: TasteCard | None = None

    @property
    def card(self) -> TasteCard:
        """How it was made. InputError before it has learned."""
        if self._card is None:
            raise InputError("the bridge has not learned yet", hint="Call fit or load first.")
        return self._card

    @property
    def _learned(self) -> Self:
        """This bridge, once it has a card."""
        self.card  # noqa: B018  raises before it has learned
        return self

    def fit(self, sound: Points, taste: Points, listeners: NDArray[np.number] | None = None) -> Self:
        """Learn from (N, S) sound and (N, F) taste of the same tracks; `listeners` (N,) weighs them.

        Tracks without a listener, or with a taste point of zeros, teach nothing and are left out.
        """
        sound, taste = _points(sound, "sound"), _points(taste, "taste")
        counts = np.full(len(sound), 1e9) if listeners is None else np.asarray(listeners, dtype=np.float64)
        if not len(sound) == len(taste) == len(counts):
            raise InputError(
                f"{len(sound)} tracks of sound, {len(taste)} of taste and {len(counts)} counts do not pair up"
            )
        usable = (counts > 0) & (np.linalg.norm(taste, axis=1) > 0)
        if usable.sum() < 2:
            raise InputError("the bridge needs at least two tracks with both sound and listeners")
        weights = (counts / (counts + EVIDENCE))[usable]
        heard, liked = sound[usable], _unit(taste[usable])
        self.sound_mean, self.sound_scale, self.to_taste, self.taste_mean = _ridge(
            heard, liked, weights, self.l2
        )
        self.back_mean, self.back_scale, self.to_sound, self.back_offset = _ridge(
            liked, heard, weights, self.l2
        )
        self.trust = np.asarray([_trust(heard, liked, weights, self.l2)], dtype=np.float32)
        self._card = TasteCard(self.name, int(usable.sum()), 0, int(counts[usable].sum()), {"l2": self.l2})
        return self

    def place(self, sound: Points) -> Points:
        """(M, F) of length 1: where tracks with this sound (M, S) would stand in taste."""
        sound = _points(sound, "sound", self._learned.sound_mean.size)
        return _unit((sound - self.sound_mean) * self.sound_scale @ self.to_taste + self.taste_mean)

    def expected_sound(self, taste: Points) -> Points:
        """(B, S) of length 1: the sound that points of taste (B, F), of listeners or tracks, lead to."""
        taste = _points(taste, "taste", self._learned.back_mean.size)
        return _unit((_unit(taste) - self.back_mean) * self.back_scale @ self.to_sound + self.back_offset)

    def score(self, listeners: Points, sound: Points) -> Points:
        """(B, M) cosine in [-1, 1]: how well tracks known by sound alone suit listeners given as taste
        points (B, F)."""
        return np.asarray(
            _unit(_points(listeners, "taste", self._learned.back_mean.size)) @ self.place(sound).T,
            dtype=np.float32,
        )

    def save(self, folder: Path) -> None:
        """Write the bridge and its card into a folder, atomically."""
        artifact.write(Path(folder), self.card, {name: getattr(self, name) for name in _LEARNED})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a bridge back; see `artifact.read` for the errors."""
        card, arrays = artifact.read(Path(folder), cls.name)
        parameters: dict[str, Any] = card.parameters
        bridge = cls(**parameters)
        for name in _LEARNED:
            setattr(bridge, name, np.asarray(arrays[name]))
        bridge._card = card
        return bridge

    trust: Points  # (1,) 0..1: how well it places tracks it has not learned from; 0 is guessing
    sound_mean: Points  # (S,)
    sound_scale: Points  # (S,)
    to_taste: Points  # (S, F)
    taste_mean: Points  # (F,)
    back_mean: Points  # (F,)
    back_scale: Points  # (F,)
    to_sound: Points  # (F, S)
    back_offset: Points  # (S,)


_LEARNED = (
    "trust",
    "sound_mean", "sound_scale", "to_taste", "taste_mean",
    "back_mean", "back_scale", "to_sound", "back_offset",
)  # fmt: skip


def _ridge(
    x: Points, y: Points, weights: NDArray[np.float64], l2: float
) -> tuple[Points, Points, Points, Points]:
    """Weighted ridge of y on standardized x: mean and scale of x, the coefficients, the mean of y."""
    share = weights / weights.sum()
    x_mean, y_mean = share @ x, share @ y
    spread = np.sqrt(share @ (x - x_mean) ** 2)
    scale = 1 / np.where(spread > 1e-6, spread, np.inf)
    inputs = (x - x_mean) * scale
    left = inputs.T @ (inputs * weights[:, None])
    left[np.diag_indices_from(left)] += l2 * weights.sum() / 100
    coefficients = np.linalg.solve(left, inputs.T @ ((y - y_mean) * weights[:, None]))
    return _single(x_mean), _single(scale), _single(coefficients), _single(y_mean)


def _trust(heard: Points, liked: Points, weights: NDArray[np.float64], l2: float) -> float:
    """How much better than chance sound places tracks that were left out, 0..1.

    For every track left out: the chance that the place sound gives it is nearer to its own taste than to
    another track's, from one half (guessing, 0) to always (1). 0 where there are too few tracks to say.
    """
    random = np.random.default_rng(0)
    some = random.permutation(len(heard))[:MOST_ASKED]
    if some.size < 2 * FOLDS:
        return 0.0
    fold = np.arange(some.size) % FOLDS
    better = []
    for left_out in range(FOLDS):
        asked, learned = some[fold == left_out], some[fold != left_out]
        mean, scale, coefficients, offset = _ridge(heard[learned], liked[learned], weights[learned], l2)
        placed = (heard[asked] - mean) * scale @ coefficients + offset
        likeness = placed @ liked[asked].T
        own = np.diag(likeness)[:, None]
        others = asked.size - 1
        better.append(((own > likeness).sum(axis=1) + 0.5 * ((own == likeness).sum(axis=1) - 1)) / others)
    return float(np.clip(2 * np.concatenate(better).mean() - 1, 0, 1))


def _single(array: NDArray[np.floating]) -> Points:
    return np.asarray(array, dtype=np.float32)


def _unit(points: NDArray[np.floating]) -> Points:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.maximum(lengths, 1e-12), dtype=np.float32)


def _points(points: Points, name: str, dim: int | None = None) -> Points:
    array = np.atleast_2d(np.asarray(points, dtype=np.float32))
    if array.ndim != 2 or not np.isfinite(array).all():
        raise InputError(f"{name} must be an array of finite points, one row each")
    if dim is not None and array.shape[1] != dim:
        raise InputError(f"{name} has {array.shape[1]} dimensions, the bridge knows {dim}")
    return array
