"""The demo library as files: sound, tags, covers, and what survives a second run."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from PIL import Image
from tinytag import TinyTag

from synesthete.demo import STYLES, compose, discography, render, write_demo
from synesthete.demo.flac import write_flac
from synesthete.demo.mix import PEAK


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    pieces = discography()[:7]
    return pieces, write_demo(folder, seconds=3, pieces=pieces)


def test_files_carry_their_tags_and_cover(written):
    for piece, path in zip(*written, strict=True):
        tags = TinyTag.get(path, image=True)
        assert (tags.title, tags.artist, tags.album) == (piece.title, piece.artist, piece.album)
        assert (tags.track, int(tags.year), tags.genre) == (piece.track_no, piece.year, piece.genre)
        cover = Image.open(io.BytesIO(tags.images.front_cover.data))
        cover.load()
        assert cover.size == (300, 300)
        assert soundfile.info(path).channels == 2
        assert soundfile.info(path).duration == pytest.approx(3)


def test_an_album_shares_its_cover_and_albums_differ(written):
    covers = [TinyTag.get(path, image=True).images.front_cover.data for path in written[1]]
    assert covers[0] == covers[1] == covers[2] != covers[3]


def test_a_second_run_keeps_what_is_there(written, tmp_path):
    pieces, paths = written
    before = [path.stat().st_mtime_ns for path in paths]
    told = []
    write_demo(paths[0].parents[2], seconds=3, pieces=pieces, progress=lambda *p: told.append(p))
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert told == [(n, 7) for n in range(1, 8)]


def test_the_sound_is_deterministic_stereo_and_below_full_scale():
    style = STYLES[7]
    score = compose(style, (7, 0), seconds=3)
    once, again = render(score, style, (1,)), render(score, style, (1,))
    assert np.array_equal(once, again)
    assert once.shape == (3 * 44_100, 2) and once.dtype == np.float32
    assert np.abs(once).max() == pytest.approx(PEAK, abs=1e-3)
    assert np.corrcoef(once.T)[0, 1] < 0.999, "left and right must differ"
    assert np.abs(once[-100:]).max() < 1e-3, "the fade must reach silence"


def test_flac_survives_its_own_rewriting(tmp_path):
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (4_000, 1)).astype(np.float32)
    write_flac(tmp_path / "x.flac", sound, 22_050, [("TITLE", "naïve – ☂")])
    read, rate = soundfile.read(tmp_path / "x.flac", dtype="float32", always_2d=True)
    assert rate == 22_050 and np.abs(read - sound).max() < 1 / 32_000
    assert TinyTag.get(tmp_path / "x.flac").title == "naïve – ☂"
