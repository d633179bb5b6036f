"""Sync: what servers elsewhere know comes in; playlists go out.

A service is asked only for what it can do (services/ability.py). What it says is matched to our tracks;
its own ids are remembered, so that playlists find their way back and doors can answer with them.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from synesthete.catalog import Catalog
from synesthete.catalog.embeddings import Excerpts
from synesthete.catalog.resolve import Resolver
from synesthete.encoders.encoder import Encoder
from synesthete.encoders.hearing import hear
from synesthete.errors import NotFound, SynestheteError
from synesthete.jobs.running import Report, Run, running
from synesthete.music import Description, ListenerId, Playlist, TrackId, Word
from synesthete.services.ability import (
    HasAudio,
    HasListens,
    HasOpinions,
    HasPlaylists,
    HasTracks,
    Opinion,
    TakesPlaylists,
)
from synesthete.services.caller import understood

BATCH = 500
GOOD_STARS, BAD_STARS = 4, 2
"""Four and five of five stars are a like, one and two a dislike, three says nothing."""
FULL: Final = "full"


@dataclass
class Account:
    """What one sync did, in counts people can check, and what it could not match."""

    counts: Counter[str] = field(default_factory=Counter)
    unmatched: dict[str, None] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    """Parts that did not work, each in words; the others did."""

    def to_dict(self) -> dict[str, Any]:
        """The account as JSON can say it."""
        return {"counts": dict(self.counts), "unmatched": list(self.unmatched), "troubles": self.troubles}


def sync(
    catalog: Catalog,
    service: object,
    name: str,
    listener_id: ListenerId,
    *,
    scheme: str | None = None,
    adopt: bool = False,
    report: Report | None = None,
) -> Account:
    """Read everything the service has for this listener.

    `adopt` makes tracks of what the service has and we have not (their sound can be streamed from there).
    A part that fails is told in `troubles` and costs the others nothing.
    """
    account = Account()
    with running(catalog, "sync", name, report, alone=False) as run:
        resolver = Resolver(catalog, make=adopt)
        for part in (_tracks, _opinions, _listens, _playlists):
            try:
                part(_Sync(catalog, service, name, listener_id, scheme, resolver, account, run))
            except SynestheteError as error:
                if str(error) not in account.troubles:  # a server that is away is away for every part
                    account.troubles.append(str(error))
                run.count("failed")
        run.message = "; ".join(account.troubles) or None
    return account


@dataclass
class _Sync:
    catalog: Catalog
    service: object
    name: str
    listener_id: ListenerId
    scheme: str | None
    resolver: Resolver
    account: Account
    run: Run

    def resolve(self, described: Sequence[Description]) -> list[TrackId | None]:
        """Our track for each description; what has none is noted, up to a thousand names."""
        ids = self.resolver.resolve(described)
        for description, track_id in zip(described, ids, strict=True):
            if track_id is None and len(self.account.unmatched) < 1000:
                self.account.unmatched[f"{description.artist or '?'} - {description.title or '?'}"] = None
        return ids

    def step(self, found: int) -> None:
        self.run.found += found
        self.run.done += found
        self.run.tell()


def _tracks(sync: _Sync) -> None:
    if not isinstance(sync.service, HasTracks):
        return
    for batch in _batches(_told(sync, sync.service.tracks())):
        with sync.catalog.begin():
            ids = sync.resolve(batch)
            for scheme in {name for description in batch for name, _ in description.ids}:
                pairs = [
                    (track_id, value)
                    for description, track_id in zip(batch, ids, strict=True)
                    if track_id is not None
                    for name, value in description.ids
                    if name == scheme
                ]
                sync.catalog.external_ids.put(scheme, pairs)
            artists: dict[str, list[tuple[int, str]]] = {}
            for description, track_id in zip(batch, ids, strict=True):
                if track_id is not None:
                    for name, value in description.artist_ids:
                        artists.setdefault(name, []).append((track_id, value))
            for name, found in artists.items():
                sync.catalog.external_ids.put_artists(name, found)
        sync.account.counts["tracks there"] += len(batch)
        sync.account.counts["tracks matched"] += sum(i is not None for i in ids)
        sync.step(len(batch))


def _opinions(sync: _Sync) -> None:
    if not isinstance(sync.service, HasOpinions):
        return
    counts, feedback = sync.account.counts, sync.catalog.feedback
    for batch in _batches(_told(sync, sync.service.opinions())):
        words, ratings = feedback.words(sync.listener_id), feedback.ratings(sync.listener_id)
        said = words.liked | words.disliked | words.never
        ids = sync.resolve([opinion.track for opinion in batch])
        with sync.catalog.begin():
            plays: list[tuple[TrackId, int]] = []
            for opinion, track_id in zip(batch, ids, strict=True):
                if track_id is None:
                    counts["opinions about tracks that are not here"] += 1
                    continue
                word = word_of(opinion)
                # What a person said here holds; only what they have not spoken about is taken over.
                if word and (track_id not in said or ratings.get(track_id, opinion.rating) != opinion.rating):
                    feedback.say(
                        sync.listener_id, word, track_id=track_id, rating=opinion.rating, source=sync.name
                    )
                    counts["opinions taken over"] += 1
                if opinion.plays:
                    plays.append((track_id, opinion.plays))
            if plays:
                sync.catalog.play_counts.put(sync.listener_id, plays)
                counts["play counts"] += len(plays)
        sync.step(len(batch))


def word_of(opinion: Opinion) -> Word | None:
    """What stars and ratings come to as a word."""
    if opinion.rating is not None and opinion.rating <= BAD_STARS:
        return Word.DISLIKE
    if opinion.starred or (opinion.rating is not None and opinion.rating >= GOOD_STARS):
        return Word.LIKE
    return None


def _listens(sync: _Sync) -> None:
    if not isinstance(sync.service, HasListens):
        return
    personal, mark = sync.catalog.personal, f"{sync.name} was read until"
    since = int(personal.kept(sync.listener_id, mark) or 0)
    for batch in _batches(_told(sync, sync.service.listens(since))):
        with sync.catalog.begin():
            ids = sync.resolve([listen.track for listen in batch])
            pairs = list(zip(batch, ids, strict=True))
            sync.account.counts["listens"] += sync.catalog.listens.put_many(
                sync.listener_id, pairs, sync.name
            )
            # Kept with the listens themselves: a stop in between neither loses nor repeats any.
            since = max(since, *(listen.at for listen in batch))
            personal.keep(sync.listener_id, mark, str(since))
        sync.step(len(batch))


def _playlists(sync: _Sync) -> None:
    if not isinstance(sync.service, HasPlaylists):
        return
    for playlist in _told(sync, sync.service.playlists()):
        with sync.catalog.begin():
            take_playlist(sync.catalog, sync.resolver, sync.listener_id, sync.name, playlist)
        sync.account.counts["playlists"] += 1
        sync.step(1)


def take_playlist(
    catalog: Catalog, resolver: Resolver, listener_id: ListenerId, source: str, playlist: Playlist
) -> tuple[int, list[TrackId | None]]:
    """Keep a playlist from elsewhere, over the one kept from there before; its id and the matched tracks."""
    ids = resolver.resolve(playlist.tracks)
    lines: list[Any] = [
        (track_id, None) if track_id is not None else (None, description)
        for track_id, description in zip(ids, playlist.tracks, strict=True)
    ]
    foreign = playlist.ids[0][1] if playlist.ids else playlist.name
    made = catalog.playlists.create_from(listener_id, playlist.name, lines, playlist.comment, source, foreign)
    return int(made), ids


def put_playlist(
    catalog: Catalog, service: object, scheme: str | None, playlist_id: int
) -> tuple[str, int, int]:
    """Write one of our playlists to the service; its id there, and how many of how many tracks it took.

    Raises NotFound when the service cannot take playlists or has none of the tracks.
    """
    if not isinstance(service, TakesPlaylists):
        raise NotFound("this service takes no playlists", subject=type(service).__name__)
    kept = catalog.playlists.get(playlist_id)
    tracks = catalog.tracks.many(catalog.playlists.tracks(playlist_id))
    described = [
        Description(t.title, t.artist, t.album, t.duration_s, t.recording_mbid, t.isrc,
                    ids=tuple(catalog.external_ids.of(t.id).items()))
        for t in tracks.values()
    ]  # fmt: skip
    there = [d for d in described if scheme is None or any(name == scheme for name, _ in d.ids)]
    with understood(type(service).__name__):
        made = service.put_playlist(kept.name, there, kept.comment)
    return made, len(there), len(described)


def hear_remote(
    catalog: Catalog, service: object, scheme: str, encoder: Encoder, report: Report | None = None
) -> Account:
    """Hear tracks that are only on the service: their sound is streamed, heard, and not kept."""
    account = Account()
    if not isinstance(service, HasAudio):
        return account
    stamp = encoder.card.stamp
    wanted = catalog.external_ids.all(scheme)
    tracks = catalog.tracks.many(wanted.values())
    todo = [
        (value, track_id) for value, track_id in wanted.items()
        if track_id in tracks and tracks[track_id].path is None and catalog.embeddings.get(track_id, stamp) is None
    ]  # fmt: skip
    with running(catalog, "hear", scheme, report, alone=False) as run:
        run.found = len(todo)
        for value, track_id in todo:
            if run.stopping:
                break
            try:
                _hear_one(catalog, service, value, track_id, encoder)
            except Exception as error:  # noqa: BLE001  one item of a job
                account.troubles.append(f"{tracks[track_id].title}: {error}")
                run.count("failed")
            else:
                account.counts["heard"] += 1
                run.count("done")
    return account


def _hear_one(catalog: Catalog, service: HasAudio, value: str, track_id: TrackId, encoder: Encoder) -> None:
    with _file_of(service.audio(value)) as path:
        heard = hear(encoder, path, FULL)
    if heard.silent:
        raise NotFound("there is only silence in it")
    excerpts = Excerpts(heard.excerpts, heard.starts_s, heard.ends_s)
    catalog.embeddings.put(track_id, encoder.card.stamp, heard.track, FULL, excerpts)


@contextmanager
def _file_of(blocks: Iterable[bytes]) -> Iterator[Path]:
    """The blocks as a file that is gone afterwards."""
    handle, name = tempfile.mkstemp(prefix="synesthete-")
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                file.write(block)
        yield Path(name)
    finally:
        os.unlink(name)


def _told(sync: _Sync, rows: Iterable[Any]) -> Iterator[Any]:
    """What the service says; whatever in it is not as its contract has it is the service's trouble."""
    with understood(sync.name):
        yield from rows


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch
