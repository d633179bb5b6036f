"""DEMO: sixty short pieces by ten invented artists, composed and synthesized here.

    styles -> compose -> instruments, drums -> mix -> FLAC with tags and covers

They let a newcomer hear the program at once, and serve the tests as data that proves itself: what is
alike is known, because it was made alike.
"""

from synesthete.demo.compose import Note, Part, Score, compose
from synesthete.demo.discography import Piece, discography
from synesthete.demo.mix import render
from synesthete.demo.styles import STYLES, Style
from synesthete.demo.write import write_demo

__all__ = [
    "STYLES",
    "Note",
    "Part",
    "Piece",
    "Score",
    "Style",
    "compose",
    "discography",
    "render",
    "write_demo",
]
