"""What an encoder is: an ear, which turns a picture of sound into a point among other points.

An ear comes with a card, the small JSON beside its network that says what it is, how it was made and what
picture it must be shown. Letters in shapes: S samples, T frames, M bands, N excerpts, D dimensions.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from synesthete.audio.spectrogram import MelSpec
from synesthete.errors import FormatError

CARD_FILE = "card.json"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")  # also the name of a folder, so nothing that could leave it
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")


@dataclass(frozen=True)
class Card:
    """The facts of an encoder; `stamp` marks every embedding it makes."""

    name: str
    version: str
    dim: int  # D, numbers per embedding
    excerpt_s: float = 10.0  # seconds of sound per embedding
    min_s: float | None = None  # shortest sound it takes, shorter ones are repeated; None: one excerpt
    mel: MelSpec | None = None  # the picture it looks at; None when it draws its own
    patch_frames: int | None = None  # a network that sees fewer frames than an excerpt: frames per look
    patch_hop: int | None = None  # frames from look to look; None: patch_frames, no overlap
    postprocess: str | None = None  # what follows the network: None or 'vggish'
    license: str = "unknown"
    trained_on: str = "unknown"
    recipe: str = ""
    scores: Mapping[str, Any] = field(default_factory=dict)  # what was measured, on what
    files: Mapping[str, str] = field(default_factory=dict)  # role ('fp32', 'int8', 'pca') -> file beside it

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or not VERSION.fullmatch(self.version):
            raise ValueError(f"{self.name!r} {self.version!r}: a name is lower-case letters, digits, . _ -")
        if self.dim <= 0 or self.excerpt_s <= 0 or (self.min_s is not None and self.min_s <= 0):
            raise ValueError("dim, excerpt_s and min_s must be positive")
        if any(size is not None and size <= 0 for size in (self.patch_frames, self.patch_hop)):
            raise ValueError("patch_frames and patch_hop must be positive")
        for file in self.files.values():
            if file in ("", ".", "..") or Path(file).name != file:
                raise ValueError(f"{file!r}: the files of a card lie beside it")

    @property
    def stamp(self) -> str:
        """`name@version`: embeddings compare only with embeddings of the same stamp."""
        return f"{self.name}@{self.version}"

    @property
    def shortest_s(self) -> float:
        """The shortest sound the encoder takes without repeating it, in seconds."""
        return self.excerpt_s if self.min_s is None else self.min_s

    def to_dict(self) -> dict[str, Any]:
        """The card as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Card:
        """A card from JSON values; names it does not know are left aside (a later version may add some)."""
        known = {f.name for f in fields(cls)}
        facts = {name: value for name, value in values.items() if name in known}
        if facts.get("mel") is not None:
            facts["mel"] = MelSpec.from_dict(facts["mel"])
        return cls(**facts)

    def save(self, folder: Path) -> None:
        """Write `card.json` into the folder, beside first and then renamed."""
        draft = folder / f"{CARD_FILE}.new"
        draft.write_text(json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(draft, folder / CARD_FILE)

    @classmethod
    def load(cls, folder: Path) -> Card:
        """The card in a folder.

        Raises FormatError when there is none or it does not describe an encoder.
        """
        path = folder / CARD_FILE
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            hint = "An encoder is a folder with card.json and its network."
            raise FormatError("no encoder here: card.json is missing", subject=folder, hint=hint) from None
        except (OSError, ValueError, TypeError, AttributeError) as error:
            hint = "docs/reference/encoders.md shows a card."
            raise FormatError(f"this card cannot be used ({error})", subject=path, hint=hint) from error


@runtime_checkable
class Encoder(Protocol):
    """An ear: hand it pictures, it says where they lie among all sounds."""

    @property
    def card(self) -> Card:
        """What it is and how it was made."""
        ...

    @property
    def sample_rate(self) -> int:
        """Samples per second of the waveforms it wants, mono."""
        ...

    @property
    def frame_rate(self) -> float:
        """Frames per second of its pictures."""
        ...

    def picture(self, waveform: np.ndarray) -> np.ndarray:
        """Its picture of (S,) float32 samples at `sample_rate`: (T, M) float32."""
        ...

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """The points of (N, T, M) pictures: (N, D) float32, each of length 1."""
        ...


def normalized(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., D) scaled to length 1, float32; a vector of zeros stays zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
