"""One letter per listener and week, whatever fails or dies in between."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from synesthete.catalog import Catalog
from synesthete.catalog.entries import Entry
from synesthete.catalog.letters import PickRow
from synesthete.digest.letter import Letter, Pick, Section
from synesthete.digest.outbox import Outbox
from synesthete.digest.post import Postman
from synesthete.digest.schedule import BACKOFF_S
from synesthete.errors import SettingsError
from synesthete.music import TrackId

MONDAY = 1_795_420_000
"""2026-11-23 07:46 UTC, a Monday."""
WEEK = 7 * 24 * 3600


class Death(BaseException):
    """The process dies here."""


class Box:
    def __init__(self):
        self.mails, self.answers = [], []

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    yield box
    controller.stop()


@pytest.fixture
def house(catalog: Catalog) -> Catalog:
    for number in range(40):
        catalog.tracks.put(Entry(title=f"T{number}", artist="Ada"))
    for name in ("Ana", "Ben"):
        catalog.listeners.add(name, email=f"{name.lower()}@example.org", letter=True)
    return catalog


def choose(subscriber, without):
    fresh = [n for n in range(1, 41) if n not in without][:10]
    return [PickRow(TrackId(n), "new", rank, "because") for rank, n in enumerate(fresh)]


def write(subscriber, week, made_at, picks):
    made = tuple(Pick(p.track_id, f"T{p.track_id}", "Ada", None, p.reason, "u", "l", "d", "n") for p in picks)
    return Letter(
        subscriber.listener.name, subscriber.email, week, made_at, (Section("new", "New", made),), "p", "s"
    )


def outbox(house: Catalog, **changes) -> Outbox:
    return Outbox(
        house,
        changes.get("choose", choose),
        changes.get("write", write),
        "letters@example.org",
        "example.org",
    )


def ids(mails) -> list[str]:
    return [mail["Message-ID"] for mail in mails]


def test_everyone_gets_one_letter_a_week(house: Catalog, box: Box):
    out = outbox(house)
    first = out.send_due(Postman(box.url), MONDAY)
    again = out.send_due(Postman(box.url), MONDAY + 3600)
    assert (first.found, sorted(first.sent), again.sent, sorted(again.waiting)) == (
        2,
        ["Ana", "Ben"],
        [],
        ["Ana", "Ben"],
    )
    assert len(box.mails) == 2


def test_no_track_comes_again_within_eight_weeks_and_then_there_is_no_mail(house: Catalog, box: Box):
    out = outbox(house)
    for week in range(6):
        out.send_due(Postman(box.url), MONDAY + week * WEEK)
    assert len(box.mails) == 2 * 4  # forty tracks, ten a week: four letters each, then nothing new
    ana = house.listeners.named("Ana")
    seen = [p.track_id for w in range(4) for p in house.letters.picks(ana.id, f"2026-W{48 + w}")]
    assert len(seen) == len(set(seen)) == 40
    assert house.letters.get(ana.id, "2026-W52").state == "nothing new"


def test_before_monday_seven_nothing_goes_out(house: Catalog, box: Box):
    assert sorted(outbox(house).send_due(Postman(box.url), MONDAY - 3600).waiting) == ["Ana", "Ben"]
    assert not box.mails


def test_a_temporary_no_is_tried_again_after_a_pause_with_the_same_letter(house: Catalog, box: Box):
    box.answers = ["451 later"]
    out = outbox(house)
    first = out.send_due(Postman(box.url), MONDAY)
    assert len(first.failed) == 1 and "451" in next(iter(first.failed.values()))
    assert len(out.send_due(Postman(box.url), MONDAY + BACKOFF_S[0] - 1).waiting) == 2
    assert len(out.send_due(Postman(box.url), MONDAY + BACKOFF_S[0]).sent) == 1
    assert len(box.mails) == 2 and len(set(ids(box.mails))) == 2


def test_a_final_no_is_not_tried_again(house: Catalog, box: Box):
    box.answers = ["554 never"]
    out = outbox(house)
    out.send_due(Postman(box.url), MONDAY)
    out.send_due(Postman(box.url), MONDAY + 3 * 24 * 3600)
    assert len(box.mails) == 1
    assert house.letters.get(house.listeners.named("Ana").id, "2026-W48").state == "given up"


@pytest.mark.parametrize(
    "step", ["before drafting", "after the draft", "while connecting", "after the server has it"]
)
def test_dying_at_any_step_sends_each_letter_exactly_once(house: Catalog, box: Box, step: str):
    postman, out = Postman(box.url), outbox(house)

    def die(*_args, **_more):
        raise Death

    if step == "before drafting":
        out.choose = die
    elif step == "after the draft":
        house.letters.claim = die
    elif step == "while connecting":
        postman._connect = die
    else:
        real = house.letters.mark
        house.letters.mark = lambda i, w, state, **m: die() if state == "sent" else real(i, w, state, **m)
    with pytest.raises(Death):
        out.send_due(postman, MONDAY)
    for name in ("claim", "mark"):
        house.letters.__dict__.pop(name, None)
    outbox(house).send_due(Postman(box.url), MONDAY + 60)  # at once: a claim that is still fresh is respected
    outbox(house).send_due(Postman(box.url), MONDAY + 3600)
    assert len(box.mails) == 2 and len(set(ids(box.mails))) == 2


def test_a_dry_run_keeps_and_sends_nothing(house: Catalog, box: Box):
    done = outbox(house).send_due(None, MONDAY, dry_run=True)
    assert sorted(done.sent) == ["Ana", "Ben"] and not box.mails
    assert house.letters.get(house.listeners.named("Ana").id, "2026-W48") is None


def test_one_listeners_trouble_costs_nobody_else_their_letter(house: Catalog, box: Box):
    def picky(subscriber, without):
        if subscriber.listener.name == "Ana":
            raise RuntimeError("no taste for Ana")
        return choose(subscriber, without)

    done = outbox(house, choose=picky).send_due(Postman(box.url), MONDAY)
    assert done.sent == ["Ben"] and done.failed == {"Ana": "no taste for Ana"}


def test_without_a_mail_server_it_says_what_to_set(house: Catalog):
    with pytest.raises(SettingsError, match="SYNESTHETE_SMTP"):
        outbox(house).send_due(None, MONDAY)


def test_the_preview_is_what_is_sent(house: Catalog, box: Box):
    out = outbox(house)
    ana = house.letters.subscriber(house.listeners.named("Ana").id)
    before = out.preview(ana, MONDAY)
    out.send_due(Postman(box.url), MONDAY)
    assert before is not None and out.preview(ana, MONDAY + 60).picks == before.picks
