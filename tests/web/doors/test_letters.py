"""Links in letters: harmless to scanners, one button for people, and what they say is done at once."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree

import httpx
import pytest

from synesthete.catalog.letters import LetterRow
from synesthete.digest.letter import html, plain
from synesthete.digest.links import Act, sign
from synesthete.digest.picks import choose
from synesthete.digest.writing import Writing, secret_of
from synesthete.music import ListenerId, TrackId, Word

NOW = 1_795_420_000


@pytest.fixture(scope="module")
def writing(place):
    parts, url = place
    return Writing(parts.catalog, url, secret_of(parts.catalog))


@pytest.fixture
def link(place, writing):
    _, url = place

    def link(action: str, track: int | None = None, listener: int = 2) -> str:
        act = Act(action, ListenerId(listener), None if track is None else TrackId(track))
        return f"{url}/letters/say/{sign(act, writing.secret)}"

    return link


@pytest.mark.parametrize(
    ("action", "words"), [("like", "liked"), ("dislike", "disliked"), ("never", "never")]
)
def test_a_scanners_get_changes_nothing_and_the_button_does(place, link, action: str, words: str):
    catalog = place[0].catalog
    for method in ("GET", "HEAD"):
        httpx.request(method, link(action, 5))
    assert 5 not in getattr(catalog.feedback.words(2), words)
    page = httpx.get(link(action, 5))
    assert "Second 2 by A by Ada Byron" in page.text and 'method="post"' in page.text
    assert httpx.post(link(action, 5)).status_code == 200
    assert 5 in getattr(catalog.feedback.words(2), words)
    catalog.feedback.unsay(2, track_id=5)


def test_mail_programs_unsubscribe_with_one_click(place, link):
    catalog = place[0].catalog
    catalog.listeners.change(2, letter=True, email="ben@example.org")
    assert [s.listener.name for s in catalog.letters.subscribers()] == ["ben"]
    httpx.get(link("unsubscribe"))
    assert catalog.letters.subscribers()
    webmail = {"Origin": "https://mail.example.org", "Sec-Fetch-Site": "cross-site"}
    one_click = {"List-Unsubscribe": "One-Click"}
    assert httpx.post(link("unsubscribe"), data=one_click, headers=webmail).status_code == 200
    assert not catalog.letters.subscribers()


def test_forged_links_are_refused_in_words(place, writing):
    _, url = place
    forged = sign(Act("like", ListenerId(1), TrackId(1)), "another secret")
    answer = httpx.post(f"{url}/letters/say/{forged}")
    assert answer.status_code == 403 and "not one of ours" in answer.json()["error"]["what"]
    assert (
        httpx.get(f"{url}/letters/read/{sign(Act('like', ListenerId(1)), writing.secret)}").status_code == 404
    )


def test_what_was_searched_for_is_not_said_to_have_been_played(place):
    parts, _ = place
    ben = parts.catalog.letters.subscriber(2)
    parts.catalog.feedback.say(2, Word.LIKE, track_id=13)
    parts.catalog.searches.put(2, "dora")
    because = [
        p.reason for p in choose(parts.catalog, parts.recommender, ben, set(), NOW) if p.section == "played"
    ]
    assert because and all(reason.startswith("Because you searched for “dora”: ") for reason in because)
    parts.catalog.feedback.unsay(2, track_id=13)
    parts.catalog.searches.forget(2)


def test_a_letter_is_chosen_written_read_as_a_page_and_fed(place, writing):
    parts, url = place
    catalog = parts.catalog
    ana = catalog.letters.subscriber(1)
    catalog.listens.put(1, 4, NOW - 3600)
    catalog.feedback.say(1, Word.NEVER, track_id=9)
    picks = choose(catalog, parts.recommender, ana, {TrackId(20)}, NOW)
    ids = [p.track_id for p in picks]
    assert 10 <= len(ids) <= 20 and len(set(ids)) == len(ids) and not {9, 20, 4} & set(ids)
    (played,) = catalog.tracks.many([TrackId(4)]).values()
    because = [p.reason for p in picks if p.section == "played"]
    assert because and all(
        p.startswith(f"Because you played {played.title} by {played.artist}: ") for p in because
    )
    assert all(p.count(played.title) == 1 for p in because)  # said once
    assert all(p.reason.endswith(".") for p in picks)

    letter = writing(ana, "2026-W48", NOW, picks)
    row = LetterRow(
        ListenerId(1),
        "2026-W48",
        "sent",
        "<1@x>",
        letter.subject,
        html(letter, as_page=True),
        plain(letter),
        1,
        None,
        None,
        NOW,
        NOW,
    )
    catalog.letters.draft(row, picks)
    page = httpx.get(letter.page_url)
    assert page.status_code == 200 and "Because of what you played" in page.text
    assert "script" not in page.headers["content-security-policy"].replace("default-src 'none'", "")
    feed = ElementTree.fromstring(httpx.get(letter.feed_url).content)
    assert feed.findtext("{*}entry/{*}title") == letter.subject
    for address in re.findall(r'href="([^"]+)"', page.text):
        assert address.startswith(url)


def test_somebody_of_whom_nothing_is_known_hears_of_what_is_new_and_why(place, writing):
    """And of what people play and of the groups of the library; without anything new there is no letter."""
    catalog, now = place[0].catalog, int(time.time())
    cleo = catalog.letters.subscriber(catalog.listeners.add("cleo", email="cleo@example.org").id)
    ids = catalog.tracks.ids()
    catalog.atlas.put_clusters(ids, ids % 2, ids * 0.1, ["Calm", "Lively"])
    for who in (1, 2):
        catalog.listens.put(who, 6, now - 60)
    catalog.listens.put(2, 7, now - 60)  # of one alone: nobody else learns of it
    picks = choose(catalog, place[0].recommender, cleo, set(), now)
    by_section = {name: [p for p in picks if p.section == name] for name in ("new", "popular", "corners")}
    assert len(by_section["new"]) == 10 and len(picks) == sum(map(len, by_section.values()))
    assert [(p.track_id, p.reason) for p in by_section["popular"]] == [
        (6, "2 people here have played it 2 times.")
    ]
    assert "Typical of “Calm”" in by_section["corners"][0].reason + by_section["corners"][1].reason
    letter = writing(cleo, "2026-W48", now, picks)
    for form in (html(letter), plain(letter)):
        assert "You have not played anything here yet" in form
    assert choose(catalog, place[0].recommender, cleo, set(), now + 30 * 86_400) == []


def test_a_person_who_follows_an_old_link_reads_words(place):
    _, url = place
    for where in ("/letters/say/nonsense", "/welcome/nonsense", "/s/nonsense"):
        answer = httpx.get(url + where, headers={"Accept": "text/html,*/*"})
        assert answer.status_code in (403, 404) and "This link does not work" in answer.text, where
        assert httpx.get(url + where).json()["error"]["what"]
