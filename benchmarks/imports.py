"""How fast files become a catalog: rows and playlists per CPU second, read alone and written.

    python benchmarks/imports.py [--triplets N] [--playlists N] [--features N]

The data is made up on the spot with the shape of the real sets (ids of their length, popularity by a
power law, 66 tracks a playlist). Peers measured in the same run: Python's own csv and json modules
doing nothing but parse.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from synesthete.catalog import Catalog
from synesthete.datasets.documents import documents
from synesthete.datasets.million_playlist import read_million_playlist
from synesthete.datasets.report import Report
from synesthete.datasets.taste_profile import Filters, read_triplets
from synesthete.jobs.ingest import Wishes, ingest

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def make_triplets(path: Path, rows: int, rng: random.Random) -> None:
    """Triplets as in the Taste Profile: 48 songs a listener, songs by a power law."""
    songs = [f"SO{''.join(rng.choices(LETTERS, k=5))}12A{rng.getrandbits(32):08X}" for _ in range(rows // 20)]
    with path.open("w") as file:
        written = 0
        while written < rows:
            listener = f"{rng.getrandbits(160):040x}"
            for song in {int(len(songs) * rng.random() ** 3) for _ in range(48)}:
                file.write(f"{listener}\t{songs[song]}\t{1 + int(rng.expovariate(0.5))}\n")
                written += 1


def make_slices(folder: Path, playlists: int, rng: random.Random) -> None:
    """Slices of 1,000 playlists with 66 tracks each, from a pool as large as a real run would meet."""
    pool = [_track(rng) for _ in range(playlists * 3 + 3000)]
    for first in range(0, playlists, 1000):
        rows = [
            {
                "name": rng.choice(("chill", "workout", "road trip", "90s", "sad songs")),
                "collaborative": "false", "pid": pid, "modified_at": 1493424000, "num_tracks": 66,
                "num_albums": 47, "num_followers": 1, "num_edits": 6, "duration_ms": 11532414,
                "num_artists": 37,
                "tracks": [{"pos": p, **pool[int(len(pool) * rng.random() ** 3)]} for p in range(66)],
            }
            for pid in range(first, min(first + 1000, playlists))
        ]  # fmt: skip
        place = folder / f"mpd.slice.{first}-{first + 999}.json"
        place.write_text(json.dumps({"info": {"slice": str(first)}, "playlists": rows}, indent=4))


FEATURES = (
    "acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence",
)  # fmt: skip


def make_features(path: Path, rows: int, rng: random.Random) -> None:
    """A feature table with the columns of SpotifyFeatures.csv; one track in four is listed under two genres."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["genre", "artist_name", "track_name", "track_id", "duration_ms", "tempo", *FEATURES])
        written = 0
        while written < rows:
            track = _track(rng)
            facts = [
                track["artist_name"],
                track["track_name"],
                str(track["track_uri"])[14:],
                track["duration_ms"],
            ]
            numbers = [round(rng.uniform(60, 200), 3), *(round(rng.random(), 4) for _ in FEATURES)]
            for genre in rng.sample(("Rock", "Jazz", "Folk", "Soul", "Dance"), 1 + (rng.random() < 0.25)):
                writer.writerow([genre, *facts, *numbers])
                written += 1


def _track(rng: random.Random) -> dict[str, object]:
    def uri(kind: str) -> str:
        return f"spotify:{kind}:{''.join(rng.choices(BASE62, k=22))}"

    def name() -> str:
        return " ".join("".join(rng.choices(LETTERS.lower(), k=rng.randint(3, 9))) for _ in range(2)).title()

    artist = f"Artist {rng.randrange(20000)}"
    return {
        "artist_name": artist, "track_uri": uri("track"), "artist_uri": uri("artist"), "track_name": name(),
        "album_uri": uri("album"), "duration_ms": rng.randint(90_000, 400_000), "album_name": name(),
    }  # fmt: skip


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def parse_only_csv(path: Path) -> None:
    with path.open() as file:
        for _ in csv.reader(file, delimiter="\t"):
            pass


def parse_only_json(folder: Path) -> None:
    for place in sorted(folder.glob("*.json")):
        json.loads(place.read_text())


def read_all_triplets(path: Path) -> None:
    (found,) = read_triplets(documents(path)[0], Report("triplets"), Filters())
    for _ in found.rows():
        pass


def read_all_slices(folder: Path) -> None:
    for document in documents(folder):
        for _ in read_million_playlist(document, Report(document.name)):
            pass


def imported(place: Path, kind: str, path: Path) -> float:
    """CPU seconds of importing into a new catalog, its making not counted."""

    def work() -> None:
        for result in ingest(catalog, [path], wishes=Wishes(kind)):
            if result.state != "imported":
                sys.exit(f"{result.file}: {result.why}")

    with Catalog(f"sqlite:///{place}") as catalog:
        return cpu(work)


def parse_only_rows(path: Path) -> None:
    with path.open() as file:
        for _ in csv.reader(file):
            pass


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triplets", type=int, default=4_000_000)
    parser.add_argument("--playlists", type=int, default=3_000)
    parser.add_argument("--features", type=int, default=40_000)
    wanted = parser.parse_args()
    rng = random.Random(7)
    print("| import | entries | CPU s | entries per CPU s | times the parser alone |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder_:
        folder = Path(folder_)
        triplets, slices = folder / "train_triplets.txt", folder / "mpd"
        slices.mkdir()
        make_triplets(triplets, wanted.triplets, rng)
        make_slices(slices, wanted.playlists, rng)
        floor = cpu(lambda: parse_only_csv(triplets))
        _row("triplets: csv module alone", wanted.triplets, floor, floor)
        _row("triplets: read and filtered", wanted.triplets, cpu(lambda: read_all_triplets(triplets)), floor)
        seconds = imported(folder / "a.sqlite", "taste-profile", triplets)
        _row("triplets: into the catalog", wanted.triplets, seconds, floor)
        floor = cpu(lambda: parse_only_json(slices))
        _row("playlists: json module alone", wanted.playlists, floor, floor)
        _row("playlists: read", wanted.playlists, cpu(lambda: read_all_slices(slices)), floor)
        seconds = imported(folder / "b.sqlite", "million-playlist", slices)
        _row("playlists: into the catalog", wanted.playlists, seconds, floor)
        table = folder / "features.csv"
        make_features(table, wanted.features, rng)
        floor = cpu(lambda: parse_only_rows(table))
        _row("audio features: csv module alone", wanted.features, floor, floor)
        seconds = imported(folder / "c.sqlite", "spotify-features", table)
        _row("audio features: into the catalog", wanted.features, seconds, floor)


def _row(name: str, entries: int, seconds: float, floor: float) -> None:
    print(
        f"| {name} | {entries:,} | {seconds:.2f} | {entries / seconds:,.0f} | {seconds / floor:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
