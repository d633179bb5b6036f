"""What happens to sound on its way: a small mp3, a phone's microphone, another mastering.

All functions take and give (S,) mono float32 and draw chance from a generator, so that a seed repeats them.
"""

from __future__ import annotations

import io

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from synesthete.audio.decode import decode

PHONE_BAND_HZ = (300.0, 6000.0)
PHONE_SNR_DB = 15.0
ROOM_S = 0.3  # seconds until the echo is 60 dB down: a furnished room
ROOM_SHARE = 0.3  # of the direct sound's energy that comes back from the room
LOW_PASSES_HZ = (3500.0, 5000.0, 6500.0, None)
GAINS_DB = (-12.0, 0.0)


def small_mp3(waveform: np.ndarray, sample_rate: int, kbit_s: int = 48) -> np.ndarray:
    """The sound after an mp3 of so many kbit/s, mono, at its own rate."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=sample_rate, layout="mono")
        stream.bit_rate = kbit_s * 1000
        samples = (np.clip(waveform, -1, 1) * 32767).astype(np.int16)[None]
        for start in range(0, samples.shape[1], 1 << 16):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[:, start : start + (1 << 16)]), "s16", "mono"
            )
            frame.sample_rate, frame.pts = sample_rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return decode(file.getvalue(), sample_rate)


def phone(waveform: np.ndarray, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """The sound as a phone hears it across a room: 300-6000 Hz, mild reverb, noise 15 dB under it."""
    tail = rng.standard_normal(int(ROOM_S * sample_rate)) * 10 ** (
        -3 * np.linspace(0, 1, int(ROOM_S * sample_rate))
    )
    tail *= np.sqrt(ROOM_SHARE / (tail**2).sum())
    tail[0] += 1.0
    heard = fftconvolve(waveform, tail)[: len(waveform)]
    high = min(PHONE_BAND_HZ[1], 0.49 * sample_rate)
    heard = sosfilt(butter(4, (PHONE_BAND_HZ[0], high), "bandpass", fs=sample_rate, output="sos"), heard)
    noise = rng.standard_normal(len(heard))
    scale = np.sqrt((heard**2).mean() / 10 ** (PHONE_SNR_DB / 10))
    return (heard + scale * noise).astype(np.float32)


def remastered(waveform: np.ndarray, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """The sound under a random low-pass (3.5, 5, 6.5 kHz or none) and a random gain (-12 to 0 dB)."""
    low_pass = LOW_PASSES_HZ[int(rng.integers(len(LOW_PASSES_HZ)))]
    gain = 10 ** (rng.uniform(*GAINS_DB) / 20)
    if low_pass is None:
        return (waveform * gain).astype(np.float32)
    filtered = sosfilt(butter(8, low_pass, "lowpass", fs=sample_rate, output="sos"), waveform)
    return (filtered * gain).astype(np.float32)
