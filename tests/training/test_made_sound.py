"""Made sound: MIDI that a reader understands, voices at the pitch they are asked for.

Pictures that stay pictures.
"""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from synesthete.training.arrange import STYLES, compose
from synesthete.training.pack import FLOOR_DB, STEP_DB, to_bytes, to_decibels, window_starts
from synesthete.training.synthesis import produce, remix
from synesthete.training.voices import sing


def notes(midi: bytes) -> list[tuple[int, int, int]]:
    """(tick, channel, pitch) of every note-on, read from the bytes; fails on what is no MIDI file."""
    assert midi[:4] == b"MThd" and midi[14:18] == b"MTrk"
    size = struct.unpack(">I", midi[18:22])[0]
    body, at, now, found, open_notes = midi[22:], 0, 0, [], set()
    assert len(body) == size
    while at < len(body):
        delta = 0
        while True:
            byte = body[at]
            at += 1
            delta = delta << 7 | byte & 0x7F
            if byte < 0x80:
                break
        now += delta
        status = body[at]
        if status == 0xFF:
            at += 3 + body[at + 2]
            continue
        length = 2 if status & 0xF0 == 0xC0 else 3
        first, second = body[at + 1], body[at + 2] if length == 3 else 0
        assert first < 128 and second < 128
        if status & 0xF0 == 0x90:
            found.append((now, status & 0x0F, first))
            open_notes.add((status & 0x0F, first))
        elif status & 0xF0 == 0x80:
            open_notes.discard((status & 0x0F, first))
        at += length
    assert not open_notes
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_piece_is_a_midi_file_of_the_asked_length(seed: int) -> None:
    piece = compose(random.Random(seed), 30.0)
    played = notes(piece.midi)
    assert piece.style in STYLES and len(played) > 20
    assert all(start < end for start, end, _ in piece.melody)
    assert 15 < max(end for _, end, _ in piece.melody) < 60
    assert piece.midi == compose(random.Random(seed), 30.0).midi


def test_every_style_can_play() -> None:
    seen = {compose(random.Random(seed), 8.0).style for seed in range(200)}
    assert seen == set(STYLES)


def test_every_pattern_has_sixteen_steps() -> None:
    for style in STYLES.values():
        patterns = [*style.bass, *style.chords, *(p for choices in style.drums.values() for p in choices)]
        assert {len(pattern) for pattern in patterns} == {16}
        assert set("".join(patterns)) <= set("xo.")


def test_a_voice_sings_the_pitch() -> None:
    voice = sing([(0.0, 2.0, 57)], 16_000, random.Random(3))  # A3, 220 Hz, maybe an octave lower
    spectrum = np.abs(np.fft.rfft(voice[4000:28_000] * np.hanning(24_000)))
    lags = np.fft.irfft(spectrum**2)
    period = 60 + int(np.argmax(lags[60:200]))
    pitch = 16_000 / period
    assert min(abs(pitch - 220), abs(pitch - 110)) < 8


def test_producing_keeps_length_and_stays_finite() -> None:
    sound = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.1
    for seed in range(20):
        made = produce(sound, random.Random(seed))
        assert made.shape == sound.shape and made.dtype == np.float32 and np.isfinite(made).all()


def test_a_remix_is_the_same_from_the_same_seed() -> None:
    rng = np.random.default_rng(0)
    pair = [rng.standard_normal(16_000 * 4).astype(np.float32) * 0.1 for _ in range(2)]
    np.testing.assert_array_equal(remix(4, pair), remix(4, pair))
    assert len({len(remix(seed, pair)) for seed in range(4)}) > 1  # speeds differ


def test_packed_pictures_are_within_a_quarter_of_a_decibel() -> None:
    picture = (
        np.random.default_rng(0).uniform(FLOOR_DB, FLOOR_DB + 255 * STEP_DB, (50, 80)).astype(np.float32)
    )
    assert np.abs(to_decibels(to_bytes(picture)) - picture).max() <= STEP_DB / 2 + 1e-4


@pytest.mark.parametrize(
    "seconds, expected", [(3, [0]), (10, [0]), (23, [0, 5, 10, 13]), (70, [*range(0, 60, 5), 60])]
)
def test_windows_cover_the_track(seconds: float, expected: list[float]) -> None:
    np.testing.assert_allclose(window_starts(seconds), expected)
