"""How good it is on my library: sums for the owner, one's own for everybody else, in plain words."""

from __future__ import annotations

from synesthete.catalog.scores import Score
from synesthete.evaluate.replay import CHANCE, OURS, POPULARITY, PROTOCOL
from synesthete.web.api.replay import in_words

API = "/api/v1"


def put(catalog, at, listener_id, ours, rests_on):
    catalog.scores.put(
        [
            Score(PROTOCOL, subject, metric, value, at=at, listener_id=listener_id, rests_on=rests_on)
            for subject, value in ((OURS, ours), (POPULARITY, 0.1), (CHANCE, 0.02))
            for metric in ("hit rate@10", "MRR")
        ]
    )


def test_each_sees_their_own_and_the_owner_sums(two_people):
    ana, ben, stranger = two_people
    catalog = stranger.parts.catalog
    assert ben.get(f"{API}/dashboard/replay").json()["at"] is None
    own = catalog.accounts.named("ben").id
    for at, ours in ((1_000, 0.25), (2_000, 0.5)):
        put(catalog, at, own, ours, 20)
        put(catalog, at, None, 0.4, 60)
    mine = ben.get(f"{API}/dashboard/replay").json()
    assert (mine["scope"], mine["rests_on"], mine["at"]) == ("me", 20, 2_000)
    assert [row["hit_rate"] for row in mine["rows"]] == [0.5, 0.1, 0.02]
    assert [point["hit_rate"] for point in mine["past"]] == [0.25, 0.5]
    assert "10 were among the first ten" in mine["words"] and "hint" in mine["words"]
    everybody = ana.get(f"{API}/dashboard/replay").json()
    assert (everybody["scope"], everybody["rests_on"]) == ("everyone", 60)
    assert ana.get(f"{API}/dashboard/replay", params={"scope": "me"}).json()["at"] is None
    assert ben.get(f"{API}/dashboard/replay", params={"scope": "everyone"}).json()["scope"] == "me"
    assert ben.get(f"{API}/dashboard/quality").json()["scores"] == []  # of everybody: for the owner
    assert len(ana.get(f"{API}/dashboard/quality").json()["scores"]) == 12


def test_erased_people_take_their_scores_along(two_people):
    _, ben, stranger = two_people
    catalog = stranger.parts.catalog
    own = catalog.accounts.named("ben").id
    put(catalog, 1_000, own, 0.25, 20)
    assert len(ben.get(f"{API}/me/export").json()["scores"]) == 6
    assert ben.delete(f"{API}/me").status_code == 204
    assert catalog.scores.all(PROTOCOL, listener_id=own) == []


def test_the_words_are_honest_about_both_directions():
    assert "4.0 times as many as popularity" in in_words(0.5, 0.125, 0.03, rests_on=40, mine=True)
    assert "no better than popularity" in in_words(0.1, 0.125, 0.03, rests_on=40, mine=True)
    assert "a hint" in in_words(0.1, 0.0, 0.03, rests_on=10, mine=False)
    assert "a hint" not in in_words(0.1, 0.0, 0.03, rests_on=40, mine=False)
