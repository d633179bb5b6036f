"""Importing: files of the world into the catalog, one transaction a file.

A file is written whole or not at all; the very same content is never written twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from synesthete.catalog.catalog import Catalog
from synesthete.catalog.resolve import Resolver
from synesthete.datasets.audioset.clips import read_clips, read_segments
from synesthete.datasets.audioset.vocabulary import Vocabulary
from synesthete.datasets.documents import Document, documents
from synesthete.datasets.facts import sayable
from synesthete.datasets.findings import Finding, LabeledClip
from synesthete.datasets.kinds import KINDS, describe_kinds, recognize
from synesthete.datasets.msd_metadata import read_mismatches
from synesthete.datasets.report import Report
from synesthete.datasets.taste_profile import Filters, read_triplets
from synesthete.datasets.text import text_of
from synesthete.errors import FormatError, InputError, SynestheteError
from synesthete.jobs.findings import Writer
from synesthete.music import ListenerId

AUDIOSET, MISMATCHES = "audioset", "mismatches"
RELATED = {"taste-profile": {"msd-metadata", MISMATCHES}, "msd-metadata": {MISMATCHES}}
"""Kinds that are read along when a folder is imported as another kind."""

FIRST = {MISMATCHES: 0, "msd-metadata": 1, "spotify-features": 2, "itunes": 3}
"""Order of kinds within one import: names come before the plays that need them."""

BLOCK = 2**20
OK, KNOWN, SKIPPED, FAILED = "imported", "known", "skipped", "failed"


@dataclass(frozen=True)
class Wishes:
    """How an import should go, beyond what the files say."""

    kind: str | None = None
    filters: Filters = field(default_factory=Filters)
    labels: tuple[str, ...] = ()
    make_tracks: bool | None = None
    """Keep tracks that are not in the library as names without audio; None means as the kind does."""
    again: bool = False
    """Read files again that were imported before: new tracks may match now."""


@dataclass(frozen=True)
class Imported:
    """What became of one file."""

    file: str
    kind: str | None
    state: str
    """imported, known (the same content was imported before), skipped (no kind of ours) or failed."""
    why: str | None = None
    report: dict[str, Any] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    matched: dict[str, int] = field(default_factory=dict)
    """How tracks were found: by id, mbid, isrc, path, names; new for those made; none for those not found."""
    unmatched: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The account as JSON can say it."""
        return {
            "file": self.file, "kind": self.kind, "state": self.state, "why": self.why, **self.report,
            "written": self.written, "matched": self.matched, "unmatched": list(self.unmatched),
        }  # fmt: skip


Progress = Callable[[str, int], None]
"""Called now and then with the file's name and how many entries were read."""


def ingest(
    catalog: Catalog,
    paths: Sequence[str | Path],
    listener_id: ListenerId | None = None,
    wishes: Wishes = Wishes(),
    progress: Progress = lambda file, entries: None,
) -> Iterator[Imported]:
    """Import files, folders and archives; yields what became of each file as soon as it is known.

    Listens, opinions and playlists without a person of their own go to the listener (the owner when none
    is given). Raises InputError for an unknown kind or a path that does not exist; a file that cannot be
    read is reported as failed and leaves no trace, and the others are imported.
    """
    if wishes.kind is not None and wishes.kind not in (*KINDS, AUDIOSET):
        raise InputError(f"there is no kind {wishes.kind!r}", hint=f"Kinds:\n{describe_kinds()}")
    found = [document for path in paths for document in documents(Path(path).expanduser())]
    if not found:
        raise InputError("there is nothing to import in", subject=", ".join(map(str, paths)))
    person = listener_id if listener_id is not None else catalog.listeners.owner().id
    about = sayable(", ".join(map(str, paths))[:200])
    job = catalog.jobs.start("ingest", about=about, alone=False)
    done = failed = 0
    state = "stopped"
    try:
        for result in _Import(catalog, person, wishes, progress).all(found):
            done, failed = done + (result.state != FAILED), failed + (result.state == FAILED)
            catalog.jobs.beat(job, found=len(found), done=done, failed=failed)
            yield result
        state = "failed" if failed and not done else "done"
    finally:
        catalog.jobs.finish(job, state, f"{done} of {len(found)} files")


