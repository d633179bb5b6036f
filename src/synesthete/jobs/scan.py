"""Look at folders: which files are new, changed, moved, retagged, gone or back.

A file is the same as before when its path, size and time are. Else it is recognized by size and time with its
inode or name (renamed, moved), then by its coded sound (retagged, copied elsewhere). Only what is recognized by none of
these is new. What is gone is hidden, never deleted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from synesthete.catalog import Catalog
from synesthete.catalog.files import KnownFile
from synesthete.catalog.folders import Folder
from synesthete.jobs.executors import Executor
from synesthete.jobs.reconcile import Findings, Place, Reconciler, lies_in
from synesthete.jobs.running import Run, Stopped
from synesthete.jobs.walk import Sighting, walk


def scan(
    catalog: Catalog,
    hands: Executor,
    run: Run,
    folders: Sequence[Folder] | None = None,
    empty_is_gone: bool = False,
) -> Findings:
    """Look at these folders (or all) and bring the catalog's tracks up to date with them.

    A folder that is absent, or that holds no music where there was some, hides nothing unless
    `empty_is_gone`: a disk that is not mounted looks just so. It is told among the problems.
    """
    findings = Findings()
    looked = catalog.folders.all() if folders is None else list(folders)
    known = catalog.files.all()
    places = [_look(folder, known, findings, empty_is_gone, run) for folder in _outermost(looked)]
    seen = [place for place in places if place is not None]
    findings.found = run.found = sum(len(place.sightings) for place in seen)
    run.tell(at_once=True)
    Reconciler(catalog, hands, run, findings, known, seen).bring_up_to_date()
    for place in seen:
        catalog.folders.scanned(place.folder.id)
    return findings


def _outermost(folders: Iterable[Folder]) -> list[Folder]:
    """The folders that lie in none of the others: a folder inside a remembered one is seen with it."""
    kept: list[Folder] = []
    for folder in sorted(folders, key=lambda f: f.path):
        if not any(lies_in(folder.path, other.path) for other in kept):
            kept.append(folder)
    return kept


def _look(
    folder: Folder, known: list[KnownFile], findings: Findings, empty_is_gone: bool, run: Run
) -> Place | None:
    """The folder as it is now; None when it must not be believed."""
    there = sum(1 for f in known if f.path and f.missing_at is None and lies_in(f.path, folder.path))
    closed: list[str] = []

    def problem(path: str, reason: str) -> None:
        closed.append(path)
        findings.problems.append((path, reason))

    sightings: list[Sighting] = []
    present = os.path.isdir(folder.path)
    if present:
        for sighting in walk(folder.path, problem):
            sightings.append(sighting)
            run.found += 1
            run.tell()
            if run.stopping:
                raise Stopped("stopped while looking through folders", subject=folder.path)
    if sightings or there == 0 or (empty_is_gone and not closed):
        if not present and there:
            findings.problems.append((folder.path, f"this folder is gone; its {there} tracks are hidden"))
        return Place(folder, sightings, closed)
    if folder.path not in closed:
        what = "holds no music now" if present else "is not there now"
        kept = f"its {there} tracks are kept as they were (`synesthete update --empty-is-gone` hides them)"
        findings.problems.append((folder.path, f"this folder {what}; {kept}"))
    return None
