"""Synesthete: music recommendation that hears.

>>> import synesthete
>>> library = synesthete.open("~/.local/share/synesthete")   # doctest: +SKIP
>>> library.add("~/Music")                                    # doctest: +SKIP
>>> library.similar("clip.mp3", start_s=30, end_s=40)         # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synesthete.library import Library, open

__all__ = ["Library", "__version__", "open"]

try:
    __version__ = version("synesthete")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+unknown"


def __getattr__(name: str) -> Any:
    """`open` and `Library` arrive on first use, so that importing the package stays instant."""
    if name in ("Library", "open"):
        return getattr(import_module("synesthete.library"), name)
    raise AttributeError(f"module 'synesthete' has no attribute {name!r}")
