"""A learned model on disk: one .npy per array and a card that says how it was made; no pickle anywhere."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from synesthete.errors import FormatError, MismatchError, NotFound

CARD = "card.json"
FORMAT = 1
"""Raised when older files can no longer be read; a card of another format is refused."""

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class TasteCard:
    """How a taste model was made: which model, with which hyper-parameters, from how much."""

    model: str
    tracks: int
    listeners: int
    listens: int
    parameters: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT


def write(folder: Path, card: TasteCard, arrays: Arrays) -> None:
    """Write beside the folder and rename into place, so that readers see the old model or the new one."""
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, array in arrays.items():
        np.save(fresh / f"{name}.npy", array, allow_pickle=False)
    document = asdict(card) | {"arrays": sorted(arrays)}
    (fresh / CARD).write_text(json.dumps(document, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def read_card(folder: Path) -> TasteCard:
    """The card alone. NotFound without one, FormatError if unreadable, MismatchError for another format."""
    return _card(_document(Path(folder)), Path(folder))


def read(folder: Path, model: str) -> tuple[TasteCard, Arrays]:
    """Card and arrays; large ones are memory-mapped. MismatchError if the card names another model."""
    folder = Path(folder)
    document = _document(folder)
    card = _card(document, folder)
    if card.model != model:
        raise MismatchError(f"this folder holds a {card.model} model, not {model}", subject=folder)
    arrays: Arrays = {}
    for name in document["arrays"]:
        try:
            arrays[name] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise FormatError(
                f"array {name} cannot be read ({error})", subject=folder, hint="Learn the model again."
            ) from error
    return card, arrays


def pack(name: str, matrix: sp.csr_matrix) -> Arrays:
    """A sparse matrix as four arrays whose names begin with `name`."""
    return {
        f"{name}_data": matrix.data,
        f"{name}_indices": matrix.indices,
        f"{name}_indptr": matrix.indptr,
        f"{name}_shape": np.asarray(matrix.shape, dtype=np.int64),
    }


def unpack(name: str, arrays: Arrays) -> sp.csr_matrix:
    """The sparse matrix that `pack` took apart."""
    parts = tuple(np.asarray(arrays[f"{name}_{part}"]) for part in ("data", "indices", "indptr"))
    rows, columns = arrays[f"{name}_shape"]
    return sp.csr_matrix(parts, shape=(int(rows), int(columns)))


def _document(folder: Path) -> dict[str, Any]:
    try:
        document = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(
            "no taste model here", subject=folder, hint="Make one with `synesthete learn`."
        ) from None
    except (OSError, ValueError) as error:
        raise FormatError(
            f"the card cannot be read ({error})", subject=folder, hint="Learn the model again."
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("arrays"), list):
        raise FormatError("the card names no arrays", subject=folder, hint="Learn the model again.")
    return document


def _card(document: dict[str, Any], folder: Path) -> TasteCard:
    if document.get("format") != FORMAT:
        raise MismatchError(
            f"the model was written in format {document.get('format')}, this program reads {FORMAT}",
            subject=folder,
            hint="Learn the model again.",
        )
    try:
        return TasteCard(**{k: v for k, v in document.items() if k != "arrays"})
    except TypeError as error:
        raise FormatError(
            f"the card is not complete ({error})", subject=folder, hint="Learn the model again."
        ) from error
