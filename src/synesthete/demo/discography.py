"""The invented artists, their albums and pieces: names only, no sound."""

from __future__ import annotations

from dataclasses import dataclass

from synesthete.demo.styles import STYLES

# artist, then per album: title, year, the pieces
_CATALOG: tuple[tuple[str, tuple[tuple[str, int, tuple[str, str, str]], ...]], ...] = (
    ("Glass Harbor", (
        ("Slow Tides", 2016, ("Low Water", "Lantern Drift", "Salt Light")),
        ("Nocturnal Weather", 2019, ("Fog Signal", "Pale Hours", "Distant Shore")))),
    ("Nightbus Parade", (
        ("Last Stop Sunrise", 2018, ("Upper Deck", "Neon Transfer", "Four Doors Down")),
        ("Terminal Groove", 2022, ("Night Fare", "Platform Nine", "Every Window Lit")))),
    ("Ilse Maren", (
        ("Letters in February", 2009, ("First Snow", "A Borrowed Chair", "Window Seat")),
        ("Small Rooms", 2014, ("The Blue Cup", "Waltz for No One", "Evening Post")))),
    ("Corner Lamp", (
        ("Homework", 2020, ("Rain on Page Two", "Cold Tea", "Margin Notes")),
        ("Second Desk", 2021, ("Paper Planes Home", "Slow Bus", "Desk Plant")))),
    ("The Loud Orchard", (
        ("Windfall", 1997, ("Ladder Song", "Bruise and Shine", "Run the Rows")),
        ("Cider Weather", 2001, ("Tin Roof", "Rust Season", "Old Gate")))),
    ("Fathom Relay", (
        ("Pressure Hull", 2004, ("Dive Bell", "Thermocline", "Signal Loss")),
        ("Trench Radio", 2008, ("Black Smoker", "Sounding Line", "Crush Depth")))),
    ("Trio Alcazar", (
        ("After the Second Set", 1962, ("Corner Table", "Smoke and Mirrors Blues", "Late Check")),
        ("Live Enough", 1966, ("Walking Papers", "Mint Julep Monday", "One for the Doorman")))),
    ("Wren and Hollow", (
        ("Hedge School", 1978, ("The Miller's Turn", "Three Stiles", "Blackthorn Lane")),
        ("Harvest Road", 1983, ("Barley Reel", "The Long Field", "Home by the Weir")))),
    ("Pixel Tangerine", (
        ("Insert Coin", 1989, ("Level One", "Bonus Stage", "Boss at the Door")),
        ("New Game Plus", 1993, ("Warp Zone", "Extra Life", "Credits Roll")))),
    ("Northern Assembly", (
        ("The Winter Crossing", 2011, ("Departure", "Ice March", "The Narrow Pass")),
        ("Crown of Ash", 2017, ("Procession", "Siege at Dawn", "Elegy")))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece to compose: its tags, which style, and which of the artist's six it is."""

    title: str
    artist: str
    album: str
    year: int
    track_no: int
    genre: str
    style: int
    """Index into STYLES."""
    number: int
    """0..5 within the artist: seeds the composition."""

    @property
    def album_no(self) -> int:
        """0 for the artist's first album, 1 for the second."""
        return self.number // 3


def discography() -> list[Piece]:
    """All 60 pieces, artist by artist, album by album."""
    return [
        Piece(title, artist, album, year, t + 1, STYLES[s].genre, s, a * 3 + t)
        for s, (artist, albums) in enumerate(_CATALOG)
        for a, (album, year, titles) in enumerate(albums)
        for t, title in enumerate(titles)
    ]
