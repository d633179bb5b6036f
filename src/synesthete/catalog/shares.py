"""Shares: a playlist or a result page under an unguessable address, until it is revoked or expires."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from sqlalchemy import Row, insert, select, update

from synesthete.catalog.noun import Noun
from synesthete.catalog.schema import shares
from synesthete.catalog.writing import now
from synesthete.errors import InputError, NotFound
from synesthete.music import ListenerId, PlaylistId, TrackId

TOKEN_BYTES = 16
"""128 random bits: nobody finds a share by trying."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One shared list; `tracks` are fixed picks with their reasons, or empty when it follows a playlist."""

    token: str
    listener_id: ListenerId
    title: str
    playlist_id: PlaylistId | None
    tracks: tuple[tuple[TrackId, str], ...]
    with_audio: bool
    created_at: int
    expires_at: int | None
    revoked_at: int | None

    def is_open(self, at: int) -> bool:
        """Whether strangers with the address may look."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class Shares(Noun):
    """What was published, by address."""

    def make(
        self,
        listener_id: int,
        title: str,
        *,
        playlist_id: int | None = None,
        tracks: tuple[tuple[int, str], ...] = (),
        with_audio: bool = False,
        expires_at: int | None = None,
    ) -> Shared:
        """Publish a playlist, or tracks with their reasons. Raises InputError unless it is one of the two."""
        if (playlist_id is None) == (not tracks):
            raise InputError("a share shows a playlist or a list of tracks")
        row = {
            "token": secrets.token_urlsafe(TOKEN_BYTES), "listener_id": int(listener_id), "title": title.strip() or "A playlist",
            "playlist_id": playlist_id, "content": json.dumps(tracks) if tracks else None, "with_audio": with_audio,
            "created_at": now(), "expires_at": expires_at,
        }  # fmt: skip
        with self._database.begin() as connection:
            connection.execute(insert(shares).values(row))
        return self.get(str(row["token"]))

    def get(self, token: str) -> Shared:
        """The share at this address, open or not. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(shares).where(shares.c.token == token)).first()
        if row is None:
            raise NotFound("nothing is shared here")
        return _shared(row)

    def open(self, token: str) -> Shared:
        """The share at this address for a stranger. Raises NotFound when it is closed, with the same words."""
        shared = self.get(token)
        if not shared.is_open(now()):
            raise NotFound("nothing is shared here")
        return shared

    def of(self, listener_id: int) -> list[Shared]:
        """The listener's shares that are still open, newest first."""
        asked = select(shares).where(shares.c.listener_id == int(listener_id), shares.c.revoked_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(asked.order_by(shares.c.created_at.desc(), shares.c.token))
            return [shared for row in rows if (shared := _shared(row)).is_open(now())]

    def revoke(self, listener_id: int, token: str) -> None:
        """Close a share of this listener for good. Raises NotFound when it is not theirs, or closed before."""
        mine = (
            shares.c.token == token,
            shares.c.listener_id == int(listener_id),
            shares.c.revoked_at.is_(None),
        )
        with self._database.begin() as connection:
            if not connection.execute(update(shares).where(*mine).values(revoked_at=now())).rowcount:
                raise NotFound("no share of yours has this address")


def _shared(row: Row) -> Shared:
    tracks = tuple((TrackId(i), str(reason)) for i, reason in json.loads(row.content or "[]"))
    return Shared(
        row.token, ListenerId(row.listener_id), row.title, row.playlist_id, tracks, bool(row.with_audio),
        row.created_at, row.expires_at, row.revoked_at,
    )  # fmt: skip
