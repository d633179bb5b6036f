"""Teachers: loaded by the name of their file, and asked about windows of a sound."""

# ruff: noqa: E402 (torch may be absent)
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra [train]")

from synesthete.errors import SynestheteError
from synesthete.training.teachers import ARCHITECTURES, TEACHER_MEL, available, lessons, load_teachers

FEATURES = {"fcn": 512, "crnn": 480, "musicnn": 953}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One file of random weights for each architecture."""
    place = tmp_path_factory.mktemp("teachers")
    torch.manual_seed(0)
    for kind, make in ARCHITECTURES.items():
        torch.save(make().state_dict(), place / f"toy-{kind}.pth")
    torch.save(ARCHITECTURES["musicnn"]().state_dict(), place / "msd-musicnn.pth")
    return place


def test_each_says_of_each_window_what_it_hears_there(folder):
    names = available(folder)
    assert names == ["toy-crnn", "toy-fcn", "toy-musicnn"]
    rate, rng = TEACHER_MEL.sample_rate, np.random.default_rng(0)
    quiet, loud = np.zeros(12 * rate, np.float32), rng.normal(0, 0.1, 12 * rate).astype(np.float32)
    heard = lessons(load_teachers(folder, names), np.concatenate([quiet, loud]), [1.0, 13.0, 14.0], 10.0)
    for name, rows in heard.items():
        assert rows.shape == (3, FEATURES[name.partition("-")[2]]) and rows.dtype == np.float16
        apart = np.abs(rows[:, None].astype(np.float32) - rows[None]).mean(-1)
        assert np.isfinite(rows).all() and apart[1, 2] < 0.5 * apart[0, 1], (
            f"{name} hears what is in a window"
        )


def test_what_is_no_teacher_is_named(folder, tmp_path):
    with pytest.raises(SynestheteError, match="no teacher absent-fcn"):
        load_teachers(folder, ["absent-fcn"])
    (tmp_path / "toy-fcn.pth").write_bytes((folder / "toy-crnn.pth").read_bytes())
    with pytest.raises(SynestheteError, match=r"is no fcn: it lacks layer5\.conv"):
        load_teachers(tmp_path, ["toy-fcn"])
