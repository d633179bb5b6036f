"""Training end to end, small: it packs, learns, stops, goes on, and ends in an encoder that hears."""

# ruff: noqa: E402 (torch may be absent)
from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

torch = pytest.importorskip("torch", reason="training needs the extra [train]")
pytest.importorskip("onnx", reason="training needs the extra [train]")

from click.testing import CliRunner

from synesthete.cli.train import train as command
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.encoders.shelf import try_out
from synesthete.errors import InputError
from synesthete.training.export import calibration_pictures, compare, export, make_card
from synesthete.training.loop import Plan, Run, load_ear
from synesthete.training.material import Sources, prepare
from synesthete.training.model import Ear, EarShape
from synesthete.training.room import Order, load_material, train
from synesthete.training.tune import ear_from_network

SMALL = EarShape(stem=8, middle=12, top=16, head=24, dim=128)
PLAN = Plan(steps=6, batch=8, warm_up=2, save_every=3, seed=5)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four recordings that differ by pitch and color; one is silent and cannot be learned from."""
    folder = tmp_path_factory.mktemp("music")
    rng = np.random.default_rng(0)
    time = np.arange(16_000 * 13) / 16_000
    for number in range(4):
        tone = np.sin(2 * np.pi * 220 * 1.5**number * time) * np.abs(np.sin(2 * np.pi * (1 + number) * time))
        soundfile.write(folder / f"{number}.wav", 0.3 * tone + 0.02 * rng.standard_normal(len(time)), 16_000)
    soundfile.write(folder / "silent.wav", np.zeros(16_000 * 5), 16_000)
    return folder


@pytest.fixture(scope="module")
def pack(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    failed = prepare(Sources([music], held_out=frozenset({"3.wav"})), folder)
    assert len(failed) == 1 and "silent.wav" in failed[0]
    return folder


def test_a_recording_whose_name_is_no_text_is_packed(music: Path, tmp_path: Path) -> None:
    odd = tmp_path / "music" / os.fsdecode(b"caf\xe9.wav")  # Latin-1, as old archives have it
    odd.parent.mkdir()
    try:
        shutil.copy(music / "0.wav", odd)
    except OSError:
        pytest.skip("names of files are text here")
    assert prepare(Sources([odd.parent]), tmp_path / "pack") == []
    assert len(load_material(tmp_path / "pack").names) == 1


def test_what_could_not_be_finished_is_refused_before_it_begins(music: Path, tmp_path: Path) -> None:
    for order, said in (
        (Order(Sources([music]), tmp_path / "out", name="Bad Name!"), "cannot be called so"),
        (Order(Sources([music], teachers=tmp_path), tmp_path / "out"), "no weights of taggers"),
    ):
        with pytest.raises(InputError, match=said):
            train(order)
    assert not (tmp_path / "out").exists()


def test_held_out_files_are_never_packed(pack: Path) -> None:
    assert load_material(pack).names == ["audio:" + f"{name}" for name in _names(pack)]
    assert not any("3.wav" in name for name in load_material(pack).names)


def _names(pack: Path) -> list[str]:
    return sorted(str(np.load(path)["name"])[6:] for path in pack.glob("*.npz"))


def test_a_stopped_run_ends_as_if_it_had_never_stopped(pack: Path, tmp_path: Path) -> None:
    material = load_material(pack)
    whole = Run(tmp_path / "whole", material, PLAN, SMALL).advance()
    half = Run(tmp_path / "half", material, PLAN, SMALL)
    for _ in range(3):
        half.take_step(_draw(half))
    half.save()
    resumed = Run(tmp_path / "half", material, PLAN, SMALL)
    assert resumed.step == 3
    for name, value in resumed.advance().state_dict().items():
        torch.testing.assert_close(value, whole.state_dict()[name], rtol=0, atol=0)
    assert (tmp_path / "half" / "curves.png").stat().st_size > 1000
    assert (tmp_path / "half" / "curves.csv").read_text().startswith("step,rate,recognize")


def _draw(run: Run):
    from synesthete.training.data import draw

    return draw(run.material, run.plan.batch, run.chances)


def test_training_learns_to_know_a_recording_again(pack: Path, tmp_path: Path) -> None:
    run = Run(tmp_path, load_material(pack), replace(PLAN, steps=40, save_every=20), SMALL)
    run.advance()
    assert run.rows[-1]["recognize"] < run.rows[0]["recognize"]


def test_torch_and_onnx_agree_for_every_length(pack: Path, tmp_path: Path) -> None:
    ear = Ear(SMALL)
    for block in ear.blocks:  # as if trained: statistics that are not the initial ones
        block.norm.running_mean.uniform_(-0.5, 0.5)
        block.norm.running_var.uniform_(0.5, 2)
    pictures = calibration_pictures(load_material(pack))
    parity = export(ear.eval(), tmp_path, make_card("small", "1", ear, {}), pictures)
    assert parity.difference < 1e-4
    assert parity.int8_cosine > 0.98
    for frames in (40, 100, 333):
        cut = np.ascontiguousarray(pictures[:4, :frames])
        assert compare(ear, tmp_path / "network.onnx", tmp_path / "network.int8.onnx", cut).difference < 1e-4
    try_out(tmp_path)


def test_fine_tuning_starts_from_the_same_ear(pack: Path, tmp_path: Path) -> None:
    material = load_material(pack)
    ear = Run(tmp_path / "run", material, PLAN, SMALL).advance()
    pictures = calibration_pictures(material)
    export(ear, tmp_path / "encoder", make_card("small", "1", ear, {}), pictures)
    again = ear_from_network(tmp_path / "encoder" / "network.onnx", pictures)
    with torch.inference_mode():
        torch.testing.assert_close(
            again.eval()(torch.from_numpy(pictures)), ear(torch.from_numpy(pictures)), rtol=0, atol=1e-4
        )


def test_nothing_to_train_on_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sound files"):
        train(Order(Sources([tmp_path]), tmp_path / "out"))


def test_a_run_that_goes_on_says_from_where_and_what_has_changed(music: Path, tmp_path: Path, caplog) -> None:
    sources, told = Sources([music], held_out=frozenset({"3.wav"})), []
    first = Order(sources, tmp_path, plan=replace(PLAN, steps=2, save_every=2))
    train(first, told.append)
    assert not [line for line in told if "going on" in line or "done already" in line]
    told.clear()
    again = replace(first, plan=replace(PLAN, steps=4, save_every=2, batch=6), start=tmp_path / "encoder")
    train(again, told.append)
    assert "going on at step 2 of 4" in told
    assert "this run was begun with another plan: batch was 8" in told
    assert [line for line in told if line.startswith("--from is for a new run")]
    told.clear()
    train(again, told.append)
    assert [line for line in told if line.startswith("4 steps are done already")]
    assert not caplog.records, "nobody is warned of what is as it should be"


def test_the_command_makes_an_encoder(music: Path, tmp_path: Path) -> None:
    arguments = [
        "--audio",
        str(music),
        "--out",
        str(tmp_path / "out"),
        "--steps",
        "2",
        "--batch",
        "4",
        "--json",
    ]
    result = CliRunner().invoke(command, arguments, obj={"data": None}, standalone_mode=False)
    assert result.return_value == 3, result.output  # the silent file was left out
    document = json.loads(result.stdout)
    assert document["torch_to_onnx"] < 1e-4 and document["tracks"] == 4
    encoder = OnnxEncoder(tmp_path / "out" / "encoder")
    assert encoder.card.name == "mine" and encoder.embed(np.zeros((1, 398, 80), np.float32)).shape == (1, 256)
    ear, state = load_ear(tmp_path / "out" / "run" / "checkpoint.pt")
    assert state["step"] == 2 and ear.parameter_count() < 2_000_000
