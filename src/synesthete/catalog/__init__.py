"""WHAT WE KNOW: the one truth, in SQLite or PostgreSQL."""

from synesthete.catalog.catalog import Catalog
from synesthete.catalog.entries import Entry

__all__ = ["Catalog", "Entry"]
