"""Tables of music: folders, tracks and what is known of their sound."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from synesthete.catalog.schema.base import FileName, Id, metadata

folders = Table(
    "folders", metadata,
    Column("id", Id, primary_key=True),
    Column("path", FileName, nullable=False, unique=True),
    Column("added_at", BigInteger, nullable=False),
    Column("scanned_at", BigInteger),
    Column("removed_at", BigInteger),
)  # fmt: skip

artists = Table(
    "artists", metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False),
    Column("key", String, nullable=False, unique=True),  # the name folded for comparison
    Column("mbid", String, index=True),
)  # fmt: skip

albums = Table(
    "albums", metadata,
    Column("id", Id, primary_key=True),
    Column("title", String, nullable=False),
    Column("key", String, nullable=False),
    Column("artist_id", ForeignKey("artists.id"), nullable=False, index=True),
    Column("year", Integer),
    Column("mbid", String, index=True),
    UniqueConstraint("artist_id", "key"),
)  # fmt: skip

tracks = Table(
    "tracks", metadata,
    Column("id", Id, primary_key=True),
    Column("folder_id", ForeignKey("folders.id"), index=True),  # NULL: known without a file
    Column("path", FileName, unique=True),
    Column("size", BigInteger),
    Column("modified_ns", BigInteger),
    Column("inode", String),
    Column("sound_hash", String, index=True),  # of the coded sound without its tags: identity through moves
    Column("title", String, nullable=False),
    Column("title_key", String, nullable=False, index=True),
    Column("artist_id", ForeignKey("artists.id"), nullable=False, index=True),
    Column("album_id", ForeignKey("albums.id"), index=True),
    Column("album_artist", String),
    Column("track_no", Integer),
    Column("disc_no", Integer),
    Column("year", Integer, index=True),
    Column("duration_s", Float),
    Column("codec", String),
    Column("sample_rate", Integer),
    Column("channels", Integer),
    Column("bit_rate", Integer),
    Column("recording_mbid", String, index=True),
    Column("isrc", String, index=True),
    Column("replaygain_db", Float),
    Column("has_cover", Boolean, nullable=False, default=False),
    Column("tags_from", String),  # "tags" or "file name"
    Column("added_at", BigInteger, nullable=False, index=True),
    Column("changed_at", BigInteger, nullable=False),
    Column("missing_at", BigInteger, index=True),  # hidden, not deleted, when its file is gone
)  # fmt: skip

track_genres = Table(
    "track_genres", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("genre", String, primary_key=True),
    Column("position", Integer, nullable=False, default=0),
    Index(None, "genre"),
)  # fmt: skip

external_ids = Table(
    "external_ids", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("scheme", String, primary_key=True),  # spotify, msd_song, msd_track, youtube, navidrome@host ...
    Column("value", String, primary_key=True),
)  # fmt: skip

embeddings = Table(
    "embeddings", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("encoder", String, primary_key=True),  # name@version
    Column("plan", String, nullable=False),  # quick | full | given
    Column("vector", LargeBinary, nullable=False),  # float16 (D,)
    Column("excerpts", LargeBinary),  # int8 (E, D), each row scaled by its own largest value
    Column("scales", LargeBinary),  # float16 (E,)
    Column("starts_s", LargeBinary),  # float32 (E,)
    Column("ends_s", LargeBinary),  # float32 (E,)
    Column("made_at", BigInteger, nullable=False),
    Index(None, "encoder", "made_at"),
)  # fmt: skip

descriptors = Table(
    "descriptors", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),  # tempo, key, brightness ... and spotify:valence from tables
    Column("value", Float, nullable=False),
    Column("confidence", Float),
    Index(None, "name", "value"),
)  # fmt: skip

clusters = Table(
    "clusters", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("cluster", Integer, nullable=False, index=True),
    Column("distance", Float, nullable=False),
)  # fmt: skip

positions = Table(
    "positions", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("x", Float, nullable=False),
    Column("y", Float, nullable=False),
)  # fmt: skip
