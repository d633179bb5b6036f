"""Whether a clip of a recording is recognized, among 100,000 tracks: by its embedding alone, and by listening.

    python -m benchmarks.recordings [FOLDER] [--split held-out] [--tracks 100000] [--seed 0]

One clip of 10 s from a random place of every file of FOLDER (without one, of the demo's pieces): clean, as an mp3
of 48 kbit/s, and through a phone's microphone. The rest of the library is invented: tracks drawn around the real
ones, each with a real track's course. "Absent" asks again with the track taken out of the library, so that any
answer is wrong. Times are CPU milliseconds of this process.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as `synesthete serve` does

import numpy as np
import soundfile

from benchmarks.recommend import unit
from synesthete.audio.decode import decode
from synesthete.catalog import Catalog, Entry
from synesthete.catalog.embeddings import Excerpts as Kept
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import Heard, hear_blocks
from synesthete.encoders.shelf import open_encoder
from synesthete.errors import AudioError
from synesthete.evaluate.collection import chosen, labeled_files
from synesthete.evaluate.degrade import phone, small_mp3
from synesthete.index import Index, build_index
from synesthete.recommend import Clip, Collection
from synesthete.recommend.closely import Comparison, Stretch, Told, compare
from synesthete.recommend.recognize import Recognition, recognize, shortlist

CLIP_S = 10.0
INVENTED = 5_000
"""Invented tracks written at a time."""


@dataclass
class Question:
    """A clip, where it is from, and where it can be read."""

    track_id: int
    start_s: float
    clip: Clip
    sound: Stretch


@dataclass
class Tally:
    """What came of all questions of one kind, asked one way."""

    in_shortlist: list[bool] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    sure: list[bool] = field(default_factory=list)
    wrong: list[bool] = field(default_factory=list)
    off_s: list[float] = field(default_factory=list)
    absent: list[bool] = field(default_factory=list)
    absent_sure: list[bool] = field(default_factory=list)
    search_ms: list[float] = field(default_factory=list)
    listen_ms: list[float] = field(default_factory=list)


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--split")
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        folder = wanted.folder or demo(room / "demo")
        catalog = Catalog(f"sqlite:///{room / 'catalog.sqlite'}")
        encoder = open_encoder(None, room / "none")
        files = [entry.path for entry in labeled_files(folder)]
        asked_of = {entry.path for entry in chosen(labeled_files(folder), wanted.split)}
        ids, heard = real_tracks(catalog, encoder, files)
        index = invented_tracks(catalog, encoder, list(ids.values()), heard, wanted.tracks, wanted.seed)
        collection = Collection(catalog, index, encoder.card.stamp)
        print(
            f"{len(index):,} tracks, {len(ids)} of them real; {index.card.kind} index; {encoder.card.stamp}\n"
        )
        print(
            "| clip | how | in shortlist | named, right | sure, right | wrong | place within 1 s | median off, s "
            "| absent: named | absent: sure | search, CPU ms | listening, CPU ms |\n" + "|---" * 12 + "|"
        )
        for way in ("clean", "mp3", "phone"):
            asked = questions(encoder, ids, asked_of, way, room, wanted.seed)
            for how in ("embedding alone", "listening"):
                print(row(way, how, ask(collection, asked, how == "listening")), flush=True)
        catalog.close()


def demo(folder: Path) -> Path:
    """The demo's pieces, written there."""
    from synesthete.demo import write_demo

    write_demo(folder)
    return folder


def real_tracks(catalog: Catalog, encoder: Encoder, files: list[Path]) -> tuple[dict[Path, int], list[Heard]]:
    """Every file that can be read and is long enough, in the catalog: its id by path, and what was heard."""
    ids: dict[Path, int] = {}
    heard = []
    for path in files:
        try:
            one = hear_blocks(encoder, [decode(path, encoder.sample_rate)])
        except AudioError:
            continue
        if one.silent or one.duration_s < CLIP_S + 2:
            continue
        entry = Entry(title=path.stem, artist="real", path=str(path.absolute()), duration_s=one.duration_s)
        ids[path] = int(catalog.tracks.put(entry))
        kept = Kept(one.excerpts, one.starts_s, one.ends_s)
        catalog.embeddings.put(ids[path], encoder.card.stamp, one.track, "full", kept)
        heard.append(one)
    return ids, heard


