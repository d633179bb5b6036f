"""`similar`, `recommend`, `path`, `cluster`, `map` and `index` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import synesthete
from synesthete.catalog.embeddings import Excerpts
from synesthete.catalog.entries import Entry
from synesthete.cli import run
from synesthete.index import build_index
from tests import sound

GENRES = ("Jazz", "Metal", "Folk")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A library of 36 tracks, three genres of three artists, heard by a generator of numbers."""
    place = tmp_path_factory.mktemp("ask") / "data"
    rng = np.random.default_rng(0)
    with synesthete.open(place) as library:
        parts = library.parts
        dim = parts.encoder.card.dim
        middles = np.repeat(rng.standard_normal((3, dim)), 12, axis=0)
        excerpts = (
            middles[:, None]
            + 0.4 * rng.standard_normal((36, 1, dim))
            + 0.2 * rng.standard_normal((36, 4, dim))
        )
        excerpts /= np.linalg.norm(excerpts, axis=2, keepdims=True)
        vectors = excerpts.mean(axis=1)
        entries = [
            Entry(
                title=f"Piece {i}", artist=f"Artist {i // 4}", album=f"Album {i // 4}", path=f"/m/{i}.flac",
                duration_s=25.0 + i, year=1990 + i, genres=(GENRES[i // 12],),
            )
            for i in range(36)
        ]  # fmt: skip
        starts = np.arange(4, dtype=np.float32) * 5
        with parts.catalog.begin():
            ids = parts.catalog.tracks.put_many(entries)
            for i, track_id in enumerate(ids):
                parts.catalog.embeddings.put(
                    track_id, parts.stamp, vectors[i], "full", Excerpts(excerpts[i], starts, starts + 10)
                )
                parts.catalog.descriptors.put(track_id, {"tempo": 60.0 + 60 * (i // 12) + i % 3})
        parts.catalog.playlists.create(parts.catalog.listeners.owner().id, "Mine", [*ids[:6], *ids[12:15]])
        build_index(parts.stamp, ids, vectors).save(parts.index_folder())
    return place


def ask(capsys, data: Path, *words: object) -> tuple[int, dict, str]:
    code = run([str(word) for word in words] + ["--data", str(data), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def genres(document: dict) -> set[str]:
    return {GENRES[(one["track"]["id"] - 1) // 12] for one in document["results"]}


def test_similar_prints_the_documented_json(capsys, data):
    code, document, err = ask(capsys, data, "similar", 5, "-n", 4)
    assert code == 0 and err == ""
    assert document["query"]["track"]["title"] == "Piece 4"
    assert len(document["results"]) == 4 and genres(document) == {"Jazz"}
    for one in document["results"]:
        assert {"track", "similarity", "reason", "moment"} <= one.keys()
        assert set(one["track"]) == {"id", "title", "artist", "album", "path", "duration_s"}
        assert set(one["moment"]) == {"query_start_s", "query_end_s", "start_s", "end_s"}
    similarities = [one["similarity"] for one in document["results"]]
    assert similarities == sorted(similarities, reverse=True)


def test_a_phrase_and_its_filters(capsys, data):
    words = ("similar", "piece 30", "-n", 20, "--genre", "metal", "--year", "2004-2010", "--per-artist", 0)
    code, document, _ = ask(capsys, data, *words)
    assert code == 0 and document["query"]["track"]["title"] == "Piece 30"
    assert {one["track"]["id"] - 1 for one in document["results"]} == set(range(14, 21))
    code, document, err = ask(capsys, data, "similar", "piece 30", "--genre", "polka")
    assert code == 0 and document["results"] == [] and "No track passes the filters" in document["note"]
    assert "No track passes the filters" in err


def test_a_file_that_is_not_in_the_library(capsys, data, tmp_path):
    path = sound.write(tmp_path / "hum ☂.wav", sound.chord(220, 12.0))
    code, document, _ = ask(capsys, data, "similar", path, "--start", 1, "--end", 11, "-n", 3)
    assert code == 0 and len(document["results"]) == 3
    assert document["query"] == {
        "kind": "file", "text": str(path), "track": None, "recording": None, "start_s": 1.0, "end_s": 11.0,
    }  # fmt: skip
    moment = document["results"][0]["moment"]
    assert (moment["query_start_s"], moment["query_end_s"]) == (1.0, 11.0)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("similar", "5", "--start", "9", "--end", "9"), 2, "is empty"),
        (("similar", "5", "--end", "0"), 2, "is empty"),
        (("similar", "5", "--start", "nan", "--end", "9"), 2, "is empty"),
        (("similar", "no such phrase whatever"), 1, "no track is meant"),
        (("similar", "5", "--year", "soon"), 2, "not a year"),
        (("similar", "5", "-n", "0"), 2, "range"),
        (("recommend", "5", "--taste", "2"), 2, "range"),
        (("recommend", "--listener", "nobody"), 1, "no listener has this name"),
        (("recommend", "--artist", "nobody"), 1, "no artist has this name"),
        (("recommend", "--album", "nothing"), 1, "no album has this title"),
        (("path", "5", "no such phrase whatever"), 1, "no track is meant"),
        (("cluster", "--playlist", "99"), 1, "no "),
    ],
)
def test_what_cannot_be_asked_is_said(capsys, data, words, code, said):
    assert run([*words, "--data", str(data)]) == code
    out, err = capsys.readouterr()
    assert said in err and out == ""


def test_recommend_from_many_seeds(capsys, data):
    words = ("recommend", 1, "--artist", "artist 4", "--minus", 30, "-n", 12, "--per-artist", 0)
    code, document, _ = ask(capsys, data, *words)
    assert code == 0 and genres(document) == {"Jazz", "Metal"}
    assert all(sum(one["shares"].values()) == pytest.approx(1, abs=1e-3) for one in document["results"])
    code, document, _ = ask(capsys, data, "recommend", "--in", "Folk", "-n", 5)
    assert code == 0 and genres(document) == {"Folk"}


def test_recommend_from_an_album(capsys, data):
    code, answer, _ = ask(capsys, data, "recommend", "--album", "album 4", "-n", 6)
    found = [one["track"]["album"] for one in answer["results"]]
    assert code == 0 and found and "Album 4" not in found


def test_a_person_reads_a_table(capsys, data):
    assert run(["similar", "5", "-n", "3", "--data", str(data)]) == 0
    out = capsys.readouterr().out
    assert "Like “Piece 4” by Artist 1" in out and "Sounds" in out and " %" in out


def test_a_path(capsys, data):
    code, document, _ = ask(capsys, data, "path", 1, "piece 35", "-n", 6)
    ids = [one["track"]["id"] for one in document["results"]]
    assert code == 0 and ids[0] == 1 and ids[-1] == 36 and len(ids) == len(set(ids)) == 6


def test_clusters_are_made_named_and_mixed(capsys, data):
    code, made, _ = ask(capsys, data, "cluster", "-k", 3)
    assert code == 0
    assert {(one["name"], one["tracks"]) for one in made["clusters"]} == {
        ("Jazz, slow", 12), ("Metal", 12), ("Folk, fast", 12),
    }  # fmt: skip
    code, mixture, _ = ask(capsys, data, "cluster", "--playlist", 1, "-n", 9)
    shares = {one["name"]: one["share"] for one in mixture["mixture"]}
    assert shares == {"Jazz, slow": pytest.approx(2 / 3, abs=1e-3), "Metal": pytest.approx(1 / 3, abs=1e-3)}
    names = [one["cluster"] for one in mixture["results"]]
    assert (names.count("Jazz, slow"), names.count("Metal")) == (6, 3)
    code, by_numbers, _ = ask(capsys, data, "cluster", "-k", 3, "--by", "descriptors")
    assert code == 0 and [one["tracks"] for one in by_numbers["clusters"]] == [12, 12, 12]
    assert run(["cluster", "-k", "3", "--data", str(data)]) == 0
    assert "Folk" in capsys.readouterr().out


def test_the_map_keeps_its_places(capsys, data):
    code, first, _ = ask(capsys, data, "map")
    assert code == 0 and first["tracks"] == 36
    with synesthete.open(data) as library:
        atlas = library.parts.catalog.atlas
        ids, places = atlas.positions()
        atlas.put_positions(ids[:30], places[:30])
    code, second, _ = ask(capsys, data, "map")
    assert (second["tracks"], second["new"]) == (36, 6)
    with synesthete.open(data) as library:
        _, after = library.parts.catalog.atlas.positions()
    assert after[:30] == pytest.approx(places[:30], abs=1e-6)
    own = places[24:30]
    assert (np.abs(after[30:] - own.mean(0)) <= np.abs(places - own.mean(0)).max(0)).all()
    code, _, _ = ask(capsys, data, "map", "--anew", "--method", "pca")
    with synesthete.open(data) as library:
        _, anew = library.parts.catalog.atlas.positions()
    assert anew == pytest.approx(places, abs=0.2), "a map drawn anew is laid on the old one"


def test_the_index_is_rebuilt_inspected_and_exported(capsys, data, tmp_path):
    code, card, _ = ask(capsys, data, "index", "rebuild", "--kind", "ivf")
    assert code == 0 and card["kind"] == "ivf" and card["count"] == 36
    code, card, _ = ask(capsys, data, "index", "info")
    assert card["kind"] == "ivf"
    ask(capsys, data, "index", "rebuild")
    out = tmp_path / "vectors.npz"
    code, told, _ = ask(capsys, data, "index", "export", out, "--format", "npz")
    assert code == 0 and told["tracks"] == 36
    with np.load(out) as arrays:
        assert arrays["vectors"].shape[0] == len(arrays["ids"]) == 36
    pytest.importorskip("annoy", reason="the extra `annoy` is not installed")
    code, _, _ = ask(capsys, data, "index", "export", tmp_path / "music.ann")
    assert code == 0 and (tmp_path / "music.ann.json").exists()


def test_an_empty_library_says_what_to_do(capsys, tmp_path):
    verbs = (["cluster"], ["map"], ["index", "rebuild"], ["index", "info"])
    for words in (*verbs, ["similar", "1"], ["path", "blue cup", "night fare"], ["search", "calm"]):
        assert run([*words, "--data", str(tmp_path / "data")]) == 1
        assert "synesthete add" in capsys.readouterr().err
    assert run(["status", "--data", str(tmp_path / "data")]) == 0
    assert "synesthete add" in capsys.readouterr().err
    path = sound.write(tmp_path / "hum.wav", sound.chord(220, 3.0))
    code, document, err = ask(capsys, tmp_path / "data", "similar", path)
    assert code == 0 and document["results"] == [] and "synesthete add" in err


def test_an_ear_that_has_heard_nothing_is_told_apart_from_an_empty_library(capsys, data):
    for verb in (["info"], ["rebuild"]):
        assert run(["index", *verb, "--encoder", "descriptors", "--data", str(data)]) == 1
        assert "synesthete encoders switch descriptors" in capsys.readouterr().err
    code, document, err = ask(capsys, data, "similar", 5, "--encoder", "descriptors")
    assert code == 0 and document["results"] == []
    assert "descriptors has heard nothing here yet" in err and "synesthete add" not in err
