"""How an index lies on disk: files of one writing, and a card that names them.

New files are written beside the old ones under names of their own; replacing card.json, which is one
atomic step, puts them in force; then the old ones go. Readers see the old index or the new one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import numpy as np

from synesthete.errors import FormatError, MismatchError, NotFound, SynestheteError
from synesthete.index.index import IndexCard

CARD = "card.json"
FORMAT = 1
"""Raised when older files can no longer be read; an index of another format is grown again."""
REBUILD = "Run `synesthete index rebuild`."
STILL_THERE = "See whether the disk has space, and run it again; the index that was there answers meanwhile."

Writer = Callable[[Path], None]


def write_index(folder: Path, card: IndexCard, contents: Mapping[str, Writer | Path]) -> dict[str, Path]:
    """Write the named files (a Path means: this file, as it is) and put them in force; where they are.

    Raises SynestheteError when that fails, as on a full disk; the index that was there stays in force.
    """
    token = secrets.token_hex(4)
    files: dict[str, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            files[name] = _placed(folder, name, token, content)
        _put_in_force(folder, card, files)
    except BaseException as error:
        for path in folder.glob(f"*.{token}"):
            path.unlink(missing_ok=True)
        if isinstance(error, (OSError, RuntimeError)):  # FAISS says RuntimeError when a disk is full
            what = f"the index could not be written ({getattr(error, 'strerror', None) or error})"
            raise SynestheteError(what, subject=folder, hint=STILL_THERE) from error
        raise
    _sweep(folder, set(files.values()))
    return files


def read_index(folder: Path) -> tuple[IndexCard, dict[str, Path]]:
    """The card and its files.

    Raises NotFound where there is none, FormatError when damaged, MismatchError for another format.
    """
    try:
        document = json.loads((folder / CARD).read_text(encoding="utf-8"))
        form = document.pop("format")
        files = {name: folder / Path(file).name for name, file in document.pop("files").items()}
        if form != FORMAT:
            raise MismatchError(
                f"the index was written in format {form}, not {FORMAT}", subject=folder, hint=REBUILD
            )
        return IndexCard(**document), files
    except FileNotFoundError:
        raise NotFound("no index here", subject=folder, hint=REBUILD) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(
            f"the index's card cannot be read ({error})", subject=folder, hint=REBUILD
        ) from error


def load_array(path: Path, mapped: bool = False) -> np.ndarray:
    """The .npy file at path. FormatError when damaged; a missing file stays FileNotFoundError."""
    try:
        array: np.ndarray = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
        return array
    except FileNotFoundError:
        raise
    except (OSError, ValueError, EOFError) as error:
        raise FormatError(f"a file of the index is damaged ({error})", subject=path, hint=REBUILD) from error


def save_array(path: Path, array: np.ndarray) -> None:
    """Write a .npy file under exactly this name."""
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)


def missing_or_damaged(path: Path, error: RuntimeError) -> NoReturn:
    """Raise what is wrong with a file that FAISS could not read."""
    if not path.exists():
        raise FileNotFoundError(path) from error
    raise FormatError(f"a file of the index is damaged ({error})", subject=path, hint=REBUILD) from error


def _placed(folder: Path, name: str, token: str, content: Writer | Path) -> Path:
    path = folder / f"{name}.{token}"
    if callable(content):
        content(path)
        with path.open("rb") as written:
            os.fsync(written.fileno())
        return path
    if content.parent == folder:
        return content
    shutil.copyfile(content, path)
    return path


def _put_in_force(folder: Path, card: IndexCard, files: Mapping[str, Path]) -> None:
    document = asdict(card) | {"format": FORMAT, "files": {name: path.name for name, path in files.items()}}
    draft = folder / f"{CARD}.{secrets.token_hex(4)}.new"
    try:
        with draft.open("w", encoding="utf-8") as file:
            json.dump(document, file, indent=2, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / CARD)
    finally:
        draft.unlink(missing_ok=True)


def _sweep(folder: Path, in_force: set[Path]) -> None:
    """Remove what no card names; a reader that has such a file open keeps it until it closes."""
    for path in folder.iterdir():
        if path.is_file() and path.name != CARD and path not in in_force:
            path.unlink(missing_ok=True)
