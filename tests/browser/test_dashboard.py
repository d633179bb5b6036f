"""The dashboard tells what really happened: events go in by the API, and the numbers on the page are theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Heard, Open, Site, house_of

DAY_S = 86_400
SAID = {
    "sound": "By sound",
    "cluster": "Same corner of the library",
    "artist": "Same artist",
    "new": "New to people",
}


@pytest.fixture(scope="module")
def lived_in(built_app: Path, heard: Heard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Twenty tracks played on twenty days (one of them often, one skipped), and two received lists."""
    with house_of(heard, tmp_path_factory.mktemp("lived")) as house:
        live_in(house)
        yield house


def live_in(house: Site) -> None:
    with httpx.Client(base_url=f"{house.address}/api/v1", timeout=60) as api:
        tracks = api.get("/tracks", params={"n": 20}).json()["tracks"]
        now = int(time.time())
        listens = [
            {"track_id": track["id"], "at": now - DAY_S * place - 60, "played_s": 19, "skipped": False}
            for place, track in enumerate(tracks)
        ]
        listens += [
            {"track_id": tracks[0]["id"], "at": now - 3600 * n, "played_s": 19, "skipped": False}
            for n in range(1, 7)
        ]
        listens.append({"track_id": tracks[1]["id"], "at": now - 30, "played_s": 2, "skipped": True})
        api.post("/listens", json={"listens": listens}).raise_for_status()
        for text in ("rain on the window", "rain on the window", "slow"):
            api.post("/searches", json={"text": text}).raise_for_status()
        shown = api.post(
            "/recommendations", json={"seeds": [{"kind": "track", "id": tracks[0]["id"]}], "n": 10}
        ).json()
        results = [one["track"]["id"] for one in shown["results"]]
        assert len(results) >= 8
        for place, word in enumerate(("like", "like", "dislike", "skip")):
            said = {"word": word, "track_id": results[place], "request_id": shown["request_id"]}
            api.post("/feedback", json=said).raise_for_status()
        for track_id in results[:2]:
            click = {"request_id": shown["request_id"], "track_id": track_id}
            api.post("/clicks", json=click).raise_for_status()


def test_what_was_played_and_received_is_on_the_page(open_page: Open, lived_in: Site) -> None:
    api = httpx.Client(base_url=f"{lived_in.address}/api/v1")
    page = open_page("/dashboard", at=lived_in.address)
    page.get_by_role("button", name="Month", exact=True).click()
    popular = api.get("/dashboard/popular", params={"n": 10}).json()
    cloud = page.get_by_role("region", name="What it is about")
    first, last = popular["genres"][0]["name"], popular["genres"][-1]["name"]
    size = "word => parseFloat(getComputedStyle(word).fontSize)"
    words = cloud.locator("a")
    big, little = words.filter(has_text=first).first, words.filter(has_text=last).first
    assert big.evaluate(size) > 1.3 * little.evaluate(size)
    expect(words.filter(has_text="rain on the window")).to_be_visible()

    genres = page.get_by_role("region", name="Top genres").get_by_role("listitem")
    expect(genres.first).to_contain_text(first)
    expect(genres.first).to_contain_text(str(popular["genres"][0]["plays"]))
    tracks = page.get_by_role("region", name="Tracks", exact=True).get_by_role("listitem")
    expect(tracks.first).to_contain_text(popular["tracks"][0]["name"])
    expect(tracks.first).to_contain_text("7")
    activity = page.get_by_role("region", name="Last activity").get_by_role("listitem")
    expect(activity).to_contain_text("owner")
    expect(activity).to_contain_text("plays")
    expect(page.get_by_role("img", name="Plays by day").locator("canvas, svg").first).to_be_visible()

    size_b = api.get("/dashboard/catalog").json()["size"]
    assert 1e6 < size_b < 1e9
    expect(page.locator(".facts")).to_contain_text(f"{size_b / 1e6:.1f}".removesuffix(".0") + " MB")

    reception = api.get("/dashboard/reception").json()
    table = page.get_by_role("region", name="How recommendations are received").get_by_role("row")
    assert [row["source"] for row in reception["sources"]]
    for row in reception["sources"]:
        shown = table.filter(has=page.get_by_role("cell", name=SAID[row["source"]], exact=True))
        expect(shown).to_contain_text(str(row["shown"]))
        expect(shown).to_contain_text(f"{100 * row['click_through']:g}%")
    sums = {
        key: sum(row[key] for row in reception["sources"])
        for key in ("clicked", "liked", "disliked", "skipped")
    }
    assert sums == {"clicked": 2, "liked": 2, "disliked": 1, "skipped": 1}

    with page.expect_response("**/dashboard/popular?period=week*"):
        page.get_by_role("button", name="Week", exact=True).click()
    expect(tracks).to_have_count(7)


def test_the_replay_is_asked_for_and_answers_in_plain_words(open_page: Open, lived_in: Site) -> None:
    page = open_page("/dashboard", at=lived_in.address)
    card = page.get_by_role("region", name="How good is it on this library?")
    expect(card).to_contain_text("Once you have played ten different tracks")
    card.get_by_role("button", name="Ask").click()
    expect(card).to_contain_text("were among the first ten", timeout=60_000)
    expect(card).to_contain_text("Popularity alone would have had")
    for name in ("As it answers", "By popularity", "By chance"):
        expect(card.locator("dt").filter(has_text=name)).to_be_visible()


def test_an_empty_time_says_so_and_a_failure_can_be_tried_again(open_page: Open, site: Site) -> None:
    page = open_page("/playlists", refusals=True)
    broken = True

    def answer(route) -> None:
        if broken:
            route.fulfill(
                status=500, json={"error": {"what": "the disk is full", "subject": None, "hint": "Make room"}}
            )
        else:
            route.continue_()

    page.route("**/api/v1/dashboard/popular*", answer)
    page.get_by_role("navigation").get_by_role("link", name="Dashboard").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("the disk is full. Make room")
    broken = False
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_have_count(0)
