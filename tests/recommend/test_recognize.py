"""A clip of a track in the library is told apart from everything else, and placed to the tenth of a second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from synesthete.audio.decode import decode
from synesthete.catalog.embeddings import Excerpts as Kept
from synesthete.catalog.entries import Entry
from synesthete.demo import STYLES, compose, render
from synesthete.demo.instruments import SAMPLE_RATE
from synesthete.encoders.hearing import hear_blocks
from synesthete.encoders.shelf import open_encoder
from synesthete.errors import Busy
from synesthete.evaluate.degrade import phone, small_mp3
from synesthete.index import build_index
from synesthete.recommend import Clip, Collection, Recommender, closely, similar_to_clip
from synesthete.recommend.closely import SAME, Comparison, Stretch, compare

SECONDS = 30.0
ABSENT = 6
"""The last pieces are in no library."""


@pytest.fixture(scope="module")
def ear(tmp_path_factory):
    return open_encoder(None, tmp_path_factory.mktemp("none"))


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    """Pieces of six styles, two of each, and then six more of the same styles."""
    folder = tmp_path_factory.mktemp("pieces")
    found = []
    for i in range(12 + ABSENT):
        style = STYLES[i % 6]
        path = folder / f"{i}.flac"
        sound = render(compose(style, (9, i), SECONDS), style, (9, i))
        soundfile.write(path, np.clip(sound, -1, 1), SAMPLE_RATE)
        found.append(path)
    return found


@dataclass
class Room:
    recommender: Recommender
    ids: list[int]


@pytest.fixture
def room(sqlite_catalog, ear, files) -> Room:
    """A library of the first twelve pieces, heard by the encoder that is shipped."""
    catalog, here = sqlite_catalog, files[:12]
    entries = [Entry(title=f"Piece {i}", artist=f"Artist {i}", path=str(p)) for i, p in enumerate(here)]
    ids = [int(i) for i in catalog.tracks.put_many(entries)]
    heard = [hear_blocks(ear, [decode(path, ear.sample_rate)]) for path in here]
    for track_id, one in zip(ids, heard, strict=True):
        kept = Kept(one.excerpts, one.starts_s, one.ends_s)
        catalog.embeddings.put(track_id, ear.card.stamp, one.track, "full", kept)
    index = build_index(ear.card.stamp, ids, np.array([one.track for one in heard]))
    return Room(Recommender(Collection(catalog, index, ear.card.stamp)), ids)


def taken(ear, path: Path, start_s: float, way, folder: Path, length_s: float = 10.0) -> tuple[Clip, Stretch]:
    """A clip of a piece after it went some way, and where it can be read."""
    sound = way(decode(path, ear.sample_rate, start_s, start_s + length_s), ear.sample_rate)
    place = folder / "clip.wav"
    soundfile.write(place, sound, ear.sample_rate, subtype="FLOAT")
    heard = hear_blocks(ear, [sound])
    return Clip(heard.track, heard.excerpts, heard.starts_s, heard.ends_s), Stretch(place, 0.0)


WAYS = {
    "clean": lambda sound, rate: sound,
    "a small mp3": small_mp3,
    "a phone": lambda sound, rate: phone(sound, rate, np.random.default_rng(4)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_clip_is_found_and_placed(room, ear, files, tmp_path, way):
    for i, start_s in zip(range(0, 12, 2), (3.21, 7.3, 12.68, 0.0, 18.9, 15.55), strict=True):
        clip, sound = taken(ear, files[i], start_s, WAYS[way], tmp_path)
        found = room.recommender.recognize(clip, sound)
        assert found is not None and (found.track_id, found.sure) == (room.ids[i], True), i
        # pieces repeat themselves: what is found must sound the same there, and mostly be the place itself
        told = compare(Comparison(sound, (Stretch(files[i], found.start_s, found.end_s),)))[0]
        assert told.likeness > SAME and abs(told.ahead_s) <= 0.1


def test_places_are_right_to_the_tenth_of_a_second(room, ear, files, tmp_path):
    off = []
    for i in range(12):
        clip, sound = taken(ear, files[i], 4.37 + i, WAYS["a small mp3"], tmp_path)
        off.append(abs(room.recommender.recognize(clip, sound).start_s - (4.37 + i)))
    assert np.median(off) < 0.1


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_in_the_library_is_not_named(room, ear, files, tmp_path, way):
    for path in files[12:]:
        clip, sound = taken(ear, path, 5.0, WAYS[way], tmp_path)
        assert room.recommender.recognize(clip, sound) is None, path.name


def test_a_long_and_a_short_clip(room, ear, files, tmp_path):
    clip, sound = taken(ear, files[3], 6.0, WAYS["clean"], tmp_path, length_s=22.5)
    found = room.recommender.recognize(clip, sound)
    assert found.track_id == room.ids[3] and found.start_s == pytest.approx(6.0, abs=0.1)
    assert found.end_s - found.start_s == pytest.approx(22.5, abs=0.1)
    clip, sound = taken(ear, files[5], 11.0, WAYS["clean"], tmp_path, length_s=4.0)
    found = room.recommender.recognize(clip, sound)
    assert found.track_id == room.ids[5] and found.sure


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("length_s", [1.5, 4.0])
def test_short_clips_are_placed_by_listening(room, ear, files, tmp_path, way, length_s):
    """Their embedding knows the piece at best, not the place in it. (These pieces repeat themselves: not all are right.)"""
    off_s = []
    for i in range(12):
        start_s = 3.3 + 1.9 * i
        clip, sound = taken(ear, files[i], start_s, WAYS[way], tmp_path, length_s)
        found = room.recommender.recognize(clip, sound)
        if found is not None and found.track_id == room.ids[i] and found.sure:
            off_s.append(abs(found.start_s - start_s))
    assert len(off_s) >= 6 and np.quantile(off_s, 0.6) < 0.15, off_s


def test_of_two_places_in_one_piece_a_short_clip_is_at_the_more_alike(files):
    clip = Stretch(files[0], 12.0, 17.0)
    others = (Stretch(files[0], 0.0, 10.0), Stretch(files[7], 0.0, 10.0), Stretch(files[0], 9.0, 19.0))
    told = compare(Comparison(clip, others))
    assert told[2].same and told[2].ahead_s == pytest.approx(3.0, abs=0.03)
    assert told[0] is None or told[0].likeness <= told[2].likeness


@pytest.fixture
def spent(monkeypatch):
    """How many seconds were decoded, each time."""
    seconds = []
    real = closely.decode

    def counted(source, rate, start_s=0.0, end_s=None):
        seconds.append(end_s - start_s)
        return real(source, rate, start_s, end_s)

    monkeypatch.setattr(closely, "decode", counted)
    return seconds


def test_a_short_clip_does_not_listen_to_the_same_seconds_twice(files, spent):
    others = tuple(Stretch(files[0], start_s, start_s + 20.0) for start_s in (0.0, 1.0, 4.5, 8.0))
    told = compare(Comparison(Stretch(files[0], 5.0, 9.0), others))
    assert [one is None for one in told] == [False, True, True, False]
    assert sum(spent) == pytest.approx(4.0 + 2 * 20.0)


def test_the_recording_on_the_list_has_its_moment_to_the_second(room, ear, files, tmp_path):
    """What excerpts every five seconds cannot tell, listening did."""
    clip, sound = taken(ear, files[4], 12.3, WAYS["a small mp3"], tmp_path)
    answer = room.recommender.recommend(similar_to_clip(clip))
    found = room.recommender.recognize(clip, sound)
    placed = answer.placed(found, clip)
    first, before = placed.results[0], answer.results[0]
    assert first.track.id == room.ids[4] == before.track.id
    assert first.query_moment == before.query_moment and first.query_moment.start_s == 0.0
    assert first.moment.start_s == pytest.approx(found.start_s, abs=0.011)
    assert first.moment.end_s - first.moment.start_s == pytest.approx(10.0, abs=0.03)
    assert placed.results[1:] == answer.results[1:]
    assert answer.placed(None, clip) is answer


def test_where_nobody_can_listen_the_embeddings_decide(room, ear, files, tmp_path):
    clip, sound = taken(ear, files[0], 8.0, WAYS["clean"], tmp_path)
    by_sound = room.recommender.recognize(clip)
    assert by_sound.track_id == room.ids[0] and by_sound.start_s == pytest.approx(8.0, abs=2.5)

    def busy(asked):
        raise Busy("too many sounds are waiting to be heard")

    assert room.recommender.recognize(clip, sound, busy) == by_sound
    assert room.recommender.recognize(clip, Stretch(tmp_path / "gone.wav", 0.0)) == by_sound
    assert room.recommender.recognize(clip, sound, lambda asked: [None] * len(asked.others)) == by_sound


def test_a_place_that_sounds_otherwise_is_no_recording(room, ear, files, tmp_path):
    """The embedding of one piece with the sound of another: nobody should be sure of anything."""
    clip, _ = taken(ear, files[0], 8.0, WAYS["clean"], tmp_path)
    _, other = taken(ear, files[13], 8.0, WAYS["clean"], tmp_path)
    assert room.recommender.recognize(clip, other) is None


def test_listening_ends_at_the_first_that_is_the_same(files, tmp_path):
    clip = Stretch(files[0], 5.0, 15.0)
    others = (
        Stretch(tmp_path / "gone", 0.0, 10.0),
        Stretch(files[7], 5.0, 15.0),
        Stretch(files[0], 3.0, 13.0),
    )
    missing, stranger, same = compare(Comparison(clip, (*others, Stretch(files[0], 5.0, 15.0))))
    assert missing is None and not stranger.same
    assert same.same and same.ahead_s == pytest.approx(2.0, abs=0.03)


@pytest.mark.parametrize("off_s", [-4.0, -1.5, 0.0, 2.5, 4.0])
@pytest.mark.parametrize("way", ["clean", "a phone"])
def test_a_glance_settles_what_listening_in_full_would(ear, files, tmp_path, way, off_s, monkeypatch):
    """Places are off by seconds; a glance either knows the shift, or leaves it to the full look."""
    _, sound = taken(ear, files[3], 11.0, WAYS[way], tmp_path)
    spans = [(file, 11.0 + off_s) for file in (files[9], files[3], files[12])]
    asked = Comparison(Stretch(sound.file, 0.0, 10.0), tuple(Stretch(f, s, s + 10.0) for f, s in spans))
    glanced = compare(asked)
    monkeypatch.setattr("synesthete.recommend.closely.GLANCED_CLIP_S", 99.0)
    in_full = compare(asked)
    for told in (glanced, in_full):
        assert told[1].same and not told[0].same
    assert glanced[1].ahead_s == pytest.approx(-off_s, abs=0.06)
    assert in_full[1].ahead_s == pytest.approx(-off_s, abs=0.06)


def test_glances_spare_most_of_the_decoding(files, spent):
    others = tuple(Stretch(files[i], 5.0, 15.0) for i in (6, 9, 12, 3))
    told = compare(Comparison(Stretch(files[3], 5.0, 15.0), others))
    assert [one.same for one in told] == [False, False, False, True]
    assert sum(spent) <= 10.0 + 4 * 4.0 + 1e-6, "ten seconds of the clip, four of each place"
