"""Any sound file to mono samples: whole, in part, from anywhere, and with a clear word when it is none."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import correlate

from synesthete.audio.decode import decode, probe, stream
from synesthete.errors import AudioError, InputError
from tests.audio import formats

RATE = 16_000


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """What the files hold, mono at 16 kHz."""
    import soxr

    return soxr.resample(formats.stereo().mean(axis=1), formats.RATE, RATE, quality="HQ").astype(np.float32)


def lag(a: np.ndarray, b: np.ndarray) -> int:
    """How many samples a lies behind b."""
    size = min(len(a), len(b))
    return int(correlate(a[:size], b[:size], method="fft").argmax()) - (size - 1)


@pytest.mark.parametrize("name", [*formats.PLAIN, *formats.ENCODED])
def test_reads_every_format(encoded: dict[str, Path], truth: np.ndarray, name: str) -> None:
    sound = decode(encoded[name], RATE)
    assert sound.dtype == np.float32 and sound.ndim == 1
    assert abs(len(sound) - len(truth)) < 0.15 * RATE
    behind = lag(sound, truth)
    assert abs(behind) < 0.07 * RATE  # encoders may add some milliseconds of their own
    a, b = sound[max(behind, 0) :], truth[max(-behind, 0) :]
    size = min(len(a), len(b)) - 800
    assert np.corrcoef(a[800:size], b[800:size])[0, 1] > 0.98
    # the level is that of the average of both channels, whoever decodes: no louder downmix
    assert np.sqrt((a[:size] ** 2).mean() / (b[:size] ** 2).mean()) == pytest.approx(1.0, abs=0.08)


@pytest.mark.parametrize("name", formats.EXACT)
@pytest.mark.parametrize("span", [(0.0, 2.0), (3.21, 7.77), (12.5, None)])
def test_a_part_is_the_whole_cut(encoded: dict[str, Path], name: str, span: tuple) -> None:
    whole = decode(encoded[name], RATE)
    part = decode(encoded[name], RATE, *span)
    start, stop = round(span[0] * RATE), None if span[1] is None else round(span[1] * RATE)
    assert len(part) == len(whole[start:stop])
    # AAC fills gaps with random noise, so no two decodings agree better than that
    np.testing.assert_allclose(part, whole[start:stop], atol=2e-2 if name == "sound.m4a" else 2e-3)


@pytest.mark.parametrize("name", formats.ROUNDED)
def test_a_part_of_a_rounding_container_is_within_ten_milliseconds(
    encoded: dict[str, Path], name: str
) -> None:
    whole = decode(encoded[name], RATE)
    part = decode(encoded[name], RATE, 5.43, 9.0)
    around = whole[round(5.43 * RATE) : round(9.0 * RATE)]
    assert abs(lag(part, around)) <= 0.010 * RATE


@pytest.mark.parametrize("name", ["16bit.wav", "sound.mp3", "sound.ogg"])
def test_bytes_streams_and_paths_are_the_same(encoded: dict[str, Path], name: str) -> None:
    path = encoded[name]
    data = path.read_bytes()
    expected = decode(path, RATE, 1.0, 3.0)
    for source in (str(path), data, io.BytesIO(data), _Pipe(data)):
        np.testing.assert_array_equal(decode(source, RATE, 1.0, 3.0), expected)


class _Pipe(io.RawIOBase):
    """A stream that cannot be rewound."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._data.readinto(buffer)


def test_blocks_make_the_whole(encoded: dict[str, Path]) -> None:
    blocks = list(stream(encoded["sound.flac"], RATE, block_s=3.0))
    assert [len(b) for b in blocks[:-1]] == [3 * RATE] * (len(blocks) - 1)
    np.testing.assert_array_equal(np.concatenate(blocks), decode(encoded["sound.flac"], RATE))


@pytest.mark.parametrize("name", [*formats.PLAIN, *formats.ENCODED])
def test_probe_knows_length_rate_and_channels(encoded: dict[str, Path], name: str) -> None:
    info = probe(encoded[name])
    assert info.duration_s == pytest.approx(formats.SECONDS, abs=0.15)
    assert info.channels == 2 and info.sample_rate in (44_100, 48_000)


def test_codecs_go_by_the_names_that_people_know(encoded: dict[str, Path]) -> None:
    named = {name: probe(encoded[name]).codec for name in ("sound.flac", "16bit.wav", "sound.mp3")}
    assert named == {"sound.flac": "flac", "16bit.wav": "pcm_16", "sound.mp3": "mp3"}


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_any_rate(encoded: dict[str, Path], rate: int) -> None:
    assert len(decode(encoded["16bit.wav"], rate, 2.0, 4.0)) == 2 * rate


def wav(samples: np.ndarray, rate: int, subtype: str = "FLOAT") -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype=subtype)
    return file.getvalue()


NOISE = np.random.default_rng(3).uniform(-0.3, 0.3, 44_100).astype(np.float32)

