"""Sound made for training: MIDI files rendered, pieces composed by chance, and recordings made anew.

Everything is drawn from a seed per item, so that the same command makes the same material. Rendering needs
`fluidsynth` and a General MIDI soundfont; without them only `remix` works. Letters: S samples.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import lfilter

from synesthete.errors import InputError
from synesthete.training.arrange import compose
from synesthete.training.voices import sing, speak

RATE = 16_000  # Hz: all training sound
SOUNDFONT_FOLDERS = (
    Path("/usr/share/sounds/sf2"),
    Path("/usr/share/soundfonts"),
    Path("/usr/local/share/soundfonts"),
)
RENDER_TIMEOUT_S = 120


def soundfonts() -> list[Path]:
    """The General MIDI soundfonts found where systems keep them; links to the same file count once."""
    found = {path.resolve() for folder in SOUNDFONT_FOLDERS for path in folder.glob("*.sf2")}
    return sorted(found)


def render(midi: Path | bytes, soundfont: Path) -> np.ndarray:
    """(S,) the sound of a MIDI file, mono at RATE; raises InputError when it cannot be rendered."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise InputError(
            "rendering MIDI needs fluidsynth", hint="Install it, or leave out --midi and --compose."
        )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "piece.mid"), Path(folder, "piece.wav")
        source.write_bytes(midi if isinstance(midi, bytes) else midi.read_bytes())
        command = [
            program,
            "-ni",
            "-q",
            "-r",
            str(RATE),
            "-g",
            "0.5",
            "-F",
            str(target),
            str(soundfont),
            str(source),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=RENDER_TIMEOUT_S)
            stereo, _ = soundfile.read(target, dtype="float32", always_2d=True)
        except (subprocess.SubprocessError, soundfile.SoundFileError) as error:
            raise InputError(f"fluidsynth could not render this ({error})") from error
    return stereo.mean(1)


def composed(seed: int, seconds: float, fonts: Sequence[Path]) -> tuple[str, np.ndarray]:
    """A piece of a random style with, at times, a voice: (style, (S,))."""
    chance = random.Random(seed)
    piece = compose(chance, seconds)
    band = _level(render(piece.midi, chance.choice(list(fonts))))
    if piece.sung:
        spoken = chance.random() < (0.8 if piece.style == "hiphop" else 0.25)
        voice = speak(seconds, RATE, chance) if spoken else sing(piece.melody, RATE, chance)
        band = _over(band, _level(voice), chance.uniform(-4, 6))
    if piece.style in ("metal", "rock", "blues", "funk") and chance.random() < 0.6:
        band = np.tanh(band * chance.uniform(2, 12))
    return piece.style, produce(band, chance)[: int(seconds * RATE)]


def retold(seed: int, midi: Path, seconds: float, fonts: Sequence[Path]) -> np.ndarray:
    """(S,) a part of a MIDI file: half the time with other instruments, at another speed, key and place."""
    chance = random.Random(seed)
    data = bytearray(midi.read_bytes())
    if chance.random() < 0.5:
        _change_programs(data, chance)
    sound = _level(render(bytes(data), chance.choice(list(fonts))))
    sound = soxr.resample(sound, RATE, RATE * chance.uniform(0.85, 1.18))
    first = chance.randrange(max(1, len(sound) - int(seconds * RATE)))
    return produce(sound[first : first + int(seconds * RATE)], chance)


def remix(seed: int, recordings: Sequence[np.ndarray], drums: Sequence[Path] = ()) -> np.ndarray:
    """(S,) the first recording at another speed, with the second, a voice or a band on top."""
    chance = random.Random(seed)
    sound = _level(soxr.resample(recordings[0], RATE, RATE * chance.uniform(0.75, 1.33)))
    seconds = len(sound) / RATE
    kind = chance.choice(("voice", "speech", "band", "second", "alone"))
    if kind == "second" and len(recordings) > 1:
        sound = _over(sound, _level(recordings[1]), chance.uniform(-9, 3))
    elif kind == "band" and drums:
        piece = compose(chance, seconds)
        sound = _over(sound, _level(render(piece.midi, chance.choice(list(drums)))), chance.uniform(-8, 3))
    elif kind == "speech":
        sound = _over(sound, _level(speak(seconds, RATE, chance)), chance.uniform(-4, 6))
    elif kind == "voice":
        melody = compose(chance, seconds).melody
        sound = _over(sound, _level(sing(melody, RATE, chance)), chance.uniform(-4, 5))
    return produce(sound, chance)


def produce(sound: np.ndarray, chance: random.Random) -> np.ndarray:
    """(S,) through a random chain of echo room, tone, compression and level, as records are made."""
    if chance.random() < 0.5:
        sound = _room(sound, chance)
    if chance.random() < 0.5:  # a shelf: first-order low- or high-pass mixed with the dry sound
        pole = np.exp(-2 * np.pi * chance.uniform(100, 3000) / RATE)
        low = lfilter([1 - pole], [1, -pole], sound)
        sound = sound + chance.uniform(-0.7, 1.5) * (low if chance.random() < 0.5 else sound - low)
    if chance.random() < 0.5:
        sound = np.tanh(_level(sound) * chance.uniform(1, 5))
    return (_level(sound) * 10 ** (chance.uniform(-12, 3) / 20)).astype(np.float32)


def _room(sound: np.ndarray, chance: random.Random) -> np.ndarray:
    """A room of noise that dies away in 0.2 to 2.5 s, 4 to 20 dB below the sound."""
    length = int(chance.uniform(0.2, 2.5) * RATE)
    noise = np.random.default_rng(chance.randrange(1 << 30)).standard_normal(length)
    tail = noise * np.exp(-6.9 * np.arange(length) / length)
    size = 1 << (len(sound) + length).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    return sound + _level(wet) * float(np.std(sound)) * 7 * 10 ** (-chance.uniform(4, 20) / 20)


def _level(sound: np.ndarray) -> np.ndarray:
    """The same sound at -17 dB RMS; silence stays."""
    return sound * (0.14 / max(1e-5, float(np.std(sound)))) if len(sound) else sound


def _over(below: np.ndarray, above: np.ndarray, gain_db: float) -> np.ndarray:
    """One sound over another, repeated or cut to its length."""
    if not len(above):
        return below
    return below + np.resize(above, len(below)) * 10 ** (gain_db / 20)


def _change_programs(data: bytearray, chance: random.Random) -> None:
    """Other instruments of the same family or any, written over the program changes of a MIDI file."""
    for place in range(14, len(data) - 2):
        # A program change right after a delta time of zero, in a track's first events: 00 Cn pp with pp <
        # 128.
        if data[place] == 0 and 0xC0 <= data[place + 1] <= 0xCF and data[place + 2] < 128:
            data[place + 2] = chance.randrange(0, 112)
