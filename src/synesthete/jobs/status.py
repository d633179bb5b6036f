"""How things stand: what was found, heard, left out and failed; folders, index and jobs under way."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

from synesthete.catalog.jobs import lives
from synesthete.catalog.ledger import FAILED, SKIPPED, Counts, Fault
from synesthete.errors import SynestheteError
from synesthete.parts import Parts


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand: `tracks` counts files, `known` everything the catalog can name, with or without a file."""

    tracks: Counts
    known: int
    encoder: str
    wanted: str
    index: dict[str, Any] | None
    folders: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    failed: list[Fault]
    skipped: list[Fault]

    def to_dict(self) -> dict[str, Any]:
        """The status as plain JSON values; found = analyzed + skipped + failed + pending."""
        return {
            "tracks": asdict(self.tracks) | {"pending": self.tracks.pending},
            "known": self.known,
            "encoder": self.encoder,
            "wanted": self.wanted,
            "index": self.index or {"kind": None, "tracks": 0},
            "folders": self.folders,
            "jobs": self.jobs,
        }


def status_of(parts: Parts) -> Status:
    """How things stand with the encoder in force."""
    catalog, stamp = parts.catalog, parts.stamp
    return Status(
        tracks=catalog.ledger.counts(stamp),
        known=catalog.tracks.count(),
        encoder=stamp,
        wanted=parts.wanted,
        index=_index_facts(parts),
        folders=[
            asdict(folder) | {"present": os.path.isdir(folder.path)} for folder in catalog.folders.all()
        ],
        jobs=[asdict(job) | {"left_s": job.left_s} for job in catalog.jobs.living() if lives(job)],
        failed=catalog.ledger.faults(stamp, (FAILED,)),
        skipped=catalog.ledger.faults(stamp, (SKIPPED,)),
    )


def _index_facts(parts: Parts) -> dict[str, Any] | None:
    try:
        index = parts.index
    except SynestheteError as error:  # the status tells of it instead of failing with it
        return {"kind": None, "tracks": 0, "trouble": str(error)}
    card = index.card
    return {"kind": card.kind, "tracks": len(index), "encoder": card.encoder, "dim": card.dim}
