"""Learning from listens, likes and playlists: a checkerboard of tastes proves itself."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.catalog import Entry
from synesthete.errors import InputError, NotFound
from synesthete.jobs.learn import learn, read_material, relearn
from synesthete.music import Description, Listen
from synesthete.recommend.collection import Taste
from synesthete.taste.learned import Learned


@pytest.fixture
def board(house):
    """Twenty tracks; even listeners play even tracks, odd ones odd tracks, each all but two; 12 listeners."""
    catalog = house.catalog
    ids = catalog.tracks.put_many(
        [Entry(f"t{i}", f"a{i % 4}", f"b{i % 5}", duration_s=200.0) for i in range(20)]
    )
    random = np.random.default_rng(0)
    for person in range(12):
        listener = catalog.listeners.add(f"p{person}").id
        own = [i for i in range(20) if i % 2 == person % 2 and (i // 2 + person // 2) % 5 != 0]
        plays = [(Listen(Description(), at), ids[int(i)]) for at, i in enumerate(random.permutation(own))]
        catalog.listens.put_many(listener, plays, "test")
    return house, ids


def test_material_holds_everything_that_tells_of_taste(board):
    house, ids = board
    catalog = house.catalog
    me = catalog.listeners.named("p0").id
    catalog.playlists.create(me, "two", ids[:2])
    catalog.listens.put(me, ids[0], 999, skipped=True)
    catalog.feedback.say(me, "dislike", track_id=catalog.listens.history(me)[0].track_id)
    catalog.feedback.say(me, "like", track_id=ids[19])
    catalog.play_counts.put(catalog.listeners.resolve(["set:1"])["set:1"], [(ids[3], 7)])
    material = read_material(catalog)
    assert material.plays.shape == (12 + 1 + 1, 20) and (material.listeners, material.playlists) == (13, 1)
    assert material.plays[0].nnz == 8 - 1 + 1 and material.plays[0, 19] == 1, (
        "without the disliked, with the liked"
    )
    assert material.plays[12, 3] == 7 and material.plays[13].nnz == 2
    assert [len(one) for one in material.order] == [8] * 12 + [0, 2]
    assert material.order[13].tolist() == [0, 1]
    assert material.facts.duration_s.tolist() == [200.0] * 20


def test_taste_is_learned_kept_and_answers_in_ids(board):
    house, ids = board
    assert house.parts.taste is None
    learn(house.parts)
    taste = house.parts.taste
    assert isinstance(taste, Learned) and taste is house.parts.taste
    near = [i for i, _ in taste.liked_with({ids[2]: 1.0, ids[4]: 1.0}, 6)]
    assert {(i - ids[0]) % 2 for i in near} == {0} and not {ids[2], ids[4]} & set(near)
    assert {(i - ids[0]) % 2 for i, _ in taste.following([ids[1], ids[3]], 5)} == {1}
    assert taste.evidence([ids[0], 99999]).tolist() == [4, 0]
    assert taste.liked_with({99999: 1.0}, 5) == [] == taste.following([], 5)
    promised: Taste = taste
    assert house.parts.recommender.collection.taste is promised


def test_the_bridge_is_learned_where_tracks_have_sound(board):
    house, ids = board
    random = np.random.default_rng(1)
    sides = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])
    vectors = sides[np.arange(20) % 2] + random.normal(0, 0.1, (20, 4))
    house.catalog.embeddings.put_many(house.parts.stamp, ids[:18], vectors[:18])
    learn(house.parts)
    taste = house.parts.taste
    suits = taste.unplayed([ids[2], ids[4], ids[6]], taste.placed(vectors[18:].astype(np.float32)))
    assert taste.ear == house.parts.stamp
    assert suits[0] > suits[1], "a track nobody played is liked for its sound"


def test_learning_anew_replaces_what_was_learned(board):
    house, ids = board
    learn(house.parts)
    first = house.parts.taste
    more = house.catalog.listeners.add("late").id
    house.catalog.listens.put(more, ids[0], 5)
    learn(house.parts)
    assert house.parts.taste is not first and house.parts.taste.evidence([ids[0]]).tolist() == [5]
    assert first.liked_with({ids[2]: 1.0}, 3), "what is still in use goes on answering"
    left = [p.name for p in house.parts.settings.data.iterdir() if p.name.startswith(".taste")]
    assert left == [] and house.catalog.jobs.recent(1)[0].kind == "learn"


def test_who_is_erased_is_forgotten_at_once_and_learned_without(board):
    house, ids = board
    odd = house.catalog.listeners.add("odd").id
    pair = [ids[0], ids[1]]  # nobody else has an even and an odd track
    house.catalog.listens.put_many(odd, [(Listen(Description(), at), pair[at % 2]) for at in range(20)], "t")
    house.catalog.playlists.create(odd, "both", pair)
    learn(house.parts)
    before = house.parts.taste
    both = {i for i, _ in before.liked_with({ids[0]: 1.0}, 30)}
    assert ids[1] in both and before.evidence([ids[1]])[0] == 4 + 2
    assert relearn(house.parts) is False, "nobody has left"
    house.catalog.personal.erase(odd)
    assert house.parts.taste is None and house.parts.recommender.collection.taste is None
    assert relearn(house.parts) is True
    after = house.parts.taste
    assert after.evidence([ids[1]])[0] == 4 and after.erased == 1
    untouched = dict(learned_without(house).liked_with({ids[0]: 1.0}, 30))
    assert dict(after.liked_with({ids[0]: 1.0}, 30)) == pytest.approx(untouched), "not a trace of them"


def learned_without(house):
    material = read_material(house.catalog)
    return Learned.learn(material.ids, material.plays, material.facts, material.order)


def test_the_models_of_the_last_who_left_are_removed(house):
    ids = house.catalog.tracks.put_many([Entry(f"t{i}") for i in range(3)])
    house.catalog.listeners.owner()
    only = house.catalog.listeners.add("only").id
    for at, i in enumerate(ids):
        house.catalog.listens.put(only, i, at)
    learn(house.parts)
    assert house.catalog.jobs.recent(1)[0].message == "3 pairs of 1 listener and 0 playlists with 3 tracks"
    house.catalog.personal.erase(only)
    assert relearn(house.parts) is True
    assert house.parts.taste is None and not house.parts.taste_folder.exists()
    assert relearn(house.parts) is False


def test_nothing_to_learn_from_is_told(house):
    with pytest.raises(InputError, match="no listens and no playlists"):
        learn(house.parts)
    assert house.catalog.jobs.recent(1)[0].message.startswith("there are no listens"), (
        "words, not a class's name"
    )
    with pytest.raises(NotFound, match="synesthete learn"):
        Learned.load(house.parts.taste_folder)
    assert house.parts.taste is None
