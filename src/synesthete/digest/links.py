"""Links that need no login: signed, expiring, and harmless until a person confirms them.

A mail scanner follows every link it sees, so a GET changes nothing: it shows a page with one button, and
only the POST from that button (or a mail program's one-click unsubscribe, RFC 8058) acts.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from synesthete.errors import NotAllowed
from synesthete.music import ListenerId, TrackId

LIFETIME_S = 60 * 24 * 3600
"""Sixty days: longer than anyone keeps a weekly letter unread, short enough to age out."""
ACTIONS = frozenset({"like", "dislike", "never", "unsubscribe", "read"})


@dataclass(frozen=True, slots=True)
class Act:
    """What a link does, for whom and about which track (None for unsubscribing and reading)."""

    action: str
    listener_id: ListenerId
    track_id: TrackId | None = None
    week: str = ""


def new_secret() -> str:
    """A fresh signing secret of 256 bits."""
    return secrets.token_urlsafe(32)


def sign(act: Act, secret: str) -> str:
    """The act as a token that fits in an address and cannot be altered."""
    return _serializer(secret).dumps([act.action, act.listener_id, act.track_id, act.week])


def read(token: str, secret: str, lifetime_s: int = LIFETIME_S) -> Act:
    """The act inside a token; raises NotAllowed when it is forged, damaged or too old."""
    from itsdangerous import BadSignature, SignatureExpired

    try:
        action, listener_id, track_id, week = _serializer(secret).loads(token, max_age=lifetime_s)
    except SignatureExpired as error:
        raise NotAllowed("this link has expired", hint="Open the page and say it there.") from error
    except (BadSignature, ValueError, TypeError) as error:
        raise NotAllowed("this link is not one of ours, or was damaged on the way",
                         hint="Copy the whole link from the letter.") from error  # fmt: skip
    if action not in ACTIONS:
        raise NotAllowed("this link asks for something that links cannot do", subject=action)
    return Act(action, ListenerId(listener_id), None if track_id is None else TrackId(track_id), week)


def _serializer(secret: str):
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(secret, salt="synesthete letter")
