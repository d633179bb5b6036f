"""Another platform's people, catalog and feedback, by its own ids: kept apart from the people of this house."""

from __future__ import annotations

from synesthete.catalog.database import Database
from synesthete.catalog.platform.items import Items
from synesthete.catalog.platform.said import Everything
from synesthete.catalog.platform.shown import Shown
from synesthete.catalog.platform.users import Users


class Platform:
    """One platform that asks us for recommendations; `name` tells its ids from those of others."""

    def __init__(self, database: Database, name: str):
        self.name = name
        self.users = Users(database, name)
        self.items = Items(database, name)
        self.feedback = Everything(database, name)
        self.shown = Shown(database)
