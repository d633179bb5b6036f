"""`synesthete recommend --batch`: tables in, tables out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from synesthete.cli import run
from synesthete.evaluate.tables import read_columns, write_columns
from tests.contracts.test_taste_models import TRACKS, checkerboard


@pytest.fixture
def folder(tmp_path):
    listeners, tracks = checkerboard().nonzero()
    write_columns(tmp_path / "train.parquet", {"user_idx": listeners + 1_000, "item_idx": tracks * 7 + 5})
    known = np.array([[90, 5], [90, 19], [3, 12], [1_000_000, 999_999]])  # a new track in the last row
    write_columns(tmp_path / "known.parquet", {"user_idx": known[:, 0], "item_idx": known[:, 1]})
    write_columns(
        tmp_path / "tracks.parquet",
        {"item_idx": np.arange(TRACKS) * 7 + 5, "artist_id": np.arange(TRACKS) % 2},
    )
    order = {"user_idx": listeners + 1_000, "item_idx": tracks * 7 + 5, "pos": np.arange(tracks.size)}
    write_columns(tmp_path / "order.parquet", order)
    return tmp_path


def ask(folder, *more):
    files = ("--batch", "known.parquet", "--train", "train.parquet", "--out", "out.parquet")
    return run(["recommend", *(str(folder / f) if f.endswith("parquet") else f for f in (*files, *more))])


@pytest.mark.parametrize("model", ["blend", "ease", "knn-cosine", "next-track"])
def test_every_listener_gets_a_list_of_unknown_tracks_from_rank_0(folder, model, capsys):
    assert (
        ask(
            folder,
            "--tracks",
            "tracks.parquet",
            "--order",
            "order.parquet",
            "--model",
            model,
            "-n",
            "7",
            "--json",
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["listeners"] == 3
    out = read_columns(folder / "out.parquet", ("user_idx", "rank", "item_idx"))
    assert sorted(set(out["user_idx"].tolist())) == [3, 90, 1_000_000]
    for listener, known in ((90, {5, 19}), (3, {12}), (1_000_000, {999_999})):
        own = out["user_idx"] == listener
        assert out["rank"][own].tolist() == list(range(7))
        assert not known & set(out["item_idx"][own].tolist())
    tastes = [((out["item_idx"][out["user_idx"] == u] - 5) // 7) % 2 for u in (90, 3)]
    assert (tastes[0] == 0).all() and (tastes[1] == 1).all()


def test_only_the_part_asked_for_is_learned_from(folder, capsys):
    """The odd listeners are another part: without them nobody is known to like odd tracks."""
    import arro3.io
    from arro3.core import Array, DataType, Table

    listeners, tracks = checkerboard().nonzero()
    part = ["train" if u % 2 == 0 else "test_in" for u in listeners.tolist()]
    columns = {
        "user_idx": Array.from_numpy(listeners.astype(np.int32)),
        "item_idx": Array.from_numpy(tracks.astype(np.int32)),
        "part": Array(part, DataType.string()),
    }
    arro3.io.write_parquet(Table.from_pydict(columns), folder / "parts.parquet")
    write_columns(folder / "known.parquet", {"user_idx": np.array([0]), "item_idx": np.array([1])})
    files = ["--batch", str(folder / "known.parquet"), "--train", str(folder / "parts.parquet"), "--out"]
    assert run(["recommend", *files, str(folder / "o.parquet"), "--model", "popularity", "-n", "39"]) == 0
    assert (read_columns(folder / "o.parquet", ("item_idx",))["item_idx"][:20] % 2 == 0).all()
    assert run(["recommend", *files, str(folder / "o.parquet"), "--part", "dress rehearsal"]) == 1
    assert "test_in, train" in capsys.readouterr().err


def test_misuse_and_bad_tables_are_told(folder, capsys):
    assert run(["recommend", "--batch", str(folder / "known.parquet")]) == 2
    assert ask(folder, "--model", "clairvoyance") == 1
    (folder / "known.parquet").write_bytes(b"user_idx,item_idx\n1,2\n")
    assert ask(folder) == 1
    assert "known.parquet" in capsys.readouterr().err
    assert not (folder / "out.parquet").exists()


def known(folder, pairs):
    table = np.array(pairs, np.int64).reshape(-1, 2)
    write_columns(folder / "known.parquet", {"user_idx": table[:, 0], "item_idx": table[:, 1]})


@pytest.mark.parametrize("model", ["blend", "ease"])
def test_odd_listeners_get_what_there_is(folder, model):
    everything = [[1, 7 * track + 5] for track in range(TRACKS)]
    strangers = [[2, 12], [2, 12], [3, 800_001], [3, 800_002]]  # one track twice; tracks nobody has
    known(folder, [*everything, *strangers])
    assert ask(folder, "--model", model, "-n", "500") == 0
    out = read_columns(folder / "out.parquet", ("user_idx", "rank", "item_idx"))
    lists = {u: out["item_idx"][out["user_idx"] == u].tolist() for u in (1, 2, 3)}
    assert len(lists[1]) == 2 and set(lists[1]) == {800_001, 800_002}, "nothing else is left for them"
    assert len(lists[2]) == len(set(lists[2])) == TRACKS + 2 - 1 and 12 not in lists[2]
    assert len(lists[3]) == TRACKS and not {800_001, 800_002} & set(lists[3])
    assert out["rank"][out["user_idx"] == 2].tolist() == list(range(TRACKS + 1))


def test_nobody_asks_nobody_is_answered(folder, capsys):
    known(folder, [])
    assert ask(folder, "--model", "ease", "--order", "order.parquet", "--json") == 0
    assert json.loads(capsys.readouterr().out)["listeners"] == 0
    assert read_columns(folder / "out.parquet", ("user_idx", "rank", "item_idx"))["item_idx"].size == 0


def test_facts_and_orders_of_others_do_no_harm(folder):
    write_columns(
        folder / "tracks.parquet", {"item_idx": np.array([700_000, 5]), "album_id": np.array([1, 2])}
    )
    order = {
        "user_idx": np.array([4_000_000, 90, 90]),
        "item_idx": np.array([5, 600_000, 19]),
        "pos": np.arange(3),
    }
    write_columns(folder / "order.parquet", order)
    assert ask(folder, "--tracks", "tracks.parquet", "--order", "order.parquet", "-n", "3") == 0
    assert len(read_columns(folder / "out.parquet", ("item_idx",))["item_idx"]) == 9


def test_a_missing_file_and_too_small_a_number_are_misuse(folder, capsys):
    assert ask(folder, "--tracks", "nowhere.parquet") == 2
    assert "nowhere.parquet" in capsys.readouterr().err
    assert ask(folder, "-n", "0") == 2
    empty = {name: np.zeros(0, np.int64) for name in ("user_idx", "item_idx")}
    write_columns(folder / "train.parquet", empty)
    assert ask(folder) == 1 and "nothing to learn from" in capsys.readouterr().err


def test_the_folder_of_the_answers_is_made_and_refused_before_learning(folder, capsys):
    files = ("--batch", "known.parquet", "--train", "train.parquet", "--model", "popularity")
    given = [str(folder / f) if f.endswith("parquet") else f for f in files]
    assert run(["recommend", *given, "-n", "2", "--out", str(folder / "new" / "deep" / "out.parquet")]) == 0
    assert [p.name for p in (folder / "new" / "deep").iterdir()] == ["out.parquet"]
    capsys.readouterr()
    assert run(["recommend", *given, "--out", str(folder / "known.parquet" / "out.parquet")]) == 1
    told = capsys.readouterr().err
    assert "nothing can be written there" in told and "Learning" not in told
