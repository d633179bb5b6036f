"""How well an encoder hears: does it find the album, the artist, the very recording, whatever was done to it?

Every track is heard once as it is and once under a random low-pass and gain; one 10-s excerpt of it, from a
random place, is asked for clean, as a small mp3, and through a phone's microphone. MFCC statistics always
stand beside. All chance comes from the seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synesthete.audio.decode import open_sound
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import Heard, hear_blocks
from synesthete.errors import AudioError
from synesthete.evaluate import retrieval
from synesthete.evaluate.baseline import MfccEncoder
from synesthete.evaluate.collection import Labeled
from synesthete.evaluate.degrade import phone, remastered, small_mp3

EXCERPT_S = 10.0
MP3_RATE = 44_100  # the small mp3 is made at the usual rate, where 48 kbit/s is little
SMALLEST_GENRE = 3  # tracks; smaller genres cannot be told from chance
DAMAGES = ("clean", "mp3", "phone")


@dataclass
class Ear:
    """What one encoder heard of all tracks. N tracks, E excerpts, D dimensions."""

    stamp: str
    tracks: list[np.ndarray] = field(default_factory=list)  # N x (D,)
    remastered: list[np.ndarray] = field(default_factory=list)  # N x (D,)
    excerpts: list[np.ndarray] = field(default_factory=list)  # N x (E, D)
    queries: dict[str, list[np.ndarray]] = field(default_factory=lambda: {name: [] for name in DAMAGES})

    def add(self, whole: Heard, other: Heard, queries: dict[str, Heard]) -> None:
        """Remember one track."""
        self.tracks.append(whole.track)
        self.remastered.append(other.track)
        self.excerpts.append(whole.excerpts)
        for name, heard in queries.items():
            self.queries[name].append(heard.track)


@dataclass(frozen=True)
class Report:
    """Scores by encoder, and what they were measured on."""

    tracks: int
    albums: int
    artists: int
    genres: int
    seed: int
    split: str | None
    scores: dict[str, dict[str, float]]
    unreadable: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; a score that could not be measured is None."""
        scores = {
            name: {key: None if np.isnan(value) else round(float(value), 4) for key, value in row.items()}
            for name, row in self.scores.items()
        }
        return {**self.__dict__, "scores": scores}


