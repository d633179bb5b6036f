"""Listeners, listens, feedback, playlists, searches, impressions: in both databases alike."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import func, select

import synesthete.catalog.feedback as feedback_module
import synesthete.catalog.impressions as log_of_shown
from synesthete.catalog import Entry
from synesthete.catalog.schema import impressions
from synesthete.catalog.scores import Score
from synesthete.errors import Conflict, InputError, NotFound
from synesthete.music import Description, Listen, Role


@pytest.fixture
def home(catalog):
    """A catalog, the owner's id and five tracks."""
    return (
        catalog,
        catalog.listeners.owner().id,
        catalog.tracks.put_many([Entry(f"t{i}", f"a{i}") for i in range(5)]),
    )


def test_listeners(catalog):
    owner = catalog.listeners.owner()
    assert owner.role is Role.OWNER and catalog.listeners.owner() == owner
    ada = catalog.listeners.add(" Ada ", email="ada@example.org")
    assert (ada.name, ada.role, ada.email) == ("Ada", Role.LISTENER, "ada@example.org")
    with pytest.raises(Conflict, match="taken"):
        catalog.listeners.add("Ada")
    with pytest.raises(InputError):
        catalog.listeners.add("  ")
    people = catalog.listeners.resolve(["u1", "u2", "u1"])
    assert catalog.listeners.resolve(["u2"]) == {"u2": people["u2"]}
    assert [listener.name for listener in catalog.listeners.all()] == ["owner", "Ada"]
    catalog.listeners.change(ada.id, time_zone="Europe/Rome")
    assert catalog.listeners.get(ada.id).time_zone == "Europe/Rome"
    for action in (catalog.listeners.get, lambda i: catalog.listeners.change(i, language="it")):
        with pytest.raises(NotFound):
            action(999)


def test_listens_are_kept_once(home):
    catalog, me, ids = home
    assert catalog.listens.put(me, ids[0], 100, played_s=30.0)
    assert not catalog.listens.put(me, ids[0], 100)
    plays = [
        (Listen(Description("t1", "a1"), 200, played_s=10.0, skipped=True), ids[1]),
        (Listen(Description("elsewhere", "x"), 300), None),
        (Listen(Description("t0", "a0"), 400), ids[0]),
    ]
    assert catalog.listens.put_many(me, plays, "import") == 3
    assert catalog.listens.put_many(me, plays, "import") == 0
    assert [h.at for h in catalog.listens.of(me)] == [400, 300, 200, 100]
    assert [h.at for h in catalog.listens.of(me, n=1, before=300)] == [200]
    assert [h.at for h in catalog.listens.of(me, since=300)] == [400, 300]
    assert [h.track_id for h in catalog.listens.history(me)] == [ids[0], ids[1], ids[0]]
    assert catalog.listens.counts(me) == {ids[0]: 2}, "skipped plays do not count"
    other = catalog.listeners.add("other").id
    assert catalog.listens.remove(other, [h.id for h in catalog.listens.of(me)]) == 0
    assert catalog.listens.remove(me, [catalog.listens.of(me)[0].id]) == 1 and catalog.listens.number(me) == 3


def test_feedback_the_last_word_holds(home, monkeypatch):
    catalog, me, ids = home
    first = catalog.feedback.say(me, "like", track_id=ids[0])
    catalog.feedback.say(me, "dislike", track_id=ids[0])
    catalog.feedback.say(me, "never", track_id=ids[1])
    catalog.feedback.say(me, "skip", track_id=ids[0])
    catalog.feedback.say(me, "like", artist_id=catalog.tracks.get(ids[2]).artist_id)
    words = catalog.feedback.words(me)
    assert (words.liked, words.disliked, words.never, words.skipped) == (set(), {ids[0]}, {ids[1]}, {ids[0]})
    assert words.liked_artists == {catalog.tracks.get(ids[2]).artist_id}
    assert not catalog.feedback.undo(me, first), "it was replaced before"
    never = next(i for i, f in catalog.feedback.of(me, word="never"))
    other = catalog.listeners.add("other").id
    assert not catalog.feedback.undo(other, never), "a word is its listener's own"
    assert catalog.feedback.undo(me, never) and not catalog.feedback.undo(me, never)
    assert catalog.feedback.words(me).never == set()
    assert catalog.feedback.unsay(me, track_id=ids[0]) == 2 and catalog.feedback.words(me).disliked == set()


