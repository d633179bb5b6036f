"""How good a ranked list is, by the field's own definitions; every function returns one value per listener.

Throughout, `ranked` is (B, n) track indexes, best first, padded with -1, and `wanted` is a CSR matrix
(B, N) whose entries are the tracks held out for each listener. Every listener must have at least one.

The definitions differ between papers, so each function names its own:

- `recall` and `ndcg` are those of Liang et al., "Variational Autoencoders for Collaborative Filtering"
  (WWW 2018): recall is divided by min(k, |G|), the ideal DCG places min(k, |G|) tracks first.
- `r_precision`, `challenge_ndcg` and `clicks` are those of the RecSys Challenge 2018 (Zamani et al., "An
  Analysis of Approaches Taken in the ACM RecSys Challenge 2018"): there the ideal DCG places only the
  wanted tracks that were found, so the number says how high they stand, not how many were found.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import InputError

PerListener = NDArray[np.float64]  # (B,)
PAGE = 10
"""Tracks that the challenge's page shows at a time."""

NO_CLICKS = 51
"""The challenge's number of clicks where none of the 500 tracks is wanted."""

ARTIST_CREDIT = 0.25
"""What the challenge gives for a wanted artist whose wanted tracks are missing."""


def hits(ranked: NDArray[np.int64], wanted: sp.csr_matrix) -> NDArray[np.bool_]:
    """(B, n): whether each recommended track is wanted."""
    if ranked.shape[0] != wanted.shape[0]:
        raise InputError(f"{ranked.shape[0]} lists cannot be judged by {wanted.shape[0]} listeners")
    found = np.zeros(ranked.shape, dtype=bool)
    for row in range(ranked.shape[0]):
        found[row] = np.isin(ranked[row], wanted.indices[wanted.indptr[row] : wanted.indptr[row + 1]])
    return found & (ranked >= 0)


def sizes(wanted: sp.csr_matrix) -> NDArray[np.int64]:
    """|G| of each listener. InputError if someone wants nothing."""
    counts = np.diff(wanted.indptr).astype(np.int64)
    if (counts == 0).any():
        raise InputError("a listener has no held-out track", hint="Leave such listeners out of the test.")
    return counts


def recall(ranked: NDArray[np.int64], wanted: sp.csr_matrix, k: int) -> PerListener:
    """Recall@k (Liang 2018): wanted among the first k, over min(k, |G|)."""
    return hits(ranked[:, :k], wanted).sum(axis=1) / np.minimum(k, sizes(wanted))


def ndcg(ranked: NDArray[np.int64], wanted: sp.csr_matrix, k: int) -> PerListener:
    """NDCG@k (Liang 2018): gain 1 / log2(rank + 1), rank from 1; the ideal has min(k, |G|) tracks first."""
    gains = 1 / np.log2(np.arange(2, k + 2))
    found = hits(ranked[:, :k], wanted)
    return (found * gains[: found.shape[1]]).sum(axis=1) / np.cumsum(gains)[np.minimum(k, sizes(wanted)) - 1]


def average_precision(ranked: NDArray[np.int64], wanted: sp.csr_matrix, k: int) -> PerListener:
    """AP@k: the precision at each wanted track among the first k, summed, over min(k, |G|)."""
    found = hits(ranked[:, :k], wanted)
    precision = np.cumsum(found, axis=1) / np.arange(1, found.shape[1] + 1)
    return (found * precision).sum(axis=1) / np.minimum(k, sizes(wanted))


def r_precision(
    ranked: NDArray[np.int64], wanted: sp.csr_matrix, artists: NDArray[np.int64] | None = None
) -> PerListener:
    """Wanted among the first |G|, over |G|.

    With `artists` (N,) this is the challenge's final form, which adds a quarter for each wanted artist
    that is among the first |G| without any wanted track of theirs being there; a negative artist is unknown.
    """
    counts = sizes(wanted)
    found = hits(ranked, wanted)
    first = np.arange(ranked.shape[1]) < counts[:, None]
    credit = (found & first).sum(axis=1).astype(np.float64)
    if artists is not None:
        for row in range(ranked.shape[0]):
            mine = wanted.indices[wanted.indptr[row] : wanted.indptr[row + 1]]
            shown = ranked[row, : counts[row]]
            shown = shown[shown >= 0]
            direct = set(artists[shown[np.isin(shown, mine)]].tolist())
            near = set(artists[shown].tolist()) & set(artists[mine].tolist())
            credit[row] += ARTIST_CREDIT * sum(artist >= 0 for artist in near - direct)
    return credit / counts


def challenge_ndcg(ranked: NDArray[np.int64], wanted: sp.csr_matrix) -> PerListener:
    """The challenge's NDCG: gain 1 at rank 1, then 1 / log2(rank); the ideal DCG counts the found
    tracks alone.

    0 where nothing was found. Not comparable with `ndcg` nor with `continuation_ndcg`.
    """
    found = hits(ranked, wanted)
    gains = _challenge_gains(ranked.shape[1])
    ideal = np.concatenate([[0.0], np.cumsum(gains)])[found.sum(axis=1)]
    return np.divide((found * gains).sum(axis=1), ideal, out=np.zeros(len(found)), where=ideal > 0)


def continuation_ndcg(ranked: NDArray[np.int64], wanted: sp.csr_matrix, k: int = 500) -> PerListener:
    """NDCG@k whose ideal counts every wanted track (up to k): it also falls when tracks are not found
    at all."""
    return ndcg(ranked, wanted, k)


def clicks(ranked: NDArray[np.int64], wanted: sp.csr_matrix) -> PerListener:
    """How often a listener asks for ten more before the first wanted track appears; 51 if it never does."""
    found = hits(ranked, wanted)
    return np.where(found.any(axis=1), found.argmax(axis=1) // PAGE, NO_CLICKS).astype(np.float64)


def hit_rate(ranked: NDArray[np.int64], wanted: sp.csr_matrix, k: int) -> PerListener:
    """1 where any wanted track is among the first k, else 0."""
    sizes(wanted)
    return cast(PerListener, hits(ranked[:, :k], wanted).any(axis=1).astype(np.float64))


def reciprocal_rank(ranked: NDArray[np.int64], wanted: sp.csr_matrix) -> PerListener:
    """1 / rank of the first wanted track; 0 if none is in the list."""
    sizes(wanted)
    found = hits(ranked, wanted)
    return np.where(found.any(axis=1), 1 / (found.argmax(axis=1) + 1), 0.0)


def _challenge_gains(n: int) -> NDArray[np.float64]:
    gains = np.ones(n)
    gains[1:] = 1 / np.log2(np.arange(2, n + 1))
    return gains
