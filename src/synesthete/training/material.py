"""Where training sound comes from: recordings, MIDI files, pieces composed by chance; all packed once.

Every item has a name and a seed of its own, so preparation can stop anywhere and go on, and two machines
prepare the same. Held-out files are never packed, nor remixed.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from synesthete.audio.decode import decode
from synesthete.audio.suffixes import SUFFIXES
from synesthete.errors import InputError, SynestheteError
from synesthete.training.pack import EAR_MEL, pack_waveform, shard_path, write_track
from synesthete.training.synthesis import composed, remix, retold, soundfonts

COMPOSED_S, RETOLD_S, REMIX_S = 45.0, 40.0, 50.0  # seconds per made item
LONGEST_S = 600.0  # of one recording: an hour-long mix would outweigh a hundred tracks
SHORTEST_S = 2.0
QUIET = 1e-4  # peak below -80 dB of full scale is silence


@dataclass(frozen=True)
class Sources:
    """What a person trains on."""

    audio: Sequence[Path]  # folders or files
    midi: Sequence[Path] = ()  # folders of MIDI files to render
    compose: int = 0  # pieces to compose
    remix: int = 0  # recordings to make anew
    teachers: Path | None = None  # folder of taggers' weights
    teacher_names: Sequence[str] = ()
    held_out: frozenset[str] = field(default_factory=frozenset)  # file names never to touch
    seed: int = 1


@dataclass(frozen=True)
class Item:
    """One thing to pack: its name, what it belongs to, and how its sound comes."""

    name: str
    group: str
    sound: Callable[[], np.ndarray]


def recordings(folders: Sequence[Path], held_out: frozenset[str]) -> list[Path]:
    """The sound files of folders (and files) in order, without the held-out ones."""
    found: list[Path] = []
    for folder in folders:
        found += sorted(folder.rglob("*")) if folder.is_dir() else [folder]
    return [path for path in found if path.suffix.lower() in SUFFIXES and path.name not in held_out]


def items(sources: Sources) -> Iterator[Item]:
    """Everything to pack, recordings first, then the made kinds in turns."""
    files = recordings(sources.audio, sources.held_out)
    if not files:
        raise InputError("no sound files to train on", subject=", ".join(map(str, sources.audio)))
    for path in files:
        yield Item(
            f"audio:{path.parent.name}/{path.name}", f"audio:{path.parent.name}", partial(_record, path)
        )
    midis = [path for folder in sources.midi for path in sorted(folder.rglob("*.mid"))]
    fonts = soundfonts() if midis or sources.compose or sources.remix else []
    if (midis or sources.compose) and not fonts:
        raise InputError(
            "rendering needs a General MIDI soundfont",
            hint="Install one (fluid-soundfont-gm), or leave out --midi and --compose.",
        )
    random.Random(sources.seed).shuffle(midis)
    made = (_composed(sources, fonts), _retold(sources, midis, fonts), _remixed(sources, files, fonts))
    yield from _in_turns(made)


def prepare(
    sources: Sources, folder: Path, progress: Callable[[str, int], Any] = lambda name, done: None
) -> list[str]:
    """Packs what is not packed yet; the names of items that could not be heard, with the reason."""
    teachers = None
    if sources.teachers is not None:
        from synesthete.training.teachers import available, load_teachers

        names = list(sources.teacher_names) or available(sources.teachers)
        teachers = load_teachers(sources.teachers, names)
    failed = []
    for done, item in enumerate(items(sources)):
        progress(item.name, done)
        if shard_path(folder, item.name).exists():
            continue
        try:
            sound = item.sound()
            if len(sound) < SHORTEST_S * EAR_MEL.sample_rate or float(np.abs(sound).max()) < QUIET:
                raise InputError("silent, or shorter than two seconds")
        except SynestheteError as error:
            failed.append(f"{item.name}: {error.what}")
            continue
        write_track(folder, pack_waveform(item.name, item.group, sound, teachers))
    return failed


def _record(path: Path) -> np.ndarray:
    return decode(path, EAR_MEL.sample_rate, 0.0, LONGEST_S)


def _compose(seed: int, fonts: Sequence[Path]) -> np.ndarray:
    return composed(seed, COMPOSED_S, fonts)[1]


def _seed(sources: Sources, name: str) -> int:
    return zlib.crc32(f"{sources.seed}/{name}".encode(errors="surrogateescape"))


def _composed(sources: Sources, fonts: Sequence[Path]) -> Iterator[Item]:
    for number in range(sources.compose):
        name = f"composed:{number:05d}"
        yield Item(name, "composed", partial(_compose, _seed(sources, name), fonts))


def _retold(sources: Sources, midis: Sequence[Path], fonts: Sequence[Path]) -> Iterator[Item]:
    for path in midis:
        name = f"midi:{path.parent.name}/{path.name}"
        yield Item(name, "midi", partial(retold, _seed(sources, name), path, RETOLD_S, fonts))


def _remixed(sources: Sources, files: Sequence[Path], fonts: Sequence[Path]) -> Iterator[Item]:
    def make(name: str) -> np.ndarray:
        chance = random.Random(_seed(sources, name))
        pair = [decode(chance.choice(files), EAR_MEL.sample_rate, 0.0, REMIX_S) for _ in range(2)]
        return remix(_seed(sources, name), pair, fonts)[: int(REMIX_S * EAR_MEL.sample_rate)]

    for number in range(sources.remix):
        name = f"remix:{number:05d}"
        yield Item(name, "remix", partial(make, name))


def _in_turns(kinds: Sequence[Iterator[Item]]) -> Iterator[Item]:
    """One of each kind, again and again, until all are empty."""
    left = list(kinds)
    while left:
        for kind in list(left):
            item = next(kind, None)
            if item is None:
                left.remove(kind)
            else:
                yield item
