"""How well an encoder hears: does it find the album, the artist, the very recording, whatever was done to it?

Every track is heard once as it is and once under a random low-pass and gain; one 10-s excerpt of it, from a
random place, is asked for clean, as a small mp3, and through a phone's microphone. MFCC statistics always
stand beside. All chance comes from the seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from synesthete.audio.decode import open_sound
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import Heard, hear_blocks
from synesthete.errors import AudioError, NotFound
from synesthete.evaluate import retrieval
from synesthete.evaluate.baseline import MfccEncoder
from synesthete.evaluate.collection import Labeled
from synesthete.evaluate.degrade import phone, remastered, small_mp3
from synesthete.evaluate.sound_report import SoundReport, compared

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


def evaluate_sound(
    encoders: Sequence[Encoder],
    files: Sequence[Labeled],
    seed: int = 0,
    split: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    baseline: str | None = None,
) -> SoundReport:
    """Scores of every encoder, MFCC statistics last, on labeled files; all compared with `baseline` (an
    encoder's name or stamp; MFCC statistics unless named).

    A file that cannot be read is left out and named in the report. Raises AudioError when none can be,
    NotFound when the baseline is not tested.
    """
    mfcc = MfccEncoder()
    mfcc.fit(_sample(mfcc, files, seed))
    hearers: list[Encoder] = [*encoders, mfcc]
    against = _stamp_of(hearers, baseline)
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
    return SoundReport(
        tracks=len(readable),
        albums=len({e.album for e in readable if e.album}),
        artists=len({e.artist for e in readable if e.artist}),
        genres=len({e.genre for e in readable if e.genre}),
        seed=seed,
        split=split,
        unreadable=unreadable,
        **compared({ear.stamp: scored(ear, readable) for ear in ears}, readable, against, seed),
    )


def _stamp_of(hearers: Sequence[Encoder], name: str | None) -> str:
    """The stamp of the ear to compare with: named or stamped so; MFCC statistics when none is named."""
    stamps = [encoder.card.stamp for encoder in hearers]
    for stamp in stamps:
        if name in (stamp, stamp.partition("@")[0]):
            return stamp
    if name is not None:
        raise NotFound(
            "this encoder is not among those tested", subject=name, hint=f"There is {', '.join(stamps)}."
        )
    return stamps[-1]


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


def scored(ear: Ear, files: Sequence[Labeled]) -> dict[str, np.ndarray]:
    """All measures of one ear, one value (N,) per track; NaN where its labels leave nothing to measure."""
    tracks = np.stack(ear.tracks)
    everyone = ~np.eye(len(files), dtype=bool)
    album, artist = retrieval.same([f.album for f in files]), retrieval.same([f.artist for f in files])
    near = retrieval.cosines(tracks, tracks)
    other = np.stack(ear.remastered)
    asked = {
        ("album_map", "album_p1"): (near, album, everyone),
        ("artist_map", "artist_p1"): (near, artist, everyone),
        ("artist_elsewhere_map", "artist_elsewhere_p1"): (near, artist, everyone & ~album),
        ("album_map_lowpass", "album_p1_lowpass"): (retrieval.cosines(other, other), album, everyone),
    }
    row = {}
    for (mean_name, first_name), question in asked.items():
        row[mean_name], row[first_name] = retrieval.average_precisions(*question)
    return {**row, **_identification(ear, tracks), **_genre(tracks, near, files)}


def _identification(ear: Ear, tracks: np.ndarray) -> dict[str, np.ndarray]:
    """Top-1 and top-10 of a 10-s excerpt against track means, and against all tracks' excerpts."""
    owners = np.repeat(np.arange(len(tracks)), [len(e) for e in ear.excerpts])
    excerpts = np.concatenate(ear.excerpts)
    truth = np.arange(len(tracks))
    row = {}
    for damage, queries in ear.queries.items():
        asked = np.stack(queries)
        by_track = retrieval.places(retrieval.cosines(asked, tracks), truth, truth)
        by_excerpt = retrieval.places(retrieval.cosines(asked, excerpts), truth, owners)
        for n in (1, 10):
            row[f"{damage}_track_top{n}"] = (by_track <= n).astype(float)
            row[f"{damage}_excerpt_top{n}"] = (by_excerpt <= n).astype(float)
    return row


def _genre(tracks: np.ndarray, near: np.ndarray, files: Sequence[Labeled]) -> dict[str, np.ndarray]:
    """5-NN and probe over tracks whose genre has at least three tracks."""
    counts = Counter(f.genre for f in files if f.genre)
    used = [i for i, f in enumerate(files) if f.genre and counts[f.genre] >= SMALLEST_GENRE]
    labels = [str(files[i].genre) for i in used]
    row = {name: np.full(len(files), np.nan) for name in ("genre_5nn", "genre_probe")}
    if len(set(labels)) > 1:
        row["genre_5nn"][used] = retrieval.voted_right(near[np.ix_(used, used)], labels)
        row["genre_probe"][used] = retrieval.probed_right(tracks[used], labels)
    return row
