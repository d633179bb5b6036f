"""From "it is Monday" to "it was sent", once per listener and week, whatever dies in between.

The letter is drafted and kept before anything is sent, so a second try sends the same picks. The claim is
taken by one process only, and lapses when that process dies. Just before the server gets the mail, the
letter is marked `handing`: if the process dies after that, nobody can know whether the server has it, and
a letter that may have arrived is never sent again by itself. A server that says no, or hangs up, is asked
again after growing pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from synesthete.catalog import Catalog
from synesthete.catalog.letters import LetterRow, PickRow, Subscriber
from synesthete.digest.letter import Letter, html, message, plain
from synesthete.digest.post import Postman, Refused
from synesthete.digest.schedule import is_due, next_try, week_of, weeks_before
from synesthete.errors import ServiceError, SettingsError
from synesthete.music import TrackId

MEMORY_WEEKS = 8
"""A track is not in a letter again within eight weeks."""

Draft = list[PickRow]
Choose = Callable[[Subscriber, set[TrackId]], Draft]
"""Picks for a subscriber, without the tracks given; an empty list when there is nothing new."""
Write = Callable[[Subscriber, str, int, Draft], Letter]
"""The letter of a week from its picks: (subscriber, week, made_at, picks)."""


@dataclass
class Round:
    """What one round did: found = sent + waiting + quiet + failed."""

    found: int = 0
    sent: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """Not due yet, already sent, or between two tries."""
    quiet: list[str] = field(default_factory=list)
    """Nothing new to say."""
    failed: dict[str, str] = field(default_factory=dict)
    """Listener's name -> reason."""


class Outbox:
    """Sends what is due. `choose` finds picks, `write` makes the letter of them."""

    def __init__(self, catalog: Catalog, choose: Choose, write: Write, sender: str | None, domain: str):
        self.catalog, self.choose, self.write = catalog, choose, write
        self.sender, self.domain = sender, domain

    def send_due(
        self, postman: Postman | None, now: int, *, dry_run: bool = False, force: bool = False
    ) -> Round:
        """One round over all subscribers. `force` does not wait for the weekday; `dry_run` keeps and sends nothing.

        One listener's failure costs nobody else their letter.
        """
        if not dry_run and (postman is None or not self.sender):
            raise SettingsError("letters need a mail server and a sender",
                                hint="Set SYNESTHETE_SMTP and SYNESTHETE_LETTERS_FROM, or use --dry-run.")  # fmt: skip
        done = Round()
        for subscriber in self.catalog.letters.subscribers():
            done.found += 1
            name = subscriber.listener.name
            try:
                self._one(subscriber, postman, now, done, dry_run, force)
            except Exception as error:  # noqa: BLE001  one item of a job: the next listener still gets theirs
                done.failed[name] = str(error) or type(error).__name__
        return done

    def _one(
        self,
        subscriber: Subscriber,
        postman: Postman | None,
        now: int,
        done: Round,
        dry_run: bool,
        force: bool,
    ) -> None:
        listener = subscriber.listener
        week = week_of(now, listener.time_zone)
        if not force and not is_due(now, listener.time_zone, subscriber.weekday, subscriber.hour):
            done.waiting.append(listener.name)
            return
        row = self.catalog.letters.get(listener.id, week)
        if row is None:
            row = self._draft(subscriber, week, now, keep=not dry_run)
        if row.state == "nothing new":
            done.quiet.append(listener.name)
        elif dry_run:
            (done.waiting if row.state == "sent" else done.sent).append(listener.name)
        elif self.catalog.letters.claim(listener.id, week, now):
            assert postman is not None
            self._send(subscriber, week, postman, now)
            done.sent.append(listener.name)
        else:
            done.waiting.append(listener.name)

    def preview(self, subscriber: Subscriber, now: int) -> Letter | None:
        """This week's letter as it would be sent, drafted afresh when there is none; None when there is nothing new."""
        week = week_of(now, subscriber.listener.time_zone)
        row = self.catalog.letters.get(subscriber.listener.id, week)
        if row is not None:
            picks = self.catalog.letters.picks(subscriber.listener.id, week)
            return self.write(subscriber, week, row.made_at, picks) if picks else None
        picks = self._fresh_picks(subscriber, now)
        return self.write(subscriber, week, now, picks) if picks else None

    def _fresh_picks(self, subscriber: Subscriber, now: int) -> Draft:
        listener = subscriber.listener
        recent = self.catalog.letters.picked(listener.id, weeks_before(now, listener.time_zone, MEMORY_WEEKS))
        return self.choose(subscriber, recent)

    def _draft(self, subscriber: Subscriber, week: str, now: int, *, keep: bool) -> LetterRow:
        listener = subscriber.listener
        picks = self._fresh_picks(subscriber, now)
        row = LetterRow(listener.id, week, "nothing new", None, None, None, None, 0, None, None, now, None)
        if picks:
            letter = self.write(subscriber, week, now, picks)
            message_id = f"<{week}.{listener.id}.{now}@{self.domain}>"
            row = LetterRow(listener.id, week, "drafted", message_id, letter.subject, html(letter, as_page=True),
                            plain(letter), 0, None, None, now, None)  # fmt: skip
        if keep and not self.catalog.letters.draft(row, picks):
            kept = self.catalog.letters.get(listener.id, week)  # another process drafted it in the meantime
            assert kept is not None
            return kept
        return row

    def _send(self, subscriber: Subscriber, week: str, postman: Postman, now: int) -> None:
        letters, listener = self.catalog.letters, subscriber.listener
        row = letters.get(listener.id, week)
        assert row is not None and row.message_id and self.sender
        letter = self.write(subscriber, week, row.made_at, letters.picks(listener.id, week))
        mail = message(letter, self.sender, row.message_id)
        try:
            postman.send(mail, handing=lambda: letters.mark(listener.id, week, "handing"))
        except ServiceError as error:
            forever = isinstance(error, Refused) and error.forever
            again = None if forever else next_try(now, row.attempts)
            state = "given up" if again is None else "failed"
            letters.mark(listener.id, week, state, reason=str(error), next_try_at=again)
            raise
        letters.mark(listener.id, week, "sent", sent_at=now, reason=None, next_try_at=None)
