"""For a listener: words act at once, taste counts by evidence, and nothing known is said so."""

from __future__ import annotations

import time

import numpy as np
import pytest

from synesthete.music import Word
from synesthete.recommend import Collection, Recommender, Request, Seed, SeedKind
from synesthete.recommend.blend import listener_weights
from synesthete.recommend.history import HALF_LIFE_DAYS, Play, summed
from synesthete.recommend.question import look_up

DAY = 86_400


class Crowd:
    """A taste that is known, being made: people play track i with track i + 60, and next comes i + 1."""

    ear, trust = None, 0.0

    def __init__(self, ids: list[int], known: dict[int, int]):
        self.ids, self.known = ids, known
        self.orders: list[list[int]] = []

    def liked_with(self, tracks, n, order=()):
        self.orders.append(list(order))
        places = [self.ids.index(i) for i in tracks if i in self.ids]
        return [(self.ids[(p + 60) % 120], 1.0 / (1 + k)) for k, p in enumerate(places)][:n]

    def following(self, tracks, n):
        return [(self.ids[(self.ids.index(tracks[-1]) + 1) % 120], 1.0)]

    def evidence(self, track_ids):
        return np.array([self.known.get(i, 0) for i in track_ids])

    def expected_sound(self, tracks):
        return None

    def placed(self, sound):
        return None

    def unplayed(self, tracks, places):
        return np.zeros(len(places), np.float32)

    def popular(self, n):
        return sorted(self.known.items(), key=lambda pair: -pair[1])[:n]


@pytest.fixture
def people(world):
    """A recommender with a crowd that knows tracks 0..9 and 60..69 well, and a listener."""
    known = {world.ids[i]: 50 for i in (*range(10), *range(60, 70))}
    collection = Collection(
        world.catalog, world.recommender.collection.index, "ear@1", Crowd(world.ids, known)
    )
    return Recommender(collection), world.catalog.listeners.owner()


def play(world, listener, i, times=1, days_ago=1):
    for k in range(times):
        world.catalog.listens.put(listener.id, world.ids[i], int(time.time()) - days_ago * DAY - 600 * k)


def places(world, answer):
    return [world.place(r.track.id) for r in answer.results]


def test_the_listeners_part_grows_with_evidence(world, people):
    recommender, _ = people

    def taste_share(i):
        answer = recommender.recommend(Request((Seed(SeedKind.TRACK, world.ids[i]),), n=20))
        match = [r for r in answer.results if world.place(r.track.id) == (i + 60) % 120]
        return match[0].shares.get("taste", 0.0) if match else 0.0

    assert taste_share(5) > 0.4, "both the seed and the track are well known"
    assert taste_share(25) == 0.0, "nobody knows track 85: sound alone may speak of it"


def test_the_weight_is_the_documented_formula(world, people):
    recommender, _ = people
    question = look_up(Request((Seed(SeedKind.TRACK, world.ids[5]),)), recommender.collection)
    weights = listener_weights([world.ids[65], world.ids[100]], question, recommender.collection)
    e = (50 / 55) ** 2
    assert weights == pytest.approx([0.75 * e / (0.75 * e + 0.25), 0.0])


@pytest.mark.parametrize(("taste", "balance"), [(0.0, "100 % sound"), (1.0, "100 % listeners")])
def test_the_slider_goes_from_sound_to_listeners(world, people, taste, balance):
    recommender, _ = people
    seed = Seed(SeedKind.TRACK, world.ids[5])
    answer = recommender.recommend(Request((seed,), n=1, taste=taste))
    assert answer.results[0].balance.startswith(balance.split(",")[0][:5])
    assert (places(world, answer)[0] in (65, 6)) == (taste == 1.0)


def test_what_is_played_decides_and_the_reason_says_so(world, people):
    recommender, listener = people
    play(world, listener, 5, times=40)
    answer = recommender.recommend(Request(listener_id=listener.id, n=10))
    assert 65 in places(world, answer)
    only = recommender.recommend(Request(listener_id=listener.id, n=10, taste=1.0))
    assert places(world, only)[0] in (65, 6)
    reasons = " ".join(r.reason for r in answer.results)
    assert "put it beside what you play" in reasons or "played next" in reasons
    assert any(world.genre(i) == "Jazz" for i in places(world, answer))


def test_a_track_is_not_said_to_sound_like_itself(world, people):
    recommender, listener = people
    play(world, listener, 5, times=10)
    answer = recommender.recommend(Request(listener_id=listener.id, n=10, taste=0.0, novelty=0.0))
    own = [r for r in answer.results if world.place(r.track.id) == 5]
    assert own and own[0].reason == "One of those you come back to."
    assert own[0].source == "rediscover" and "sound" not in own[0].shares
    world.catalog.feedback.say(listener.id, Word.LIKE, track_id=world.ids[95])
    answer = recommender.recommend(Request(listener_id=listener.id, n=20, taste=0.0, novelty=0.0))
    own = [r for r in answer.results if world.place(r.track.id) == 95]
    assert own and own[0].reason == "One of those you like.", "liked, but never played"


def test_wholly_new_leaves_out_what_was_played(world, people):
    recommender, listener = people
    play(world, listener, 5, times=3)
    play(world, listener, 65, times=1)
    for seeds in ((), (Seed(SeedKind.TRACK, int(world.ids[6])),)):
        answer = recommender.recommend(
            Request(seeds, listener_id=listener.id, n=50, per_artist=0, novelty=1.0)
        )
        assert answer.results and not {5, 65} & set(places(world, answer))


