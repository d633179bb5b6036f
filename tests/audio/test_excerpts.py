"""Where tracks are cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from synesthete.audio.excerpts import Excerpt, full_excerpts, quick_excerpts


@given(st.floats(0.2, 20_000))
def test_full_excerpts_cover_the_track(duration_s: float) -> None:
    places = full_excerpts(duration_s)
    assert places[0].start_s == 0.0
    assert duration_s - 2.5 <= places[-1].end_s <= duration_s + 1e-6
    for a, b in pairwise(places):
        assert a.start_s < b.start_s <= a.start_s + 5.0 + 1e-6
    assert all(abs(p.end_s - p.start_s - min(10.0, duration_s)) < 1e-6 for p in places)


@given(st.floats(0.2, 20_000))
def test_quick_excerpts_lie_apart_inside_the_track(duration_s: float) -> None:
    places = quick_excerpts(duration_s)
    assert 1 <= len(places) <= 3
    assert all(-1e-9 <= p.start_s < p.end_s <= duration_s + 1e-6 for p in places)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(places))


def test_a_short_track_is_one_excerpt() -> None:
    assert full_excerpts(7.5) == quick_excerpts(7.5) == [Excerpt(0.0, 7.5)]


def test_a_minute() -> None:
    assert [p.start_s for p in full_excerpts(60.0)] == [5.0 * i for i in range(11)]
    assert [p.start_s for p in quick_excerpts(60.0)] == [5.0, 25.0, 45.0]
    assert full_excerpts(63.0)[-1] == Excerpt(53.0, 63.0)