BAD = {
    "empty": (b"", "empty"),
    "random bytes": (np.random.default_rng(0).bytes(200_000), "not a sound file"),
    "random bytes that begin like mp3": (b"\xff\xfb\x90\x64" + np.random.default_rng(1).bytes(90_000), "sound"),
    "text": (b"All that jazz\n" * 2000, "not a sound file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(4000), "not a sound file"),
    "no samples": (wav(np.zeros((0, 2), np.float32), 44_100), "no sound"),
    "nothing but NaN": (wav(NOISE * np.nan, 44_100), "not one sample"),
    "a playlist of other addresses": (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n", "not a sound"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_bytes_are_refused_with_a_reason(name: str) -> None:
    data, reason = BAD[name]
    with pytest.raises(AudioError, match=reason):
        decode(data, RATE)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "wav"])
def test_text_with_a_sound_files_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"notes.{suffix}"
    path.write_text("la la la\n" * 5000)
    with pytest.raises(AudioError, match=f"notes.{suffix}"):
        decode(path, RATE)


@pytest.mark.parametrize(
    "name", ["sound.mp3", "sound.flac", "sound.ogg", "sound.opus", "16bit.wav", "sound.webm"]
)
def test_a_truncated_file_gives_what_is_left(encoded: dict[str, Path], name: str) -> None:
    data = encoded[name].read_bytes()
    half = decode(data[: len(data) // 2], RATE)
    assert 0.25 * formats.SECONDS * RATE < len(half) < 0.75 * formats.SECONDS * RATE
    if name not in ("16bit.wav",):
        with pytest.raises(AudioError):
            decode(data[:60], RATE)


@pytest.mark.parametrize("name", ["sound.mp3", "sound.flac", "sound.ogg", "sound.wma", "16bit.wav"])
def test_damage_in_the_middle_costs_the_middle(encoded: dict[str, Path], name: str) -> None:
    data = bytearray(encoded[name].read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    sound = decode(bytes(data), RATE)
    assert np.isfinite(sound).all()
    assert len(sound) > 0.8 * formats.SECONDS * RATE


def test_numbers_that_are_none_become_silence() -> None:
    broken = NOISE.copy()
    broken[1000:2000] = np.nan
    broken[5000], broken[5001] = np.inf, 1e30
    sound = decode(wav(broken, 44_100), 44_100)
    assert np.isfinite(sound).all()
    assert (sound[1000:2000] == 0).all() and sound[5000] == sound[5001] == 0
    np.testing.assert_array_equal(sound[6000:], NOISE[6000:])


def test_odd_but_good_sounds() -> None:
    assert len(decode(wav(NOISE[:13_230], 44_100), RATE)) == 4800  # 0.3 s
    assert len(decode(wav(NOISE[:8000], 8000), RATE)) == RATE  # 8 kHz mono
    eight = np.stack([NOISE] * 8, axis=1)
    wide = decode(wav(np.tile(eight, (5, 1))[:192_000], 192_000), RATE)
    assert len(wide) == RATE
    assert not decode(wav(NOISE * 0, 44_100, "PCM_16"), RATE).any()  # silence is sound


@pytest.mark.parametrize(
    "span", [(-1.0, None), (2.0, 1.0), (1.0, 1.0), (float("nan"), None), (0.0, float("inf"))]
)
def test_impossible_spans(span: tuple) -> None:
    with pytest.raises(InputError):
        decode(wav(NOISE, 44_100), RATE, *span)


def test_a_span_beyond_the_end() -> None:
    with pytest.raises(AudioError, match="no sound after 5 s"):
        decode(wav(NOISE, 44_100), RATE, 5.0, 6.0)
    assert len(decode(wav(NOISE, 44_100), RATE, 0.5, 60.0)) == RATE // 2


NAMES = [b"plain.wav", "Café 🎵 \u202e.wav".encode(), b"two\nlines.wav", b"\xff\xfe\x80.wav", b"x" * 246 + b".wav",
         b"concat:a|b.wav", b"-i.wav", b"100%d.wav"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_of_all_kinds(encoded: dict[str, Path], tmp_path: Path, name: bytes) -> None:
    for source in ("16bit.wav", "sound.opus"):  # one for each library
        path = os.path.join(os.fsencode(tmp_path), name)
        Path(os.fsdecode(path)).write_bytes(encoded[source].read_bytes())
        assert len(decode(os.fsdecode(path), RATE, 0.0, 1.0)) == RATE


def test_files_that_cannot_be_opened(tmp_path: Path, encoded: dict[str, Path]) -> None:
    with pytest.raises(AudioError, match="no such file"):
        decode(tmp_path / "gone.mp3", RATE)
    with pytest.raises(AudioError, match="directory"):
        decode(tmp_path, RATE)
    with pytest.raises(AudioError, match="null"):
        decode("a\0b.mp3", RATE)
    locked = tmp_path / "locked.wav"
    locked.write_bytes(encoded["16bit.wav"].read_bytes())
    locked.chmod(0)
    if not os.access(locked, os.R_OK):
        with pytest.raises(AudioError, match="ermission"):
            decode(locked, RATE)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
def test_three_hours_fit_in_300_megabytes(tmp_path: Path) -> None:
    """A sparse 3-hour file, heard from end to end; the encoder is a small one, so that decoding dominates."""
    path = tmp_path / "long.wav"
    seconds = 3 * 3600
    header = wav(np.zeros(0, np.float32), 8000, "PCM_16")
    size = seconds * 8000 * 2
    header = header[:4] + (36 + size).to_bytes(4, "little") + header[8:40] + size.to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(header)
        file.truncate(44 + size)
    code = (
        "import re, sys\n"
        "from synesthete.encoders.hearing import hear\n"
        "from synesthete.evaluate.baseline import MfccEncoder\n"
        "heard = hear(MfccEncoder(), sys.argv[1])\n"
        "assert heard.silent and round(heard.duration_s) == 10800, heard.duration_s\n"
        "assert len(heard.excerpts) == 2159\n"
        # VmHWM is this program's own peak; ru_maxrss would count the test runner it was forked from.
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300
