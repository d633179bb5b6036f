"""Where a playlist's line leads: addresses, Windows paths, and paths relative to the playlist."""

from __future__ import annotations

import ntpath
import os
import posixpath
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

WINDOWS = re.compile(r"^[A-Za-z]:[\\/]|^\\\\")
QUOTED = re.compile(r"%[0-9A-Fa-f]{2}")
ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")


def place(location: str, folder: Path | None) -> str | None:
    """The file a playlist's line names, as a path; None where it is an address elsewhere.

    A relative path starts at the playlist's folder, where that is known. `file://` addresses are
    unquoted, and so are relative paths that are no file as they stand (some programs quote them). Windows paths keep their drive, and all separators become `/`.
    """
    text = location.strip()
    if text.lower().startswith("file:"):
        text = path_of(text)
        if re.match(r"^/+[A-Za-z]:[\\/]", text):
            text = text.lstrip("/")
        elif text.startswith("//"):
            text = "/" + text.lstrip("/")
    elif ADDRESS.match(text):
        return None
    if not text:
        return None
    if WINDOWS.match(text):
        return ntpath.normpath(text).replace("\\", "/")
    if "\\" in text and "/" not in text:
        text = text.replace("\\", "/")
    if not text.startswith("/") and folder is not None:
        whole = os.path.join(os.path.abspath(folder), text)
        if QUOTED.search(text) and not os.path.exists(whole):
            whole = os.path.join(os.path.abspath(folder), unquote(text, errors="surrogateescape"))
        text = whole
    return posixpath.normpath(text)


def path_of(address: str) -> str:
    """The unquoted path of a `file:` address; "" for what is no address."""
    try:
        return unquote(urlsplit(address).path, errors="surrogateescape")
    except ValueError:  # an opening bracket where a host belongs
        return ""


def relative(path: str, folder: Path | None) -> str:
    """The path as a playlist in `folder` should name it: relative where both are on one root."""
    if folder is None or WINDOWS.match(path) or not path.startswith("/"):
        return path
    return os.path.relpath(path, os.path.abspath(folder))


def address(path: str) -> str:
    """The `file://` address of an absolute path, or the quoted relative one, as XSPF and JSPF want it."""
    raw = path.encode("utf-8", "surrogateescape")
    if WINDOWS.match(path):
        return "file:///" + quote(raw.replace(b"\\", b"/"), safe="/:")
    quoted = quote(raw, safe="/")
    return f"file://{quoted}" if path.startswith("/") else quoted
