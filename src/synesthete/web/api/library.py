"""Folders of music: remembered, forgotten, found by a picker that stays within the allowed roots; failed files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query

from synesthete.catalog.folders import Folder as Kept
from synesthete.catalog.ledger import FAILED, SKIPPED
from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError, NotAllowed, NotFound
from synesthete.web.api.models.library import (
    FailedFile,
    FailedFiles,
    Folder,
    Folders,
    NewFolder,
    Picker,
    PickerFolder,
)
from synesthete.web.api.tracks import SOUND_TYPES
from synesthete.web.house import Asking, Count, House, ItsId, Offset, TheHouse
from synesthete.web.show import Shower

router = APIRouter(prefix="/library", tags=["library"])

MOST_COUNTED = 1000
MOST_FOLDERS = 2000


@router.get("/folders")
def folders(house: TheHouse, _who: Asking) -> Folders:
    """Every remembered folder."""
    return Folders(folders=[_shown(house, folder) for folder in house.catalog.folders.all()])


@router.post("/folders", status_code=201)
def remember(house: TheHouse, _who: Asking, question: NewFolder) -> Folder:
    """Remember a folder inside the allowed roots, and start to find and hear what is in it."""
    place = _allowed(house, question.path)
    folder = house.catalog.folders.add(place)
    house.errands.start("update", ["update"], again=True)
    return _shown(house, folder)


@router.delete("/folders/{folder_id}", status_code=204)
def forget(house: TheHouse, _who: Asking, folder_id: ItsId) -> None:
    """Forget a folder: its tracks are hidden, nothing is deleted."""
    catalog = house.catalog
    if folder_id not in {folder.id for folder in catalog.folders.all()}:
        raise NotFound("no remembered folder has this id", subject=folder_id)
    with catalog.begin():
        catalog.files.hide(
            known.track_id for known in catalog.files.under(folder_id) if known.folder_id == folder_id
        )
        catalog.folders.remove(folder_id)


@router.get("/picker")
def picker(
    house: TheHouse, _who: Asking, path: Annotated[str | None, Query(max_length=4096)] = None
) -> Picker:
    """What lies in a folder of the server; without a path, the allowed roots."""
    remembered = {folder.path for folder in house.catalog.folders.all()}
    if path is None:
        tops = [_picked(root, remembered, str(root)) for root in roots(house)]
        return Picker(path=None, parent=None, folders=tops, sounds=0)
    place = _allowed(house, path)
    try:
        inside = sorted(_folders(place), key=lambda p: p.name.casefold())[:MOST_FOLDERS]
    except OSError as error:
        raise InputError(f"this folder cannot be read ({error.strerror})", subject=place) from error
    top = place in roots(house)
    return Picker(
        path=str(place),
        parent=None if top else str(place.parent),
        folders=[_picked(folder, remembered, folder.name) for folder in inside],
        sounds=_sounds(place),
    )


@router.get("/failed")
def failed(house: TheHouse, who: Asking, n: Count = 100, offset: Offset = 0) -> FailedFiles:
    """Files that failed or were skipped, with the reason."""
    catalog = house.catalog
    faults = catalog.ledger.faults(house.parts.stamp, (FAILED, SKIPPED))
    part = faults[offset : offset + n]
    tracks = catalog.tracks.many(fault.track_id for fault in part)
    show = Shower(catalog, who)
    files = [
        FailedFile(
            track=show.track(tracks[fault.track_id]), path=_sayable(fault.path), state=fault.state,
            reason=fault.reason, attempts=1, at=fault.at,
        )
        for fault in part
        if fault.track_id in tracks
    ]  # fmt: skip
    return FailedFiles(files=files, total=len(faults))


def roots(house: House) -> list[Path]:
    """Where folders may be added: as set, else the home of the person who runs the server."""
    return [Path(os.path.realpath(root)) for root in house.settings.roots or (Path.home(),)]


def _allowed(house: House, path: str) -> Path:
    """The real path of a folder inside the roots; links that lead out of them do not."""
    if "\0" in path:
        raise InputError("this is not a path")
    place = Path(os.path.realpath(os.path.expanduser(path)))
    if not any(place == root or place.is_relative_to(root) for root in roots(house)):
        hint = "Set SYNESTHETE_ROOTS to allow more, or use `synesthete add` on the server."
        raise NotAllowed("this folder is outside the allowed roots", subject=path, hint=hint)
    if not place.is_dir():
        raise NotFound("there is no such folder on the server", subject=path)
    return place


def _shown(house: House, folder: Kept) -> Folder:
    path = folder.path
    return Folder(
        id=folder.id, path=_sayable(path), tracks=house.catalog.tracks.count(Filter(folder=path)),
        added_at=folder.added_at, scanned_at=folder.scanned_at, present=os.access(path, os.R_OK | os.X_OK),
    )  # fmt: skip


def _folders(place: Path) -> Iterator[Path]:
    with os.scandir(place) as entries:
        for entry in entries:
            if not entry.name.startswith(".") and _is_sayable(entry.name) and entry.is_dir():
                yield Path(entry.path)


def _picked(folder: Path, remembered: set[str], name: str) -> PickerFolder:
    path = str(folder)
    return PickerFolder(name=name, path=path, sounds=_sounds(folder), remembered=path in remembered)


def _sounds(place: Path) -> int:
    count = 0
    try:
        with os.scandir(place) as entries:
            for looked, entry in enumerate(entries):
                count += os.path.splitext(entry.name)[1].lower() in SOUND_TYPES
                if count >= MOST_COUNTED or looked > 20 * MOST_COUNTED:
                    break
    except OSError:
        return 0
    return count


def _is_sayable(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _sayable(path: str) -> str:
    """The path as JSON can say it: bytes that are not UTF-8 become question marks."""
    return path.encode("utf-8", "replace").decode("utf-8")
