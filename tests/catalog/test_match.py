"""Matching: what is one track for a listener is one for us, and nothing else is."""

from __future__ import annotations

import csv
import random
import re
import time

import pytest

from synesthete.catalog import names
from synesthete.catalog.match import Known, Matcher, agreement
from synesthete.music import Description, TrackId
from tests.catalog.corrupted import another_version, corrupted

ONE = Known(TrackId(7), "Don't Stop Me Now - 2011 Remaster", "The Queens", "Jazz", 211.0,
            "c7d0bf6e-b2aa-4ffa-bded-2448415b39b0", "GBAYE8100053", "/music/Queens/Jazz/12 Stop.mp3",
            (("spotify", "4uLU6hMCjMI75M1A2tKUQC"),))  # fmt: skip


@pytest.mark.parametrize(
    ("described", "by"),
    [
        (Description(ids=(("synesthete", "7"),)), "id"),
        (Description(ids=(("spotify", "4uLU6hMCjMI75M1A2tKUQC"),)), "id"),
        (Description(recording_mbid="C7D0BF6E-B2AA-4FFA-BDED-2448415B39B0"), "mbid"),
        (Description(isrc="GBAYE8100053"), "isrc"),
        (Description(path="/music/Queens/Jazz/12 Stop.mp3"), "path"),
        (Description(path="D:\\Other\\QUEENS\\Jazz\\12 Stop.flac"), "path"),
        (Description("dont stop me now", "queens"), "names"),
        (Description("Don\u2019t Stop Me Now (Mono) [feat. Sia]", "Queens, The", duration_s=209), "names"),
        (Description("Don't Stpo Me Now", "The Queens"), "names"),
        (Description("Don't Stop Me Now", "The Qeens", duration_s=211), "names"),
    ],
)
def test_the_same_track_by_every_road(described, by):
    match = Matcher([ONE]).match(described)
    assert match is not None and (match.id, match.by) == (7, by)
    assert 0.8 <= match.confidence <= 1


@pytest.mark.parametrize(
    "described",
    [
        Description("Don't Stop Me Now (Live)", "The Queens"),
        Description("Don't Stop Me Now - Someone Remix", "The Queens"),
        Description("Don't Stop Me Now (Karaoke Version)", "The Queens"),
        Description("Don't Stop Me Now", "The Kings"),
        Description("Don't Stop Me", "The Queens"),
        Description("Don't Stop Me Now", "The Queens", duration_s=400),
        Description("Don't Stop Me Now"),
        Description(title="Something else", isrc="GBAYE8100053"),
        Description(isrc="GBAYE8100053", duration_s=900),
        Description(path="/elsewhere/12 Stop.mp3"),
        Description(),
    ],
)
def test_another_track_is_not_taken_for_it(described):
    assert Matcher([ONE]).match(described) is None


def test_numbers_and_parts_must_agree():
    tracks = [Known(TrackId(i), f"Symphony No. {i} in C", "Ada") for i in (5, 6)]
    matcher = Matcher([*tracks, Known(TrackId(9), "Cogs, Part II", "Ada")])
    assert matcher.match(Description("Symphony no 6 in C", "Ada")).id == 6
    assert matcher.match(Description("Symphony No. 7 in C", "Ada")) is None
    assert matcher.match(Description("Cogs Part 2", "Ada")).id == 9
    assert matcher.match(Description("Cogs Part 3", "Ada")) is None


def test_the_album_and_the_duration_decide_between_equals():
    first = Known(TrackId(1), "Cogs", "Ada", "Engines", 61.0)
    second = Known(TrackId(2), "Cogs", "Ada", "The Best of Ada", 75.0)
    matcher = Matcher([first, second])
    assert matcher.match(Description("Cogs", "Ada", "Best of Ada")).id in (1, 2)
    assert matcher.match(Description("Cogs", "Ada", "The Best Of Ada")).id == 2
    assert matcher.match(Description("Cogs", "Ada", duration_s=74)).id == 2
    assert matcher.match(Description("Cogs", "Ada", duration_s=60)).id == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bj\u00f6rk", "Bjork"), ("Beyonc\u00e9", "BEYONCE"), ("Sigur R\u00f3s", "sigur ros"), ("AC/DC", "ACDC"),
        ("Simon & Garfunkel", "Simon and Garfunkel"), ("Beatles, The", "The Beatles"), ("R.E.M.", "REM"),
        ("\u041a\u0438\u043d\u043e", "Kino"), ("Jay-Z", "JAY Z"), ("Ke$ha", "Kesha"), ("Guns N' Roses", "Guns N\u2019 Roses"),
    ],
)  # fmt: skip
def test_spellings_of_one_artist(one, other):
    assert names.credit(one).key == names.credit(other).key


def test_names_of_punctuation_alone_stay_apart():
    assert names.title("!!!").key != names.title("???").key
    assert Matcher([Known(TrackId(1), "\u2606", "\u25b3")]).match(Description("\u2606", "\u25b3")).id == 1


