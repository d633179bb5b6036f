"""The demo library proves itself: an artist's pieces are each other's neighbors with the encoder in force."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synesthete.demo import discography, write_demo
from synesthete.encoders.hearing import hear
from synesthete.encoders.shelf import open_encoder
from synesthete.index import ExactIndex


def test_an_artists_pieces_are_each_others_neighbors(tmp_path: Path):
    encoder = open_encoder(None, tmp_path / "none added")
    pieces = discography()
    paths = write_demo(tmp_path / "demo")
    vectors = np.array([hear(encoder, path, "quick").track for path in paths])
    index = ExactIndex.build(encoder.card.stamp, range(60), vectors)
    near = index.near(vectors, 6).ids
    five = [[j for j in row if j != i][:5] for i, row in enumerate(near.tolist())]
    precision = np.mean([pieces[j].artist == pieces[i].artist for i, row in enumerate(five) for j in row])
    assert precision >= 0.8, f"precision@5 is {precision:.2f} with {encoder.card.stamp}"
