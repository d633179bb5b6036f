"""The bridge: what sound tells of taste, and back."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.errors import InputError, MismatchError
from synesthete.taste.bridge import Bridge


def world(tracks=400, seed=0):
    """Taste is a hidden turn of sound, with noise; the first coordinate of sound is in other units."""
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((tracks, 5))
    sound = hidden @ random.standard_normal((5, 12)) + 0.1 * random.standard_normal((tracks, 12))
    sound[:, 0] *= 1_000
    taste = hidden @ random.standard_normal((5, 7)) + 0.1 * random.standard_normal((tracks, 7))
    return sound.astype(np.float32), taste.astype(np.float32)


def unit(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_a_track_nobody_played_gets_its_place():
    sound, taste = world()
    placed = Bridge().fit(sound[:300], taste[:300]).place(sound[300:])
    assert (placed * unit(taste[300:])).sum(axis=1).mean() > 0.9
    np.testing.assert_allclose(np.linalg.norm(placed, axis=1), 1, rtol=1e-5)


def test_taste_expects_a_sound():
    sound, taste = world()
    sound[:, 0] /= 1_000
    expected = (
        Bridge().fit(sound[:300], taste[:300]).expected_sound(taste[300:] * 50)
    )  # length does not matter
    assert (expected * unit(sound[300:])).sum(axis=1).mean() > 0.8


def test_who_likes_a_place_likes_the_new_track_there():
    sound, taste = world()
    bridge = Bridge().fit(sound[:300], taste[:300])
    scores = bridge.score(taste[300:], sound[300:])  # each listener stands where one cold track stands
    assert scores.shape == (100, 100) and np.abs(scores).max() <= 1 + 1e-5
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    assert np.median(ranks) <= 2


def test_tracks_without_listeners_teach_nothing():
    sound, taste = world()
    listeners = np.r_[np.full(300, 50), np.zeros(100)]
    noisy = taste.copy()
    noisy[300:] = 1e3
    np.testing.assert_allclose(
        Bridge().fit(sound, noisy, listeners).place(sound[:5]),
        Bridge().fit(sound[:300], taste[:300], listeners[:300]).place(sound[:5]),
        rtol=1e-4,
    )


def test_it_knows_how_far_to_be_trusted():
    sound, taste = world()
    told = float(Bridge().fit(sound, taste).trust[0])
    guessed = float(Bridge().fit(sound, np.random.default_rng(9).permutation(taste)).trust[0])
    assert told > 0.9 and guessed < 0.1
    assert Bridge().fit(sound[:8], taste[:8]).trust[0] == 0, "too few to say"


def test_a_silent_dimension_does_no_harm():
    sound, taste = world()
    sound[:, 3] = 7.0
    assert np.isfinite(Bridge().fit(sound, taste).place(sound)).all()


def test_saved_and_loaded_it_is_the_same(tmp_path):
    sound, taste = world()
    bridge = Bridge(l2=2.0).fit(sound, taste)
    bridge.save(tmp_path / "bridge")
    again = Bridge.load(tmp_path / "bridge")
    np.testing.assert_array_equal(again.place(sound[:9]), bridge.place(sound[:9]))
    np.testing.assert_array_equal(again.expected_sound(taste[:9]), bridge.expected_sound(taste[:9]))
    assert again.card == bridge.card and again.card.parameters == {"l2": 2.0}
    card = tmp_path / "bridge" / "card.json"
    card.write_text(card.read_text().replace('"bridge"', '"ease"', 1))
    with pytest.raises(MismatchError):
        Bridge.load(tmp_path / "bridge")


def test_what_does_not_fit_is_refused():
    sound, taste = world()
    bridge = Bridge().fit(sound, taste)
    for wrong in (
        lambda: Bridge().fit(sound[:5], taste[:4]),
        lambda: Bridge().fit(sound[:1], taste[:1]),
        lambda: Bridge().fit(sound * np.nan, taste),
        lambda: Bridge(l2=0),
        lambda: Bridge().place(sound),
        lambda: bridge.place(sound[:, :3]),
        lambda: bridge.expected_sound(taste[:, :2]),
    ):
        with pytest.raises(InputError):
            wrong()
    with pytest.raises(InputError):
        Bridge().save("nowhere")
