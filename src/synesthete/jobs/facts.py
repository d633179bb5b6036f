"""The facts of one file: its tags, and when asked the hash of its sound. Runs in worker processes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from synesthete.audio.tags import Tags, read_tags
from synesthete.catalog.entries import UNKNOWN_ARTIST, Entry
from synesthete.catalog.folding import clean
from synesthete.errors import AudioError
from synesthete.jobs.identity import sound_hash
from synesthete.jobs.walk import Sighting

FILE_NAME = "file name"
"""Where the title of a file without tags is from."""


@dataclass(frozen=True, slots=True)
class Question:
    """A file whose facts are wanted."""

    sighting: Sighting
    folder_id: int
    hashed: bool


def read_facts(question: Question) -> Entry:
    """What the file says of itself; one that cannot be read still has a name and a place."""
    path = question.sighting.path
    try:
        tags = read_tags(path)
    except AudioError:
        return nameless(question)
    try:
        digest = sound_hash(path) if question.hashed else None
    except AudioError:
        digest = None  # the analysis will say what is wrong with it
    return entry_of(question, tags, digest)


def entry_of(question: Question, tags: Tags, digest: str | None) -> Entry:
    """Tags as an entry of the catalog."""
    seen = question.sighting
    return Entry(
        title=clean(tags.title or "") or _stem(seen.path),
        artist=tags.artist or tags.album_artist or UNKNOWN_ARTIST,
        album=tags.album,
        album_artist=tags.album_artist,
        track_no=tags.track_no,
        disc_no=tags.disc_no,
        year=tags.year,
        genres=tags.genres,
        recording_mbid=tags.recording_mbid,
        artist_mbid=tags.artist_mbid,
        album_mbid=tags.album_mbid,
        isrc=tags.isrc,
        replaygain_db=tags.replaygain_db,
        has_cover=tags.cover is not None,
        tags_from=FILE_NAME if "title" in tags.guessed else "tags",
        folder_id=question.folder_id,
        path=seen.path,
        size=seen.size,
        modified_ns=seen.modified_ns,
        inode=seen.inode,
        sound_hash=digest,
    )


def nameless(question: Question) -> Entry:
    """An entry of a file that could not be read, named after its file."""
    return entry_of(question, Tags(title=_stem(question.sighting.path), guessed=("title",)), None)


def _stem(path: str) -> str:
    return clean(os.fsencode(Path(path).stem).decode("utf-8", "replace")) or "untitled"
