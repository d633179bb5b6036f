"""Annoy files: written, read back, refused when damaged."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("annoy", reason="the extra `annoy` is not installed")

from synesthete.errors import FormatError, NotFound
from synesthete.index import ExactIndex
from synesthete.index.annoy import AnnoyFile, export_annoy
from tests.contracts.test_indexes import directions


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    ids = np.arange(10, 5_010, 5)
    index = ExactIndex.build("ear@1", ids, directions(1_000))
    path = tmp_path_factory.mktemp("annoy") / "music.ann"
    export_annoy(index, path, trees=20)
    return index, path


def test_an_exported_index_answers_nearly_as_the_original(exported):
    index, path = exported
    file = AnnoyFile(path)
    assert file.card.encoder == "ear@1" and len(file) == 1_000
    queries = directions(30, seed=4)
    true, found = index.near(queries, 10), file.near(queries, 10)
    recall = np.mean(
        [len(set(t) & set(f)) / 10 for t, f in zip(true.ids.tolist(), found.ids.tolist(), strict=True)]
    )
    assert recall > 0.9
    same = true.ids[:, 0] == found.ids[:, 0]
    assert found.similarities[same, 0] == pytest.approx(true.similarities[same, 0], abs=2e-3)


def test_vectors_come_back(exported):
    index, path = exported
    back = AnnoyFile(path).vectors([15, 16])
    assert back[0] == pytest.approx(index.vectors([15])[0], abs=1e-3)
    assert np.isnan(back[1]).all()


def test_a_file_that_anyone_else_can_read(exported):
    import annoy

    plain = annoy.AnnoyIndex(24, "angular")
    plain.load(str(exported[1]))
    assert plain.get_n_items() == 1_000


def test_damage_and_absence_are_named(exported, tmp_path):
    with pytest.raises(NotFound):
        AnnoyFile(tmp_path / "none.ann")
    _, path = exported
    (tmp_path / "cut.ann").write_bytes(path.read_bytes()[:1_001])
    (tmp_path / "cut.ann.json").write_bytes(path.with_name("music.ann.json").read_bytes())
    with pytest.raises(FormatError):
        AnnoyFile(tmp_path / "cut.ann")
    (tmp_path / "cut.ann.json").write_text("{")
    with pytest.raises(FormatError):
        AnnoyFile(tmp_path / "cut.ann")
