"""Which index is made, and what its card says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from synesthete.errors import MismatchError
from synesthete.index import ExactIndex, IvfIndex, build_index, kind_for, load_index
from synesthete.index.ivf import cells_for
from tests.contracts.test_indexes import directions


def test_exact_up_to_fifty_thousand():
    assert kind_for(50_000) == "exact" and kind_for(50_001) == "ivf"
    assert kind_for(3, "ivf") == "ivf" and kind_for(10**7, "exact") == "exact"


def test_build_follows_the_choice():
    vectors = directions(200)
    assert isinstance(build_index("ear@1", range(200), vectors), ExactIndex)
    assert isinstance(build_index("ear@1", range(200), vectors, "ivf"), IvfIndex)
    empty = build_index("ear@1", [], np.zeros((0, 8)))
    assert len(empty) == 0 and empty.card.dim == 8


def test_the_card_is_readable_and_says_how_the_cells_were_made(tmp_path):
    IvfIndex.build("ear@1", range(900), directions(900), seed=4).save(tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    assert (card["kind"], card["encoder"], card["count"], card["dim"]) == ("ivf", "ear@1", 900, 24)
    assert card["parameters"] == {
        "cells": cells_for(900), "probes": 32, "seed": 4, "storage": "float16", "settled": 900,
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"format": 99}, {"kind": "tarot"}])
def test_an_index_of_another_program_is_refused(tmp_path, change):
    ExactIndex.build("ear@1", [1], directions(1)).save(tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps(card | change))
    with pytest.raises(MismatchError):
        load_index(tmp_path)


def test_the_same_seed_makes_the_same_cells():
    once, again = (IvfIndex.build("ear@1", range(2_000), directions(2_000), seed=1) for _ in range(2))
    queries = directions(30, seed=8)
    assert np.array_equal(once.near(queries, 10).ids, again.near(queries, 10).ids)


def test_cells_are_made_anew_only_when_a_fifth_has_changed(tmp_path):
    vectors = directions(1_300)
    index = IvfIndex.build("ear@1", range(1_000), vectors[:1_000])
    index.save(tmp_path)
    before = {p.name for p in tmp_path.iterdir()}
    index.add(range(1_000, 1_100), vectors[1_000:1_100])
    index.save(tmp_path)
    kept = {p.name for p in tmp_path.iterdir()} & before
    assert {name.split(".")[0] for name in kept} == {"card", "ids", "vectors", "cells"}
    index.add(range(1_100, 1_300), vectors[1_100:])
    index.save(tmp_path)
    assert index.card.parameters["settled"] == 1_300


def test_loaded_cells_stay_on_disk_until_looked_at(tmp_path):
    IvfIndex.build("ear@1", range(1_000), directions(1_000)).save(tmp_path)
    loaded = load_index(tmp_path)
    assert isinstance(loaded._base_vectors, np.memmap)
