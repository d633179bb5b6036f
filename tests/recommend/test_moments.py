"""Moments: which seconds match, found where they were put."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.music import TrackId
from synesthete.recommend.moments import Excerpts, align, alignments, best_match
from synesthete.recommend.places import Place, places, worth_hearing
from synesthete.recommend.recognize import judged
from tests.recommend.conftest import unit


def course(count: int, seed: int, hop_s: float = 5.0, dim: int = 32) -> Excerpts:
    rng = np.random.default_rng(seed)
    starts = np.arange(count) * hop_s
    return Excerpts(unit(rng.standard_normal((count, dim))), starts, starts + 10)


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 20), place=st.integers(0, 19), taken=st.integers(1, 6))
def test_a_cut_is_found_where_it_was_cut(length, place, taken):
    track = course(length, seed=length)
    place, taken = min(place, length - 1), min(taken, length - min(place, length - 1))
    cut = slice(place, place + taken)
    query = Excerpts(track.vectors[cut], track.starts_s[:taken], track.ends_s[:taken])
    found = align(query, track)
    assert found.similarity == pytest.approx(1.0, abs=1e-5)
    assert abs(found.start_s - track.starts_s[place]) <= 2.5
    match = best_match(query, track)
    assert match.similarity == pytest.approx(1.0, abs=1e-5)
    assert match.found.start_s - match.query.start_s == pytest.approx(track.starts_s[place])


def test_the_start_is_refined_between_excerpts():
    """Sound that drifts evenly: a clip from between two excerpts lies between them."""
    angles = np.linspace(0, 1.5, 16)
    track = Excerpts(
        unit(np.stack([np.cos(angles), np.sin(angles)], 1)), np.arange(16) * 5.0, np.arange(16) * 5.0 + 10
    )
    for true_s in (20.0, 21.0, 22.4, 37.0):
        angle = true_s / 5 * (1.5 / 15)
        clip = Excerpts(np.array([[np.cos(angle), np.sin(angle)]], np.float32), np.zeros(1), np.full(1, 10.0))
        assert align(clip, track).start_s == pytest.approx(true_s, abs=0.3)


def test_nothing_matches_nothing():
    empty = Excerpts(np.zeros((0, 32), np.float32), np.zeros(0), np.zeros(0))
    assert best_match(empty, course(3, 0)) is None and align(course(3, 0), empty) is None
    assert places(course(2, 0), {}) == [] and judged([], 10.0) is None


def test_a_span_chooses_and_cuts_excerpts():
    track = course(6, 0)
    inner = track.within(10, 20)
    assert inner.starts_s.tolist() == [10.0]
    assert track.within(3, 14).starts_s.tolist() == [5.0]
    assert track.within(None, None) is track
    assert track.within(1000, 1001).starts_s.tolist() == [25.0], "the nearest when none lies inside"
    assert track.within(4, 18).ends_s.max() <= 18


def test_places_are_apart_and_the_best_comes_first():
    track = course(12, 3)
    twice = Excerpts(track.vectors.copy(), track.starts_s, track.ends_s)
    twice.vectors[9] = unit(track.vectors[2] + 0.1 * track.vectors[9])  # the same again, nearly
    clip = Excerpts(track.vectors[2:3], np.zeros(1), np.full(1, 10.0))
    first, second, third = alignments(clip, twice)
    assert first.start_s == pytest.approx(10, abs=0.5) and second.start_s == pytest.approx(45, abs=1.0)
    assert first.similarity > second.similarity > third.similarity
    assert min(abs(first.start_s - third.start_s), abs(second.start_s - third.start_s)) >= 4.5


def test_without_sound_a_track_has_to_lead():
    track = course(8, 1)
    clip = Excerpts(track.vectors[2:3], np.zeros(1), np.full(1, 10.0))
    others = {i: course(8, i) for i in range(2, 30)}
    found = judged(places(clip, {1: track, **others}), 10.0)
    assert found.track_id == 1 and found.sure
    assert (found.start_s, found.end_s) == pytest.approx((10.0, 20.0), abs=0.5)
    again = judged(places(clip, {1: track, 99: track, **others}), 10.0)
    assert again.sure and again.track_id in (1, 99), "the same recording twice is no doubt"
    near = Excerpts(unit(track.vectors + 0.03), track.starts_s, track.ends_s)
    doubtful = judged(places(clip, {1: track, 98: near, **others}), 10.0)
    assert doubtful is None or not doubtful.sure
    away = Excerpts(-clip.vectors, clip.starts_s, clip.ends_s)
    assert judged(places(away, {1: track}), 10.0) is None


def test_only_what_may_be_it_is_listened_to():
    found = [
        Place(TrackId(i), 0.0, similarity) for i, similarity in enumerate((0.9, 0.88, 0.86, 0.85, 0.845))
    ]
    assert [p.track_id for p in worth_hearing(found)] == [0, 1, 2, 3], "the first four"
    assert len(worth_hearing([*found[:1], Place(TrackId(9), 0.0, 0.8)])) == 1, "not what lies far behind"
    assert worth_hearing([Place(TrackId(1), 0.0, 0.5)]) == [] and worth_hearing([]) == []