def test_never_and_dislike_act_at_once_and_can_be_undone(world, people):
    recommender, listener = people
    play(world, listener, 5, times=40)
    request = Request(listener_id=listener.id, n=10)
    first = recommender.recommend(request).results[0].track
    said = world.catalog.feedback.say(listener.id, Word.NEVER, track_id=first.id)
    assert first.id not in {r.track.id for r in recommender.recommend(request).results}
    world.catalog.feedback.undo(listener.id, said)
    assert first.id in {r.track.id for r in recommender.recommend(request).results}
    world.catalog.feedback.say(listener.id, Word.DISLIKE, track_id=first.id)
    assert first.id not in {r.track.id for r in recommender.recommend(request).results}
    artist = world.catalog.tracks.get(world.ids[12]).artist_id
    world.catalog.feedback.say(listener.id, Word.NEVER, artist_id=artist)
    seeded = Request((Seed(SeedKind.TRACK, world.ids[15]),), listener_id=listener.id, n=20, per_artist=0)
    assert not any(world.artist(i) == 1 for i in places(world, recommender.recommend(seeded)))


def test_skipped_tracks_and_disliked_artists_come_late(world, people):
    recommender, listener = people
    request = Request((Seed(SeedKind.TRACK, world.ids[25]),), listener_id=listener.id, n=20, per_artist=0)
    before = places(world, recommender.recommend(request))
    world.catalog.feedback.say(listener.id, Word.SKIP, track_id=world.ids[before[0]])
    after = places(world, recommender.recommend(request))
    assert after.index(before[0]) > 5 if before[0] in after else True
    artist = world.catalog.tracks.get(world.ids[before[1]]).artist_id
    world.catalog.feedback.say(listener.id, Word.DISLIKE, artist_id=artist)
    last = places(world, recommender.recommend(request))
    assert world.artist(last[0]) != world.artist(before[1])


def test_the_weight_moves_from_sound_to_listeners_with_every_play(world, people):
    recommender, listener = people
    shares = []
    for more in (1, 9, 40, 250):
        play(world, listener, 5, times=more, days_ago=1 + len(shares))
        question = look_up(Request(listener_id=listener.id), recommender.collection)
        shares.append(float(listener_weights([world.ids[65]], question, recommender.collection)[0]))
    plays = np.cumsum([1, 9, 40, 250])
    e = plays / (plays + 30) * 50 / 55
    assert shares == pytest.approx(0.75 * e / (0.75 * e + 0.25))
    answer = recommender.recommend(Request(listener_id=listener.id, n=20))
    shown = {world.place(r.track.id): r.balance for r in answer.results}
    assert "listeners" in shown[65] and shown[15] == "100 % sound", shown


def test_the_order_of_what_was_played_reaches_the_models(world, people):
    recommender, listener = people
    for at, i in enumerate((3, 1, 2)):
        play(world, listener, i, days_ago=9 - at)
    taste = recommender.collection.taste
    recommender.recommend(Request(listener_id=listener.id, n=3))
    assert taste.orders[-1] == [world.ids[i] for i in (3, 1, 2)]
    playlist = world.catalog.playlists.create(listener.id, "walk", [world.ids[i] for i in (8, 0, 4)])
    recommender.recommend(Request((Seed(SeedKind.PLAYLIST, int(playlist)),), n=3))
    assert taste.orders[-1] == [world.ids[i] for i in (8, 0, 4)]
    endless = recommender.endless(Request((Seed(SeedKind.TRACK, world.ids[5]),)))
    heard = [int(next(endless).track.id) for _ in range(3)]
    assert taste.orders[-1] == [world.ids[5], *heard[:2]]


def test_new_and_familiar(world, people):
    recommender, listener = people
    for i in range(0, 10):
        play(world, listener, i, times=4)

    def played(novelty):
        answer = recommender.recommend(Request(listener_id=listener.id, n=8, novelty=novelty, per_artist=0))
        return sum(i < 10 for i in places(world, answer))

    assert played(1.0) == 0 and played(0.0) >= 4


def test_forgotten_favorites_come_back(world, people):
    recommender, listener = people
    play(world, listener, 95, times=30, days_ago=400)
    play(world, listener, 5, times=10)
    answer = recommender.recommend(Request(listener_id=listener.id, n=15))
    found = {world.place(r.track.id): r for r in answer.results}
    assert 95 in found and found[95].reason == "You played it 30 times, last 13 months ago."


def test_nothing_known_of_a_listener(world, people):
    recommender, listener = people
    answer = recommender.recommend(Request(listener_id=listener.id, n=4))
    assert {i for i in places(world, answer)} <= {*range(10), *range(60, 70)}
    assert {r.reason for r in answer.results} == {"Much played here."}
    alone = Recommender(world.recommender.collection).recommend(Request(listener_id=listener.id))
    assert not alone.results and "Nothing is known of this listener" in alone.note


def test_plays_fade_with_their_half_life():
    now = 1_000 * DAY
    old = Play(1, now - int(HALF_LIFE_DAYS * DAY))
    history = summed([old, Play(2, now), Play(3, now, skipped=True)], now)
    assert history.weights[1] == pytest.approx(history.weights[2] / 2)
    assert history.favorites(5) == {2: 1.0, 1: pytest.approx(0.5)}
    assert history.order == (1, 2) and 3 not in history.counts
    assert history.forgotten() == []
    assert summed([Play(7, 0, count=9)], now).forgotten() == [(7, 9, 1_000)]
