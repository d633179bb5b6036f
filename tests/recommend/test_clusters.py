"""K-means: groups that were made are found, counted, named, and drawn from in proportion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.errors import InputError
from synesthete.index import build_index
from synesthete.recommend.clusters import Clustering, assign, cluster, mixture, names_of, portions, silhouette
from synesthete.recommend.mixture import mixed
from tests.recommend.conftest import unit


def blobs(
    k: int, each: int, dim: int = 16, spread: float = 0.15, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(k), each)
    return (rng.standard_normal((k, dim))[labels] + spread * rng.standard_normal((k * each, dim))).astype(
        np.float32
    ), labels


@pytest.mark.parametrize("k", [4, 8, 12])
def test_the_number_of_groups_and_their_members_are_found(k):
    vectors, labels = blobs(k, 40)
    made = cluster(vectors)
    assert len(made) == k and made.silhouette > 0.6
    for c in range(k):
        assert len(set(made.labels[labels == c].tolist())) == 1
    nearest, distances = assign(vectors, made.centers)
    assert np.array_equal(nearest, made.labels)
    assert distances == pytest.approx(np.linalg.norm(vectors - made.centers[made.labels], axis=1), abs=1e-3)
    assert np.array_equal(cluster(vectors).labels, made.labels), "the same seed, the same groups"


@pytest.mark.parametrize("seed", range(4))
def test_the_silhouette_is_that_of_scikit_learn(seed):
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((150, 8)).astype(np.float32)
    labels = rng.integers(0, 5, 150)
    labels[0] = 9  # alone in its cluster
    assert silhouette(vectors, labels) == pytest.approx(sklearn.silhouette_score(vectors, labels), abs=1e-4)
    assert silhouette(vectors, np.zeros(150)) == 0.0


def test_what_cannot_be_grouped_is_refused():
    for vectors, k in ((np.zeros((1, 4)), None), (np.ones((3, 4)), 4), (np.ones((3, 4)), 1)):
        with pytest.raises(InputError):
            cluster(vectors, k)
    assert set(cluster(np.ones((5, 4)), 2).labels.tolist()) <= {0, 1}, "equal vectors do not break it"


def test_names_come_from_genres_and_what_is_unusual():
    made = Clustering(np.zeros((3, 2)), np.repeat([0, 1, 2], 10), np.zeros(30), 0.5)
    genres = [("Jazz",)] * 10 + [("Metal", "Rock")] * 10 + [()] * 10
    tempo = np.r_[np.full(10, 70.0), np.full(10, 180.0), np.full(10, 120.0)] + np.arange(30) % 3
    bright = np.r_[np.full(20, 0.5), np.full(10, 0.9)] + 0.01 * (np.arange(30) % 3)
    bright[4] = np.nan
    names = names_of(made, genres, {"tempo": tempo, "spotify:brightness": bright, "flat": np.ones(30)})
    assert names == ["Jazz, slow", "Metal & Rock, fast", "bright"]
    assert names_of(made, genres, {"pulse_clarity": tempo, "key": tempo})[1] == "Metal & Rock, danceable"
    assert names_of(made, genres, {"own:string_share": tempo})[1] == "Metal & Rock, high string share"
    spelled = [("jazz",)] * 4 + [("Jazz",)] * 6 + genres[10:]
    assert names_of(made, spelled, {"tempo": tempo}) == ["Jazz, slow", "Metal & Rock, fast", "Group 3"]
    assert names_of(made, [()] * 30) == ["Group 1", "Group 2", "Group 3"]
    assert names_of(made, [("Pop",)] * 30) == ["Pop 1", "Pop 2", "Pop 3"]


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(st.integers(0, 50), min_size=1, max_size=8), n=st.integers(0, 60))
def test_portions_add_up_and_keep_the_proportion(counts, n):
    shares = mixture(np.repeat(np.arange(len(counts)), counts).tolist(), len(counts))
    parts = portions(shares, n)
    assert parts.sum() == (n if sum(counts) else 0)
    assert (np.abs(parts - shares * n) < 1).all()


def test_a_playlist_gets_tracks_in_proportion_nearest_first():
    vectors, labels = blobs(3, 30, seed=3)
    vectors = unit(vectors)
    ids = np.arange(100, 190)
    playlist = [*ids[:6], *ids[30:33]]  # two thirds of the first, a third of the second
    index = build_index("ear@1", ids, vectors)
    found = mixed([int(i) for i in playlist], ids, labels, index, 9)
    assert found.shares == pytest.approx([2 / 3, 1 / 3, 0])
    groups = [c for _, c, _ in found.drawn]
    assert (groups.count(0), groups.count(1), groups.count(2)) == (6, 3, 0)
    assert not {i for i, _, _ in found.drawn} & {int(i) for i in playlist}
    similarities = [s for _, _, s in found.drawn]
    assert similarities == sorted(similarities, reverse=True)
    middle = vectors[:6].mean(axis=0)
    nearest = max(range(6, 30), key=lambda i: float(vectors[i] @ middle))
    assert next(i for i, c, _ in found.drawn if c == 0) == ids[nearest]
    assert mixed([], ids, labels, index, 9).drawn == []
