"""Tables of work: jobs, the ledger of every file, imports, scores, and a few named values."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table

from synesthete.catalog.schema.base import Id, metadata

jobs = Table(
    "jobs", metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String, nullable=False),  # scan | analyze | ingest | learn | map | cluster ...
    Column("state", String, nullable=False),  # running | paused | done | failed | stopped
    Column("wish", String),  # pause | stop: what a person asked of it
    Column("about", String),  # folder, file, encoder
    Column("found", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("skipped", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("rate", Float),  # items per second, lately
    Column("message", String),
    Column("report", String),  # JSON, for those who want the details
    Column("process", String),  # host:pid of who runs it
    Column("started_at", BigInteger, nullable=False),
    Column("beat_at", BigInteger, nullable=False),  # a running job that no longer beats has died
    Column("ended_at", BigInteger),
)  # fmt: skip

ledger = Table(
    "ledger", metadata,
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("encoder", String, primary_key=True),
    Column("state", String, nullable=False),  # pending | quick | analyzed | skipped | failed
    Column("reason", String),
    Column("attempts", Integer, nullable=False, default=0),
    Column("at", BigInteger, nullable=False),
    Index(None, "encoder", "state"),
)  # fmt: skip

imports = Table(
    "imports", metadata,
    Column("digest", String, primary_key=True),  # of the file's content: a second import changes nothing
    Column("kind", String, primary_key=True),
    Column("listener_id", Id, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("report", String, nullable=False),
)  # fmt: skip

scores = Table(
    "scores", metadata,
    Column("id", Id, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("protocol", String, nullable=False),  # sound | taste | playlists | next | cold | replay
    Column("subject", String, nullable=False),  # encoder or model with version
    Column("metric", String, nullable=False),
    Column("value", Float, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("baseline", String),
    Column("listener_id", ForeignKey("listeners.id", ondelete="CASCADE"), index=True),  # NULL: of everybody
    Column("rests_on", Integer),  # how many listens, listeners or playlists were asked about
)  # fmt: skip

values = Table(
    "values", metadata,
    Column("name", String, primary_key=True),  # encoder in force, secret for signing, cluster names ...
    Column("value", String, nullable=False),
)  # fmt: skip
