"""Setting tracks aside so that a model can be asked for them: splits, each told by a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError
from synesthete.taste.interactions import histories
from synesthete.taste.sequences import Sequences


@dataclass(frozen=True)
class Task:
    """Histories with something hidden: what is known (B, N), what is wanted (B, N), the known part in
    order."""

    known: sp.csr_matrix
    wanted: sp.csr_matrix
    order: Sequences | None = None

    def __len__(self) -> int:
        return int(self.known.shape[0])


@dataclass(frozen=True)
class Split:
    """Listeners to learn from and listeners to ask about; no listener is in both."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split_listeners(
    plays: sp.csr_matrix, share: float, seed: int, fewest: int = 5, most: int = 10_000
) -> Split:
    """Strong generalization: `share` of the listeners with at least `fewest` tracks are held out
    altogether."""
    able = np.flatnonzero(np.diff(plays.indptr) >= fewest)
    n = min(most, round(share * able.size))
    if n < 1:
        raise InputError(
            f"only {able.size} listeners have {fewest} tracks or more",
            hint="There is too little here to hold listeners out; import more listens first.",
        )
    test = np.sort(np.random.default_rng(seed).choice(able, n, replace=False))
    return Split(np.setdiff1d(np.arange(plays.shape[0]), test), test)


def fold_in(plays: sp.csr_matrix, share: float, seed: int) -> Task:
    """Of each row `share` stays known and the rest (at least one) is wanted, at random."""
    random = np.random.default_rng(seed)
    known, wanted = [], []
    for own in rows_of(plays):
        shuffled = random.permutation(own)
        cut = min(max(1, round(share * own.size)), own.size - 1)
        known.append(shuffled[:cut].tolist())
        wanted.append(shuffled[cut:].tolist())
    return Task(histories(known, plays.shape[1]), histories(wanted, plays.shape[1]))


def continuation(plays: sp.csr_matrix, seeds: int, seed: int, fewest: int = 10, most: int = 1_000) -> Task:
    """Playlists of which `seeds` tracks are known and all others, at least `fewest`, are wanted."""
    random = np.random.default_rng([seed, seeds])
    able = np.flatnonzero(np.diff(plays.indptr) >= seeds + fewest)
    chosen = np.sort(random.choice(able, min(most, able.size), replace=False))
    known, wanted = [], []
    for own in rows_of(plays[chosen]):
        shuffled = random.permutation(own)
        known.append(shuffled[:seeds].tolist())
        wanted.append(shuffled[seeds:].tolist())
    return Task(histories(known, plays.shape[1]), histories(wanted, plays.shape[1]))


def last_of(
    order: Sequences, tracks: int, seed: int, fewest: int = 5, most: int = 5_000
) -> tuple[Task, NDArray[np.int64]]:
    """Next track: the last track of ordered histories is wanted, those before are known. Also which rows."""
    lengths = np.diff(order.starts)
    able = np.flatnonzero(lengths >= fewest)
    chosen = np.sort(np.random.default_rng(seed).choice(able, min(most, able.size), replace=False))
    known, wanted, rows = [], [], []
    for row in chosen:
        own = order[int(row)].tolist()
        if own[-1] not in own[:-1]:  # a repeat is nothing to discover
            known.append(own[:-1])
            wanted.append([own[-1]])
            rows.append(row)
    if not rows:
        raise InputError(f"no history has {fewest} tracks in a known order")
    task = Task(histories(known, tracks), histories(wanted, tracks), Sequences.of(known))
    return task, np.asarray(rows)


def split_tracks(tracks: int, share: float, seed: int) -> NDArray[np.bool_]:
    """(N,) True for the tracks that play cold: nobody's listens to them are learned from."""
    cold = np.zeros(tracks, dtype=bool)
    chosen = np.random.default_rng(seed).choice(tracks, max(1, round(share * tracks)), replace=False)
    cold[chosen] = True
    return cold


def rows_of(plays: sp.csr_matrix) -> list[NDArray[np.int64]]:
    """The tracks of each row, (n,) int64."""
    return [
        plays.indices[s:e].astype(np.int64) for s, e in zip(plays.indptr[:-1], plays.indptr[1:], strict=True)
    ]
