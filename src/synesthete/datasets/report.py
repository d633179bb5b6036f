"""What a reader tells about one file: read, accepted, refused and why, left out on purpose.

Nothing disappears silently: `read == accepted + refused + left out` holds for every report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from synesthete.datasets.facts import sayable

EXAMPLES_PER_REASON = 5
"""How many refusals of one kind are kept with their line; the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry that could not be used: where it stands and what is wrong with it."""

    reason: str
    line: int | None = None
    text: str | None = None


@dataclass(slots=True)
class Report:
    """The account of one file. Counts are of the file's own entries: rows, plays or playlists."""

    file: str
    kind: str | None = None
    read: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    """Entries that are sound but not wanted: filters, podcasts, what is playing right now."""
    notes: Counter[str] = field(default_factory=Counter)
    """Things worth knowing that cost no entry: a guessed encoding, a clock without time zone."""
    examples: list[Refusal] = field(default_factory=list)

    def accept(self, entries: int = 1) -> None:
        """Count entries that were read and can be used."""
        self.read += entries
        self.accepted += entries

    def refuse(self, reason: str, line: int | None = None, text: object = None, entries: int = 1) -> None:
        """Count an entry that cannot be used, and remember where the first few of its kind stand."""
        self.read += entries
        self.refused[reason] += entries
        if sum(e.reason == reason for e in self.examples) < EXAMPLES_PER_REASON:
            told = None if text is None else sayable(str(text)[:120])
            self.examples.append(Refusal(reason, line, told))

    def leave_out(self, reason: str, entries: int = 1) -> None:
        """Count entries that are sound but not wanted here."""
        self.read += entries
        self.left_out[reason] += entries

    def note(self, text: str, times: int = 1) -> None:
        """Remember something that cost no entry."""
        self.notes[text] += times

    @property
    def refused_count(self) -> int:
        """How many entries were refused, all reasons together."""
        return self.refused.total()

    def to_dict(self) -> dict[str, Any]:
        """The account as JSON can say it."""
        return {
            "file": self.file,
            "kind": self.kind,
            "read": self.read,
            "accepted": self.accepted,
            "refused": dict(self.refused),
            "left_out": dict(self.left_out),
            "notes": dict(self.notes),
            "examples": [{"reason": e.reason, "line": e.line, "text": e.text} for e in self.examples],
        }