def test_feedback_ends_by_itself(home, monkeypatch):
    catalog, me, ids = home
    monkeypatch.setattr(feedback_module, "now", lambda: 1000)
    catalog.feedback.say(me, "never", track_id=ids[0], until=2000)
    assert catalog.feedback.words(me).never == {ids[0]}
    monkeypatch.setattr(feedback_module, "now", lambda: 2000)
    assert catalog.feedback.words(me).never == set() and catalog.feedback.of(me) == []


def test_bad_feedback_is_refused(home):
    catalog, me, ids = home
    for bad in ({}, {"track_id": ids[0], "artist_id": 1}, {"track_id": ids[0], "rating": 6}):
        with pytest.raises(InputError):
            catalog.feedback.say(me, "like", **bad)
    with pytest.raises(ValueError):
        catalog.feedback.say(me, "adore", track_id=ids[0])


def test_ratings(home):
    catalog, me, ids = home
    catalog.feedback.say(me, "like", track_id=ids[0], rating=4)
    catalog.feedback.say(me, "like", track_id=ids[0], rating=5)
    assert catalog.feedback.ratings(me) == {ids[0]: 5}


def test_playlists(home):
    catalog, me, ids = home
    lists = catalog.playlists
    one = lists.create(me, " Evening ", ids[:3])
    assert (lists.get(one).name, lists.get(one).length) == ("Evening", 3)
    lists.append(one, [ids[3], ids[0]])
    lists.insert(one, 1, [ids[4]])
    assert lists.tracks(one) == [ids[0], ids[4], ids[1], ids[2], ids[3], ids[0]]
    lists.cut(one, [0, 2, 99])
    lists.reorder(one, [3, 0, 1, 2])
    assert lists.tracks(one) == [ids[0], ids[4], ids[2], ids[3]]
    for order in ([0, 1, 2], [0, 0, 1, 2], [1, 2, 3, 4]):
        with pytest.raises(InputError, match="names each of the 4"):
            lists.reorder(one, order)
    lists.rename(one, name="Night")
    assert [p.name for p in lists.of(me)] == ["Night"] and lists.all_tracks()[one] == lists.tracks(one)
    lists.remove(one)
    for action in (lists.get, lists.remove, lists.tracks, lambda i: lists.append(i, ids)):
        with pytest.raises(NotFound):
            action(one)


def test_an_imported_playlist_is_written_over(home):
    catalog, me, ids = home
    lines = [(ids[0], None), (None, Description("Elsewhere", "Somebody")), (ids[1], None)]
    one = catalog.playlists.create_from(me, "Mix", lines, source="spotify", foreign_id="x")
    again = catalog.playlists.create_from(me, "Mix 2", lines[:2], source="spotify", foreign_id="x")
    assert one == again and catalog.playlists.get(one).name == "Mix 2"
    track_id, named = catalog.playlists.lines(one)[1]
    assert track_id is None and (named.title, named.artist) == ("Elsewhere", "Somebody")
    assert catalog.playlists.tracks(one) == [ids[0]]


def test_searches(home, monkeypatch):
    catalog, me, _ = home
    for text in ("bach", "  ", "monk", "bach"):
        catalog.searches.put(me, text)
    assert [text for text, _ in catalog.searches.of(me)] == ["bach", "monk"]
    catalog.searches.forget(me)
    assert catalog.searches.of(me) == []


