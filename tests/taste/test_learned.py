"""What a library has learned, spoken in track ids."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.errors import FormatError, InputError, NotFound
from synesthete.taste.interactions import histories
from synesthete.taste.learned import Learned
from synesthete.taste.next_track import NextTrack
from synesthete.taste.sequences import Sequences
from tests.contracts.test_taste_models import TRACKS, checkerboard

IDS = np.arange(TRACKS) * 3 + 100  # catalog ids with gaps


@pytest.fixture(scope="module")
def learned():
    plays = checkerboard()
    order = Sequences.of([plays[u].indices.tolist() for u in range(plays.shape[0])])
    sound = np.random.default_rng(0).standard_normal((TRACKS, 6)).astype(np.float32)
    sound[:, 0] = np.where(np.arange(TRACKS) % 2, 3, -3)  # the two tastes sound different
    sound[5] = np.nan
    return Learned.learn(IDS, plays, order=order, sound=sound, ear="ear@1")


def parity(scored):
    return {((track - 100) // 3) % 2 for track, _ in scored}


def test_liked_with_and_following_speak_ids_and_know_no_strangers(learned):
    assert parity(learned.liked_with({103: 1.0, 109: 0.5, 999_999: 1.0}, 8)) == {1}
    assert parity(learned.following([100, 106, 112], 8)) == {0}
    assert not {t for t, _ in learned.liked_with({103: 1.0}, 50)} & {103}
    assert learned.liked_with({7: 1.0}, 5) == [] and learned.following([7], 5) == []
    assert learned.liked_with({103: -1.0}, 5) == []
    scores = [score for _, score in learned.liked_with({103: 1.0}, 8)]
    assert scores == sorted(scores, reverse=True)


def test_evidence_and_popularity_count_listeners(learned):
    counts = np.asarray(checkerboard().sum(axis=0)).ravel()
    assert learned.evidence([100, 103, 5, 10**9]).tolist() == [counts[0], counts[1], 0, 0]
    popular = learned.popular(3)
    assert popular[0][1] == counts.max() and len(popular) == 3


def test_a_history_expects_its_sound_and_places_new_tracks(learned):
    odd, even = learned.expected_sound([103, 109, 121]), learned.expected_sound([100, 106, 118])
    assert odd[0] > 0 > even[0]
    new = np.zeros((2, 6), np.float32)
    new[:, 0] = 3, -3
    places = learned.placed(new)
    first, second = learned.unplayed([103, 109, 121], places)
    assert first > 0.5 and second == 0, "among the best of the played, and below the middle one"
    assert learned.unplayed([100, 106, 118], places).tolist()[0] == 0
    assert learned.expected_sound([5]) is None
    assert learned.trust > 0.3 and learned.ear == "ear@1"


def test_order_is_heard_where_the_model_hears_one():
    walks = [[(start + step) % TRACKS for step in range(8)] for start in range(TRACKS)] * 2
    rows = histories(walks, TRACKS)
    order = Sequences.of(walks)
    learned = Learned(IDS, np.full(TRACKS, 16), NextTrack().with_order(order).fit(rows))
    forth, back = ([IDS[i] for i in line] for line in ([10, 11, 12], [12, 11, 10]))
    weights = dict.fromkeys(forth, 1.0)
    assert learned.liked_with(weights, 1, forth)[0][0] == IDS[13]
    assert learned.liked_with(weights, 5) != learned.liked_with(weights, 5, forth)
    assert learned.liked_with(weights, 5, forth) != learned.liked_with(weights, 5, back)
    assert learned.liked_with({IDS[9]: 1.0}, 5, [IDS[9]]) == learned.liked_with({IDS[9]: 1.0}, 5)


def test_saved_and_loaded_it_says_the_same(learned, tmp_path):
    with pytest.raises(NotFound):
        Learned.load(tmp_path)
    learned.save(tmp_path)
    learned.save(tmp_path)
    again = Learned.load(tmp_path)
    assert dict(again.liked_with({103: 1.0}, 5)) == pytest.approx(dict(learned.liked_with({103: 1.0}, 5)))
    assert dict(again.following([103], 5)) == pytest.approx(dict(learned.following([103], 5)))
    assert (again.trust, again.ear) == (learned.trust, "ear@1")
    np.testing.assert_allclose(again.expected_sound([103]), learned.expected_sound([103]), rtol=1e-5)
    (tmp_path / Learned.MARK).write_text("{")
    with pytest.raises(FormatError):
        Learned.load(tmp_path)


def test_without_order_and_sound_it_says_so(tmp_path):
    plain = Learned.learn(np.arange(4), histories([[0, 1], [1, 2], [2, 3]], 4))
    plain.save(tmp_path)
    again = Learned.load(tmp_path)
    assert again.following([0], 3) == [] and again.expected_sound([0]) is None
    assert again.placed(np.ones((2, 3), np.float32)) is None and again.trust == 0 and again.ear is None
    assert not again.unplayed([0], np.ones((2, 3), np.float32)).any()
    with pytest.raises(InputError):
        Learned.learn(np.array([3, 1, 2, 0]), histories([[0]], 4))
