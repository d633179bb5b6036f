"""`synesthete evaluate`: protocols from tables of numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from synesthete.catalog import Catalog, Entry
from synesthete.cli import run
from synesthete.evaluate.tables import write_columns
from tests.contracts.test_taste_models import checkerboard


@pytest.fixture
def plays(tmp_path):
    matrix = checkerboard(200, 60)
    listeners, tracks = matrix.nonzero()
    write_columns(tmp_path / "plays.parquet", {"user_idx": listeners, "item_idx": tracks + 100})
    order = {"user_idx": listeners, "item_idx": tracks + 100, "pos": np.arange(tracks.size)}
    write_columns(tmp_path / "order.parquet", order)
    sound = np.random.default_rng(0).standard_normal((60, 5)).astype(np.float32)
    np.savez(tmp_path / "sound.npz", ids=np.arange(60) + 100, vectors=sound)
    return tmp_path


def test_taste_as_json_and_as_a_page(plays, capsys):
    command = ["evaluate", "taste", str(plays / "plays.parquet"), "--model", "popularity", "--model", "ease"]
    assert run([*command, "--json", "--html", str(plays / "page.html"), "--seed", "4"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["seed"] == 4 and [row["model"] for row in report["tables"][0]["rows"]] == [
        "popularity",
        "ease",
    ]
    assert "<svg" in (plays / "page.html").read_text()


def test_next_playlists_and_cold(plays, capsys):
    table, order = str(plays / "plays.parquet"), str(plays / "order.parquet")
    assert run(["evaluate", "next", table, "--order", order, "--model", "next-track"]) == 0
    assert run(["evaluate", "playlists", table, "--model", "popularity"]) == 0
    assert run(["evaluate", "cold", table, "--sound", str(plays / "sound.npz")]) == 0
    out = capsys.readouterr().out
    assert "MRR" in out and "challenge NDCG" in out and "| bridge |" in out


def test_the_page_has_a_folder_before_anything_is_learned(plays, capsys):
    command = ["evaluate", "taste", str(plays / "plays.parquet"), "--model", "popularity", "--html"]
    assert run([*command, str(plays / "new" / "page.html")]) == 0 and (plays / "new" / "page.html").exists()
    capsys.readouterr()
    assert run([*command, str(plays / "new" / "page.html" / "page.html")]) == 1
    told = capsys.readouterr().err
    assert "nothing can be written there" in told and "Learning" not in told


def test_sound_that_is_no_number_is_refused(plays, capsys):
    np.savez(plays / "holes.npz", ids=np.arange(60) + 100, vectors=np.full((60, 3), np.nan))
    assert run(["evaluate", "cold", str(plays / "plays.parquet"), "--sound", str(plays / "holes.npz")]) == 1
    assert "NaN" in capsys.readouterr().err


def test_misuse_is_told(plays, capsys):
    table = str(plays / "plays.parquet")
    assert run(["evaluate", "next", table]) == 1  # no order
    assert run(["evaluate", "cold", table]) == 2  # no sound
    np.savez(plays / "wrong.npz", ids=np.arange(3))
    assert run(["evaluate", "cold", table, "--sound", str(plays / "wrong.npz")]) == 1
    assert "vectors" in capsys.readouterr().err


def test_a_library_without_listens_says_what_to_do(tmp_path, capsys):
    assert run(["--data", str(tmp_path), "evaluate", "taste"]) == 1
    assert "import" in capsys.readouterr().err


def test_scores_of_a_table_are_kept_where_that_was_wished(plays, tmp_path):
    data = tmp_path / "data"
    command = [
        "--data",
        str(data),
        "evaluate",
        "taste",
        str(plays / "plays.parquet"),
        "--model",
        "popularity",
    ]
    assert run(command) == 0 and not (data / "catalog.sqlite").exists()
    assert run([*command, "--keep"]) == 0
    with Catalog(f"sqlite:///{data / 'catalog.sqlite'}") as catalog:
        kept = {score.metric: score for score in catalog.scores.all("taste")}
    recall = kept["Recall@20, strong generalization"]
    assert (
        recall.subject == "popularity" and recall.low <= recall.value <= recall.high and recall.rests_on == 20
    )


def test_a_quick_look_and_kmeans_over_sound(plays, capsys):
    command = ["evaluate", "playlists", str(plays / "plays.parquet"), "--limit", "80", "--json"]
    assert (
        run([*command, "--sound", str(plays / "sound.npz"), "--model", "popularity", "--model", "clusters"])
        == 0
    )
    report = json.loads(capsys.readouterr().out)
    assert report["data"]["listeners"] == 80
    assert [row["model"] for row in report["tables"][0]["rows"]] == ["popularity", "clusters"]
    assert run(["evaluate", "taste", "--sound", str(plays / "sound.npz")]) == 2  # whose sound?


def test_a_library_of_descriptors_is_asked_for_cold_tracks(tmp_path, capsys):
    """Two tastes, whose tracks differ in energy and in nothing else."""
    with Catalog(f"sqlite:///{tmp_path / 'catalog.sqlite'}") as catalog:
        ids = catalog.tracks.put_many([Entry(f"t{i}", f"a{i}") for i in range(60)])
        random = np.random.default_rng(0)
        catalog.descriptors.put_many(
            (i, {"energy": (n % 2) + random.normal(0, 0.1), "tempo": random.normal()})
            for n, i in enumerate(ids)
        )
        owner = catalog.listeners.owner().id
        for number, row in enumerate(checkerboard(120, 60)):
            catalog.playlists.create(owner, f"p{number}", [ids[column] for column in row.indices])
    assert (
        run(["--data", str(tmp_path), "evaluate", "cold", "--by", "descriptors", "--json", "--no-keep"]) == 0
    )
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    auc = {row["model"]: row["measures"]["AUC"]["mean"] for row in table["rows"]}
    assert auc["both"] > 0.9 and auc["bridge"] > 0.9 > 0.6 > auc["random"]
    assert run(["--data", str(tmp_path), "evaluate", "cold"]) == 1  # nothing was heard
