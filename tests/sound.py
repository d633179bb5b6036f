"""Small pieces of synthesized music in any format, with tags: data for tests that proves itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

RATE = 44100
CODECS = {".flac": "flac", ".mp3": "libmp3lame", ".opus": "libopus", ".m4a": "aac", ".wav": "pcm_s16le"}


def chord(base_hz: float, duration_s: float, beats_per_s: float = 2.0, seed: int = 0) -> np.ndarray:
    """A struck chord over a soft noise: (2, S) float32. Different bases and beats sound different."""
    times = np.arange(int(duration_s * RATE)) / RATE
    strike = np.exp(-4 * ((times * beats_per_s) % 1.0))
    tones = sum(np.sin(2 * np.pi * base_hz * ratio * times) for ratio in (1.0, 1.25, 1.5, 2.0))
    noise = np.random.default_rng(seed).normal(0, 0.01, (2, len(times)))
    return (0.15 * strike * tones + noise).astype(np.float32)


def write(path: Path, waveform: np.ndarray, tags: Mapping[str, str] | None = None, **options: str) -> Path:
    """Encode (2, S) samples by the path's suffix, with tags in FFmpeg's names; the path."""
    if path.suffix == ".ogg":
        return _write_vorbis(path, waveform, tags or {})
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    rate = 48000 if path.suffix == ".opus" else RATE
    with av.open(str(path), "w", options=dict(options)) as container:
        stream = container.add_stream(CODECS[path.suffix], rate=rate, layout="stereo")
        container.metadata.update(tags or {})
        if path.suffix == ".opus":
            stream.metadata.update(tags or {})
        resampler = av.AudioResampler(stream.format or "s16", "stereo", rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(waveform), "fltp", "stereo")
        frame.sample_rate = RATE
        fifo = av.AudioFifo()
        for converted in [*resampler.resample(frame), *resampler.resample(None)]:
            fifo.write(converted)
        size = stream.codec_context.frame_size or 4096
        while (piece := fifo.read(size) or fifo.read()) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def _write_vorbis(path: Path, waveform: np.ndarray, tags: Mapping[str, str]) -> Path:
    """PyAV brings no good Vorbis encoder; libsndfile does."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", RATE, 2, format="OGG", subtype="VORBIS") as file:
        for name, text in tags.items():
            setattr(file, {"track": "tracknumber"}.get(name, name), text)
        for start in range(0, waveform.shape[1], RATE):  # a long array at once overflows libsndfile's stack
            file.write(waveform.T[start : start + RATE])
    return path


def retag(path: Path, tags: Mapping[str, str]) -> Path:
    """Write the same coded sound again with other tags, as a tag editor does."""
    import av

    draft = path.with_name("draft" + path.suffix)
    with av.open(str(path)) as source, av.open(str(draft), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        (stream if path.suffix in (".ogg", ".opus") else target).metadata.update(tags)
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    draft.replace(path)
    return path
