"""From a source to points: in blocks, in part, quickly, and at the edges."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synesthete.audio.decode import open_sound, stream
from synesthete.encoders.descriptors import DescriptorEncoder
from synesthete.encoders.hearing import hear, hear_blocks, hear_sound
from synesthete.errors import AudioError
from tests.sound import chord

RATE = 16_000
EAR = DescriptorEncoder()


def wav(sound: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format="WAV", subtype="FLOAT")
    return file.getvalue()


@pytest.fixture(scope="module")
def long() -> np.ndarray:
    """150 s whose character changes every 30."""
    parts = [chord(base, 30.0, beats, seed)[0][: 30 * 44_100 : 2][: 30 * RATE]
             for seed, (base, beats) in enumerate([(110, 1), (440, 3), (150, 2), (700, 6), (90, 4)])]  # fmt: skip
    return np.concatenate(parts).astype(np.float32)


def test_blocks_of_any_size_say_the_same(long: np.ndarray) -> None:
    whole = hear_blocks(EAR, [long])
    pieces = hear_blocks(EAR, np.array_split(long, 37))
    np.testing.assert_array_equal(whole.starts_s, pieces.starts_s)
    np.testing.assert_allclose(whole.excerpts, pieces.excerpts, atol=1e-5)
    np.testing.assert_array_equal(whole.starts_s, np.arange(29) * 5.0)
    np.testing.assert_allclose(whole.ends_s - whole.starts_s, 10.0)


def test_an_excerpt_is_what_it_is_alone(long: np.ndarray) -> None:
    """Cut out of one long picture or drawn by itself: the same point, but for its edges."""
    whole = hear_blocks(EAR, [long])
    for number in (0, 7, 13, 28):
        start = int(whole.starts_s[number] * RATE)
        alone = hear_blocks(EAR, [long[start : start + 10 * RATE]])
        assert float(alone.track @ whole.excerpts[number]) > 0.99


def test_a_span_has_times_of_the_whole(long: np.ndarray) -> None:
    heard = hear(EAR, wav(long), start_s=35.0, end_s=54.0)
    assert heard.starts_s.tolist() == [35.0, 40.0, 44.0]
    assert heard.ends_s[-1] == pytest.approx(54.0)
    assert heard.duration_s == pytest.approx(19.0)


def test_the_quick_look_is_near_the_full_one(long: np.ndarray) -> None:
    full, quick = hear(EAR, wav(long)), hear(EAR, wav(long), "quick")
    assert len(quick.excerpts) == 3
    assert quick.starts_s.tolist() == [20.0, 70.0, 120.0]
    assert float(full.track @ quick.track) > 0.7
    part = hear(EAR, wav(long), "quick", start_s=30.0, end_s=60.0)
    assert part.starts_s.tolist() == [30.0, 40.0, 50.0]


def test_a_header_that_promises_too_much(long: np.ndarray, tmp_path: Path) -> None:
    """Half of the file is missing: the quick look takes the places that still sound."""
    path = tmp_path / "half.flac"
    soundfile.write(path, long, RATE, format="FLAC")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 1 <= len(hear(EAR, path, "quick").excerpts) < 3
    assert 40 < hear(EAR, path).duration_s < 110


def test_short_clips_are_repeated_and_keep_their_times() -> None:
    sound = chord(220, 1.0)[0][: int(0.3 * RATE)]
    heard = hear(EAR, wav(sound))
    assert heard.excerpts.shape == (1, EAR.card.dim)
    assert (heard.starts_s[0], heard.ends_s[0]) == (0.0, pytest.approx(0.3))
    with pytest.raises(AudioError, match="too short"):
        hear(EAR, wav(sound[:1000]))


def test_silence_is_said_and_does_not_count() -> None:
    tone = chord(220, 10.0)[0][: 10 * RATE]
    assert hear(EAR, wav(np.zeros(5 * RATE, np.float32))).silent
    padded = hear(EAR, wav(np.concatenate([tone, np.zeros(40 * RATE, np.float32)])))
    assert not padded.silent
    assert float(padded.track @ hear(EAR, wav(tone)).track) > 0.8


def test_named_descriptors_come_along(long: np.ndarray) -> None:
    with open_sound(wav(long)) as sound:
        heard = hear_sound(EAR, sound, named=True)
        assert hear_sound(EAR, sound).named == {}
    assert heard.named["loudness"].value < 0 and heard.named["tempo"].confidence >= 0


def test_a_louder_copy_lies_at_the_same_place(long: np.ndarray) -> None:
    assert float(hear_blocks(EAR, [long]).track @ hear_blocks(EAR, [long * 0.2]).track) > 0.999


def test_streams_are_heard_without_being_held(long: np.ndarray) -> None:
    blocks = stream(wav(long), RATE, block_s=7.0)
    assert len(hear_blocks(EAR, blocks).excerpts) == 29
