"""The whole measurement, small: albums that sound alike are found, damage is damage, files are left out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from synesthete.cli.evaluate_sound import sound as command
from synesthete.encoders.descriptors import DescriptorEncoder
from synesthete.errors import FormatError, NotFound
from synesthete.evaluate.collection import chosen, committed_albums, drawn_albums, labeled_files
from synesthete.evaluate.degrade import phone, remastered, small_mp3
from synesthete.evaluate.report import as_text
from synesthete.evaluate.sound import evaluate_sound
from tests.sound import chord

RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three albums of three pieces of 12 s, alike inside an album, and one file that is none."""
    place = tmp_path_factory.mktemp("evaluation") / "music"
    place.mkdir()
    rows = ["file,artist,album,genre"]
    for album, (base, beats) in enumerate([(110, 1.0), (440, 3.0), (880, 7.0)]):
        for piece in range(3):
            name = f"{album}-{piece}.wav"
            wave = chord(base * 2 ** (piece / 12), 12.0, beats, 10 * album + piece)[0][::2]
            soundfile.write(place / name, wave, 22_050)
            rows.append(f"{name},artist {album},album {album},genre {album % 2}")
    (place / "broken.wav").write_bytes(b"not sound")
    rows.append("broken.wav,artist 0,album 0,")
    place.with_name("music.csv").write_text("\n".join(rows))
    return place


def test_measures_and_leaves_out(folder: Path) -> None:
    report = evaluate_sound([DescriptorEncoder()], labeled_files(folder))
    assert report.tracks == 9 and report.unreadable == {
        "broken.wav": "this is not a sound file of a known format"
    }
    row = report.scores["descriptors@1"]
    assert row["album_map"] > 0.9 and row["album_p1"] == 1.0 and row["clean_track_top10"] == 1.0
    assert np.isnan(row["artist_elsewhere_map"])  # no artist has two albums here
    assert list(report.scores) == ["descriptors@1", "mfcc@1"]
    told = as_text(report.tables())
    assert "| descriptors@1 | " in told and "## Over mfcc@1" in told and "seed 0" in told
    assert "artist elsewhere" not in told, "what could not be measured is no column"
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["scores"]["mfcc@1"]["album_map"] is not None and plain["baseline"] == "mfcc@1"
    low, high = plain["intervals"]["descriptors@1"]["album_map"]
    assert low <= plain["scores"]["descriptors@1"]["album_map"] <= high
    over = plain["differences"]["descriptors@1"]["album_map"]
    assert over["mean"] == pytest.approx(row["album_map"] - report.scores["mfcc@1"]["album_map"], abs=1e-4)
    kept = {(score.subject, score.metric): score for score in report.kept()}
    assert kept["descriptors@1", "album_map"].low == pytest.approx(low, abs=1e-4)


def test_the_same_seed_measures_the_same(folder: Path) -> None:
    files = labeled_files(folder)[:6]
    again = [evaluate_sound([DescriptorEncoder()], files, seed=3).to_dict() for _ in range(2)]
    assert again[0] == again[1]


def test_command_line(folder: Path, tmp_path: Path) -> None:
    asked = [str(folder), "--encoder", "descriptors"]
    page = tmp_path / "page.html"
    more = ["--json", "--baseline", "descriptors", "--html", str(page), "--seed", "5"]
    done = CliRunner().invoke(command, asked + more, obj={}, standalone_mode=False)
    assert done.exception is None and done.return_value == 3
    told = json.loads(done.stdout)
    assert (told["tracks"], told["seed"], told["baseline"]) == (9, 5, "descriptors@1")
    assert list(told["differences"]) == ["mfcc@1"]
    written = page.read_text("utf-8")
    assert "Over descriptors@1" in written and "<svg" in written and "seed 5" in written
    with pytest.raises(NotFound):
        CliRunner().invoke(
            command, [*asked, "--baseline", "aurora"], obj={}, standalone_mode=False, catch_exceptions=False
        )


def test_splits(folder: Path, tmp_path: Path) -> None:
    files = labeled_files(folder)
    assert drawn_albums(files, 1, most=6) == drawn_albums(files, 1, most=6)
    assert len(drawn_albums(files, 1, most=6)) == 1  # album 0 has four files, the others three
    assert {f.album for f in chosen(files, "2")} == {"album 0", "album 1", "album 2"}
    assert chosen(files, "held-out") == [] and len(committed_albums()) > 5
    with pytest.raises(FormatError):
        chosen(files, "validation")


def test_held_out_albums_are_those_of_the_shared_training_set(shared_data: Path) -> None:
    files = labeled_files(shared_data / "audio" / "train")
    held = chosen(files, "held-out")
    assert {f.album for f in held} == committed_albums()
    assert 60 < len(held) <= 96 < len(files)


def test_tags_serve_as_labels(music_folder: Path) -> None:
    files = labeled_files(music_folder)
    assert len(files) == 6
    assert {f.album for f in files} == {"Ada Byron: Engines", "Cèsar F: Été", None}


def test_damage() -> None:
    rng = np.random.default_rng(0)
    wave = chord(440, 5.0)[0][: 5 * RATE]

    def band(sound: np.ndarray, low: float, high: float) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        hz = np.fft.rfftfreq(len(sound), 1 / RATE)
        return float(power[(hz >= low) & (hz < high)].sum())

    heard = phone(wave, RATE, rng)
    assert heard.shape == wave.shape and band(heard, 0, 100) < 1e-2 * band(heard, 300, 6000)
    again = phone(wave, RATE, np.random.default_rng(1)), phone(wave, RATE, np.random.default_rng(1))
    np.testing.assert_array_equal(*again)
    assert abs(len(small_mp3(wave, RATE)) - len(wave)) < 0.1 * RATE
    white = rng.standard_normal(RATE * 5).astype("f4") * 0.1
    cut = [
        band(remastered(white, RATE, np.random.default_rng(s)), 7000, 8000) < 1e-2 * band(white, 7000, 8000)
        for s in range(12)
    ]
    assert 0 < sum(cut) < 12
