"""How fast sound becomes points: every figure a ratio against a floor or a peer measured in the same run.

    python -m benchmarks.audio [--track FILE] [--rounds 5]

CPU seconds of one thread, the least of several rounds, the contestants taking turns. Without --track, a stereo
piece of 180 s is synthesized. Peers: librosa's MFCC pipeline; essentia's MusicExtractor where it is installed
(pip install essentia).
"""

# ruff: noqa: E402  the threads are set before numpy comes; table heads are long
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"  # before numpy: one thread, as every worker of an analysis has

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.fft
import soundfile
import soxr

from synesthete.audio.decode import decode, open_sound
from synesthete.audio.spectrogram import MelSpec, hann, mel_filters
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import hear, hear_sound
from synesthete.encoders.onnx import OnnxEncoder
from synesthete.encoders.shelf import entries, open_encoder

RATE = 16_000
# The setting of the published floors: 16 kHz, 25 ms windows every 10 ms, 128 bands
FLOOR_MEL = MelSpec(n_fft=512, win_length=400, hop_length=160, n_mels=128, fmin=0.0)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--track", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = [asked.track] if asked.track else compose(Path(folder))
        print(
            f"{files[0].name if asked.track else 'A synthesized stereo piece of 180 s'}; CPU time of one thread.\n"
        )
        log_mels(decode(files[0], RATE), asked.rounds)
        for file in files:
            whole_tracks(file, asked.rounds)


def compose(folder: Path) -> list[Path]:
    """The same three minutes as mp3 (320 kbit/s) and flac: chords, drums, a voice-like lead, noise."""
    times = np.arange(180 * 44_100) / 44_100
    rng = np.random.default_rng(8)
    roots = 110 * 2 ** (np.array([0, 5, 7, 3])[(times / 2).astype(int) % 4] / 12)
    phase = 2 * np.pi * np.cumsum(roots) / 44_100
    chord = sum(np.sin(k * phase) / k for k in (1, 2, 3, 4, 5, 6, 8))
    drums = rng.standard_normal(len(times)) * np.exp(-12 * (times * 2 % 1))
    lead = np.sin(4 * phase + 3 * np.sin(2 * np.pi * 5 * times)) * (np.sin(2 * np.pi * 0.3 * times) > 0)
    left = 0.1 * chord + 0.1 * drums + 0.1 * lead
    stereo = np.stack([left, 0.8 * left + 0.02 * rng.standard_normal(len(times))], axis=1).astype(np.float32)
    flac, mp3 = folder / "piece.flac", folder / "piece.mp3"
    soundfile.write(flac, stereo, 44_100)
    import av

    with av.open(str(mp3), "w") as container:
        stream = container.add_stream("libmp3lame", rate=44_100, layout="stereo")
        stream.bit_rate = 320_000
        for start in range(0, len(stereo), 1152):
            piece = np.ascontiguousarray(stereo[start : start + 1152].T)
            frame = av.AudioFrame.from_ndarray(piece, "fltp", "stereo")
            frame.sample_rate, frame.pts = 44_100, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return [mp3, flac]