def evaluate_sound(
    encoders: Sequence[Encoder],
    files: Sequence[Labeled],
    seed: int = 0,
    split: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Scores of every encoder, MFCC statistics last, on labeled files.

    A file that cannot be read is left out and named in the report. Raises AudioError when none can be.
    """
    baseline = MfccEncoder()
    baseline.fit(_sample(baseline, files, seed))
    hearers: list[Encoder] = [*encoders, baseline]
    ears = [Ear(encoder.card.stamp) for encoder in hearers]
    readable, unreadable = [], {}
    for i, entry in enumerate(files):
        rng = np.random.default_rng([seed, i])
        try:
            _hear_all(hearers, ears, entry, rng)
            readable.append(entry)
        except AudioError as error:
            unreadable[str(entry.path.name)] = error.what
        if progress:
            progress(i + 1, len(files))
    if not readable:
        raise AudioError("not one of these files can be read", hint="; ".join(set(unreadable.values())))
    return Report(
        tracks=len(readable),
        albums=len({e.album for e in readable if e.album}),
        artists=len({e.artist for e in readable if e.artist}),
        genres=len({e.genre for e in readable if e.genre}),
        seed=seed,
        split=split,
        scores={ear.stamp: scores(ear, readable) for ear in ears},
        unreadable=unreadable,
    )


def _sample(baseline: MfccEncoder, files: Sequence[Labeled], seed: int, count: int = 64) -> list[np.ndarray]:
    """Pictures of ten seconds of some files, to standardize the baseline."""
    some = np.random.default_rng(seed).permutation(len(files))[:count]
    pictures = []
    for i in some:
        try:
            with open_sound(files[i].path) as sound:
                pictures.append(baseline.picture(sound.decode(baseline.sample_rate, 0.0, EXCERPT_S)))
        except AudioError:
            continue  # it will be named when its turn comes
    return pictures or [np.zeros((2, 20), np.float32)]


def _hear_all(
    hearers: Sequence[Encoder], ears: Sequence[Ear], entry: Labeled, rng: np.random.Generator
) -> None:
    """Let every encoder hear one file; nothing is kept of a file that any of them cannot."""
    with open_sound(entry.path) as sound:
        duration_s = sound.info.duration_s
        start_s = float(rng.uniform(0.0, max(duration_s - EXCERPT_S, 0.0)))
        close = sound.decode(MP3_RATE, start_s, start_s + EXCERPT_S)
        waves = {rate: sound.decode(rate) for rate in {encoder.sample_rate for encoder in hearers}}
    compressed = small_mp3(close, MP3_RATE)
    chance = int(rng.integers(1 << 31))
    kept = []
    for encoder in hearers:
        rate = encoder.sample_rate
        wave = waves[rate]
        part = wave[int(start_s * rate) : int((start_s + EXCERPT_S) * rate)]
        # the same chance for every encoder, whatever its rate
        variants = {
            "clean": part,
            "mp3": _at(compressed, MP3_RATE, rate),
            "phone": phone(part, rate, np.random.default_rng(chance)),
        }
        other = remastered(wave, rate, np.random.default_rng(chance + 1))
        kept.append(
            (_hear(encoder, wave), _hear(encoder, other), {n: _hear(encoder, v) for n, v in variants.items()})
        )
    for ear, (whole, other_heard, queries) in zip(ears, kept, strict=True):
        ear.add(whole, other_heard, queries)


def _hear(encoder: Encoder, waveform: np.ndarray) -> Heard:
    return hear_blocks(encoder, [waveform])


def _at(waveform: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    import soxr

    return waveform if rate == wanted else soxr.resample(waveform, rate, wanted, quality="HQ")


def scores(ear: Ear, files: Sequence[Labeled]) -> dict[str, float]:
    """All numbers for one ear; NaN where the labels leave nothing to measure."""
    tracks = np.stack(ear.tracks)
    everyone = ~np.eye(len(files), dtype=bool)
    album, artist = retrieval.same([f.album for f in files]), retrieval.same([f.artist for f in files])
    near = retrieval.cosines(tracks, tracks)
    album_map, album_first, _ = retrieval.mean_average_precision(near, album, everyone)
    artist_map, artist_first, _ = retrieval.mean_average_precision(near, artist, everyone)
    elsewhere_map, elsewhere_first, _ = retrieval.mean_average_precision(near, artist, everyone & ~album)
    other = np.stack(ear.remastered)
    low_map, low_first, _ = retrieval.mean_average_precision(retrieval.cosines(other, other), album, everyone)
    row = {
        "album_map": album_map,
        "album_p1": album_first,
        "artist_map": artist_map,
        "artist_p1": artist_first,
        "artist_elsewhere_map": elsewhere_map,
        "artist_elsewhere_p1": elsewhere_first,
        "album_map_lowpass": low_map,
        "album_p1_lowpass": low_first,
    }
    return {**row, **_identification(ear, tracks), **_genre(tracks, near, files)}


def _identification(ear: Ear, tracks: np.ndarray) -> dict[str, float]:
    """Top-1 and top-10 of a 10-s excerpt against track means, and against all tracks' excerpts."""
    owners = np.repeat(np.arange(len(tracks)), [len(e) for e in ear.excerpts])
    excerpts = np.concatenate(ear.excerpts)
    truth = np.arange(len(tracks))
    row = {}
    for damage, queries in ear.queries.items():
        to_tracks = retrieval.cosines(np.stack(queries), tracks)
        to_excerpts = retrieval.cosines(np.stack(queries), excerpts)
        for n in (1, 10):
            row[f"{damage}_track_top{n}"] = retrieval.found_within(to_tracks, truth, truth, n)
            row[f"{damage}_excerpt_top{n}"] = retrieval.found_within(to_excerpts, truth, owners, n)
    return row


def _genre(tracks: np.ndarray, near: np.ndarray, files: Sequence[Labeled]) -> dict[str, float]:
    """5-NN and probe accuracy over tracks whose genre has at least three tracks."""
    counts = Counter(f.genre for f in files if f.genre)
    used = [i for i, f in enumerate(files) if f.genre and counts[f.genre] >= SMALLEST_GENRE]
    labels = [str(files[i].genre) for i in used]
    if len(set(labels)) < 2:
        return {"genre_5nn": float("nan"), "genre_probe": float("nan")}
    return {
        "genre_5nn": retrieval.nearest_neighbors_accuracy(near[np.ix_(used, used)], labels),
        "genre_probe": retrieval.probe_accuracy(tracks[used], labels),
    }


COLUMNS = (
    ("album mAP", "album_map"),
    ("album P@1", "album_p1"),
    ("artist mAP", "artist_map"),
    ("artist P@1", "artist_p1"),
    ("artist elsewhere mAP", "artist_elsewhere_map"),
    ("album mAP, low-pass", "album_map_lowpass"),
    ("clean: track / excerpt", "clean_track_top1", "clean_excerpt_top1"),
    ("mp3: track / excerpt", "mp3_track_top1", "mp3_excerpt_top1"),
    ("phone: track / excerpt", "phone_track_top1", "phone_excerpt_top1"),
    ("genre 5-NN", "genre_5nn"),
    ("genre probe", "genre_probe"),
)


def table(report: Report) -> str:
    """The report as a Markdown table, one ear a row."""
    head = ["ear", *(column[0] for column in COLUMNS)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for stamp, row in report.scores.items():
        cells = [" / ".join(_shown(row[key]) for key in keys) for _, *keys in COLUMNS]
        lines.append("| " + " | ".join([stamp, *cells]) + " |")
    return "\n".join(lines)


def _shown(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}".removeprefix("0")
