"""The picture of sound: as librosa draws it, as VGGish's published constants say, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.audio.spectrogram import VGGISH, MelSpec, mel_filters

RATE = 16_000


@pytest.fixture(scope="module")
def music() -> np.ndarray:
    """Two seconds of tones, a glide and noise."""
    times = np.arange(2 * RATE) / RATE
    rng = np.random.default_rng(5)
    glide = 0.2 * np.sin(2 * np.pi * (100 + 900 * times) * times)
    return (glide + 0.1 * np.sin(2 * np.pi * 3000 * times) + 0.01 * rng.standard_normal(len(times))).astype(
        "f4"
    )


SETTINGS = {
    "ours": MelSpec(),
    "slaney": MelSpec(
        n_fft=2048, win_length=2048, hop_length=512, n_mels=128, fmin=0, mel_scale="slaney", mel_norm="slaney"
    ),
    "magnitude": MelSpec(power=1),
    "short window": MelSpec(n_fft=512, win_length=400, hop_length=160, n_mels=40),
    "not centered": MelSpec(center=False),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_draws_what_librosa_draws(music: np.ndarray, name: str) -> None:
    librosa = pytest.importorskip("librosa")
    spec = SETTINGS[name]
    theirs = librosa.feature.melspectrogram(
        y=music, sr=RATE, n_fft=spec.n_fft, win_length=spec.win_length, hop_length=spec.hop_length,
        n_mels=spec.n_mels, fmin=spec.fmin, fmax=spec.fmax, htk=spec.mel_scale == "htk", norm=spec.mel_norm,
        center=spec.center, power=spec.power,
    )  # fmt: skip
    expected = 10 * np.log10(np.maximum(theirs.T, spec.floor))
    picture = spec.log_mel(music)
    assert picture.dtype == np.float32
    assert picture.shape == expected.shape == (spec.frame_count(len(music)), spec.n_mels)
    np.testing.assert_allclose(picture, expected, atol=1e-4)


def test_vggish_front_end_is_the_published_one(music: np.ndarray) -> None:
    """Computed here the slow way: a DFT by its definition in double precision, triangles on the mel axis."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    bins = np.arange(257)
    turn = np.exp(-2j * np.pi * np.outer(np.arange(400), bins) / 512)

    def mel(hz: np.ndarray) -> np.ndarray:
        return 1127.0 * np.log(1.0 + hz / 700.0)

    edges = np.linspace(mel(np.array(125.0)), mel(np.array(7500.0)), 66)
    at = mel(bins * RATE / 512)
    weights = np.zeros((257, 64))
    for band in range(64):
        low, middle, high = edges[band : band + 3]
        weights[:, band] = np.maximum(
            0, np.minimum((at - low) / (middle - low), (high - at) / (high - middle))
        )
    weights[0] = 0
    frames = 1 + (len(music) - 400) // 160
    for frame in (0, 1, 57, frames - 1):
        magnitude = np.abs((music[frame * 160 : frame * 160 + 400] * window) @ turn)
        expected = np.log(magnitude @ weights + 0.01)
        np.testing.assert_allclose(VGGISH.log_mel(music)[frame], expected, atol=2e-4)
    assert VGGISH.log_mel(music).shape == (frames, 64)


@pytest.mark.parametrize(("samples", "centered", "frames"), [(0, True, 0), (1, True, 1), (399, True, 1), (400, True, 2),
                                                              (1023, False, 0), (1024, False, 1), (1424, False, 2)])  # fmt: skip
def test_counts_frames(samples: int, centered: bool, frames: int) -> None:
    spec = MelSpec(center=centered)
    assert spec.frame_count(samples) == frames
    assert len(spec.log_mel(np.zeros(samples, np.float32))) == frames


@settings(deadline=None, max_examples=25)
@given(
    n_fft=st.sampled_from([256, 512, 1000, 2048]),
    share=st.floats(0.3, 1.0),
    hop=st.integers(50, 700),
    bands=st.integers(4, 90),
    centered=st.booleans(),
    samples=st.integers(0, 5000),
)
def test_any_spec_draws_finite_pictures(
    n_fft: int, share: float, hop: int, bands: int, centered: bool, samples: int
) -> None:
    spec = MelSpec(n_fft=n_fft, win_length=int(n_fft * share), hop_length=hop, n_mels=bands, center=centered)
    sound = np.random.default_rng(samples).uniform(-1, 1, samples).astype(np.float32)
    picture = spec.log_mel(sound)
    assert picture.shape == (spec.frame_count(samples), bands)
    assert np.isfinite(picture).all()


def test_long_sound_is_the_same_as_its_parts(music: np.ndarray) -> None:
    """Frames do not know of chunks: a frame far inside is that of the excerpt around it."""
    spec = MelSpec()
    long = np.tile(music, 8)
    far = spec.log_mel(long)
    near = spec.log_mel(long[400 * 300 : 400 * 340])
    np.testing.assert_allclose(far[305:335], near[5:35], atol=1e-4)


def test_silence_lies_on_the_floor() -> None:
    np.testing.assert_allclose(MelSpec().log_mel(np.zeros(RATE, np.float32)), -100.0, rtol=1e-6)
    np.testing.assert_allclose(VGGISH.log_mel(np.zeros(RATE, np.float32)), np.log(0.01), rtol=1e-6)


def test_htk_bands_share_all_power_between_the_outer_centers() -> None:
    spec = MelSpec(n_fft=2048, win_length=2048, n_mels=40)
    sums = mel_filters(spec).sum(axis=1)
    hz = np.arange(1025) * RATE / 2048
    np.testing.assert_allclose(sums[(hz > 100) & (hz < 7000)], 1.0, atol=1e-5)


def test_travels_as_json_and_refuses_what_it_does_not_know() -> None:
    assert MelSpec.from_dict(VGGISH.to_dict()) == VGGISH
    with pytest.raises(ValueError, match="preemphasis"):
        MelSpec.from_dict({**VGGISH.to_dict(), "preemphasis": 0.97})


@pytest.mark.parametrize("wrong", [{"win_length": 2048}, {"hop_length": 0}, {"fmax": 9000.0}, {"fmin": 8000.0}, {"power": 3},
                                   {"log": "sqrt"}, {"mel_scale": "bark"}, {"floor": 0.0}, {"triangles": "log"}])  # fmt: skip
def test_refuses_impossible_specs(wrong: dict) -> None:
    with pytest.raises(ValueError):
        MelSpec(**wrong)


def test_refuses_stereo() -> None:
    with pytest.raises(ValueError, match="mono"):
        MelSpec().log_mel(np.zeros((2, 100), np.float32))
