"""One exam for every model of taste: a keeper earns its place by the five lines at the end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from synesthete.errors import FormatError, InputError, MismatchError, NotFound
from synesthete.taste.als import Als
from synesthete.taste.blend import Blend
from synesthete.taste.companions import Companions
from synesthete.taste.ease import Ease
from synesthete.taste.interactions import Groups, TrackFacts, histories
from synesthete.taste.low_rank import LowRankEase
from synesthete.taste.model import TasteModel
from synesthete.taste.neighbors import AsymmetricNeighbors, Bm25Neighbors, CosineNeighbors, RP3Beta
from synesthete.taste.next_track import NextTrack
from synesthete.taste.popularity import Popularity
from synesthete.taste.sequences import Sequences
from synesthete.taste.shelf import MODELS, new, open_model

TRACKS = 40


def checkerboard(listeners: int = 120, tracks: int = TRACKS, seed: int = 0) -> sp.csr_matrix:
    """Two tastes: even listeners know even tracks only, odd listeners odd ones, three quarters of them
    each."""
    random = np.random.default_rng(seed)
    own = [[t for t in range(tracks) if t % 2 == u % 2 and random.random() < 0.75] for u in range(listeners)]
    return histories(own, tracks)


class TasteExam:
    """Subclass with `make`; `tells_tastes_apart` is False for a model that answers everybody alike."""

    tells_tastes_apart = True

    def make(self) -> TasteModel:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls) -> TasteModel:
        return cls().make().fit(checkerboard())

    def test_a_stranger_is_folded_in_at_once(self, model):
        found, scores = model.recommend(histories([[0, 2, 4], [1, 3, 5]], TRACKS), 10)
        assert found.shape == scores.shape == (2, 10)
        assert (np.diff(scores, axis=1) <= 0).all()
        assert not np.isin(found[0], [0, 2, 4]).any() and not np.isin(found[1], [1, 3, 5]).any()
        if self.tells_tastes_apart:
            assert (found[0] % 2 == 0).all() and (found[1] % 2 == 1).all()

    def test_one_track_is_enough(self, model):
        found, _ = model.similar(7, 5)
        assert found.size == 5 and 7 not in found
        if self.tells_tastes_apart:
            assert (found % 2 == 1).all()

    def test_scores_are_finite_float32_of_the_right_shape(self, model):
        rows = histories([[], [3], list(range(TRACKS))], TRACKS)
        scores = model.score(rows)
        assert scores.shape == (3, TRACKS) and scores.dtype == np.float32 and np.isfinite(scores).all()

    def test_nothing_is_left_for_who_knows_everything(self, model):
        found, scores = model.recommend(histories([list(range(TRACKS))], TRACKS), 3)
        assert (found == -1).all() and np.isneginf(scores).all()

    def test_no_listeners_no_answers(self, model):
        found, _ = model.recommend(sp.csr_matrix((0, TRACKS), dtype=np.float32), 3)
        assert found.shape == (0, 3)

    def test_a_batch_says_what_each_alone_says(self, model):
        rows = checkerboard(seed=1)[:9]
        together = model.score(rows)
        alone = np.vstack([model.score(rows[r]) for r in range(9)])
        np.testing.assert_allclose(together, alone, rtol=1e-3, atol=1e-4)
        found, scores = model.recommend(rows, 5, block=4)
        np.testing.assert_allclose(np.take_along_axis(together, found, axis=1), scores, rtol=1e-3, atol=1e-4)

    def test_asking_changes_nothing(self, model):
        rows = histories([[1, 5, 9]], TRACKS)
        first = model.score(rows)
        model.recommend(rows, 5)
        np.testing.assert_array_equal(first, model.score(rows))
        assert (rows.data == 1).all()

    def test_the_same_data_teach_the_same(self):
        rows = histories([[0, 2], [5]], TRACKS)
        np.testing.assert_array_equal(
            self.make().fit(checkerboard()).score(rows), self.make().fit(checkerboard()).score(rows)
        )

    def test_duplicates_count_once(self, model):
        twice = sp.csr_matrix((np.ones(3, np.float32), [4, 4, 6], [0, 3]), shape=(1, TRACKS))
        np.testing.assert_allclose(model.score(twice), model.score(histories([[4, 6]], TRACKS)), rtol=1e-5)

    def test_saved_and_loaded_it_is_the_same(self, model, tmp_path):
        model.save(tmp_path / "taste")
        model.save(tmp_path / "taste")  # over an older one
        rows = histories([[], [0, 2, 4], [11]], TRACKS)
        again = type(model).load(tmp_path / "taste")
        np.testing.assert_allclose(again.score(rows), model.score(rows), rtol=1e-5, atol=1e-6)
        assert again.card == model.card == open_model(tmp_path / "taste").card
        assert sorted(p.name for p in tmp_path.iterdir()) == ["taste"]

    def test_its_card_says_how_it_was_made_and_nothing_is_pickled(self, model, tmp_path):
        model.save(tmp_path / "taste")
        card = json.loads((tmp_path / "taste" / "card.json").read_text())
        assert card["model"] == model.name and card["tracks"] == TRACKS and card["listeners"] == 120
        assert card["listens"] == checkerboard().nnz and card["parameters"] == model.parameters()
        for file in (tmp_path / "taste").iterdir():
            assert file.suffix in {".json", ".npy"}
            if file.suffix == ".npy":
                np.load(file, allow_pickle=False)

    def test_damage_and_strangers_are_refused(self, model, tmp_path):
        with pytest.raises(NotFound):
            type(model).load(tmp_path / "nowhere")
        model.save(tmp_path / "taste")
        card_file = tmp_path / "taste" / "card.json"
        card = json.loads(card_file.read_text())
        card_file.write_text(json.dumps(card | {"model": "other"}))
        with pytest.raises(MismatchError):
            type(model).load(tmp_path / "taste")
        card_file.write_text(json.dumps(card | {"format": 99}))
        with pytest.raises(MismatchError):
            type(model).load(tmp_path / "taste")
        card_file.write_text(json.dumps(card))
        first = min(p for p in (tmp_path / "taste").glob("*.npy"))
        first.write_bytes(first.read_bytes()[:20])
        with pytest.raises(FormatError):
            type(model).load(tmp_path / "taste")

    @pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
    def test_what_is_no_count_is_refused(self, model, value):
        bad = checkerboard()
        bad.data[3] = value
        with pytest.raises(InputError):
            self.make().fit(bad)
        with pytest.raises(InputError):
            model.score(bad)

    def test_empty_and_misshapen_matrices_are_refused(self, model):
        with pytest.raises(InputError, match="nothing to learn"):
            self.make().fit(sp.csr_matrix((5, 7), dtype=np.float32))
        with pytest.raises(InputError):
            model.score(histories([[0]], TRACKS + 1))
        with pytest.raises(InputError):
            model.similar(TRACKS)
        with pytest.raises(InputError):
            self.make().score(histories([[0]], TRACKS))

    @pytest.mark.parametrize(("listeners", "tracks"), [(1, 5), (6, 1), (1, 1)])
    def test_one_listener_or_one_track(self, listeners, tracks):
        model = self.make().fit(sp.csr_matrix(np.ones((listeners, tracks), dtype=np.float32)))
        assert np.isfinite(model.score(sp.csr_matrix(np.ones((2, tracks), dtype=np.float32)))).all()

    def test_listeners_who_all_have_the_same_are_no_trouble(self):
        model = self.make().fit(histories([list(range(12))] * 8, 12))
        scores = model.score(histories([[0, 1], list(range(11))], 12))
        assert np.isfinite(scores).all()
        found, _ = model.recommend(histories([[0, 1]], 12), 12)
        assert sorted(found[0][:10].tolist()) == list(range(2, 12)) and (found[0][10:] == -1).all()

    def test_a_track_nobody_has_does_no_harm(self):
        plays = histories([[0, 1, 2], [0, 1], [1, 2], [3, 4], [3, 4, 5]] * 3, 7)
        model = self.make().fit(plays)
        scores = model.score(histories([[6], [0, 6]], 7))
        assert np.isfinite(scores).all()
        found, _ = model.recommend(histories([[0]], 7), 6)
        assert set(found[0]) == {1, 2, 3, 4, 5, 6}


class TestPopularity(TasteExam):
    tells_tastes_apart = False

    def make(self):
        return Popularity()


class TestCosine(TasteExam):
    def make(self):
        return CosineNeighbors(k=20)


class TestBm25(TasteExam):
    def make(self):
        return Bm25Neighbors(k=20)


class TestAsymmetric(TasteExam):
    def make(self):
        return AsymmetricNeighbors(k=20)


class TestRP3Beta(TasteExam):
    def make(self):
        return RP3Beta(k=20)


class TestCompanions(TasteExam):
    def make(self):
        return Companions(k=20)


class TestAls(TasteExam):
    def make(self):
        return Als(dim=4, l2=1.0, iterations=8)


class TestEase(TasteExam):
    def make(self):
        return Ease(l2=20)


class TestEaseWithEverything(TasteExam):
    def make(self):
        return Ease(l2=20, dropout=0.3, shorten=0.5)


class TestLowRankEase(TasteExam):
    def make(self):
        return LowRankEase(rank=8, l2=10)


class TestNextTrack(TasteExam):
    def make(self):
        return NextTrack(k=20)


class TestNextTrackWithOrder(TasteExam):
    @pytest.fixture(scope="class")
    @classmethod
    def model(cls):
        plays = checkerboard()
        return (
            cls().make().with_order(Sequences.of([plays[u].indices.tolist() for u in range(20)])).fit(plays)
        )

    def make(self):
        return NextTrack(k=20)


class TestBlend(TasteExam):
    def make(self):
        return Blend(dim=4, k=20)


class TestBlendWithARanker(TasteExam):
    """Enough listeners that the trees are learned; the same forty tracks."""

    @pytest.fixture(scope="class")
    @classmethod
    def model(cls):
        plays = checkerboard(500)
        facts = TrackFacts(
            Groups(np.arange(TRACKS) % 2), Groups(np.arange(TRACKS) // 8), np.full(TRACKS, 200, np.float32)
        )
        order = Sequences.of([plays[u].indices.tolist() if u % 3 else [] for u in range(500)])
        model = cls().make().with_facts(facts).with_order(order).fit(plays)
        assert model.ranked
        return model

    def make(self):
        return Blend(dim=4, k=20)

    def test_its_card_says_how_it_was_made_and_nothing_is_pickled(self, model, tmp_path):
        model.save(tmp_path / "taste")
        assert model.card.listeners == 500
        assert (tmp_path / "taste" / "ranker.npy").stat().st_size > 1_000


def test_every_model_on_the_shelf_is_examined():
    examined = {exam().make().name for exam in TasteExam.__subclasses__()}
    assert examined == set(MODELS)
    assert {new(name).name for name in MODELS} == set(MODELS)
    with pytest.raises(NotFound):
        new("mind reading")


def test_an_unknown_model_is_not_opened(tmp_path: Path):
    Popularity().fit(checkerboard()).save(tmp_path / "m")
    card = tmp_path / "m" / "card.json"
    card.write_text(card.read_text().replace('"popularity"', '"prophecy"'))
    with pytest.raises(MismatchError):
        open_model(tmp_path / "m")
