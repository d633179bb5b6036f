"""FAISS arrives late: its import takes longer than everything else that a small library needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def faiss() -> Any:
    """The FAISS module."""
    return import_module("faiss")
