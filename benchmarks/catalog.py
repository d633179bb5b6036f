"""The catalog and the analysis: a whole library added, and a catalog of 100,000 tracks opened and searched.

    python -m benchmarks.catalog [--tracks 100000] [--pieces 6] [--seconds 180] [--rounds 3]

Adding is measured in CPU seconds of one core with everything in it (tags, hearing, hashes, catalog, index),
beside decoding and resampling the same files alone; rounds are interleaved and the best of each is taken.
Searching is measured in milliseconds of CPU (SQLite works in this process), beside counting the visible rows.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np

from benchmarks.clips import cpu_of
from synesthete.audio.decode import decode
from synesthete.catalog import Catalog, Entry
from synesthete.encoders.hearing import Plan
from synesthete.jobs.executors import Inline
from synesthete.jobs.update import hear, look
from synesthete.parts import open_parts
from synesthete.settings import Settings

SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri".split()  # noqa: SIM905  reads better


def main() -> None:
    """Print two Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--pieces", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        adding(Path(folder), wanted.pieces, wanted.seconds, wanted.rounds)
        searching(Path(folder), wanted.tracks)
        typing(Path(folder))


def adding(folder: Path, pieces: int, seconds: float, rounds: int) -> None:
    """How much of the time goes into decoding, which nobody can save."""
    music = folder / "music"
    for number in range(pieces):
        write_piece(music / f"{number}.mp3", seconds, number)
    sound_s = pieces * seconds
    costs: dict[str, list[float]] = {}
    for number in range(rounds):
        costs.setdefault("decode and resample alone", []).append(cpu_s(lambda: decode_all(music)))
        for encoder in encoders():
            data = folder / f"data-{number}-{encoder}"
            with open_parts(Settings(data=data, encoder=encoder)) as parts:
                folders = [parts.catalog.folders.add(music)]
                note = costs.setdefault("look at the folder", [])
                note.append(cpu_s(lambda: look(parts, Inline(), folders)))  # noqa: B023  called at once
                parts.open_encoder(encoder)
                for plan in ("quick", "full"):
                    note = costs.setdefault(f"{plan} pass, {parts.wanted}", [])
                    note.append(cpu_s(heard(parts, plan)))
    floor = min(costs["decode and resample alone"])
    print(
        "| adding a library | CPU s | x real time | speed as a share of decoding alone |\n|---|---|---|---|"
    )
    for name, taken in costs.items():
        print(
            f"| {name} | {min(taken):.2f} | {sound_s / min(taken):,.0f} | {floor / min(taken):.2f} |",
            flush=True,
        )
    print()


def heard(parts: object, plan: Plan) -> Callable[[], None]:
    """The pass, ready to be measured."""
    return lambda: hear(parts, Inline(), passes=(plan,))  # type: ignore[arg-type]


def encoders() -> list[str]:
    """The encoder that ships, if there is one, and the hand-made one."""
    from synesthete.encoders.shelf import entries

    return list(dict.fromkeys(entry.card.name for entry in entries()))


def decode_all(music: Path) -> None:
    """Decode every file to what an encoder hears."""
    for path in sorted(music.iterdir()):
        decode(path, 16_000)


