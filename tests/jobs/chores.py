"""Functions that worker processes run in the tests: well-behaved ones, and every kind of bad."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

from synesthete.errors import AudioError


def chore(item: str) -> str:
    """Do what the item says."""
    what, _, about = item.partition(" ")
    if what == "crash":
        ctypes.string_at(0)  # a segmentation fault, as a broken decoder makes it
    if what == "exit":
        os._exit(7)
    if what == "hang":
        time.sleep(600)
    if what == "fail":
        raise AudioError("no sound here", subject="x", hint="Try another")
    if what == "bug":
        return str(1 / 0)
    if what == "print":
        print("a library that prints to stdout")
        os.write(1, b"even below Python\n")
    if what == "pid":
        return str(os.getpid())
    if what == "nice":
        return str(os.nice(0))
    if what == "work":
        end = time.monotonic() + float(about)
        while time.monotonic() < end:
            pass
    if what == "append":
        with Path(about).open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(0.2)
    return what.upper()
