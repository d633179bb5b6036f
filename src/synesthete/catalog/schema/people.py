"""Tables of people: who listens, what they played and said, and what was recommended to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from synesthete.catalog.schema.base import FileName, Id, metadata


def _listener(nullable: bool = False, **keywords: Any) -> Column[int]:
    return Column(
        "listener_id", ForeignKey("listeners.id", ondelete="CASCADE"), nullable=nullable, **keywords
    )


listeners = Table(
    "listeners", metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),  # owner | listener | imported (a data set's person, cannot sign in)
    Column("password_hash", String),
    Column("subject", String, unique=True),  # OpenID Connect issuer + subject
    Column("email", String),
    Column("time_zone", String, nullable=False, default="UTC"),
    Column("language", String),
    Column("letter", Boolean, nullable=False, default=False),
    Column("letter_weekday", Integer, nullable=False, default=0),  # 0 is Monday
    Column("letter_hour", Integer, nullable=False, default=7),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("token_hash", String, primary_key=True),
    _listener(index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("agent", String),
)  # fmt: skip

api_keys = Table(
    "api_keys", metadata,
    Column("id", Id, primary_key=True),
    _listener(index=True),
    Column("name", String, nullable=False),
    Column("key_hash", String, nullable=False, unique=True),
    Column("hint", String, nullable=False),  # the first characters, so that people tell keys apart
    Column("scopes", String, nullable=False),  # space-separated: read write scrobble admin
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
)  # fmt: skip

own_values = Table(
    "own_values", metadata,
    Column("listener_id", ForeignKey("listeners.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),  # app password, Spotify sign-in, how far a service was read ...
    Column("value", String, nullable=False),
)  # fmt: skip

listens = Table(
    "listens", metadata,
    Column("id", Id, primary_key=True),
    _listener(),
    Column("track_id", ForeignKey("tracks.id"), index=True),  # NULL: played, but not in the catalog
    Column("at", BigInteger, nullable=False),
    Column("what", String, nullable=False),  # "track:ID", or the folded description: part of identity
    Column("played_s", Float),
    Column("skipped", Boolean),
    Column("count", Integer, nullable=False, default=1),
    Column("source", String, nullable=False),  # player | api | subsonic | listenbrainz | import kind
    Column("title", String),
    Column("artist", String),
    Column("album", String),
    UniqueConstraint("listener_id", "at", "what"),
    Index(None, "listener_id", "track_id"),
)  # fmt: skip

play_counts = Table(
    "play_counts", metadata,
    Column("listener_id", ForeignKey("listeners.id", ondelete="CASCADE"), primary_key=True),
    # Not a foreign key: data sets bring 48 million rows, and a check and an index for each would triple the work.
    Column("track_id", Id, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,  # one tree ordered by listener, which is how taste models read it
)  # fmt: skip

feedback = Table(
    "feedback", metadata,
    Column("id", Id, primary_key=True),
    _listener(),
    Column("track_id", ForeignKey("tracks.id")),
    Column("artist_id", ForeignKey("artists.id")),
    Column("word", String, nullable=False),  # like | dislike | never | skip
    Column("rating", Integer),  # 1..5 where a client rates
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("undone_at", BigInteger),
    Column("source", String, nullable=False, default="page"),
    Column("request_id", String),
    Index(None, "listener_id", "track_id"),
    Index(None, "listener_id", "artist_id"),
)  # fmt: skip

waiting_words = Table(
    "waiting_words", metadata,  # words about tracks that are not here, kept until they come
    Column("id", Id, primary_key=True),
    _listener(),
    Column("what", String, nullable=False),  # the folded description: a later word takes the place of the first
    Column("word", String, nullable=False),  # like | dislike | never
    Column("at", BigInteger, nullable=False),
    Column("source", String, nullable=False),
    Column("title", String),
    Column("artist", String),
    Column("album", String),
    Column("recording_mbid", String),
    UniqueConstraint("listener_id", "what"),
)  # fmt: skip

playlists = Table(
    "playlists", metadata,
    Column("id", Id, primary_key=True),
    _listener(index=True),
    Column("name", String, nullable=False),
    Column("comment", String),
    Column("source", String, nullable=False, default="page"),  # page | import kind | service
    Column("foreign_id", String),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    UniqueConstraint("listener_id", "source", "foreign_id"),
)  # fmt: skip

playlist_tracks = Table(
    "playlist_tracks", metadata,
    Column("playlist_id", ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("track_id", ForeignKey("tracks.id"), index=True),  # NULL: named, but not in the catalog
    Column("title", String),
    Column("artist", String),
    Column("album", String),
    Column("path", FileName),
)  # fmt: skip

searches = Table(
    "searches", metadata,
    Column("id", Id, primary_key=True),
    _listener(),
    Column("text", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "listener_id", "at"),
)  # fmt: skip

impressions = Table(
    "impressions", metadata,
    Column("request_id", String, primary_key=True),
    Column("rank", Integer, primary_key=True),
    _listener(nullable=True, index=True),
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
    Column("source", String, nullable=False),  # the strongest source of candidates
    Column("at", BigInteger, nullable=False, index=True),
    Column("clicked_at", BigInteger),
)  # fmt: skip

shares = Table(
    "shares", metadata,
    Column("token", String, primary_key=True),
    _listener(index=True),
    Column("title", String, nullable=False),
    Column("playlist_id", ForeignKey("playlists.id", ondelete="CASCADE")),
    Column("content", String),  # JSON of a result page: [{track_id, reason}]
    Column("with_audio", Boolean, nullable=False, default=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)  # fmt: skip

letters = Table(
    "letters", metadata,
    Column("listener_id", ForeignKey("listeners.id", ondelete="CASCADE"), primary_key=True),
    Column("week", String, primary_key=True),  # ISO week in the listener's time zone: 2026-W47
    Column("state", String, nullable=False),  # see catalog/letters.py
    Column("message_id", String),
    Column("subject", String),
    Column("html", String),
    Column("plain", String),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try_at", BigInteger),
    Column("reason", String),
    Column("made_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
)  # fmt: skip

letter_picks = Table(
    "letter_picks", metadata,
    Column("listener_id", ForeignKey("listeners.id", ondelete="CASCADE"), primary_key=True),
    Column("week", String, primary_key=True),
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("section", String, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("reason", String, nullable=False),
)  # fmt: skip
