"""A stereo sound of known content in every format the program reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np

RATE = 44_100
SECONDS = 14.0
# file name -> (PyAV codec, sample format, options of the container)
ENCODED = {
    "sound.mp3": ("libmp3lame", None),
    "sound.flac": ("flac", "s16"),
    "sound.opus": ("libopus", None),
    "sound.m4a": ("aac", None),
    "lossless.m4a": ("alac", None),
    "sound.wma": ("wmav2", None),
    "sound.webm": ("libopus", None),
    "sound.aac": ("aac", None),
    "sound.mka": ("flac", "s16"),
}
PLAIN = {
    "8bit.wav": ("WAV", "PCM_U8"),
    "16bit.wav": ("WAV", "PCM_16"),
    "24bit.wav": ("WAV", "PCM_24"),
    "32bit.wav": ("WAV", "PCM_32"),
    "float.wav": ("WAV", "FLOAT"),
    "double.wav": ("WAV", "DOUBLE"),
    "sound.aiff": ("AIFF", "PCM_16"),
    "sound.w64": ("W64", "PCM_16"),
    "sound.ogg": ("OGG", "VORBIS"),
}
# Formats whose containers keep exact times: a part is the whole, cut, to the sample
EXACT = [*PLAIN, "sound.mp3", "sound.flac", "sound.opus", "sound.m4a", "lossless.m4a", "sound.wma"]
ROUNDED = ["sound.webm", "sound.mka"]  # milliseconds in the container


def stereo() -> np.ndarray:
    """(S, 2) float32: a rising tone with pauses on the left, another tone on the right."""
    times = np.arange(int(SECONDS * RATE)) / RATE
    left = 0.3 * np.sin(2 * np.pi * (300 + 40 * times) * times) * (np.sin(2 * np.pi * 1.3 * times) > -0.5)
    right = 0.2 * np.sin(2 * np.pi * 523.25 * times)
    return np.stack([left, right], axis=1).astype(np.float32)


def write_all(folder: Path) -> dict[str, Path]:
    """Every format in the folder, by file name."""
    import soundfile

    sound = stereo()
    for name, (container, subtype) in PLAIN.items():
        with soundfile.SoundFile(folder / name, "w", RATE, 2, format=container, subtype=subtype) as file:
            for start in range(0, len(sound), RATE):  # a long array at once overflows libvorbis' stack
                file.write(sound[start : start + RATE])
    for name, (codec, kind) in ENCODED.items():
        encode(folder / name, sound, RATE, codec, kind)
    return {name: folder / name for name in [*PLAIN, *ENCODED]}


def encode(path: Path, sound: np.ndarray, rate: int, codec: str, kind: str | None = None) -> None:
    """Write (S, 2) samples with one of FFmpeg's encoders."""
    import av

    wanted = 48_000 if codec == "libopus" else rate
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=wanted, layout="stereo")
        if kind:
            stream.format = kind
        if codec == "wmav2":
            stream.bit_rate = 128_000
        resampler = av.AudioResampler(stream.format, "stereo", wanted)
        fifo = av.AudioFifo()
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.T), "fltp", "stereo")
        frame.sample_rate, frame.pts = rate, 0
        for converted in [*resampler.resample(frame), *resampler.resample(None)]:
            converted.pts = None
            fifo.write(converted)
        size, position = stream.codec_context.frame_size or 4096, 0
        while (piece := fifo.read(size) or fifo.read()) is not None:
            piece.pts, position = position, position + piece.samples
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
