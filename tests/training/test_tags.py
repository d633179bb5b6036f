"""Words learned from a tagger: planted ones are found, those that cannot be heard are left out."""

# ruff: noqa: E402 (torch may be absent)
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra [train]")
pytest.importorskip("onnx", reason="training needs the extra [train]")

from synesthete.encoders.shelf import add, open_tags
from synesthete.training.model import Ear, EarShape
from synesthete.training.pack import PackedTrack
from synesthete.training.tags import (
    PENULTIMATE,
    TAGS,
    TEACHER,
    Heard,
    fit,
    learn_words,
    listen,
    put_aside,
    reliability,
    save_tags,
    tagger,
)
from tests.encoders.networks import make_encoder

D, K = 16, len(TAGS)


def tracks_of(count: int, weights: np.ndarray, noise: np.ndarray, seed: int) -> list[Heard]:
    """Tracks of five windows, whose logits are a linear map of their embeddings, and noise (K,)."""
    rng, made = np.random.default_rng(seed), []
    for _ in range(count):
        vectors = rng.standard_normal(D) + 0.3 * rng.standard_normal((5, D))
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        logits = vectors @ weights - 3.0 + noise * rng.standard_normal(K)
        made.append(Heard(vectors, logits.astype(np.float32)))
    return made


@pytest.fixture(scope="module")
def planted() -> tuple[list[Heard], list[Heard]]:
    """The first ten tags can be heard, the others are chance."""
    weights = np.random.default_rng(1).standard_normal((D, K)) * 4
    noise = np.where(np.arange(K) < 10, 0.1, 100.0)
    return tracks_of(300, weights, noise, 2), tracks_of(100, weights, noise, 3)


def test_there_are_fifty_tags_of_three_kinds() -> None:
    assert len(TAGS) == 50 == len({name for _, name in TAGS})
    assert {kind for kind, _ in TAGS} == {"genre", "instrument", "mood"}


def test_what_can_be_heard_is_found_and_what_cannot_is_left_out(planted, tmp_path: Path) -> None:
    heard, unheard = planted
    found = fit(heard)
    areas, correlations = reliability(found, unheard)
    assert areas[:10].min() > 0.95 and correlations[:10].min() > 0.95
    assert areas[10:].max() < 0.85 and correlations[10:].max() < 0.6
    source = make_encoder(tmp_path / "ear", "ear", D)
    assert save_tags(source, found, heard, unheard) == [name for _, name in TAGS[:10]]
    add(source, tmp_path / "shelf", tmp_path / "none")  # the card names them, and they fit
    tags = open_tags("ear", tmp_path / "shelf", tmp_path / "none")
    assert tags is not None and tags.kinds[0] == TAGS[0][0]
    vector = unheard[0].embeddings[0]
    np.testing.assert_allclose(vector @ tags.weights + tags.bias, found(vector[None])[0, :10], atol=1e-4)
    levels = tags.levels(np.stack([track.mean[0] for track in heard]))
    np.testing.assert_allclose(levels.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(levels.std(axis=0), 1, atol=1e-3)


def test_without_a_reliable_tag_nothing_is_written(planted, tmp_path: Path) -> None:
    source = make_encoder(tmp_path / "ear", "ear", D)
    heard = tracks_of(60, np.zeros((D, K)), np.ones(K), 5)
    assert save_tags(source, fit(heard), heard, tracks_of(60, np.zeros((D, K)), np.ones(K), 6)) == []
    assert not (source / "tags.npz").exists()


def packed(number: int, folder: int, rng: np.random.Generator, group: str = "audio") -> PackedTrack:
    pictures = rng.integers(0, 120, (1000, 80)).astype(np.uint8)
    lessons = {TEACHER: rng.standard_normal((3, 753 + PENULTIMATE)).astype(np.float16)}
    return PackedTrack(
        f"{group}:{folder}/{number}", f"{group}:{folder}", pictures, np.array([0, 200, 900]), lessons
    )


def test_whole_folders_are_put_aside_and_never_what_was_made() -> None:
    rng = np.random.default_rng(0)
    tracks = [packed(i, i // 4, rng) for i in range(48)] + [packed(i, 0, rng, "remix") for i in range(10)]
    learned, judging = put_aside(tracks)
    assert not {t.group for t in learned} & {t.group for t in judging}
    assert len(judging) == 12 and len(learned) == 46
    learned, judging = put_aside(tracks[:20])  # five folders are too few to spare one
    assert len(judging) == 4 and not {t.name for t in learned} & {t.name for t in judging}


def test_a_taggers_own_last_layer_speaks(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    state = {
        "dense2.weight": torch.from_numpy(rng.standard_normal((K, PENULTIMATE)).astype("f4")),
        "dense2.bias": torch.from_numpy(rng.standard_normal(K).astype("f4")),
    }
    torch.save(state, tmp_path / f"{TEACHER}.pth")
    ear = Ear(EarShape(stem=8, middle=12, top=16, head=24, dim=D))
    track = packed(1, 1, rng)
    heard = listen(ear, track, tagger(tmp_path))
    assert heard is not None and heard.embeddings.shape == (2, D)  # the third window does not end inside
    truth = track.lessons[TEACHER][:2, -PENULTIMATE:].astype("f4") @ state["dense2.weight"].numpy().T
    np.testing.assert_allclose(heard.logits, truth + state["dense2.bias"].numpy(), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(heard.embeddings, axis=1), 1, atol=1e-4)
    folder = make_encoder(tmp_path / "ear", "ear", D)
    assert learn_words(folder, ear, [packed(i, i, rng) for i in range(30)], tmp_path) == []  # six are too few
    assert learn_words(folder, ear, [packed(i, i, rng) for i in range(110)], tmp_path) == []  # mere chance
