"""What nobody has played: it gets its place by its sound, for those whose taste it is, and the reason says so."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from synesthete.recommend import Collection, Recommender, Request, Seed, SeedKind
from synesthete.recommend.blend import BRIDGED, bridge_weight
from synesthete.recommend.question import look_up
from synesthete.recommend.sources import expected, unplayed
from synesthete.taste.interactions import histories
from synesthete.taste.learned import Learned
from tests.encoders.test_tags import some_tags
from tests.recommend.conftest import DIM

NEVER_PLAYED = (7, 17, 27, 37, 47, 57)
"""Of each Jazz and Metal artist one track; nobody plays Folk and Techno."""


@pytest.fixture
def crowd(world):
    """Forty people play Jazz (tracks 0..29), forty play Metal (30..59); taste and its bridge learned from that."""
    random = np.random.default_rng(0)
    played = {0: [i for i in range(30) if i not in NEVER_PLAYED],
              1: [i for i in range(30, 60) if i not in NEVER_PLAYED]}  # fmt: skip
    rows = [random.choice(played[person % 2], 10, replace=False).tolist() for person in range(80)]
    ids = np.array(world.ids)
    taste = Learned.learn(ids, histories(rows, len(ids)), sound=world.vectors, ear="ear@1")
    index = world.recommender.collection.index
    return Recommender(Collection(world.catalog, index, "ear@1", taste))


def listener(world, name, tracks):
    person = world.catalog.listeners.add(name)
    for at, i in enumerate(tracks):
        for k in range(8):
            world.catalog.listens.put(person.id, world.ids[i], int(time.time()) - 86_400 * (at + 1) - 400 * k)
    return person


def test_a_track_nobody_played_reaches_whom_it_fits_and_the_reason_says_so(world, crowd):
    jazz, metal = listener(world, "jazz", (0, 1, 12, 21)), listener(world, "metal", (30, 31, 42, 51))
    for person, fits, strange in ((jazz, (7, 17, 27), (37, 47, 57)), (metal, (37, 47, 57), (7, 17, 27))):
        answer = crowd.recommend(Request(listener_id=person.id, n=40, per_artist=0, adventurousness=0.0))
        found = {world.place(r.track.id): r for r in answer.results}
        assert set(fits) <= set(found) and not set(strange) & set(found)
        for i in fits:
            assert "Nobody here has played it yet" in found[i].reason, found[i].reason
            assert found[i].shares["unplayed"] > 0.1 and "listeners" not in found[i].balance
        assert not any("Nobody here" in found[i].reason for i in found if i < 60 and i not in NEVER_PLAYED)


def test_the_sound_that_is_expected_next_is_looked_for(world, crowd):
    person = listener(world, "metal", (30, 31, 42))
    question = look_up(Request(listener_id=person.id), crowd.collection)
    hoped = expected(crowd.collection)(question, 10)
    assert {world.genre(world.place(c.track_id)) for c in hoped} == {"Metal"}
    assert all(0 < c.score <= crowd.collection.taste.trust for c in hoped)


def test_its_weight_follows_evidence_and_trust_and_never_passes_half(world, crowd):
    person = listener(world, "jazz", (0, 1, 12))
    question = look_up(Request(listener_id=person.id), crowd.collection)
    e = 24 / (24 + 30) * crowd.collection.taste.trust * BRIDGED
    assert bridge_weight(question, crowd.collection) == pytest.approx(0.75 * e / (0.75 * e + 0.25), rel=1e-5)
    only = look_up(Request(listener_id=person.id, taste=1.0), crowd.collection)
    assert bridge_weight(only, crowd.collection) == BRIDGED
    deaf = look_up(Request(listener_id=person.id, taste=0.0), crowd.collection)
    assert bridge_weight(deaf, crowd.collection) == 0


def test_filters_hold_for_what_nobody_has_played(world, crowd):
    question = look_up(Request((Seed(SeedKind.TRACK, world.ids[0]),)), crowd.collection)
    question.allowed = np.array([world.ids[17]])
    assert [c.track_id for c in unplayed(crowd.collection)(question, 5)] == [world.ids[17]]


def test_another_ear_s_sound_is_not_asked_of_the_bridge(world, crowd):
    collection = Collection(world.catalog, crowd.collection.index, "other@2", crowd.collection.taste)
    assert collection.bridge is None and len(collection.unplayed()[0]) == 0
    answer = Recommender(collection).recommend(Request((Seed(SeedKind.TRACK, world.ids[0]),), n=5))
    assert len(answer.results) == 5 and not any("unplayed" in r.shares for r in answer.results)


def test_a_tag_asks_with_the_word_and_with_its_sound(world):
    untagged = [3, 13, 23]
    for i in untagged:  # three Jazz tracks that nobody has tagged
        track = world.catalog.tracks.get(world.ids[i])
        world.catalog.tracks.put(entry_without_genre(track), track.id)
    answer = world.recommender.recommend(Request((Seed(SeedKind.TAG, "jazz"),), n=30, per_artist=0))
    found = {world.place(r.track.id): r for r in answer.results}
    assert all(i < 30 for i in found) and set(untagged) <= set(found), "by sound, without the word"
    assert not any("tagged" in found[i].shares for i in untagged)
    assert all(found[i].shares["tagged"] > 0 for i in found if i not in untagged)
    assert {found[i].reason for i in untagged} <= {"Sounds much like jazz.", "Sounds like jazz."}
    silent = world.catalog.tracks.put(entry_without_genre(world.catalog.tracks.get(world.ids[50]), ("Jazz",)))
    more = world.recommender.recommend(Request((Seed(SeedKind.TAG, "jazz"),), n=60, per_artist=0))
    assert {r.track.id: r.reason for r in more.results}[silent] == "Tagged jazz.", "by the word, unheard"


def test_a_tag_nobody_gave_is_looked_for_in_the_sound(world):
    tags = some_tags(DIM, ("piano", "polka"))
    tags.weights[:, 1] = world.vectors[60:90].mean(axis=0) * 30  # what Folk sounds like here is called polka
    tags = replace(tags, usual=np.zeros(2, np.float32), bias=np.zeros(2, np.float32))
    collection = replace(world.recommender.collection, tags=tags)
    answer = Recommender(collection).recommend(Request((Seed(SeedKind.TAG, "polka"),), n=10, per_artist=0))
    assert len(answer.results) == 10 and answer.note is None
    assert {world.genre(world.place(r.track.id)) for r in answer.results} == {"Folk"}
    assert not any("tagged" in r.shares for r in answer.results)


def entry_without_genre(track, genres=()):
    from synesthete.catalog.entries import Entry

    path = track.path if not genres else f"{track.path}.other"
    return Entry(title=f"{track.title}{len(genres) or ''}", artist=track.artist, album=track.album, path=path,
                 duration_s=track.duration_s, year=track.year, genres=genres)  # fmt: skip