class _Import:
    """One call: what the files of it share."""

    def __init__(self, catalog: Catalog, person: ListenerId, wishes: Wishes, progress: Progress):
        self.catalog = catalog
        self.person = person
        self.wishes = wishes
        self.progress = progress
        self.mismatched: set[str] = set()
        self.vocabulary = Vocabulary()
        self.resolvers: dict[bool, Resolver] = {}

    def all(self, found: Iterable[Document]) -> Iterator[Imported]:
        planned: list[tuple[Document, str]] = []
        several = len(found := list(found)) > 1
        for document in found:
            try:
                kind = self._kind(document, several)
            except SynestheteError as error:
                yield Imported(document.name, self.wishes.kind, FAILED, str(error))
                continue
            if kind is None:
                yield self._unknown(document)
            else:
                planned.append((document, kind))
        planned.sort(key=lambda pair: (FIRST.get(pair[1], 9), not self._is_vocabulary(*pair)))  # stable
        for document, kind in planned:
            if (
                kind == AUDIOSET
                and not self._is_vocabulary(document, kind)
                and self.vocabulary.wanted is None
            ):
                self.vocabulary.choose(self.wishes.labels)
            try:
                yield self._one(document, kind)
            except SynestheteError as error:
                self._forget_resolvers()  # they may know tracks of the transaction that was undone
                yield Imported(document.name, kind, FAILED, str(error))
            except BaseException:
                self._forget_resolvers()
                raise

    def _kind(self, document: Document, several: bool) -> str | None:
        """What to read the document as; None where it is not for this import."""
        wanted = self.wishes.kind
        if wanted is not None and not several and wanted != AUDIOSET:
            told = recognize(document)
            return MISMATCHES if told == MISMATCHES and told in RELATED.get(wanted, ()) else wanted
        told = recognize(document)
        if wanted is None or told == wanted or told in RELATED.get(wanted, ()):
            return told
        # Last.fm, Libre.fm and Maloja write the same tables; a person knows better which it is.
        same = {"lastfm", "librefm", "maloja"}
        return wanted if {told, wanted} <= same else None

    def _unknown(self, document: Document) -> Imported:
        if not document.head():
            return Imported(document.name, None, SKIPPED, "the file is empty")
        why = f"not {self.wishes.kind}" if self.wishes.kind else "no kind of file that is known here"
        return Imported(document.name, None, SKIPPED, why)

    def _one(self, document: Document, kind: str) -> Imported:
        digest = _digest(document, self.wishes, kind)
        is_vocabulary = self._is_vocabulary(document, kind)
        before = None if is_vocabulary else self.catalog.imports.known(digest, kind, self.person)
        if before is not None and not self.wishes.again:
            return Imported(document.name, kind, KNOWN, "imported before", before.report)
        report = Report(document.name, kind)
        if is_vocabulary:
            return self._words(document, kind, report)
        make = self.wishes.make_tracks
        if make is None:
            make = kind == AUDIOSET or KINDS[kind].is_catalog
        with self.catalog.begin():
            resolver = self.resolvers.setdefault(make, Resolver(self.catalog, make))
            made_before = resolver.made
            writer = Writer(self.catalog, resolver, self.person, kind, document.name)
            writer.write(
                self._findings(document, kind, report), lambda: self.progress(document.name, report.read)
            )
            if report.read and not report.accepted and report.refused:
                reasons = ", ".join(f"{reason} ({n:,})" for reason, n in report.refused.most_common(3))
                raise FormatError(f"nothing in it can be used: {reasons}", subject=document.name)
            written = {**writer.counts, "tracks made": resolver.made - made_before}
            done = Imported(
                document.name, kind, OK, None, report.to_dict(), {k: v for k, v in written.items() if v},
                dict(writer.by), tuple(writer.unmatched),
            )  # fmt: skip
            self.catalog.imports.note(digest, kind, self.person, document.name, report.to_dict())
        resolver.forget()
        return done

    def _words(self, document: Document, kind: str, report: Report) -> Imported:
        """Label names, ontologies and mismatch lists: kept for the other files of this import."""
        if kind == AUDIOSET:
            self.vocabulary.read(document, report)
        else:
            self.mismatched |= {song for song, _ in read_mismatches(document, report)}
        return Imported(document.name, kind, OK, None, report.to_dict())

    def _findings(self, document: Document, kind: str, report: Report) -> Iterator[Finding]:
        if kind == AUDIOSET:
            return audioset_clips(document, report, self.vocabulary)
        if kind == "taste-profile":
            return read_triplets(
                document, report, replace(self.wishes.filters, mismatched=frozenset(self.mismatched))
            )
        return KINDS[kind].read(document, report)

    def _is_vocabulary(self, document: Document, kind: str) -> bool:
        return kind == MISMATCHES or (kind == AUDIOSET and is_vocabulary(document))

    def _forget_resolvers(self) -> None:
        self.resolvers.clear()


def is_vocabulary(document: Document) -> bool:
    """Whether an AudioSet document explains labels instead of holding clips."""
    start = text_of(document.head()[:4096]).lstrip("\ufeff \t\r\n")
    return start.startswith(("[", "index,"))


def audioset_clips(document: Document, report: Report, vocabulary: Vocabulary) -> Iterator[LabeledClip]:
    """The clips of a TFRecord file or of a segments list, told apart by content."""
    lists = text_of(document.head()[:200]).lstrip("\ufeff").startswith("#")
    return (read_segments if lists else read_clips)(document, report, vocabulary)


def clips_of(paths: Sequence[str | Path], labels: tuple[str, ...] = ()) -> Iterator[LabeledClip]:
    """The AudioSet clips in these files, streamed, with whatever label names are among them."""
    found = [d for path in paths for d in documents(Path(path).expanduser()) if recognize(d) == AUDIOSET]
    vocabulary = Vocabulary()
    words = [document for document in found if is_vocabulary(document)]
    for document in words:
        vocabulary.read(document, Report(document.name, AUDIOSET))
    vocabulary.choose(labels)
    for document in found:
        if document not in words:
            yield from audioset_clips(document, Report(document.name, AUDIOSET), vocabulary)


def _digest(document: Document, wishes: Wishes, kind: str) -> str:
    """Of the content and of everything that changes what it means."""
    digest = hashlib.blake2b(digest_size=20)
    told: dict[str, Any] = {}
    if kind == "taste-profile":
        told = {"min": wishes.filters.min_tracks, "top": wishes.filters.top_tracks}
    if kind == AUDIOSET:
        told = {"labels": sorted(wishes.labels)}
    if kind == "playlist" and document.folder is not None:
        told = {"folder": str(document.folder.absolute())}  # relative paths mean something else elsewhere
    told["make"] = wishes.make_tracks
    digest.update(json.dumps(told, sort_keys=True).encode("utf-8", "surrogateescape"))
    with document.opened() as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
