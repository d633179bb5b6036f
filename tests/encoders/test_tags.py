"""Words for the sound: what they mean, that they fit, and that broken ones are refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synesthete.audio.decode import decode
from synesthete.demo import STYLES, compose, render
from synesthete.demo.instruments import SAMPLE_RATE
from synesthete.encoders import shelf
from synesthete.encoders.encoder import Card
from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.shelf import SHIPPED, open_encoder, open_tags
from synesthete.encoders.tags import SAID, Tags
from synesthete.errors import FormatError
from tests.encoders.networks import make_encoder

GOLDEN = Path(__file__).parents[1] / "training" / "golden"


def some_tags(dim: int = 16, names: tuple[str, ...] = ("piano", "techno", "relaxing"), seed: int = 1) -> Tags:
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((dim, len(names))).astype(np.float32)
    usual, spread = np.full(len(names), -2.0, np.float32), np.full(len(names), 1.5, np.float32)
    return Tags(names, ("x",) * len(names), weights, usual, usual, spread, np.full(len(names), 0.8, "f4"))


def write(tags: Tags, path: Path, **instead: np.ndarray) -> Path:
    kept = {
        "names": np.array(tags.names), "kinds": np.array(tags.kinds), "weights": tags.weights, "bias": tags.bias,
        "usual": tags.usual, "spread": tags.spread, "correlation": tags.correlation,
    }  # fmt: skip
    np.savez(path, **(kept | instead))
    return path


@pytest.fixture(scope="module")
def shipped() -> Tags:
    tags = open_tags("aurora")
    assert tags is not None
    return tags


@pytest.fixture(scope="module")
def heard() -> dict[str, np.ndarray]:
    """A piece of each of three styles, as the shipped ear hears it: composed by us, never learned from."""
    ear, found = open_encoder("aurora"), {}
    for name, number in (("piano", 2), ("house", 1), ("rock", 4)):
        style, seed = STYLES[number], (2, 900 + number)
        coded = io.BytesIO()
        soundfile.write(coded, render(compose(style, seed, 20.0), style, seed), SAMPLE_RATE, format="WAV")
        found[name] = hear_blocks(ear, [decode(coded.getvalue(), ear.sample_rate)]).track
    return found


def test_pieces_get_the_words_a_person_would_expect(shipped: Tags, heard: dict[str, np.ndarray]) -> None:
    said = {name: {w.word for w in shipped.words(vector)} for name, vector in heard.items()}
    assert "piano" in said["piano"] and not said["piano"] & {"techno", "house", "dance", "metal"}
    assert said["house"] & {"house", "techno", "dance"} and not said["house"] & {"classical", "violin"}
    assert said["rock"] & {"metal", "pop rock", "electric guitar"} and "piano" not in said["rock"]
    pairs = np.array([heard["piano"]] * 2), np.array([heard["rock"], heard["piano"]])
    with_rock, with_itself = shipped.shared(*pairs)
    assert not with_rock
    assert with_itself and {w.word for w in with_itself} <= said["piano"]


def test_words_come_surest_first_and_none_by_chance(shipped: Tags, heard: dict[str, np.ndarray]) -> None:
    for vector in heard.values():
        words = shipped.words(vector)
        sure = [w.confidence for w in words]
        assert sure == sorted(sure, reverse=True) and all(SAID <= one <= 1 for one in sure)
        assert {w.kind for w in words} <= {"genre", "instrument", "mood"}
    noise = np.random.default_rng(3).standard_normal((500, shipped.dim))
    noise = (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32)
    assert np.isfinite(shipped.confidences(noise)).all()


def test_they_say_today_what_they_said_when_they_were_made(shipped: Tags) -> None:
    """`golden/aurora_words.npz`: confidences for the embeddings in `golden/aurora.npz`."""
    with np.load(GOLDEN / "aurora.npz") as known, np.load(GOLDEN / "aurora_words.npz") as truth:
        assert tuple(truth["names"].tolist()) == shipped.names
        found = shipped.confidences(known["embeddings_398"])
        np.testing.assert_allclose(found, truth["confidences"], atol=1e-4)


def test_the_shipped_words_are_those_the_ear_can_hear(shipped: Tags) -> None:
    with np.load(SHIPPED / "aurora" / "tags.npz") as kept:
        assert (kept["auc"] >= 0.9).all() and (kept["correlation"] >= 0.75).all()
    assert len(shipped.names) == 26 and len(set(shipped.names)) == 26
    assert shipped.dim == Card.load(SHIPPED / "aurora").dim


def test_confidence_is_the_chance_to_be_in_the_taggers_highest_fifth() -> None:
    """Drawn: ear and tagger as normal variables of correlation .8."""
    rng, tags = np.random.default_rng(0), some_tags()
    ours = rng.standard_normal(400_000)
    theirs = 0.8 * ours + 0.6 * rng.standard_normal(400_000)
    top = theirs >= np.quantile(theirs, 0.8)
    for level in (-1.0, 0.0, 1.0, 1.5, 2.0):
        near = np.abs(ours - level) < 0.05
        vector = np.linalg.lstsq(
            tags.weights.T, 1.5 * np.full(3, level) + tags.usual - tags.bias, rcond=None
        )[0]
        assert tags.confidences(vector)[0] == pytest.approx(top[near].mean(), abs=0.02)


def test_a_direction_orders_as_the_words_do() -> None:
    tags = some_tags()
    vectors = np.random.default_rng(5).standard_normal((50, 16)).astype(np.float32)
    way = tags.direction(["piano", "relaxing"])
    assert np.linalg.norm(way) == pytest.approx(1, abs=1e-6)
    levels = tags.levels(vectors)[:, [0, 2]].sum(axis=1)
    assert np.argsort(vectors @ way).tolist() == np.argsort(levels).tolist()


def test_words_travel_with_an_encoder_that_is_added(tmp_path: Path) -> None:
    facts = {"files": {"fp32": "network.onnx", "tags": "tags.npz"}}
    source = make_encoder(tmp_path / "from", "mine", **facts)
    write(some_tags(), source / "tags.npz")
    shelf.add(source, tmp_path / "shelf", tmp_path / "none")
    tags = open_tags("mine", tmp_path / "shelf", tmp_path / "none")
    assert tags is not None and tags.names == ("piano", "techno", "relaxing")
    assert open_tags("descriptors", tmp_path / "shelf", tmp_path / "none") is None


@pytest.mark.parametrize(
    "instead",
    [{"weights": np.zeros((9, 3), "f4")}, {"bias": np.zeros(7, "f4")}, {"names": np.array([{}])}, None],
    ids=["another dimension", "too many", "pickled", "no archive"],
)
def test_words_that_do_not_fit_are_refused(tmp_path: Path, instead: dict[str, np.ndarray] | None) -> None:
    source = make_encoder(tmp_path / "from", "mine", files={"fp32": "network.onnx", "tags": "tags.npz"})
    if instead is None:
        (source / "tags.npz").write_bytes(b"no archive")
    else:
        write(some_tags(), source / "tags.npz", **instead)
    with pytest.raises(FormatError):
        shelf.add(source, tmp_path / "shelf", tmp_path / "none")
    assert not (tmp_path / "shelf").exists()
