"""Scores that belong to one listener, and a drawer of named values for each person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APP_PASSWORD = "subsonic password "


def upgrade() -> None:
    """Two columns, one table; app passwords move from the shared values into their listeners' drawers."""
    with op.batch_alter_table("scores") as scores:  # SQLite cannot add a foreign key in place
        scores.add_column(sa.Column("listener_id", ID, nullable=True))
        scores.add_column(sa.Column("rests_on", sa.Integer(), nullable=True))
        scores.create_foreign_key(
            op.f("fk_scores_listener_id_listeners"), "listeners", ["listener_id"], ["id"], ondelete="CASCADE"
        )
        scores.create_index(op.f("ix_scores_listener_id"), ["listener_id"], unique=False)
    own = op.create_table(
        "own_values",
        sa.Column("listener_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["listener_id"], ["listeners.id"], name=op.f("fk_own_values_listener_id_listeners"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listener_id", "name", name=op.f("pk_own_values")),
    )
    shared = sa.table("values", sa.column("name", sa.String), sa.column("value", sa.String))
    listeners = sa.table("listeners", sa.column("id", sa.BigInteger))
    connection = op.get_bind()
    here = set(connection.scalars(sa.select(listeners.c.id)))
    passwords = connection.execute(sa.select(shared).where(shared.c.name.startswith(APP_PASSWORD))).all()
    rows = [
        {"listener_id": int(name.removeprefix(APP_PASSWORD)), "name": "app password", "value": value}
        for name, value in passwords
    ]
    if moved := [row for row in rows if row["listener_id"] in here]:
        connection.execute(own.insert(), moved)
    connection.execute(sa.delete(shared).where(shared.c.name.startswith(APP_PASSWORD)))
