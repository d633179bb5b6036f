"""The whole list: near in sound, limited, filtered, explained, and never silently empty."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synesthete.catalog.embeddings import Excerpts as Kept
from synesthete.catalog.entries import Entry
from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError, NotFound
from synesthete.index import build_index
from synesthete.music import Word
from synesthete.recommend import (
    Clip,
    Collection,
    Recommender,
    Request,
    Seed,
    SeedKind,
    similar_to,
    similar_to_clip,
)
from tests.recommend.conftest import DIM, STAMP, unit


def seed(world, i, **more):
    return Seed(SeedKind.TRACK, world.ids[i], **more)


def places(world, answer):
    return [world.place(r.track.id) for r in answer.results]


def test_similar_tracks_are_of_the_same_genre_best_first(world):
    answer = world.recommender.recommend(similar_to(world.ids[5], n=6))
    assert len(answer.results) == 6 and answer.note is None
    assert {world.genre(i) for i in places(world, answer)} == {"Jazz"}
    similarities = [r.similarity for r in answer.results]
    assert similarities == sorted(similarities, reverse=True)
    assert 5 not in places(world, answer)
    for r in answer.results:
        true = float(world.vectors[5] @ world.vectors[world.place(r.track.id)])
        assert r.similarity == pytest.approx(true, abs=2e-3)
        assert r.reason == "Sounds much like “Piece 5” by Artist 0." or r.reason.startswith("Sounds like")
        assert r.shares == {"sound": 1.0} and r.balance == "100 % sound"


def test_a_span_behind_the_end_of_a_track_is_refused(world):
    length_s = 60.0 + 5
    assert world.recommender.recommend(similar_to(world.ids[5], start_s=length_s - 5)).results
    with pytest.raises(InputError, match="no sound after 500 s; it ends at 65 s: Piece 5"):
        world.recommender.recommend(similar_to(world.ids[5], start_s=500, end_s=510))


@pytest.mark.parametrize(
    "asked", [Seed(SeedKind.ARTIST, 1), Seed(SeedKind.GENRE, "Jazz"), Seed(SeedKind.TAG, "jazz")]
)
def test_where_nobody_listens_nothing_is_said_to_be_come_back_to(world, asked):
    answer = world.recommender.recommend(Request((asked,), n=10))
    expected = "Also by Artist 0." if asked.kind == SeedKind.ARTIST else f"Tagged {asked.id}."
    assert expected in [r.reason for r in answer.results]
    assert not any("come back" in r.reason for r in answer.results)


def test_moments_name_the_seconds_that_match(world):
    answer = world.recommender.recommend(similar_to(world.ids[5], n=4))
    for r in answer.results:
        i = world.place(r.track.id)
        q, f = np.unravel_index((world.excerpts[5] @ world.excerpts[i].T).argmax(), (6, 6))
        assert (r.query_moment.start_s, r.query_moment.end_s) == (5.0 * q, 5.0 * q + 10)
        assert (r.moment.start_s, r.moment.end_s) == (5.0 * f, 5.0 * f + 10)
        assert r.query_track_id == world.ids[5]


def test_a_span_of_a_track_is_asked_with_those_seconds_only(world):
    answer = world.recommender.recommend(similar_to(world.ids[5], n=4, start_s=10, end_s=20))
    assert all(r.query_moment.start_s == 10.0 for r in answer.results)
    nearest = max(
        (i for i in range(120) if i != 5), key=lambda i: float(world.vectors[i] @ world.excerpts[5, 2])
    )
    assert places(world, answer)[0] == nearest


def test_at_most_two_by_one_artist_unless_asked_otherwise(world):
    for limit in (1, 2, 0):
        request = dataclasses.replace(similar_to(world.ids[5], n=9), per_artist=limit)
        found = [world.artist(i) for i in places(world, world.recommender.recommend(request))]
        most = max(found.count(a) for a in found)
        assert most > 2 if limit == 0 else most <= limit


def test_the_limit_per_artist_never_leaves_the_list_short_while_others_are_there(world):
    answer = world.recommender.recommend(similar_to(world.ids[5], n=20))
    assert len(answer.results) == 20
    request = dataclasses.replace(similar_to(world.ids[5], n=30))
    answer = world.recommender.recommend(request)
    assert len(answer.results) == 24
    assert answer.note == "Only 24 tracks fit: at most 2 by one artist."


def test_filters_and_exclusions_hold(world):
    wanted = Filter(genres=("metal",), year_from=1980, longest_s=112)
    base = dataclasses.replace(similar_to(world.ids[5], n=50), wanted=wanted, per_artist=0)
    answer = world.recommender.recommend(base)
    expected = {i for i in range(30, 60) if 1960 + i // 2 >= 1980 and 60 + i <= 112}
    assert set(places(world, answer)) == expected
    gone = frozenset(world.ids[i] for i in sorted(expected)[:3])
    artist = world.catalog.tracks.get(world.ids[max(expected)]).artist_id
    more = dataclasses.replace(base, exclude_tracks=gone, exclude_artists=frozenset({artist}))
    left = set(places(world, world.recommender.recommend(more)))
    assert left == {
        i for i in expected if world.ids[i] not in gone and world.artist(i) != world.artist(max(expected))
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wanted": Filter(genres=("polka",))}, "No track passes the filters"),
        ({"seeds": ()}, "nothing to start from"),
    ],
)
def test_an_empty_list_says_why(world, change, words):
    answer = world.recommender.recommend(dataclasses.replace(similar_to(world.ids[5]), **change))
    assert not answer.results and words in answer.note


def test_seeds_that_only_push_away_are_nothing_to_start_from(world):
    away = dataclasses.replace(similar_to(world.ids[5]).seeds[0], weight=-1.0)
    answer = world.recommender.recommend(dataclasses.replace(similar_to(world.ids[5]), seeds=(away,)))
    assert not answer.results and "nothing to start from" in answer.note


def test_everything_excluded_says_so(world):
    request = dataclasses.replace(similar_to(world.ids[5]), exclude_tracks=frozenset(world.ids))
    answer = world.recommender.recommend(request)
    assert not answer.results and "excluded" in answer.note


def test_nothing_analyzed_says_what_to_do(sqlite_catalog):
    collection = Collection(sqlite_catalog, build_index(STAMP, [], np.zeros((0, DIM))), STAMP)
    clip = Clip(unit(np.ones(DIM)), unit(np.ones((1, DIM))), np.zeros(1), np.full(1, 10.0))
    answer = Recommender(collection).recommend(similar_to_clip(clip))
    assert not answer.results and "synesthete add" in answer.note
    assert Recommender(collection).recognize(clip) is None


def test_an_unknown_seed_is_an_error(world):
    with pytest.raises(NotFound):
        world.recommender.recommend(similar_to(10**9))
    with pytest.raises(InputError):
        Seed(SeedKind.TRACK, 1, start_s=5, end_s=5)
    with pytest.raises(InputError):
        Seed(SeedKind.TRACK, 1, weight=2)
    with pytest.raises(InputError):
        Request(n=0)
    with pytest.raises(InputError):
        Request(adventurousness=1.5)


def test_two_seeds_are_both_answered_and_a_minus_keeps_its_kind_away(world):
    both = Request((seed(world, 5), seed(world, 65)), n=12, taste=0.0, per_artist=0)
    found = {world.genre(i) for i in places(world, world.recommender.recommend(both))}
    assert found == {"Jazz", "Folk"}
    near_artist_1 = dataclasses.replace(both, seeds=(seed(world, 5),), n=20)
    less = dataclasses.replace(near_artist_1, seeds=(seed(world, 5), seed(world, 15, weight=-1.0)))
    before = [world.artist(i) for i in places(world, world.recommender.recommend(near_artist_1))]
    after = [world.artist(i) for i in places(world, world.recommender.recommend(less))]
    assert after.count(1) < before.count(1)


@pytest.mark.parametrize("kind", ["artist", "album", "genre", "playlist"])
def test_seeds_of_every_kind(world, kind):
    track = world.catalog.tracks.get(world.ids[42])
    owner = world.catalog.listeners.owner()
    playlist = world.catalog.playlists.create(owner.id, "mine", world.ids[40:44])
    key = {"artist": track.artist_id, "album": track.album_id, "genre": "Metal", "playlist": playlist}[kind]
    answer = world.recommender.recommend(Request((Seed(SeedKind(kind), key),), n=5))
    found = places(world, answer)
    assert len(found) == 5 and {world.genre(i) for i in found} == {"Metal"}
    if kind in ("album", "playlist"):
        assert not set(found) & (set(range(40, 45)) if kind == "album" else set(range(40, 44)))


def test_a_clip_is_answered_like_the_track_it_is_from(world):
    clip = Clip(world.vectors[77], world.excerpts[77], np.arange(6.0) * 5, np.arange(6.0) * 5 + 10, "hum.wav")
    answer = world.recommender.recommend(similar_to_clip(clip, n=5))
    assert places(world, answer)[0] == 77
    assert answer.results[0].reason == "Sounds much like hum.wav."
    assert answer.results[0].query_track_id is None and answer.results[0].query_moment is not None


def test_a_clip_is_recognized_with_the_second_where_it_begins(world):
    rng = np.random.default_rng(3)
    for i in (3, 50, 119):
        vector = unit(world.excerpts[i, 3] + 0.02 * rng.standard_normal(DIM))
        clip = Clip(vector, vector[None], np.zeros(1), np.full(1, 10.0))
        found = world.recommender.recognize(clip)
        assert found is not None and world.place(found.track_id) == i and found.sure
        assert abs(found.start_s - 15) <= 2.5 and found.end_s == pytest.approx(found.start_s + 10)


def test_sound_that_is_not_in_the_library_is_not_recognized(world):
    """Another piece by an artist of the library, asked for while it is not there itself."""
    for i in range(3, 120, 10):
        world.recommender.collection.index.remove([world.ids[i]])
        clip = Clip(world.vectors[i], world.excerpts[i], np.arange(6.0) * 5, np.arange(6.0) * 5 + 10)
        found = world.recommender.recognize(clip)
        assert found is None or not found.sure
        world.recommender.collection.index.add([world.ids[i]], world.vectors[i])


def test_copies_and_versions_are_folded_and_shown(world):
    catalog, rng = world.catalog, np.random.default_rng(5)
    starts = np.arange(6, dtype=np.float32) * 5
    copy = unit(world.excerpts[8] + 0.01 * rng.standard_normal((6, DIM)))
    live = unit(world.excerpts[8] + 0.12 * rng.standard_normal((6, DIM)))
    entries = [
        Entry(title="Piece 8", artist="Artist 0", album="Best of", path="/music/8.mp3", duration_s=68.3),
        Entry(
            title="Piece 8 (Live 1999)",
            artist="Artist 0",
            album="Live",
            path="/music/8live.mp3",
            duration_s=99,
        ),
    ]
    new = [int(i) for i in catalog.tracks.put_many(entries)]
    for track_id, excerpts in zip(new, (copy, live), strict=True):
        catalog.embeddings.put(
            track_id, STAMP, unit(excerpts.mean(axis=0)), "full", Kept(excerpts, starts, starts + 10)
        )
    ids, vectors = catalog.embeddings.all(STAMP)
    recommender = Recommender(Collection(catalog, build_index(STAMP, ids, vectors), STAMP))
    answer = recommender.recommend(dataclasses.replace(similar_to(world.ids[5], n=8), per_artist=0))
    shown = [r for r in answer.results if r.track.title.split(" (")[0] == "Piece 8"]
    assert len(shown) == 1
    assert {int(shown[0].track.id), *(int(t.id) for t in shown[0].versions)} == {world.ids[8], *new}
    open_list = recommender.recommend(
        dataclasses.replace(similar_to(world.ids[5], n=12), per_artist=0, fold=False)
    )
    assert sum(r.track.title.split(" (")[0] == "Piece 8" for r in open_list.results) == 3, (
        "folding must be reversible"
    )
    own = recommender.recommend(similar_to(world.ids[8], n=8))
    assert not any(r.track.title.split(" (")[0] == "Piece 8" for r in own.results), (
        "a copy of the seed is no news"
    )


def test_adventurousness_widens_the_list(world):
    def spread(a):
        request = dataclasses.replace(similar_to(world.ids[5], n=10), adventurousness=a, per_artist=0)
        found = places(world, world.recommender.recommend(request))
        vectors = world.vectors[found]
        return float((vectors @ vectors.T).mean()), float((vectors @ world.vectors[5]).mean())

    near, middle, far = spread(0.0), spread(0.75), spread(1.0)
    assert near[0] > middle[0] > far[0], "variety among the results must grow"
    assert near[1] > far[1], "and the results leave the seed"


def test_a_hidden_track_is_not_recommended_even_while_the_index_has_it(world):
    first = world.recommender.recommend(similar_to(world.ids[5], n=1)).results[0].track
    from sqlalchemy import update

    from synesthete.catalog.schema import tracks

    with world.catalog.begin() as connection:
        connection.execute(update(tracks).where(tracks.c.id == int(first.id)).values(missing_at=1))
    again = world.recommender.recommend(similar_to(world.ids[5], n=1)).results[0].track
    assert again.id != first.id


def test_a_path_begins_and_ends_as_asked_and_is_smooth(world):
    answer = world.recommender.path(world.ids[5], world.ids[95], Request(n=8, per_artist=0))
    found = places(world, answer)
    assert found[0] == 5 and found[-1] == 95 and len(found) == len(set(found)) == 8
    steps = [float(world.vectors[a] @ world.vectors[b]) for a, b in itertools.pairwise(found)]
    direct = float(world.vectors[5] @ world.vectors[95])
    assert min(steps) > direct, "every step must be smaller than the leap"
    rng = np.random.default_rng(0)
    others = [rng.choice(np.setdiff1d(np.arange(120), [5, 95]), 6, replace=False) for _ in range(200)]
    random_sums = [
        sum(float(world.vectors[a] @ world.vectors[b]) for a, b in itertools.pairwise([5, *o, 95]))
        for o in others
    ]
    assert sum(steps) > max(random_sums)
    assert [r.similarity for r in answer.results[1:]] == pytest.approx(steps, abs=3e-3)


def test_a_leap_on_a_path_is_not_called_smooth(world):
    jazz, techno = world.ids[5], world.ids[95]
    leap = world.recommender.path(jazz, techno, Request(n=2)).results
    assert world.vectors[5] @ world.vectors[95] < 0.1
    assert [r.reason for r in leap] == [
        "Where the path begins.",
        "A leap from “Piece 5”.",
    ]
    beside = world.recommender.path(jazz, world.ids[6], Request(n=2)).results
    assert beside[1].reason == "Follows “Piece 5” smoothly."


def test_a_path_keeps_the_limits_between_its_ends(world):
    request = Request(n=12, per_artist=1, wanted=Filter(genres=("Jazz", "Techno")))
    answer = world.recommender.path(world.ids[5], world.ids[95], request)
    between = places(world, answer)[1:-1]
    assert len({world.artist(i) for i in between}) == len(between)
    assert {world.genre(i) for i in between} <= {"Jazz", "Techno"}
    assert answer.note is not None and "fit in between" in answer.note


def test_a_path_leaves_out_artists_the_listener_never_wants(world):
    listener = world.catalog.listeners.owner()
    free = world.recommender.path(world.ids[5], world.ids[95], Request(n=8, listener_id=listener.id))
    artist = free.results[3].track.artist_id
    said = world.catalog.feedback.say(listener.id, Word.NEVER, artist_id=artist)
    try:
        again = world.recommender.path(world.ids[5], world.ids[95], Request(n=8, listener_id=listener.id))
        assert artist not in {r.track.artist_id for r in again.results[1:-1]}
    finally:
        world.catalog.feedback.undo(listener.id, said)


def test_what_is_unlike_everything_asked_is_not_said_to_sound_like_it(world):
    answer = world.recommender.recommend(Request((seed(world, 5),), n=119, per_artist=0))
    assert all(abs(sum(r.shares.values()) - 1) < 1e-9 for r in answer.results)
    little = [r for r in answer.results if r.reason.startswith("Little like “Piece 5”")]
    alike = [r for r in answer.results if r.reason.startswith("Sounds")]
    assert little and alike and {next(iter(r.shares)) for r in little} == {"sound"}
    assert max(r.similarity for r in little) <= min(r.similarity for r in alike)


def test_a_path_to_what_was_not_heard_is_refused(world):
    new = world.catalog.tracks.put(Entry(title="Unheard", artist="X", path="/music/x.flac"))
    with pytest.raises(NotFound, match="heard"):
        world.recommender.path(world.ids[5], int(new))


def test_an_endless_list_never_repeats_until_it_must(world):
    stream = world.recommender.endless(Request((seed(world, 5),)))
    found = [world.place(r.track.id) for r in itertools.islice(stream, 25)]
    assert len(set(found)) == 25 and 5 not in found
    for a, b in itertools.pairwise(found):
        assert world.artist(a) != world.artist(b)


def test_an_endless_list_goes_on_in_a_tiny_library(world):
    request = Request((seed(world, 5),), wanted=Filter(folder="/music", longest_s=66.0))
    stream = world.recommender.endless(request)
    found = [world.place(r.track.id) for r in itertools.islice(stream, 20)]
    assert len(found) == 20 and set(found) == {0, 1, 2, 3, 4, 6}
    assert all(a != b for a, b in itertools.pairwise(found))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    n=st.integers(1, 40),
    per_artist=st.integers(0, 3),
    adventurousness=st.floats(0, 1, allow_subnormal=False),
    chosen=st.lists(
        st.tuples(st.integers(0, 119), st.sampled_from([1.0, 0.4, -1.0])), min_size=1, max_size=4
    ),
)
def test_whatever_is_asked_the_promises_hold(world, n, per_artist, adventurousness, chosen):
    seeds = tuple(seed(world, i, weight=w) for i, w in chosen)
    request = Request(seeds, n=n, per_artist=per_artist, adventurousness=adventurousness)
    answer = world.recommender.recommend(request)
    found = places(world, answer)
    assert len(found) == len(set(found)) <= n
    assert not set(found) & {i for i, _ in chosen}
    if per_artist:
        assert all([world.artist(i) for i in found].count(a) <= per_artist for a in range(12))
    assert answer.results or answer.note
    for r in answer.results:
        assert r.reason and -1 <= r.similarity <= 1
        assert not r.shares or sum(r.shares.values()) == pytest.approx(1)