def taking_turns(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least CPU seconds of each, over rounds in which everyone runs once."""
    least = dict.fromkeys(contestants, float("inf"))
    for _ in range(rounds):
        for name, run in contestants.items():
            start = time.process_time()
            run()
            least[name] = min(least[name], time.process_time() - start)
    return least


def log_mels(wave: np.ndarray, rounds: int) -> None:
    """Ours against every other way to the same picture that is installed."""
    window, filters = hann(400), mel_filters(FLOOR_MEL)
    frames = np.lib.stride_tricks.sliding_window_view(wave, 400)[::160]

    def decibels(power: np.ndarray) -> np.ndarray:
        return 10 * np.log10(np.maximum(power @ filters, np.float32(1e-10)))

    def chunked(rfft: Callable[..., np.ndarray], size: int) -> Callable[[], object]:
        def run() -> list[np.ndarray]:
            parts = []
            for start in range(0, len(frames), size):
                bins = rfft(frames[start : start + size] * window, 512, axis=1)
                parts.append(decibels(bins.real**2 + bins.imag**2))
            return parts

        return run

    contestants: dict[str, Callable[[], object]] = {
        "ours": lambda: FLOOR_MEL.log_mel(wave),
        "scipy, 256 frames at a time": chunked(scipy.fft.rfft, 256),
        "scipy, at once": chunked(scipy.fft.rfft, len(frames)),
        "numpy, 256 frames at a time": chunked(np.fft.rfft, 256),
    }
    try:
        import pyfftw.interfaces.numpy_fft as fftw
        from pyfftw.interfaces import cache

        cache.enable()
        contestants["pyFFTW, 256 frames at a time"] = chunked(fftw.rfft, 256)
    except ImportError:
        pass
    try:
        import librosa

        contestants["librosa"] = lambda: librosa.power_to_db(
            librosa.feature.melspectrogram(
                y=wave, sr=RATE, n_fft=512, win_length=400, hop_length=160, htk=True, norm=None
            )
        )
    except ImportError:
        pass
    least = taking_turns(contestants, rounds + 3)
    best = min(seconds for name, seconds in least.items() if name != "ours")
    print("| log-mel, 128 bands, 25/10 ms | x real time | speed against the best other (target: ours 0.8) |")
    print("|---|---|---|")
    for name, seconds in sorted(least.items(), key=lambda row: row[1]):
        print(f"| {name} | {len(wave) / RATE / seconds:,.0f} | {best / seconds:.2f} |")
    print(flush=True)


def named(encoder: Encoder, file: Path) -> object:
    with open_sound(file) as sound:
        return hear_sound(encoder, sound, named=True)


def whole_tracks(file: Path, rounds: int) -> None:
    """Whole-track analysis against decoding and resampling alone, and against peers; then the quick look."""
    ears: dict[str, Encoder] = {}
    for entry in entries():
        if entry.folder is None:
            ears[entry.card.stamp] = open_encoder(entry.card.stamp)
            continue
        for role in sorted({"fp32", "int8"} & set(entry.card.files)):
            ears[f"{entry.card.stamp} ({role})"] = OnnxEncoder(entry.folder, role)  # type: ignore[arg-type]
    contestants: dict[str, Callable[[], object]] = {
        "decode + resample, nothing else": lambda: floor(file),
        "ours: decode + resample": lambda: decode(file, RATE),
        **{f"{name}, whole track": (lambda ear=ear: hear(ear, file)) for name, ear in ears.items()},
        **{f"{name}, with descriptors": (lambda ear=ear: named(ear, file)) for name, ear in ears.items()},
        **{f"{name}, quick": (lambda ear=ear: hear(ear, file, "quick")) for name, ear in ears.items()},
        **peers(file),
    }
    least = taking_turns(contestants, rounds)
    duration_s = soundfile.info(file).duration
    base = least["decode + resample, nothing else"]
    print(
        f"| {file.suffix[1:]} | x real time | share of the speed of decode + resample | speed against librosa | quick against whole |"
    )
    print("|---|---|---|---|---|")
    for name, seconds in least.items():
        librosa_ = f"{least['librosa MFCC'] / seconds:.2f}" if "librosa MFCC" in least else "-"
        whole = least.get(name.replace(", quick", ", whole track")) if name.endswith(", quick") else None
        quick = f"{whole / seconds:.1f}" if whole else "-"
        print(f"| {name} | {duration_s / seconds:,.0f} | {base / seconds:.2f} | {librosa_} | {quick} |")
    print(flush=True)


def floor(file: Path) -> np.ndarray:
    """The plainest fast way from a file to 16 kHz mono."""
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return soxr.resample((sound[:, 0] + sound[:, 1]) * np.float32(0.5), rate, RATE, quality="HQ")


def peers(file: Path) -> dict[str, Callable[[], object]]:
    """What others do with a whole track, where they are installed."""
    found: dict[str, Callable[[], object]] = {}
    try:
        import librosa

        def mfcc() -> np.ndarray:
            sound, rate = librosa.load(file, sr=22_050)
            table = librosa.feature.mfcc(y=sound, sr=rate, n_mfcc=20)
            return np.concatenate([table.mean(axis=1), np.cov(table)[np.triu_indices(20)]])

        found["librosa MFCC"] = mfcc
    except ImportError:
        pass
    try:
        import essentia
        import essentia.standard

        essentia.log.infoActive = essentia.log.warningActive = False
        found["essentia MusicExtractor"] = lambda: essentia.standard.MusicExtractor()(str(file))
    except ImportError:
        pass
    return found


if __name__ == "__main__":
    main()
