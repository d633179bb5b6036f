"""Artists and albums page by page."""

from __future__ import annotations

from pydantic import Field

from synesthete.web.api.models.base import Answer
from synesthete.web.api.models.music import Album, Artist


class Initial(Answer):
    """A first letter, and how many begin with it."""

    letter: str
    count: int


class ArtistList(Answer):
    """A page of artists in order of name."""

    artists: list[Artist]
    total: int
    initials: list[Initial] = Field(description="In the same order, so that a letter can be jumped to.")


class AlbumList(Answer):
    """A page of albums."""

    albums: list[Album]
    total: int
    initials: list[Initial] = Field(description="First letters of titles; empty in another order.")
