"""Which files are opened as sound when a folder is looked through; what is in them decides the rest."""

from __future__ import annotations

SUFFIXES = frozenset([
    ".mp3", ".mp2", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".aac", ".alac", ".wav", ".wave", ".aif", ".aiff",
    ".aifc", ".wma", ".webm", ".mka", ".ape", ".wv", ".mpc", ".tta", ".tak", ".dsf", ".caf", ".w64", ".au", ".ac3", ".amr",
])  # fmt: skip
"""Names that promise sound. `.mp4` is left out: in folders of music it is mostly video; one that is named is read."""
