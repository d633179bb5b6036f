"""Another platform's users, items and feedback, by its own ids."""

from __future__ import annotations

from random import Random

import pytest

from synesthete.catalog.entries import Entry
from synesthete.catalog.platform import Platform
from synesthete.catalog.platform.said import Opinion, Play, Told
from synesthete.catalog.platform.shown import MOST
from synesthete.music import Word

TYPES = ("play", "like", "skip")


@pytest.fixture
def platform(catalog) -> Platform:
    return Platform(catalog, "radio")


def shelve(catalog, platform, count: int, **more) -> list[int]:
    ids = catalog.tracks.put_many([Entry(title=f"T{at}", artist="A", **more) for at in range(count)])
    platform.items.put({f"item {at}": (int(i), False) for at, i in enumerate(ids)})
    return [int(i) for i in ids]


def test_pages_go_through_all_feedback_once_whatever_users_are_called(catalog, platform):
    """More users than are looked at together, with names that databases sort in ways of their own."""
    tracks, chance = shelve(catalog, platform, 5), Random(7)
    names = [f"{start}{at}" for at in range(30) for start in ("u", "U", "é", "_", "1")]
    users = platform.users.resolve(names)
    wanted = set()
    for name in names:
        for at in chance.sample(range(5), 2):
            item = f"item {at}"
            platform.feedback.play([Play(users[name], tracks[at], item, "play", 1_700_000_000)])
            platform.feedback.say([Opinion(users[name], tracks[at], "like", Word.LIKE, 1_700_000_001)])
            wanted |= {("play", name, item), ("like", name, item)}
    seen: list[Told] = []
    key = ("", "", "")
    while True:
        page = platform.feedback.page(TYPES, 8, key)
        seen += page[:7]
        if len(page) < 8:
            break
        key = page[7].type, page[7].user_id, page[7].item_id
    keys = [(one.type, one.user_id, one.item_id) for one in seen]
    assert len(keys) == len(set(keys)) and set(keys) == wanted
    assert [user.id for user in platform.users.page(1000)] == list(
        dict.fromkeys(user for kind, user, _ in keys if kind == "like")
    ), "users are listed in the same order"


def test_two_platforms_do_not_know_each_others_things(catalog, platform):
    (track, *_) = shelve(catalog, platform, 2)
    other = Platform(catalog, "stream")
    who = platform.users.resolve(["ann"])["ann"]
    platform.feedback.play([Play(who, track, "item 0", "play", 1_700_000_000)])
    assert other.users.find(["ann"]) == {} and other.users.page(10) == [] and other.items.page(10) == []
    assert other.feedback.page(TYPES, 10) == [] and other.items.popular(5, ["radio:play"]) == []
    assert other.users.resolve(["ann"])["ann"] != who
    assert len(platform.feedback.page(TYPES, 10)) == 1


def test_an_item_that_leaves_a_track_of_the_house_leaves_what_the_house_played(catalog, platform):
    old, new = shelve(catalog, platform, 2)
    owner, user = catalog.listeners.owner().id, platform.users.resolve(["ann"])["ann"]
    catalog.listens.put(owner, old, 1_700_000_000)
    platform.feedback.play([Play(user, old, "item 0", "play", 1_700_000_000)])
    item = platform.items.find(["item 0"])["item 0"]
    assert not item.made
    platform.items.move(item, new, ["radio:play"])
    assert catalog.listens.counts(owner) == {old: 1} and catalog.listens.counts(user) == {new: 1}
    assert old in catalog.tracks.ids()


def test_a_track_that_only_the_platform_named_goes_with_its_last_name(catalog, platform):
    (track,) = shelve(catalog, platform, 1, tags_from="radio")
    platform.items.put({"again": (track, True)})
    assert platform.items.names([track]) == {track: "item 0"}
    platform.items.remove("item 0")
    assert track in catalog.tracks.ids() and platform.items.names([track]) == {}
    platform.items.remove("again")
    assert track not in catalog.tracks.ids() and platform.items.remove("again") is None


def test_strangers_are_the_tracks_that_are_no_shown_items(catalog, platform):
    tracks = shelve(catalog, platform, 4)
    (more,) = catalog.tracks.put_many([Entry(title="Ours", artist="B")])
    platform.items.put({"item 1": (tracks[1], True)})
    assert platform.items.strangers(2) == {tracks[1], more} and platform.items.strangers(1) is None


def test_what_was_shown_is_remembered_within_bounds(catalog, platform):
    who = platform.users.resolve(["ann"])["ann"]
    platform.shown.put(who, [1, 2], 100)
    platform.shown.put(who, [2, 3], 50)
    assert platform.shown.due(who, 60) == {2, 3} and platform.shown.due(who, 100) == {1, 2, 3}
    platform.shown.drop(who, 3)
    assert platform.shown.due(who, 100) == {1, 2}
    platform.shown.put(who, range(10, 10 + MOST), 70)
    assert len(platform.shown.due(who, 100)) == MOST and 1 not in platform.shown.due(who, 100)
    catalog.personal.erase(who)
    assert platform.shown.due(who, 100) == frozenset() and platform.users.find(["ann"]) == {}
