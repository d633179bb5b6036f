"""The exam of every index: a dict from track id to vector that can be asked who is near."""

from __future__ import annotations

import os
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.errors import FormatError, InputError, MismatchError, NotFound, SynestheteError
from synesthete.index import ExactIndex, Index, IvfIndex, load_index

DIM = 24
STAMP = "ear@1"


def directions(count: int, seed: int = 0, dim: int = DIM) -> np.ndarray:
    """Vectors (N, D) around a few centers, as music is, rounded as the catalog keeps them."""
    rng = np.random.default_rng(seed)
    centers = rng.standard_normal((max(2, count // 50), dim))
    rows = centers[rng.integers(len(centers), size=count)] + 0.5 * rng.standard_normal((count, dim))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def judged(ids: np.ndarray, vectors: np.ndarray, query: np.ndarray, n: int) -> list[int]:
    """The n nearest ids by plain comparison."""
    similarities = vectors @ (query / np.linalg.norm(query))
    return ids[np.lexsort((ids, -similarities))[:n]].tolist()


class TheExam:
    """A new kind of index earns its place with a subclass of five lines."""

    recall = 1.0
    """The least share of true neighbors it must find."""

    def empty(self) -> Index:
        raise NotImplementedError

    def settled(self, index: Index) -> Index:
        """The index after whatever it does to become fast."""
        return index

    @pytest.fixture(scope="class")
    @classmethod
    def music(cls) -> tuple[np.ndarray, np.ndarray]:
        ids = np.random.default_rng(1).permutation(50_000)[:3_000].astype(np.int64)
        return ids, directions(3_000)

    @pytest.fixture(scope="class")
    @classmethod
    def full(cls, music) -> Index:
        index = cls().empty()
        index.add(*music)
        return cls().settled(index)

    def test_it_keeps_the_promise(self, full, music):
        assert isinstance(full, Index)
        assert len(full) == 3_000 == full.card.count
        assert full.card.encoder == STAMP and full.card.dim == DIM
        assert np.array_equal(full.ids, np.sort(music[0]))

    def test_a_track_is_its_own_nearest_neighbor(self, full, music):
        ids, vectors = music
        near = full.near(vectors[:200], 1)
        assert (near.ids[:, 0] == ids[:200]).mean() >= self.recall
        assert near.similarities[:, 0] == pytest.approx(1.0, abs=2e-3)

    def test_it_finds_the_true_neighbors_best_first(self, full, music):
        ids, vectors = music
        queries = directions(40, seed=5)
        near = full.near(queries, 10)
        assert near.ids.shape == near.similarities.shape == (40, 10)
        assert (np.diff(near.similarities, axis=1) <= 0).all()
        true = [set(judged(ids, vectors, q, 10)) for q in queries]
        found = np.mean([len(t & set(row)) / 10 for t, row in zip(true, near.ids.tolist(), strict=True)])
        assert found >= self.recall - 0.005  # float16 may swap two at the edge

    @pytest.mark.parametrize("share", [0.001, 0.02, 0.6])
    def test_only_allowed_tracks_are_answered_however_few(self, full, music, share):
        ids, vectors = music
        allowed = np.random.default_rng(7).choice(ids, int(share * len(ids)), replace=False)
        query = directions(1, seed=9)[0]
        near = full.near(query, 5, allowed=np.append(allowed, 99_999_999))
        kept = np.isin(ids, allowed)
        expected = judged(ids[kept], vectors[kept], query, 5)
        found = [i for i, _ in near.pairs()]
        assert set(found) <= set(allowed.tolist())
        assert len(found) == len(expected)
        assert len(set(found) & set(expected)) >= self.recall * len(expected) - 1e-9

    def test_nothing_allowed_nothing_found(self, full):
        near = full.near(directions(2), 4, allowed=[])
        assert near.ids.tolist() == [[-1] * 4] * 2 and (near.similarities == -1).all()

    def test_answers_are_padded_when_there_are_too_few(self):
        index = self.empty()
        index.add([7, 3], directions(2))
        index = self.settled(index)
        near = index.near(directions(2)[0], 4)
        assert near.ids[0].tolist() == [7, 3, -1, -1]
        assert near.similarities[0, 2:].tolist() == [-1, -1]

    def test_an_empty_index_answers_nobody(self):
        index = self.settled(self.empty())
        assert len(index) == 0 and 3 not in index
        assert index.near(directions(1), 3).ids.tolist() == [[-1, -1, -1]]

    def test_a_dict_that_changes(self, music):
        ids, vectors = music
        index = self.empty()
        index.add(ids[:500], vectors[:500])
        index = self.settled(index)
        index.remove([*ids[:50].tolist(), 99_999_999])
        index.add(ids[500:520], vectors[500:520])
        index.add(ids[60:61], vectors[2_000:2_001])  # heard again
        assert len(index) == 470
        assert int(ids[0]) not in index and int(ids[60]) in index and int(ids[510]) in index
        assert "x" not in index
        assert index.near(vectors[510], 1).ids[0, 0] == ids[510]
        assert index.near(vectors[2_000], 1).ids[0, 0] == ids[60]
        assert not np.isin(index.near(vectors[:50], 470).ids, ids[:50]).any()
        assert np.array_equal(index.ids, np.sort(ids[50:520]))

    def test_the_last_of_two_vectors_for_one_id_counts(self):
        index = self.empty()
        first, second = directions(2)
        index.add([4, 4], [first, second])
        assert len(index) == 1
        assert index.vectors([4])[0] == pytest.approx(second, abs=1e-3)

    def test_vectors_come_back_as_they_went_in(self, full, music):
        ids, vectors = music
        back = full.vectors([ids[5], 99_999_999, ids[0]])
        assert back[[0, 2]] == pytest.approx(vectors[[5, 0]], abs=1e-3)
        assert np.isnan(back[1]).all()

    def test_length_does_not_matter_only_direction(self):
        index = self.empty()
        rows = directions(3)
        index.add([1, 2, 3], rows * np.array([[1], [500], [0.001]]))
        near = index.near(7 * rows[1], 1)
        assert near.pairs() == [(2, pytest.approx(1.0, abs=2e-3))]

    @pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
    def test_a_vector_without_direction_is_refused_and_nothing_changes(self, bad):
        index = self.empty()
        index.add([1], directions(1))
        rows = directions(2)
        rows[1] = bad
        with pytest.raises(InputError):
            index.add([1, 2], rows)
        assert index.ids.tolist() == [1]
        assert index.vectors([1])[0] == pytest.approx(directions(1)[0], abs=1e-3)
        with pytest.raises(InputError):
            index.near(rows[1], 3)

    def test_wrong_shapes_and_ids_are_refused(self, full):
        with pytest.raises(InputError):
            full.near(np.ones(DIM + 1), 3)
        with pytest.raises(InputError):
            full.near(np.ones(DIM), 0)
        with pytest.raises(InputError):
            self.empty().add([1, 2], np.ones((1, DIM)))
        with pytest.raises(InputError):
            self.empty().add([-1], np.ones((1, DIM)))

    def test_saved_and_loaded_it_answers_the_same(self, full, music, tmp_path):
        full.save(tmp_path / "index")
        loaded = load_index(tmp_path / "index", STAMP)
        queries = directions(20, seed=3)
        before, after = full.near(queries, 10), loaded.near(queries, 10)
        assert np.array_equal(before.ids, after.ids)
        assert after.similarities == pytest.approx(before.similarities, abs=1e-6)
        assert loaded.card == full.card

    def test_changes_survive_saving_over_what_was_loaded(self, music, tmp_path):
        ids, vectors = music
        index = self.empty()
        index.add(ids[:600], vectors[:600])
        self.settled(index).save(tmp_path / "index")
        for start in (600, 620, 900):
            loaded = load_index(tmp_path / "index")
            loaded.add(ids[start : start + 20], vectors[start : start + 20])
            loaded.remove(ids[start - 600 : start - 590])
            loaded.save(tmp_path / "index")
            assert int(ids[start + 3]) in loaded
        final = load_index(tmp_path / "index")
        gone = np.concatenate([ids[:10], ids[20:30], ids[300:310]])
        expected = np.setdiff1d(np.concatenate([ids[:640], ids[900:920]]), gone)
        assert np.array_equal(final.ids, expected)
        assert final.near(vectors[905], 1).ids[0, 0] == ids[905]

    def test_a_reader_keeps_its_index_while_another_is_put_in_force(self, full, music, tmp_path):
        full.save(tmp_path / "index")
        reader = load_index(tmp_path / "index")
        smaller = self.empty()
        smaller.add(music[0][:30], music[1][:30])
        smaller.save(tmp_path / "index")
        assert len(reader) == 3_000 and reader.near(music[1][2_999], 1).ids[0, 0] == music[0][2_999]
        assert len(load_index(tmp_path / "index")) == 30
        names = sorted(p.name.split(".")[0] for p in (tmp_path / "index").iterdir())
        assert len(names) == len(set(names)), "files of the old index stayed behind"

    def test_another_encoders_index_is_refused(self, full, tmp_path):
        full.save(tmp_path / "index")
        with pytest.raises(MismatchError, match="rebuild"):
            load_index(tmp_path / "index", "ear@2")

    def test_a_missing_or_damaged_index_says_what_to_do(self, full, tmp_path):
        with pytest.raises(NotFound, match="rebuild"):
            load_index(tmp_path / "index")
        full.save(tmp_path / "index")
        for path in sorted((tmp_path / "index").iterdir(), reverse=True):
            content = path.read_bytes()
            path.write_bytes(content[: len(content) // 3])
            with pytest.raises(FormatError, match="rebuild"):
                load_index(tmp_path / "index")
            path.write_bytes(content)
        assert len(load_index(tmp_path / "index")) == 3_000

    def test_a_full_disk_leaves_the_old_index_in_force(self, full, tmp_path, monkeypatch):
        full.save(tmp_path / "index")
        before = sorted(p.name for p in (tmp_path / "index").iterdir())
        other = self.empty()
        other.add([1, 2], directions(2))

        def no_space(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", no_space)
        with pytest.raises(SynestheteError, match=r"No space.*space, and run it again"):
            other.save(tmp_path / "index")
        assert sorted(p.name for p in (tmp_path / "index").iterdir()) == before
        assert len(load_index(tmp_path / "index")) == 3_000


class TestExact(TheExam):
    def empty(self) -> Index:
        return ExactIndex(DIM, STAMP)


class TestIvf(TheExam):
    recall = 0.95

    def empty(self) -> Index:
        return IvfIndex(DIM, STAMP)

    def settled(self, index: Index) -> Index:
        index.settle()
        return index


class TestIvfUnsettled(TheExam):
    """Everything added lies beside the cells, so it is exact."""

    def empty(self) -> Index:
        return IvfIndex(DIM, STAMP)


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("exam", [TestExact, TestIvf, TestIvfUnsettled], ids=lambda e: e.__name__)
@given(data=st.data())
def test_an_index_behaves_like_a_dict(exam, data):
    examiner = exam()
    index, mirror = examiner.empty(), {}
    rows = directions(40, seed=2)
    for step in range(data.draw(st.integers(1, 6))):
        ids = data.draw(st.lists(st.integers(0, 15), max_size=6))
        if data.draw(st.booleans()):
            vectors = rows[[(i * 7 + step) % 40 for i in ids]].reshape(-1, DIM)
            index.add(ids, vectors)
            mirror.update(zip(ids, vectors, strict=True))
        else:
            index.remove(ids)
            mirror = {i: v for i, v in mirror.items() if i not in ids}
        if data.draw(st.booleans()):
            index = examiner.settled(index)
    assert index.ids.tolist() == sorted(mirror)
    assert len(index) == len(mirror)
    assert all((i in index) == (i in mirror) for i in range(16))
    if mirror:
        ids = np.array(sorted(mirror))
        stored = np.array([mirror[i] for i in ids])
        assert index.vectors(ids) == pytest.approx(stored, abs=1e-3)
        found = index.near(rows[0], len(mirror))
        assert sorted(found.ids[0].tolist()) == ids.tolist()
        assert found.similarities[0] == pytest.approx(np.sort(stored @ rows[0])[::-1], abs=3e-3)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can make a small disk")
def test_a_disk_that_is_really_full(tmp_path):
    """A file system of 64 kB: what FAISS says then is said in words, and half an index is not left lying."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=False
    ).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        few, many = ExactIndex(DIM, STAMP), ExactIndex(DIM, STAMP)
        few.add([1, 2], directions(2))
        few.save(small / "index")
        many.add(list(range(3_000)), directions(3_000))
        with pytest.raises(SynestheteError, match="could not be written"):
            many.save(small / "index")
        assert len(load_index(small / "index")) == 2
        assert len(list((small / "index").iterdir())) == 3
    finally:
        subprocess.run(["umount", str(small)], check=True)
