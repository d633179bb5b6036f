"""The shelf of encoders: those shipped with the program, and those a person added.

Shipped ones lie in `encoders/weights/NAME`, added ones in a folder of the data (`DATA/encoders/NAME`); the
hand-made `descriptors` needs no files. A name belongs to one encoder; versions replace each other.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from synesthete.encoders.descriptors import DescriptorEncoder
from synesthete.encoders.encoder import CARD_FILE, Card, Encoder
from synesthete.encoders.onnx import OnnxEncoder, Precision, networks
from synesthete.encoders.tags import ROLE, Tags
from synesthete.errors import Conflict, FormatError, NotFound

SHIPPED = Path(__file__).parent / "weights"
BUILT_IN = DescriptorEncoder.card


@dataclass(frozen=True)
class Entry:
    """An encoder on the shelf."""

    card: Card
    origin: Literal["shipped", "added", "built in"]
    folder: Path | None = None


def entries(folder: Path | None = None, shipped: Path = SHIPPED) -> list[Entry]:
    """All encoders there are: shipped ones first (by name), then added ones, then `descriptors`."""
    found = [Entry(Card.load(place), "shipped", place) for place in _places(shipped)]
    names = {entry.card.name for entry in found} | {BUILT_IN.name}
    for place in _places(folder):
        card = Card.load(place)
        if card.name not in names:
            found.append(Entry(card, "added", place))
    return [*found, Entry(BUILT_IN, "built in")]


def find(name: str | None, folder: Path | None = None, shipped: Path = SHIPPED) -> Entry:
    """The encoder of a name or stamp (`name@version`); None: the default, which is the first on the shelf."""
    shelf = entries(folder, shipped)
    if name is None:
        return shelf[0] if shelf[0].origin == "shipped" else shelf[-1]
    for entry in shelf:
        if name in (entry.card.name, entry.card.stamp):
            return entry
    known = ", ".join(entry.card.stamp for entry in shelf)
    anew = (
        "; a library that was heard with another is heard anew by `synesthete update`" if "@" in name else ""
    )
    raise NotFound("no such encoder here", subject=name, hint=f"There is {known}{anew}.")


def open_encoder(
    name: str | None = None,
    folder: Path | None = None,
    precision: Precision = "auto",
    provider: str = "CPUExecutionProvider",
    threads: int = 1,
    shipped: Path = SHIPPED,
) -> Encoder:
    """The encoder of a name or stamp, ready to hear; None: the default.

    Raises NotFound when there is none of that name, FormatError when its files cannot be used.
    """
    entry = find(name, folder, shipped)
    if entry.folder is None:
        return DescriptorEncoder()
    return OnnxEncoder(entry.folder, precision, provider, threads)


def open_tags(name: str | None = None, folder: Path | None = None, shipped: Path = SHIPPED) -> Tags | None:
    """The words for sound that the encoder of a name or stamp brings along; None when it brings none.

    Raises NotFound when there is no such encoder, FormatError when its words cannot be used.
    """
    entry = find(name, folder, shipped)
    return None if entry.folder is None else _tags(entry.folder, entry.card)


def add(source: Path, folder: Path, shipped: Path = SHIPPED) -> Entry:
    """Put the encoder of a folder on the shelf, after trying it on a second of noise.

    Raises FormatError when it does not work as its card says, Conflict when its name is taken.
    """
    card = Card.load(source)
    if card.name in {entry.card.name for entry in entries(folder, shipped)}:
        hint = "Remove the old one first, or give the new one another name."
        raise Conflict("there is an encoder of this name already", subject=card.name, hint=hint)
    try_out(source)
    place, draft = folder / card.name, folder / f".{card.name}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for file in {CARD_FILE, *card.files.values()}:
        shutil.copyfile(source / file, draft / file)
    draft.rename(place)
    return Entry(card, "added", place)


def remove(name: str, folder: Path, shipped: Path = SHIPPED) -> Entry:
    """Take an added encoder off the shelf; its files are deleted."""
    entry = find(name, folder, shipped)
    shutil.rmtree(check_removable(entry))
    return entry


def check_removable(entry: Entry) -> Path:
    """The folder of an encoder that was added. Raises Conflict for one that came with the program."""
    if entry.origin != "added" or entry.folder is None:
        raise Conflict(
            f"{entry.card.name} came with the program and stays", hint="Switch to another instead."
        )
    return entry.folder


def try_out(folder: Path) -> None:
    """Hear a second of noise with every network of a folder, and read its words; FormatError when a card promises
    otherwise."""
    card = Card.load(folder)
    _tags(folder, card)
    for role in networks(card):
        encoder = OnnxEncoder(folder, role)
        samples = round(card.shortest_s * encoder.sample_rate)
        noise = np.random.default_rng(0).standard_normal(samples).astype(np.float32) * np.float32(0.1)
        try:
            points = encoder.embed(encoder.picture(noise)[None])
        except Exception as error:
            raise FormatError(f"the {role} network of {card.name} fails ({error})", subject=folder) from error
        if points.shape != (1, card.dim) or not np.isfinite(points).all():
            what = f"the {role} network of {card.name} gives {points.shape[-1]} numbers, not {card.dim}"
            raise FormatError(what, subject=folder)


def _tags(folder: Path, card: Card) -> Tags | None:
    if ROLE not in card.files:
        return None
    tags = Tags.load(folder / card.files[ROLE])
    if tags.dim != card.dim:
        what = f"its words are for embeddings of {tags.dim} numbers, not {card.dim}"
        raise FormatError(what, subject=folder / card.files[ROLE])
    return tags


def _places(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and (p / CARD_FILE).is_file())