def test_impressions(home):
    catalog, me, ids = home
    catalog.impressions.put("r1", me, [(ids[0], "sound"), (ids[1], "taste"), (ids[2], "sound")])
    assert catalog.impressions.click("r1", ids[0]) and not catalog.impressions.click("r1", ids[4])
    assert catalog.impressions.click("r1", ids[0], me)
    assert not catalog.impressions.click("r1", ids[1], me + 1)  # another's list
    shown = {row["source"]: (row["shown"], row["clicked"]) for row in catalog.statistics.reception(0, me)}
    assert shown == {"sound": (2, 1), "taste": (1, 0)} and catalog.statistics.shown_tracks(0, me) == 3


def test_what_was_shown_long_ago_is_forgotten_as_whole_answers(home, monkeypatch):
    catalog, me, ids = home
    other = catalog.listeners.add("Ben").id
    assert not catalog.impressions.any_there() and catalog.impressions.forget_old() == 0
    for day in range(1, 8):
        monkeypatch.setattr(log_of_shown, "now", lambda at=day * 86_400: at)
        for who in (me, other, None):
            catalog.impressions.put(f"{who} {day}", who, [(ids[0], "sound"), (ids[1], "taste")])
    catalog.impressions.put("once more", me, [(ids[2], "sound")])
    assert catalog.impressions.any_there()

    def left(who):
        return {day // 86_400: shown for day, shown in _shown_at(catalog, who)}

    assert catalog.impressions.forget_old(kept_s=5 * 86_400) == 3 * 2
    assert left(me) == {2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 3} and left(None) == left(other) == {
        **left(me),
        7: 2,
    }
    assert catalog.impressions.forget_old(kept_s=5 * 86_400, most=11) == 2, "mine were thirteen"
    assert left(me) == {3: 2, 4: 2, 5: 2, 6: 2, 7: 3} and len(left(other)) == len(left(None)) == 6
    assert catalog.impressions.forget_old(kept_s=5 * 86_400, most=3) == 8 + 2 * 8
    assert left(me) == {7: 3} and left(other) == left(None) == {6: 2, 7: 2}, "answers are not cut in two"


def _shown_at(catalog, who):
    c = impressions.c
    asked = select(c.at, func.count()).where(c.listener_id.is_not_distinct_from(who)).group_by(c.at)
    with catalog.read() as connection:
        return connection.execute(asked).fetchall()


def test_values_and_scores(catalog):
    assert catalog.values.get("a") is None and catalog.values.once("a", "1") == "1" == catalog.values.once(
        "a", "2"
    )
    catalog.values.put("a", "3")
    assert catalog.values.get("a") == "3"
    catalog.values.remove("a")
    assert catalog.values.get("a") is None
    catalog.scores.put(
        [Score("sound", "e@1", "p@1", 0.5, at=1), Score("taste", "ease", "ndcg", 0.3, 0.2, 0.4, at=2)]
    )
    assert [s.subject for s in catalog.scores.all()] == ["ease", "e@1"] and catalog.scores.all("sound")[
        0
    ].value == 0.5


def test_totals_are_kept_once_however_many(catalog):
    who = catalog.listeners.resolve(["set:1", "set:2"])
    listeners = np.repeat([int(who["set:1"]), int(who["set:2"])], 333)
    tracks, counts = np.tile(np.arange(333), 2), np.arange(666) + 1
    assert catalog.play_counts.put_many(listeners[:500], tracks[:500], counts[:500]) == 500
    assert catalog.play_counts.put_many(listeners, tracks, counts + 7) == 166
    kept = catalog.play_counts.arrays()
    order = np.lexsort((tracks, listeners))
    for column, wanted in zip(kept[:2], (listeners, tracks), strict=True):
        np.testing.assert_array_equal(column, wanted[order])
    assert kept[2].tolist() == [*range(1, 501), *range(508, 674)], "what was there stays as it is"
    assert catalog.play_counts.put_many(*(np.zeros(0, np.int64),) * 3) == 0
