"""`synesthete embed` and `synesthete encoders`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from synesthete.cli import run
from tests.encoders.networks import make_encoder


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    return ["--data", str(tmp_path / "data")]


def test_embed_writes_the_arrays_and_reports_what_it_left_out(
    music_folder: Path, tmp_path: Path, data: list[str], capsys
) -> None:
    (music_folder / "zz.mp3").write_bytes(b"no music")
    out = tmp_path / "vectors.npz"
    assert run(["embed", str(music_folder), "--encoder", "descriptors", "--out", str(out), *data]) == 3
    assert "zz.mp3" in capsys.readouterr().err
    arrays = np.load(out, allow_pickle=False)
    assert set(arrays) == {
        "names",
        "vectors",
        "excerpt_vectors",
        "excerpt_track",
        "excerpt_start_s",
        "excerpt_end_s",
    }
    names, vectors = arrays["names"], arrays["vectors"]
    assert len(names) == 6 and vectors.shape == (6, 128)
    assert arrays["excerpt_vectors"].shape == (len(arrays["excerpt_track"]), 128)
    assert sorted(set(arrays["excerpt_track"])) == list(range(6))
    assert (arrays["excerpt_end_s"] > arrays["excerpt_start_s"]).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


def test_embed_of_good_files_is_done_and_of_bad_ones_failed(
    music_folder: Path, tmp_path: Path, data: list[str]
) -> None:
    good = str(music_folder / "untagged.wav")
    out = tmp_path / "v.npz"
    assert run(["embed", good, "--quick", "--encoder", "descriptors", "--out", str(out), *data]) == 0
    assert np.load(out)["names"].tolist() == [good]
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(b"")
    assert run(["embed", str(bad), "--out", str(tmp_path / "w.npz"), *data]) == 1
    assert not (tmp_path / "w.npz").exists()
    assert run(["embed", good, "--encoder", "nobody", "--out", str(out), *data]) == 1
    assert run(["embed", good, *data]) == 2


def test_encoders_are_added_listed_and_removed(tmp_path: Path, data: list[str], capsys) -> None:
    folder = make_encoder(tmp_path / "mine", "mine")
    assert run(["encoders", "add", str(folder), *data]) == 0
    assert run(["encoders", "add", str(folder), *data]) == 1  # its name is taken now
    capsys.readouterr()
    assert run(["encoders", "list", "--json", *data]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["encoders"]}
    assert rows["mine"]["origin"] == "added" and rows["mine"]["coverage"] == 0
    assert sum(row["in_force"] for row in rows.values()) == 1
    assert run(["encoders", "remove", "mine", *data]) == 0
    assert run(["encoders", "remove", "mine", *data]) == 1
    assert run(["encoders", "remove", "descriptors", *data]) == 1
    assert run(["encoders", *data]) == 0 and "descriptors@" in capsys.readouterr().out


def test_switch_hears_the_library_and_then_answers(
    music_folder: Path, tmp_path: Path, data: list[str], capsys
) -> None:
    assert run(["add", str(music_folder), "--quick", "--workers", "1", *data]) == 0
    assert run(["encoders", "add", str(make_encoder(tmp_path / "mine", "mine")), *data]) == 0
    assert run(["encoders", "switch", "mine", "--workers", "1", *data]) == 0
    capsys.readouterr()
    assert run(["encoders", "list", "--json", *data]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["encoders"]}
    assert rows["mine"]["in_force"] and rows["mine"]["coverage"] == 1.0
    assert run(["encoders", "remove", "mine", *data]) == 1  # it is in use
