"""What the ear is asked for: to agree with its teachers, and to know a recording again.

Letters in shapes: N windows, D dimensions of the ear, F of the lesson. Views are stacked: (2N, D).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Weights:
    """How much each part of the loss counts; relational distillation mattered most in every trial."""

    distill: float = 1.0
    relate: float = 10.0
    recognize: float = 0.2
    temperature: float = 0.1  # of recognition


def distill(spoken: Tensor, lessons: Tensor) -> Tensor:
    """One minus the cosine between the ear's answer through a linear head and the lesson, (2N, F) both."""
    return (1 - nn.functional.cosine_similarity(spoken, lessons, dim=1)).mean()


def relate(embeddings: Tensor, lessons: Tensor) -> Tensor:
    """Mean squared difference of the two similarity matrices, (2N, D) against (2N, F).

    Both of unit length.
    """
    return ((embeddings @ embeddings.T - lessons @ lessons.T) ** 2).mean()


def recognize(embeddings: Tensor, tracks: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding one's other view among the batch; windows of the same track are no rivals.

    `embeddings` (2N, D), first all clean views, then all others; `tracks` (N,) numbers of the tracks.
    """
    count = len(tracks)
    similarity = embeddings[:count] @ embeddings[count:].T / temperature
    kin = (tracks[:, None] == tracks[None, :]) & ~torch.eye(count, dtype=torch.bool, device=tracks.device)
    similarity = similarity.masked_fill(kin, float("-inf"))
    target = torch.arange(count, device=tracks.device)
    there = nn.functional.cross_entropy(similarity, target)
    return (there + nn.functional.cross_entropy(similarity.T, target)) / 2
