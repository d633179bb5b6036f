"""What the drawers of the catalog have in common: the cabinet they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synesthete.catalog.catalog import Catalog


class Noun:
    """One drawer of the catalog."""

    def __init__(self, catalog: Catalog):
        self._catalog = catalog