def write_piece(path: Path, seconds: float, seed: int) -> None:
    """A piece of noise and chords as a 192 kbit/s mp3 in stereo."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    rate, generator = 44_100, np.random.default_rng(seed)
    times = np.arange(int(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * hz * times) for hz in 110 * 2 ** (generator.integers(0, 24, 4) / 12))
    beat = np.exp(-4 * ((times * (1 + seed % 3)) % 1.0))
    waveform = (0.1 * beat * chord + generator.normal(0, 0.03, (2, len(times)))).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="stereo", bit_rate=192_000)
        container.metadata.update({"title": f"Piece {seed}", "artist": f"Artist {seed % 3}"})
        for start in range(0, waveform.shape[1], 1152):
            block = np.ascontiguousarray(waveform[:, start : start + 1152])
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def searching(folder: Path, tracks: int) -> None:
    """How long opening and searching a large catalog takes."""
    url = f"sqlite:///{folder / 'large.sqlite'}"
    rng = random.Random(7)
    with Catalog(url) as catalog:
        made_s = cpu_s(lambda: fill(catalog, tracks, rng))
    opened_ms = 1000 * min(cpu_s(lambda: Catalog(url).close()) for _ in range(5))
    print(f"| a catalog of {tracks:,} tracks | median CPU ms | slowest CPU ms |\n|---|---|---|")
    print(f"| written, per 1,000 tracks | {1000 * made_s / tracks * 1000:.1f} | |")
    print(f"| opened | {opened_ms:.1f} | |")
    with Catalog(url) as catalog:
        names = [
            f"{track.title} {track.artist}"
            for track in catalog.tracks.many(rng.sample(range(1, tracks), 50)).values()
        ]
        asked: dict[str, Sequence[str]] = {
            "count the rows": names,
            "search title and artist": names,
            "search two beginnings of words": [
                " ".join(word[:3] for word in name.split()[:2]) for name in names
            ],
            "search one letter": ["b", "d", "k", "l", "m"],
            "search what is not there": [f"{name} zzz" for name in names],
            "get by id": names,
        }
        for what, phrases in asked.items():
            times = sorted(1000 * cpu_s(lambda: ask(catalog, what, phrase)) for phrase in phrases)  # noqa: B023
            print(f"| {what} | {times[len(times) // 2]:.2f} | {times[-1]:.2f} |", flush=True)
        vectors = np.random.default_rng(0).normal(size=(tracks, 128)).astype(np.float16)
        written_s = cpu_s(lambda: catalog.embeddings.put_many("e@1", range(1, tracks + 1), vectors))
        print(f"| write {tracks:,} vectors of 128 | {1000 * written_s:.0f} | |")
        print(f"| read them all | {1000 * cpu_s(lambda: catalog.embeddings.all('e@1')):.0f} | |")


def typing(folder: Path) -> None:
    """What a search as you type costs the server: tracks, artists and albums for one phrase, over HTTP."""
    data = folder / "served"
    data.mkdir()
    for part in folder.glob("large.sqlite*"):
        part.rename(data / part.name.replace("large", "catalog"))
    run = [sys.executable, "-m", "synesthete", "--data", str(data), "serve", "--port", "0"]
    print("| typed | CPU ms of the server |\n|---|---|")
    with subprocess.Popen(run, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        url = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+", line)))
        for phrase in ("b", "ka", "kal", "kalo", "kalo mi", "mira", "zzzz"):
            for counted in (False, True):
                before = cpu_of(server.pid)
                for _ in range(20 if counted else 2):
                    urlopen(f"{url}/api/v1/search?{urlencode({'text': phrase})}").read()
            print(f"| {phrase} | {1000 * (cpu_of(server.pid) - before) / 20:.0f} |", flush=True)
        server.terminate()


def ask(catalog: Catalog, what: str, phrase: str) -> object:
    """One question."""
    if what == "count the rows":
        return catalog.tracks.count()
    return catalog.tracks.get(1) if what == "get by id" else catalog.tracks.search(phrase)


def fill(catalog: Catalog, tracks: int, rng: random.Random) -> None:
    """A catalog with names of invented words, artists by a power law."""
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(20_000)]

    def name(longest: int) -> str:
        return " ".join(words[int(len(words) * rng.random() ** 2)] for _ in range(rng.randint(1, longest)))

    artists = [name(2) for _ in range(max(1, tracks // 10))]
    folder = catalog.folders.add("/music")
    for start in range(0, tracks, 1000):
        entries = []
        for number in range(start, min(start + 1000, tracks)):
            artist = artists[int(len(artists) * rng.random() ** 2)]
            album = f"{artist[:4]} {rng.randrange(5)}"
            path = f"/music/{number}.mp3"
            entries.append(
                Entry(name(4), artist, album, year=1950 + number % 70, path=path, folder_id=folder.id)
            )
        catalog.tracks.put_many(entries)


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
