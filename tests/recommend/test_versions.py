"""Copies, other versions and strangers, told apart in the hardest case: forty pieces for solo piano."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest

from synesthete.audio.decode import decode
from synesthete.demo import STYLES, compose, render
from synesthete.demo.instruments import SAMPLE_RATE
from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.shelf import open_encoder
from synesthete.music import Track, TrackId
from synesthete.recommend.moments import Excerpts
from synesthete.recommend.versions import Kinship, course_of, kinship, may_be_kin, piece_of, same_piece

PIANO = STYLES[2]
SECONDS = 20.0


@dataclass
class Piece:
    track: Track
    excerpts: Excerpts
    vector: np.ndarray


def track(number: int, title: str, duration_s: float = SECONDS, artist: str = "Ilse Maren", **more) -> Track:
    return Track(TrackId(number), title, artist, duration_s=duration_s, **more)


@pytest.fixture(scope="module")
def ear(tmp_path_factory):
    return open_encoder(None, tmp_path_factory.mktemp("none"))


def heard(ear, sound: np.ndarray, told: Track) -> Piece:
    """What the encoder hears in stereo sound (S, 2) at 44.1 kHz."""
    import soundfile

    coded = io.BytesIO()
    soundfile.write(coded, sound, SAMPLE_RATE, format="WAV", subtype="FLOAT")
    found = hear_blocks(ear, [decode(coded.getvalue(), ear.sample_rate)])
    return Piece(told, Excerpts(found.excerpts, found.starts_s, found.ends_s), found.track)


@pytest.fixture(scope="module")
def sounds():
    return [render(compose(PIANO, (2, 100 + i), SECONDS), PIANO, (2, 100 + i)) for i in range(40)]


@pytest.fixture(scope="module")
def pieces(ear, sounds):
    return [heard(ear, sound, track(i, f"Nocturne in {i}")) for i, sound in enumerate(sounds)]


def squeezed(sound: np.ndarray, bit_rate: int) -> bytes:
    """The sound as MP3."""
    import av

    coded = io.BytesIO()
    with av.open(coded, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE, layout="stereo")
        stream.bit_rate = bit_rate
        for start in range(0, len(sound) - 1151, 1152):
            block = np.ascontiguousarray(sound[start : start + 1152].T)
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.sample_rate = SAMPLE_RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return coded.getvalue()


def test_forty_piano_pieces_are_strangers_to_each_other(pieces):
    """They are alike, of one length and by one artist; nothing may be merged."""
    alike = [float(a.vector @ b.vector) for a, b in combinations(pieces, 2)]
    assert np.median(alike) > 0.8, "the test is only hard while they are alike"
    wrong = [
        (a.track.title, b.track.title)
        for a, b in combinations(pieces, 2)
        if kinship(a.track, b.track, a.excerpts, b.excerpts) != Kinship.STRANGERS
    ]
    assert not wrong


def test_not_even_one_name_makes_them_one_recording(pieces):
    wrong = 0
    for a, b in combinations(pieces, 2):
        one, other = track(1, "Nocturne"), track(2, "Nocturne")
        wrong += kinship(one, other, a.excerpts, b.excerpts) == Kinship.SAME_RECORDING
    assert wrong == 0


@pytest.mark.parametrize("bit_rate", [48_000, 128_000])
def test_copies_are_the_same_recording(ear, pieces, sounds, bit_rate):
    for piece, sound in list(zip(pieces, sounds, strict=True))[:6]:
        found = hear_blocks(ear, [decode(squeezed(sound, bit_rate), ear.sample_rate)])
        copy = Excerpts(found.excerpts, found.starts_s, found.ends_s)
        told = track(99, piece.track.title, found.duration_s)
        assert kinship(piece.track, told, piece.excerpts, copy) == Kinship.SAME_RECORDING


def test_the_same_sound_under_another_name_is_the_same_recording(pieces):
    piece = pieces[0]
    other = track(99, "Side A, first thing", artist="Someone")
    assert kinship(piece.track, other, piece.excerpts, piece.excerpts) == Kinship.SAME_RECORDING


def test_another_performance_is_another_version(ear, pieces):
    """The same notes, played slower and on another evening."""
    from dataclasses import replace

    slow = replace(PIANO, tempo=(PIANO.tempo[0] * 0.8, PIANO.tempo[1] * 0.8))
    sound = render(compose(slow, (2, 100), SECONDS * 1.25), slow, (7, 7))
    live = heard(ear, sound, track(99, "Nocturne in 0 (Live in Graz)", SECONDS * 1.25))
    piece = pieces[0]
    assert kinship(piece.track, live.track, piece.excerpts, live.excerpts) == Kinship.OTHER_VERSION


def test_names():
    for title in (
        "Cogs (Live 2011)",
        "Cogs - Remastered 2009",
        "Cogs [Mono Mix]",
        "COGS",
        "Cógs (Radio Edit)",
    ):
        assert piece_of(title) == "cogs"
    assert piece_of("(Live)") == "live", "a title that is nothing but an edition keeps its name"
    assert piece_of("Cogs (Part 2)") == "cogs part 2"
    assert same_piece(track(1, "Cogs"), track(2, "cogs (live)"))
    assert not same_piece(track(1, "Cogs"), track(2, "Cogs", artist="Other"))
    for nothing in ("Untitled", "Track 01", "Intro", "", "Untitled Track 3", "07"):
        assert not same_piece(track(1, nothing), track(2, nothing)), nothing


def test_what_cannot_be_compared_is_not_merged():
    one, other = track(1, "A"), track(2, "B")
    short = Excerpts(np.eye(2, 4, dtype=np.float32), np.zeros(2), np.full(2, 10.0))
    assert course_of(short, short) is None and course_of(None, short) is None
    assert kinship(one, other, short, short) == Kinship.STRANGERS
    assert kinship(one, track(2, "A"), None, None) == Kinship.OTHER_VERSION
    assert not may_be_kin(one, track(2, "B", duration_s=None))
    same = {"recording_mbid": "1f1b"}
    assert kinship(track(1, "A", **same), track(2, "B", **same), None, None) == Kinship.SAME_RECORDING