def test_agreement_is_symmetric_in_what_it_compares():
    here = Description("Cogs (feat. Bea)", "Ada", duration_s=61)
    there = Known(TrackId(1), "Cogs", "Ada feat. Bea", None, 62.0)
    back = Known(TrackId(1), here.title, here.artist, None, here.duration_s)
    assert agreement(here, there) == agreement(Description(there.title, there.artist, None, 62.0), back) > 0.9


def invented(n: int, rng: random.Random) -> list[tuple[str, str, float]]:
    """Names made of a few hundred words, so that many are close to each other."""
    starts = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "kl", "st", "tr", "fr"]
    ends = ["a", "e", "i", "o", "u", "\u00e9", "\u00f8", "al", "en", "ir", "ost", "und"]
    pool = sorted(
        {"".join(rng.choice(starts) + rng.choice(ends) for _ in range(rng.randint(1, 3))) for _ in range(900)}
    )
    artists = [" ".join(rng.sample(pool, rng.randint(1, 2))).title() for _ in range(max(20, n // 10))]
    found = {}
    while len(found) < n:
        title, artist = " ".join(rng.sample(pool, rng.randint(1, 4))).capitalize(), rng.choice(artists)
        found.setdefault((title, artist), rng.uniform(90, 400))
    return [(title, artist, seconds) for (title, artist), seconds in found.items()]


def tried(rows: list[tuple[str, str, float]], seed: int, n: int) -> tuple[float, float]:
    """Precision and recall on n corrupted names of our tracks, n of tracks we do not have, n/4 other versions."""
    rng = random.Random(seed)
    rng.shuffle(rows := list(rows))
    half = len(rows) // 2
    matcher = Matcher(Known(TrackId(i), *row[:2], None, row[2]) for i, row in enumerate(rows[:half]))

    def described(i: int) -> Description:
        return Description(rows[i][0], rows[i][1], None, rows[i][2])

    ours = rng.sample(range(half), min(n, half))
    strangers = [corrupted(described(i), rng) for i in rng.sample(range(half, 2 * half), min(n, half))]
    versions = [another_version(described(i), rng) for i in rng.sample(range(half), min(n // 4, half))]
    answers = [matcher.match(corrupted(described(i), rng)) for i in ours]
    right = sum(match is not None and match.id == i for i, match in zip(ours, answers, strict=True))
    given = sum(match is not None for match in answers)
    given += sum(match is not None for match in matcher.match_many(strangers + versions))
    return right / given, right / len(ours)


def test_precision_and_recall_on_invented_names():
    precision, recall = tried(invented(8000, random.Random(3)), seed=3, n=2000)
    assert precision >= 0.98 and recall >= 0.90, (precision, recall)


def one_of_each(rows: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """Rows whose name before the first dash or bracket is new, so that right and wrong are defined."""
    seen: dict[tuple[str, str], tuple[str, str, float]] = {}
    for title, artist, seconds in rows:
        bare = re.sub(r"\W", "", re.split(r" - | \(| \[", title or "")[0].lower())
        if bare and artist:
            seen.setdefault((bare, re.sub(r"\W", "", artist.lower())), (title, artist, seconds))
    return list(seen.values())


def test_precision_and_recall_on_names_of_a_large_catalog(shared_data):
    import arro3.io

    table = arro3.io.read_parquet(shared_data / "taste" / "spotify_hit_predictor.parquet").read_all()
    columns = [[v for part in table.column(name).chunks for v in part.to_pylist()]
               for name in ("track", "artist", "duration_ms")]  # fmt: skip
    rows = one_of_each([(t, a, ms / 1000) for t, a, ms in zip(*columns, strict=True)])
    precision, recall = tried(rows, seed=11, n=3000)
    assert precision >= 0.98 and recall >= 0.90, (precision, recall)


def test_precision_and_recall_on_free_music(shared_data):
    with (shared_data / "audio" / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (r["title"].replace("_", " "), r["artist"], float(r["duration_s"])) for r in csv.DictReader(file)
        ]
    precision, recall = tried(one_of_each(rows), seed=5, n=400)
    assert precision >= 0.98 and recall >= 0.90, (precision, recall)


def test_ten_thousand_descriptions_against_a_hundred_thousand_tracks_in_seconds():
    rng = random.Random(1)
    rows = invented(20_000, rng)
    tracks = (
        Known(TrackId(i), f"{rows[i % 20_000][0]} {i // 20_000 or ''}", rows[i % 20_000][1])
        for i in range(100_000)
    )
    start = time.process_time()
    matcher = Matcher(tracks)
    wanted = [
        corrupted(Description(*rows[i][:2], None, rows[i][2]), rng) for i in rng.sample(range(20_000), 10_000)
    ]
    found = matcher.match_many(wanted)
    assert sum(match is not None for match in found) > 9000
    assert time.process_time() - start < 30  # measured: 4 s; the bound is for slow machines
