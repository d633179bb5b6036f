"""Reading one made-up file with one reader, as the tests of readers do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from synesthete.datasets.documents import documents
from synesthete.datasets.report import Report


def read(reader: Callable[..., Any], path: Path, *more: Any) -> tuple[list[Any], Report]:
    """Everything the reader finds in the file, and its report, whose sums must hold."""
    (document,) = documents(path)
    report = Report(document.name)
    found = list(reader(document, report, *more))
    assert report.read == report.accepted + report.refused.total() + report.left_out.total()
    return found, report


def write(path: Path, content: str | bytes) -> Path:
    """The file with this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path
