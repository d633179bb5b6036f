"""AudioSet's words for sounds: the 527 labels, their names, and which of them are music.

We ship neither the label names nor the ontology (CC BY 4.0 and CC BY-SA 4.0): they are read from the
files that come with the data set, class_labels_indices.csv and ontology.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from synesthete.datasets.documents import Document
from synesthete.datasets.report import Report
from synesthete.datasets.text import lines, rows, text_of
from synesthete.errors import FormatError, InputError

MUSIC = "/m/04rlf"
"""Root of the Music branch of the ontology."""

FIRST_MUSIC, LAST_MUSIC = 137, 282
"""The labels are numbered along the ontology, so its Music branch is one run of numbers: from Music
to the last of the moods, before Wind (class_labels_indices.csv of the data set's page)."""

INDEX = "#"
"""Marks a label that is known by its number alone: "#137"."""


@dataclass
class Vocabulary:
    """What labels mean, as far as the files at hand tell."""

    mids: dict[int, str] = field(default_factory=dict)
    display: dict[str, str] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    wanted: frozenset[str] | None = None
    """Mids or "#number" that a clip must carry one of; None until chosen, which means music."""

    def mid(self, index: int) -> str:
        """The label with this number: its mid, or "#number" while the names are not known."""
        return self.mids.get(index, f"{INDEX}{index}")

    def names(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Display names; labels without a known name are left out."""
        return tuple(self.display[label] for label in labels if label in self.display)

    def wants(self, labels: Iterable[str]) -> bool:
        """Whether one of the labels was asked for."""
        if self.wanted is None:
            self.choose(())
        return not self.wanted.isdisjoint(labels)  # type: ignore[union-attr]

    def choose(self, asked: Iterable[str]) -> None:
        """Keep clips with these labels (names, mids or numbers) or any label below them; none means music.

        Raises InputError for a name that is not known.
        """
        found: set[str] = set()
        for label in asked:
            found |= self._below(self._meant(label.strip()))
        if not found:
            found = self._below(MUSIC)
            run = range(FIRST_MUSIC, LAST_MUSIC + 1)
            found |= {f"{INDEX}{i}" for i in run}
            if not self.children:  # the run of numbers stands in for the ontology
                found |= {self.mids[i] for i in run if i in self.mids}
        numbers = {mid: index for index, mid in self.mids.items()}
        self.wanted = frozenset(found | {f"{INDEX}{numbers[m]}" for m in found if m in numbers})

    def read(self, document: Document, report: Report) -> None:
        """Take in class_labels_indices.csv or ontology.json, told apart by content."""
        if text_of(document.head()).lstrip("\ufeff \t\r\n").startswith("["):
            self._read_ontology(document, report)
        else:
            self._read_labels(document, report)

    def _read_labels(self, document: Document, report: Report) -> None:
        with document.opened() as stream:
            for line, row in rows(lines(stream, report), ",", report):
                if row[0].strip() == "index":
                    continue
                if len(row) != 3 or not row[0].strip().isdigit():
                    report.refuse("not an index, mid and display name", line, ",".join(row))
                    continue
                index, mid, name = int(row[0]), row[1].strip(), row[2].strip()
                self.mids[index] = mid
                self.display[mid] = name
                report.accept()

    def _read_ontology(self, document: Document, report: Report) -> None:
        with document.opened() as stream:
            try:
                nodes = json.load(stream)
            except ValueError as error:
                raise FormatError(f"the JSON cannot be read ({error})", subject=document.name) from error
        for position, node in enumerate(nodes, 1):
            if not isinstance(node, dict) or "id" not in node:
                report.refuse("not a node of the ontology", position)
                continue
            self.display.setdefault(str(node["id"]), str(node.get("name", node["id"])))
            self.children[str(node["id"])] = [str(child) for child in node.get("child_ids", [])]
            report.accept()

    def _meant(self, label: str) -> str:
        if label.isdigit():
            return self.mid(int(label))
        if label.startswith(("/m/", "/g/", "/t/")):
            return label
        by_name = {name.casefold(): mid for mid, name in self.display.items()}
        if label.casefold() not in by_name:
            raise InputError(
                "this is not an AudioSet label",
                subject=label,
                hint="Give class_labels_indices.csv or ontology.json as well, or a number or mid.",
            )
        return by_name[label.casefold()]

    def _below(self, mid: str) -> set[str]:
        """The label and everything under it; the ontology has shared branches, but no circles."""
        found: set[str] = set()
        waiting = [mid]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.children.get(here, ()))
        return found
