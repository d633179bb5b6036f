"""What was seen in the folders and what is known of them, compared; the difference is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from synesthete.catalog import Catalog, Entry
from synesthete.catalog.files import KnownFile
from synesthete.catalog.folders import Folder
from synesthete.catalog.writing import batches
from synesthete.errors import printable
from synesthete.jobs.executors import Executor
from synesthete.jobs.facts import FILE_NAME, Question, nameless, read_facts
from synesthete.jobs.running import Run, Stopped
from synesthete.jobs.walk import Sighting

WRITE_EVERY = 100
"""Files per transaction: few enough that little is read twice after a crash."""


@dataclass
class Findings:
    """What a look at the folders found. `problems` are (path, reason) of what could not be looked at."""

    found: int = 0
    new: int = 0
    changed: int = 0
    retagged: int = 0
    moved: int = 0
    back: int = 0
    gone: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """The findings as plain JSON values."""
        return asdict(self) | {"problems": [{"path": printable(p), "reason": r} for p, r in self.problems]}


@dataclass
class Place:
    """One folder as it is now."""

    folder: Folder
    sightings: list[Sighting]
    closed: list[str] = field(
        default_factory=list
    )  # what could not be read: nothing is known of what is in it


class Reconciler:
    """Compares what was seen with what is known, and writes the difference."""

    def __init__(
        self,
        catalog: Catalog,
        hands: Executor,
        run: Run,
        findings: Findings,
        known: list[KnownFile],
        places: list[Place],
    ):
        self._catalog, self._hands, self._run, self._findings = catalog, hands, run, findings
        self._places = places
        by_path = {f.path: f for f in known if f.path is not None}
        self._folder_of: dict[str, int] = {}
        changed: list[tuple[Sighting, KnownFile]] = []
        self._fresh: list[Sighting] = []
        self._same: list[KnownFile] = []
        for place in places:
            for seen in place.sightings:
                self._folder_of[seen.path] = place.folder.id
                old = by_path.get(seen.path)
                if old is None:
                    self._fresh.append(seen)
                elif (old.size, old.modified_ns) == (seen.size, seen.modified_ns):
                    self._same.append(old)
                else:
                    changed.append((seen, old))
        self._changed = changed
        self._unseen = self._find_unseen(known)
        self._lost = self._candidates(known)
        self._by_hash = {f.sound_hash: f for f in self._lost.values() if f.sound_hash is not None}
        self._by_facts: dict[tuple[int | None, int | None], list[KnownFile]] = {}
        for f in self._lost.values():
            self._by_facts.setdefault((f.size, f.modified_ns), []).append(f)
        self._old_at = {old.path: old for _, old in changed}
        self._to_be_named: list[tuple[Sighting, KnownFile]] = []

    def _find_unseen(self, known: list[KnownFile]) -> list[KnownFile]:
        """Known files of the places looked at that were not seen there, closed doors aside."""
        roots = [place.folder.path for place in self._places]
        closed = [path for place in self._places for path in place.closed]
        return [
            f
            for f in known
            if f.path is not None
            and f.path not in self._folder_of
            and any(lies_in(f.path, root) for root in roots)
            and not any(lies_in(f.path, path) for path in closed)
        ]

    def _candidates(self, known: list[KnownFile]) -> dict[int, KnownFile]:
        """Tracks that are not where they were, and may be found elsewhere, by id."""
        if not self._fresh and not self._changed:
            return {int(f.track_id): f for f in self._unseen}
        lost = [*self._unseen, *(old for _, old in self._changed), *(f for f in known if f.path is None)]
        looked_at = {f.track_id for f in [*lost, *self._same]}
        elsewhere = (f for f in known if f.track_id not in looked_at and f.path is not None)
        lost += [f for f in elsewhere if not os.path.lexists(f.path or "")]
        return {int(f.track_id): f for f in lost}

    def bring_up_to_date(self) -> None:
        """Write what is same, renamed, changed, new and gone, in this order."""
        back = [f.track_id for f in self._same if f.missing_at is not None]
        self._catalog.files.show(back)
        self._findings.back += len(back)
        for _ in self._same:
            self._run.done += 1
        changed = [(seen, old) for seen, old in self._changed if not self._is_renamed(seen)]
        fresh = [seen for seen in self._fresh if not self._is_renamed(seen)]
        unsettled: list[tuple[Entry, KnownFile]] = []
        for entries in self._facts([seen for seen, _ in changed]):
            unsettled += self._write_changed(entries)
        self._name_anew()
        for entries in self._facts(fresh):
            self._write(entries)
        for batch in batches(unsettled, WRITE_EVERY):
            self._settle(batch)
        self._hide()

    def _is_renamed(self, seen: Sighting) -> bool:
        """Whether the file is a known one under another name; then its track follows."""
        alike = self._by_facts.get((seen.size, seen.modified_ns), ())
        lost = [f for f in alike if int(f.track_id) in self._lost and _is_kin(f, seen)]
        if len(lost) != 1:
            return False
        old = lost[0]
        place = {"path": seen.path, "folder_id": self._folder_of[seen.path], "missing_at": None}
        with self._catalog.begin():
            self._make_room(seen.path)
            self._catalog.files.note([(old.track_id, place)])
        self._found(old)
        self._findings.moved += 1
        if old.tags_from == FILE_NAME and _name(old.path) != _name(seen.path):
            self._to_be_named.append((seen, old))
        else:
            self._run.count("done")
        return True

    def _name_anew(self) -> None:
        """Tracks whose title was the name of their file, which is another now."""
        old_at = {seen.path: old for seen, old in self._to_be_named}
        for entries in self._facts([seen for seen, _ in self._to_be_named]):
            self._put(entries, [old_at[str(entry.path)] for entry in entries])

    def _facts(self, seen: list[Sighting]) -> Iterable[list[Entry]]:
        """The entries of files, read by the hands, in batches to be written together."""
        hashed = bool(self._by_hash)
        questions = (Question(s, self._folder_of[s.path], hashed) for s in self._unless_stopped(seen))
        batch: list[Entry] = []
        for outcome in self._hands.map(read_facts, questions):
            if outcome is None:
                self._run.tell()
                continue
            batch.append(outcome.result or nameless(outcome.item))
            self._run.count("done")
            if len(batch) >= WRITE_EVERY:
                yield batch
                batch = []
        if batch:
            yield batch

    def _unless_stopped(self, seen: Iterable[Sighting]) -> Iterable[Sighting]:
        for sighting in seen:
            if self._run.stopping:
                raise Stopped("stopped while reading tags", subject=sighting.path)
            yield sighting

    def _write_changed(self, entries: list[Entry]) -> list[tuple[Entry, KnownFile]]:
        """Files whose place is known and content is not: retagged ones are written; the others come back."""
        with self._catalog.begin():
            retagged: list[tuple[Entry, KnownFile]] = []
            others: list[tuple[Entry, KnownFile]] = []
            for entry in entries:
                old = self._old_at[entry.path]
                same = entry.sound_hash is not None and entry.sound_hash == old.sound_hash
                (retagged if same and int(old.track_id) in self._lost else others).append((entry, old))
            self._put([entry for entry, _ in retagged], [old for _, old in retagged])
            self._findings.retagged += len(retagged)
            moved = [(entry, old) for entry, old in others if self._lost_as(entry) is not None]
            self._write([entry for entry, _ in moved])
        settled = {entry.path for entry, _ in moved}
        return [(entry, old) for entry, old in others if entry.path not in settled]

    def _write(self, entries: list[Entry]) -> None:
        """Files at new places: known sound moves its track there, the rest is new."""
        new: list[Entry] = []
        with self._catalog.begin():
            for entry in entries:
                old = self._lost_as(entry)
                if old is None:
                    new.append(entry)
                    continue
                self._make_room(entry.path)
                self._put([entry], [old])
                self._findings.moved += 1
            for entry in new:
                self._make_room(entry.path)
            self._catalog.tracks.put_many(new)
        self._findings.new += len(new)

    def _settle(self, changed: list[tuple[Entry, KnownFile]]) -> None:
        """Changed sound at a known place: the track stays, and is heard anew, unless it went elsewhere."""
        stays = [(entry, old) for entry, old in changed if int(old.track_id) in self._lost]
        with self._catalog.begin():
            self._put([entry for entry, _ in stays], [old for _, old in stays])
            forget(self._catalog, [old.track_id for _, old in stays])
            self._write([entry for entry, old in changed if (entry, old) not in stays])
        self._findings.changed += len(stays)

    def _lost_as(self, entry: Entry) -> KnownFile | None:
        """The lost track that has this very sound, or None."""
        old = self._by_hash.get(entry.sound_hash) if entry.sound_hash is not None else None
        return old if old is not None and int(old.track_id) in self._lost else None

    def _put(self, entries: list[Entry], olds: list[KnownFile]) -> None:
        if entries:
            self._catalog.tracks.put_many(entries, [old.track_id for old in olds])
            self._catalog.files.show([old.track_id for old in olds])
            for old in olds:
                self._found(old)

    def _found(self, old: KnownFile) -> None:
        self._lost.pop(int(old.track_id), None)

    def _make_room(self, path: str | None) -> None:
        """If another lost track still has this path, it has lost it now."""
        old = self._old_at.get(path)
        if old is not None and int(old.track_id) in self._lost:
            self._catalog.files.note([(old.track_id, {"path": None})])

    def _hide(self) -> None:
        gone = [f.track_id for f in self._unseen if int(f.track_id) in self._lost and f.missing_at is None]
        pushed = [old.track_id for _, old in self._changed if int(old.track_id) in self._lost]
        self._catalog.files.hide([*gone, *pushed])
        self._findings.gone += len(gone)


def _is_kin(old: KnownFile, seen: Sighting) -> bool:
    """Whether a file of the same size and time is the old one: the same inode, or the same name elsewhere."""
    if old.path == seen.path:
        return False
    same_name = old.path is not None and _name(old.path) == _name(seen.path)
    return same_name or (seen.inode is not None and seen.inode == old.inode)


def _name(path: str | None) -> str:
    return os.path.basename(path or "")


def forget(catalog: Catalog, track_ids: Sequence[int]) -> None:
    """Forget what was heard in tracks whose sound has changed."""
    for track_id in track_ids:
        catalog.embeddings.forget(track_id)
        catalog.descriptors.forget(track_id)
    catalog.ledger.forget(track_ids)


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is this folder or something in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