def invented_tracks(
    catalog: Catalog, encoder: Encoder, ids: list[int], heard: list[Heard], count: int, seed: int
) -> Index:
    """Tracks until there are `count`, and the index of all: means drawn from the real ones' distribution, partly
    near one of them; excerpts that depart from the mean as those of a real track do, in another order."""
    rng = np.random.default_rng(seed)
    means = np.array([one.excerpts.mean(axis=0) for one in heard])
    spread = np.linalg.cholesky(np.cov(means.T) + 1e-6 * np.eye(means.shape[1]))
    vectors = [np.array([one.track for one in heard])]
    for start in range(len(ids), count, INVENTED):
        n = min(INVENTED, count - start)
        near, course = rng.integers(len(heard), size=n), rng.integers(len(heard), size=n)
        drawn = (
            0.6 * means[near]
            + 0.4 * means.mean(axis=0)
            + 0.8 * (rng.standard_normal((n, len(spread))) @ spread.T)
        )
        kept = []
        for mean, k in zip(drawn, course, strict=True):
            order = rng.permutation(len(heard[k].excerpts))
            rows = unit(mean + (heard[k].excerpts - means[k])[order])
            kept.append(Kept(rows, heard[k].starts_s, heard[k].ends_s))
        entries = [Entry(title=f"Invented {start + i}", artist="nobody") for i in range(n)]
        these = [int(i) for i in catalog.tracks.put_many(entries)]
        catalog.embeddings.put_many(encoder.card.stamp, these, unit(drawn), "full", kept)
        ids, vectors = ids + these, [*vectors, unit(drawn)]
    return build_index(encoder.card.stamp, ids, np.concatenate(vectors))


def questions(
    encoder: Encoder, ids: dict[Path, int], asked_of: set[Path], way: str, room: Path, seed: int
) -> list[Question]:
    """A clip from a random place of each file, after it went this way."""
    asked = []
    for path, track_id in ids.items():
        rng = np.random.default_rng([seed, track_id])
        whole = decode(path, encoder.sample_rate)
        start_s = float(rng.uniform(0, len(whole) / encoder.sample_rate - CLIP_S))
        first = int(start_s * encoder.sample_rate)
        sound = whole[first : first + int(CLIP_S * encoder.sample_rate)]
        if path not in asked_of or np.abs(sound).max() < 1e-3:
            continue
        if way == "mp3":
            sound = small_mp3(sound, encoder.sample_rate)
        elif way == "phone":
            sound = phone(sound, encoder.sample_rate, rng)
        place = room / f"{way}-{track_id}.wav"
        soundfile.write(place, sound, encoder.sample_rate, subtype="FLOAT")
        heard = hear_blocks(encoder, [sound])
        clip = Clip(heard.track, heard.excerpts[:1], heard.starts_s[:1], heard.ends_s[:1])
        asked.append(Question(track_id, start_s, clip, Stretch(place, 0.0)))
    return asked


def ask(collection: Collection, asked: list[Question], listening: bool) -> Tally:
    """Every question once as it is, and once with its track taken out of the library."""
    tally = Tally()
    for question in asked:
        tally.in_shortlist.append(question.track_id in shortlist(collection, question.clip))
        found = timed(collection, question, listening, tally)
        right = found is not None and found.track_id == question.track_id
        tally.right.append(right)
        tally.sure.append(right and found.sure)
        tally.wrong.append(found is not None and not right)
        if right:
            tally.off_s.append(abs(found.start_s - question.start_s))
        vector = collection.index.vectors([question.track_id])
        collection.index.remove([question.track_id])
        found = timed(collection, question, listening, None)
        collection.index.add([question.track_id], vector)
        tally.absent.append(found is not None)
        tally.absent_sure.append(found is not None and found.sure)
    return tally


def timed(
    collection: Collection, question: Question, listening: bool, tally: Tally | None
) -> Recognition | None:
    """What is recognized; its cost, with listening apart, is noted."""
    spent = 0.0

    def listen(asked: Comparison) -> list[Told | None]:
        nonlocal spent
        begun = time.process_time()
        told = compare(asked)
        spent = time.process_time() - begun
        return told

    begun = time.process_time()
    found = recognize(collection, question.clip, question.sound if listening else None, listen)
    whole = time.process_time() - begun
    if tally is not None:
        tally.search_ms.append(1e3 * (whole - spent))
        tally.listen_ms.append(1e3 * spent)
    return found


def row(way: str, how: str, tally: Tally) -> str:
    """One line of the table."""
    shares = (tally.in_shortlist, tally.right, tally.sure, tally.wrong)
    off = np.array(tally.off_s) if tally.off_s else np.full(1, np.nan)
    cells = [f"{way} ({len(tally.right)})", how, *(f"{np.mean(s):.3f}" for s in shares)]
    cells += [f"{np.mean(off <= 1):.3f}", f"{np.median(off):.2f}"]
    cells += [f"{np.mean(tally.absent):.3f}", f"{np.mean(tally.absent_sure):.3f}"]
    cells += [
        f"{np.median(ms):.1f} (90 %: {np.quantile(ms, 0.9):.1f})" for ms in (tally.search_ms, tally.listen_ms)
    ]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
