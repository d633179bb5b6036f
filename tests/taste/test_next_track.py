"""What follows: order must matter, and only where it is known."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.errors import InputError
from synesthete.taste.interactions import histories
from synesthete.taste.next_track import NextTrack, transitions
from synesthete.taste.sequences import Sequences

TRACKS = 30


def circles(listeners=60, seed=0):
    """Everybody walks the same circle of tracks, each from another place: 0, 1, 2 ... 29, 0."""
    random = np.random.default_rng(seed)
    starts = random.integers(0, TRACKS, listeners)
    return Sequences.of([[(s + i) % TRACKS for i in range(8)] for s in starts.tolist()])


@pytest.fixture
def model():
    order = circles()
    return NextTrack(k=20).with_order(order).fit(histories([one.tolist() for one in order], TRACKS))


def test_the_circle_is_followed_forwards(model):
    for last in (3, 17, 29):
        past = Sequences.of([[(last - 2) % TRACKS, (last - 1) % TRACKS, last]])
        found, _ = model.recommend(past.recency(TRACKS, 1.0), 3, order=past)
        assert found[0, 0] == (last + 1) % TRACKS


def test_the_other_way_round_it_goes_elsewhere(model):
    forwards, backwards = Sequences.of([[4, 5, 6]]), Sequences.of([[6, 5, 4]])
    rows = forwards.recency(TRACKS, 1.0)
    assert model.recommend(rows, 1, order=forwards)[0][0, 0] == 7
    with_order, without = model.score(rows, backwards), model.score(rows)
    assert not np.allclose(with_order, without)


def test_without_any_order_company_speaks_alone():
    order = circles()
    plays = histories([one.tolist() for one in order], TRACKS)
    silent = NextTrack(k=20).fit(plays)
    assert silent.steps.nnz == 0
    np.testing.assert_allclose(silent.score(plays[:3]), (plays[:3] @ silent.company).toarray(), rtol=1e-5)


def test_steps_by_hand():
    steps = transitions(Sequences.of([[0, 1, 2], [0, 1]]), 4, window=2, decay=0.5).toarray()
    # counts: 0>1 twice, 1>2 once, 0>2 once at half; leaving 0: 2.5, leaving 1: 1, arriving 1: 2, arriving
    # 2: 1.5
    assert steps[0, 1] == pytest.approx(2 / np.sqrt(2.5 * 2))
    assert steps[0, 2] == pytest.approx(0.5 / np.sqrt(2.5 * 1.5))
    assert steps[1, 2] == pytest.approx(1 / np.sqrt(1 * 1.5))
    assert steps.sum() == pytest.approx(steps[0, 1] + steps[0, 2] + steps[1, 2])


def test_steps_do_not_cross_from_one_history_to_the_next():
    assert transitions(Sequences.of([[0, 1], [2, 3]]), 4, window=3, decay=1.0).toarray()[1, 2] == 0


def test_order_that_does_not_fit_is_refused(model):
    rows = histories([[0], [1]], TRACKS)
    with pytest.raises(InputError):
        model.score(rows, Sequences.of([[0]]))
    with pytest.raises(InputError):
        model.score(rows, Sequences.of([[0], [TRACKS]]))
    with pytest.raises(InputError):
        NextTrack().with_order(Sequences.of([[99]])).fit(rows)
    with pytest.raises(InputError):
        NextTrack(window=0)
