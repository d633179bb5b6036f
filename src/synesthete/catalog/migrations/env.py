"""How Alembic runs the migrations: inside the transaction that the catalog has opened."""

from __future__ import annotations

from alembic import context

from synesthete.catalog.schema import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "migrations run when a catalog is opened; open it with synesthete.catalog.Catalog(url)"
    )
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
