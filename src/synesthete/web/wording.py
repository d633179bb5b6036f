"""Descriptors in words: what a listener could nod at, with how sure we are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synesthete.encoders.named import MEANINGS
from synesthete.encoders.tonality import NOTES
from synesthete.web.api.models.music import Descriptor


@dataclass(frozen=True, slots=True)
class Wording:
    """How one descriptor is said: `degrees` are words from its low end to its high end, in equal steps."""

    label: str
    low: float
    high: float
    degrees: tuple[str, ...] = ()


TABLE: dict[str, Wording] = {
    "tempo": Wording("Tempo", 40, 240),
    "key": Wording("Key", 0, 11),
    "mode": Wording("Mode", 0, 1, ("minor", "major")),
    "loudness": Wording("Loudness", -40, -5, ("very quiet", "quiet", "medium", "loud", "very loud")),
    "dynamics": Wording("Dynamics", 0, 30, ("even", "fairly even", "varied", "wide", "very wide")),
    "brightness": Wording(
        "Brightness", 200, 4000, ("dark", "rather dark", "balanced", "rather bright", "bright")
    ),
    "energy": Wording("Energy", 0, 1, ("very calm", "calm", "moderate", "lively", "very lively")),
    "pulse_clarity": Wording(
        "Pulse",
        0,
        1,
        ("no clear pulse", "a loose pulse", "some pulse", "a clear pulse", "a very clear pulse"),
    ),
    "acousticness": Wording(
        "Acoustic", 0, 1, ("electronic", "rather electronic", "mixed", "rather acoustic", "acoustic")
    ),
    "instrumentalness": Wording(
        "Instrumental", 0, 1, ("sung", "rather sung", "some voice", "rather instrumental", "instrumental")
    ),
}
"""How our own descriptors are said (what they mean is with those who compute them); others are plain numbers.

Low and high are where the words begin and end, as most music goes; a value may lie beyond."""


def in_words(numbers: Mapping[str, tuple[float, float | None]]) -> list[Descriptor]:
    """Descriptors, name -> (value, confidence), in words: our own first, in the order of the table."""
    order = [name for name in TABLE if name in numbers] + sorted(
        name for name in numbers if name not in TABLE
    )
    mode = numbers.get("mode")
    return [_descriptor(name, *numbers[name], None if mode is None else mode[0] >= 0.5) for name in order]


def said(name: str, value: float, major: bool | None = None) -> str:
    """One value in words: `major` is the mode, for a key."""
    if name == "tempo":
        return f"{value:.0f} beats per minute" if value > 0 else "no beat"
    if name == "key":
        note = NOTES[round(value) % 12]
        return note if major is None else f"{note} {'major' if major else 'minor'}"
    wording = TABLE.get(name)
    if wording is None or not wording.degrees:
        return f"{value:.3g}"
    place = (value - wording.low) / (wording.high - wording.low) * len(wording.degrees)
    return wording.degrees[min(max(int(place), 0), len(wording.degrees) - 1)]


def label(name: str) -> str:
    """A descriptor's name as a person reads it."""
    if name in TABLE:
        return TABLE[name].label
    service, _, rest = name.rpartition(":")
    plain = rest.replace("_", " ").capitalize()
    return f"{plain} ({service.capitalize()})" if service else plain


def _descriptor(name: str, value: float, confidence: float | None, major: bool | None) -> Descriptor:
    wording, meaning = TABLE.get(name), MEANINGS.get(name)
    return Descriptor(
        name=name, label=label(name), value=value, text=said(name, value, major), confidence=confidence,
        low=wording.low if wording else None, high=wording.high if wording else None,
        meaning=f"{meaning.meaning}; can fail: {meaning.failings}" if meaning else "as imported from elsewhere",
    )  # fmt: skip
