"""Copies, other versions and strangers, told apart in the hardest case: forty pieces for solo piano."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest

from synesthete.audio.decode import decode
from synesthete.catalog import Entry
from synesthete.catalog.embeddings import FULL
from synesthete.catalog.embeddings import Excerpts as Kept
from synesthete.demo import STYLES, compose, render
from synesthete.demo.instruments import SAMPLE_RATE
from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.shelf import open_encoder
from synesthete.evaluate.degrade import small_mp3
from synesthete.index import build_index
from synesthete.music import Track, TrackId
from synesthete.recommend import Collection, Recommender, Request, Seed, SeedKind
from synesthete.recommend.moments import Excerpts
from synesthete.recommend.versions import Kinship, course_of, kinship, piece_of, same_piece

PIANO = STYLES[2]
SECONDS = 20.0


@dataclass
class Piece:
    track: Track
    excerpts: Excerpts
    vector: np.ndarray


def track(number: int, title: str, duration_s: float = SECONDS, artist: str = "Ilse Maren", **more) -> Track:
    return Track(TrackId(number), title, artist, duration_s=duration_s, **more)


@pytest.fixture(scope="module")
def ear(tmp_path_factory):
    return open_encoder(None, tmp_path_factory.mktemp("none"))


def heard(ear, sound: np.ndarray, told: Track) -> Piece:
    """What the encoder hears in stereo sound (S, 2) at 44.1 kHz."""
    import soundfile

    coded = io.BytesIO()
    soundfile.write(coded, sound, SAMPLE_RATE, format="WAV", subtype="FLOAT")
    found = hear_blocks(ear, [decode(coded.getvalue(), ear.sample_rate)])
    return Piece(told, Excerpts(found.excerpts, found.starts_s, found.ends_s), found.track)


@pytest.fixture(scope="module")
def sounds():
    return [render(compose(PIANO, (2, 100 + i), SECONDS), PIANO, (2, 100 + i)) for i in range(40)]


@pytest.fixture(scope="module")
def pieces(ear, sounds):
    return [heard(ear, sound, track(i, f"Nocturne in {i}")) for i, sound in enumerate(sounds)]


def squeezed(sound: np.ndarray, bit_rate: int) -> bytes:
    """The sound as MP3."""
    import av

    coded = io.BytesIO()
    with av.open(coded, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE, layout="stereo")
        stream.bit_rate = bit_rate
        for start in range(0, len(sound) - 1, 1 << 16):
            block = np.ascontiguousarray(sound[start : start + (1 << 16)].T)
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.sample_rate = SAMPLE_RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return coded.getvalue()


def test_forty_piano_pieces_are_strangers_to_each_other(pieces):
    """They are alike, of one length and by one artist; nothing may be merged."""
    alike = [float(a.vector @ b.vector) for a, b in combinations(pieces, 2)]
    assert np.median(alike) > 0.8, "the test is only hard while they are alike"
    wrong = [
        (a.track.title, b.track.title)
        for a, b in combinations(pieces, 2)
        if kinship(a.track, b.track, a.excerpts, b.excerpts) != Kinship.STRANGERS
    ]
    assert not wrong


def test_not_even_one_name_makes_them_one_recording(pieces):
    wrong = 0
    for a, b in combinations(pieces, 2):
        one, other = track(1, "Nocturne"), track(2, "Nocturne")
        wrong += kinship(one, other, a.excerpts, b.excerpts) == Kinship.SAME_RECORDING
    assert wrong == 0


@pytest.fixture(scope="module")
def copies(ear, sounds):
    """All forty again, as mp3s of 48 kbit/s."""
    made = []
    for i, sound in enumerate(sounds):
        found = hear_blocks(ear, [decode(squeezed(sound, 48_000), ear.sample_rate)])
        told = track(100 + i, f"Nocturne in {i}", found.duration_s)
        made.append(Piece(told, Excerpts(found.excerpts, found.starts_s, found.ends_s), found.track))
    return made


NAMES = {
    "the same": lambda piece: piece.track,
    "of files without tags": lambda p: replace(p.track, title=f"file {p.track.id % 97}", artist=""),
    "that say nothing": lambda p: replace(
        p.track, title=f"Track {p.track.id % 7:02}", artist="Unknown Artist"
    ),
}


@pytest.mark.parametrize("named", NAMES.values(), ids=NAMES.keys())
def test_every_copy_is_its_originals_and_nobody_elses(pieces, copies, named):
    originals = [named(piece) for piece in pieces]
    for i, copy in enumerate(copies):
        told = named(copy)
        kin = [
            j
            for j, piece in enumerate(pieces)
            if kinship(originals[j], told, piece.excerpts, copy.excerpts) == Kinship.SAME_RECORDING
        ]
        assert kin == [i]


@pytest.mark.parametrize("named", NAMES.values(), ids=NAMES.keys())
def test_an_answer_shows_every_piece_once(pieces, copies, named, sqlite_catalog):
    """Eighty tracks in a library; asked with one, the other thirty-nine come, each with its copy folded in."""
    stamp = "ear@1"
    both = [*pieces, *copies]
    told = [named(piece) for piece in both]
    entries = [
        Entry(title=t.title, artist=t.artist, path=f"/{i}", duration_s=t.duration_s)
        for i, t in enumerate(told)
    ]
    ids = [int(i) for i in sqlite_catalog.tracks.put_many(entries)]
    for track_id, piece in zip(ids, both, strict=True):
        e = piece.excerpts
        sqlite_catalog.embeddings.put(
            track_id, stamp, piece.vector, FULL, Kept(e.vectors, e.starts_s, e.ends_s)
        )
    index = build_index(stamp, ids, np.array([piece.vector for piece in both]))
    recommender = Recommender(Collection(sqlite_catalog, index, stamp))
    for asked in (0, 17, 39, 40 + 8):
        request = Request(
            (Seed(SeedKind.TRACK, ids[asked]),), n=80, per_artist=0, taste=0.0, adventurousness=0.0
        )
        results = recommender.recommend(request).results
        groups = [{ids.index(int(t.id)) for t in (one.track, *one.versions)} for one in results]
        assert all(len(group) == 2 and len({i % 40 for i in group}) == 1 for group in groups)
        assert {i % 40 for group in groups for i in group} == set(range(40)) - {asked % 40}


@pytest.fixture(scope="module")
def rendered(shared_data):
    """Sixteen pieces for piano by composers who are long dead, as a synthesizer plays them: (S,) at 16 kHz each."""
    material = pytest.importorskip(
        "synesthete.training.synthesis", reason="rendering needs the extra [train]"
    )
    fonts = material.soundfonts()
    if shutil.which("fluidsynth") is None or not fonts:
        pytest.skip("rendering MIDI needs fluidsynth and a soundfont")
    listed = json.loads((shared_data / "midi" / "mutopia.json").read_text("utf-8"))
    files = [
        shared_data / "midi" / "mutopia" / one["mid"]
        for one in listed
        if one.get("mutopiainstrument") == "Piano"
    ]
    smallest = sorted((file for file in files if file.is_file()), key=lambda file: file.stat().st_size)
    font = min(fonts, key=lambda file: file.stat().st_size)
    sounds = [material.render(file, font)[: 40 * 16_000] for file in smallest[:16]]
    return [sound for sound in sounds if len(sound) >= 20 * 16_000]


def test_rendered_scores_keep_to_their_copies(ear, rendered):
    assert len(rendered) >= 12
    heard = {}
    for i, sound in enumerate(rendered):
        for name, wave in (("original", sound), ("copy", small_mp3(sound, 16_000))):
            found = hear_blocks(ear, [wave])
            told = track(i, f"scan {i} {name}", found.duration_s, artist="")
            heard[i, name] = told, Excerpts(found.excerpts, found.starts_s, found.ends_s)
    same = [
        (a, b)
        for a, b in combinations(heard, 2)
        if kinship(
            replace(heard[a][0], duration_s=30.0),
            replace(heard[b][0], duration_s=30.0),
            heard[a][1],
            heard[b][1],
        )
        == Kinship.SAME_RECORDING
    ]  # even if all were of one length
    assert same == [((i, "original"), (i, "copy")) for i in range(len(rendered))]


def test_names_that_say_something_are_believed(pieces, copies):
    """A small copy under another title by another artist is not close enough to contradict both."""
    other = replace(copies[0].track, title="Quite another thing", artist="Somebody Else")
    assert kinship(pieces[0].track, other, pieces[0].excerpts, copies[0].excerpts) == Kinship.STRANGERS


def test_the_same_sound_under_another_name_is_the_same_recording(pieces):
    piece = pieces[0]
    other = track(99, "Side A, first thing", artist="Someone")
    assert kinship(piece.track, other, piece.excerpts, piece.excerpts) == Kinship.SAME_RECORDING


def test_another_performance_is_another_version(ear, pieces):
    """The same notes, played slower and on another evening."""
    slow = replace(PIANO, tempo=(PIANO.tempo[0] * 0.8, PIANO.tempo[1] * 0.8))
    sound = render(compose(slow, (2, 100), SECONDS * 1.25), slow, (7, 7))
    live = heard(ear, sound, track(99, "Nocturne in 0 (Live in Graz)", SECONDS * 1.25))
    piece = pieces[0]
    assert kinship(piece.track, live.track, piece.excerpts, live.excerpts) == Kinship.OTHER_VERSION


def test_names():
    for title in (
        "Cogs (Live 2011)",
        "Cogs - Remastered 2009",
        "Cogs [Mono Mix]",
        "COGS",
        "Cógs (Radio Edit)",
    ):
        assert piece_of(title) == "cogs"
    assert piece_of("(Live)") == "live", "a title that is nothing but an edition keeps its name"
    assert piece_of("Cogs (Part 2)") == "cogs part 2"
    assert same_piece(track(1, "Cogs"), track(2, "cogs (live)"))
    assert not same_piece(track(1, "Cogs"), track(2, "Cogs", artist="Other"))
    assert (
        kinship(track(1, "Allegro", artist=""), track(2, "Allegro", 61, ""), None, None) == Kinship.STRANGERS
    )
    for nothing in ("Untitled", "Track 01", "Intro", "", "Untitled Track 3", "07"):
        assert not same_piece(track(1, nothing), track(2, nothing)), nothing


def test_what_cannot_be_compared_is_not_merged():
    one, other = track(1, "A"), track(2, "B")
    short = Excerpts(np.eye(2, 4, dtype=np.float32), np.zeros(2), np.full(2, 10.0))
    assert course_of(short, short) is None and course_of(None, short) is None
    assert kinship(one, other, short, short) == Kinship.STRANGERS
    assert kinship(one, track(2, "A"), None, None) == Kinship.OTHER_VERSION
    long = Excerpts(np.eye(4, dtype=np.float32), np.arange(4) * 5.0, np.arange(4) * 5.0 + 10)
    assert kinship(one, track(2, "B", duration_s=None), long, long) == Kinship.STRANGERS
    assert kinship(one, track(2, "B"), long, long) == Kinship.SAME_RECORDING
    same = {"recording_mbid": "1f1b"}
    assert kinship(track(1, "A", **same), track(2, "B", **same), None, None) == Kinship.SAME_RECORDING
