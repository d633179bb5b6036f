"""`synesthete embed` and `synesthete encoders`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

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


def test_without_a_name_the_encoder_of_the_library_hears(
    music_folder: Path, tmp_path: Path, data: list[str]
) -> None:
    good, out = str(music_folder / "untagged.wav"), tmp_path / "v.npz"
    assert run(["embed", good, "--quick", "--out", str(out), *data]) == 0
    usual = np.load(out)["vectors"].shape[1]
    assert not (tmp_path / "data").exists(), "nothing is made that was not asked for"
    assert run(["encoders", "add", str(make_encoder(tmp_path / "from", "mine")), *data]) == 0
    assert run(["encoders", "switch", "mine", *data]) == 0
    assert run(["embed", good, "--quick", "--out", str(out), *data]) == 0
    assert np.load(out)["vectors"].shape == (1, 16) and usual != 16


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


@pytest.mark.parametrize("seconds", [0.1, 0.7, 2.5, 9.99, 31.3])
@pytest.mark.parametrize("encoder", ["aurora", "descriptors"])
def test_clips_of_any_length_and_kind_give_finite_vectors_of_length_one(
    tmp_path: Path, data: list[str], seconds: float, encoder: str
) -> None:
    """Eight-bit, six channels, 96 kHz, far too loud, hardly there, nothing but an offset, partly no number."""
    rng = np.random.default_rng(3)
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(44_100 * seconds) + 1) / 44_100)
    tone = (tone + 0.05 * rng.standard_normal(len(tone))).astype(np.float32)
    holes = np.where(np.arange(len(tone)) % 100 == 7, np.nan, tone)
    kinds = {
        "plain.wav": (tone, 44_100, "PCM_16"), "eight.wav": (tone[: len(tone) // 5 + 1], 8_000, "PCM_U8"),
        "six.flac": (np.stack([tone] * 6, 1), 44_100, "PCM_24"), "fast.wav": (np.repeat(tone, 3), 96_000, "DOUBLE"),
        "loud.wav": (1e6 * tone, 44_100, "FLOAT"), "faint.wav": (1e-3 * tone, 44_100, "FLOAT"),
        "offset.wav": (np.full(len(tone), 0.5), 44_100, "PCM_16"), "holes.wav": (holes, 44_100, "FLOAT"),
        "zeros.wav": (np.zeros(len(tone)), 44_100, "PCM_16"), "small.ogg": (tone, 44_100, "VORBIS"),
    }  # fmt: skip
    for name, (samples, rate, subtype) in kinds.items():
        soundfile.write(tmp_path / name, samples, rate, subtype=subtype)
    (tmp_path / "words.mp3").write_text("not a song")
    out = tmp_path / "v.npz"
    code = run(
        [
            "embed",
            *(str(tmp_path / n) for n in [*kinds, "words.mp3"]),
            "--encoder",
            encoder,
            "--out",
            str(out),
            *data,
        ]
    )
    assert code == 3
    arrays = np.load(out, allow_pickle=False)
    assert [Path(name).name for name in arrays["names"]] == list(kinds)
    for rows in (arrays["vectors"], arrays["excerpt_vectors"]):
        assert np.isfinite(rows).all()
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)
    assert set(arrays["excerpt_track"].tolist()) == set(range(len(kinds)))
    begins, ends = arrays["excerpt_start_s"], arrays["excerpt_end_s"]
    first = arrays["excerpt_track"] == 0
    assert begins[first].min() == 0 and seconds - 2.5 <= ends[first].max() <= seconds + 0.01
    assert (ends - begins <= 10.001).all()


def test_what_would_be_noticed_too_late_is_told_at_once(
    music_folder: Path, tmp_path: Path, data: list[str], capsys, monkeypatch
) -> None:
    good = str(music_folder / "untagged.wav")
    monkeypatch.setattr("synesthete.encoders.hearing.hear", lambda *a: pytest.fail("it listened first"))
    assert run(["embed", good, "--out", str(tmp_path / "no" / "such" / "v.npz"), *data]) == 1
    assert "no such folder to write to" in capsys.readouterr().err


def test_what_is_no_file_is_left_out_and_not_waited_for(
    music_folder: Path, tmp_path: Path, data: list[str], capsys
) -> None:
    import os

    pipe, good = tmp_path / "pipe.wav", str(music_folder / "untagged.wav")
    os.mkfifo(pipe)
    out = tmp_path / "v.npz"
    assert run(["embed", str(pipe), good, "--encoder", "descriptors", "--out", str(out), *data]) == 3
    assert "this is no file" in capsys.readouterr().err and np.load(out)["names"].tolist() == [good]


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
