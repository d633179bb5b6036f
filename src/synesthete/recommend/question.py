"""The request, looked up: seeds become points among sounds and tracks among tastes, words exclude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from synesthete.catalog.feedback import Words
from synesthete.catalog.tracks import Filter
from synesthete.errors import InputError
from synesthete.music import ListenerId, Track, TrackId
from synesthete.recommend.by_word import heard_as
from synesthete.recommend.collection import Collection
from synesthete.recommend.history import History, read_history
from synesthete.recommend.moments import Excerpts
from synesthete.recommend.request import Request, Seed, SeedKind

POINTS_PER_SEED = 24
"""An artist, album, genre or playlist is so many of its tracks, spread evenly over all of them."""
FROM_HISTORY = 24
FEW_TAGGED = 5
"""Below so many tagged tracks a word is also looked for in the sound, where the encoder has such a word."""
LAST_PLAYED = 100
"""How far back the order of playing is told; further back it is hardly heard any more."""
LATELY = 20
"""Tracks that say what sound comes next."""
AGAINST_FROM_WORDS = 8
DISLIKED = -0.5
"""Weight of what a disliked track sounds like: one dislike is about a track more than about its sound."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A place among sounds to be near to, or (negative weight) away from."""

    weight: float
    vector: np.ndarray
    name: str
    track_id: TrackId | None = None
    excerpts: Excerpts | None = None
    start_s: float | None = None
    end_s: float | None = None
    kind: SeedKind | None = None
    """What kind of seed it was planted for; None for what is known of the listener."""


@dataclass(slots=True)
class Question:
    """A request with everything looked up that its sources need."""

    request: Request
    points: list[Point] = field(default_factory=list)
    against: list[Point] = field(default_factory=list)
    liked: dict[int, float] = field(default_factory=dict)
    """Tracks the question is about, with weights: what taste is asked with."""
    order: list[int] = field(default_factory=list)
    """The same in order of playing, where there is one: what sequences are asked with."""
    seed_tags: dict[str, list[int]] = field(default_factory=dict)
    """Genres and tags that are asked for, with the tracks that carry them."""
    seed_artists: dict[int, str] = field(default_factory=dict)
    seed_albums: dict[int, str] = field(default_factory=dict)
    seed_ids: set[int] = field(default_factory=set)
    seed_tracks: dict[TrackId, Track] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)
    excluded_artists: set[int] = field(default_factory=set)
    unwelcome: set[int] = field(default_factory=set)
    """Skipped tracks: they may come, but late."""
    unwelcome_artists: set[int] = field(default_factory=set)
    history: History | None = None
    allowed: np.ndarray | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def lately(self) -> list[int]:
        """What the question is about at its end: the last tracks in order, or all where no order is known."""
        return self.order[-LATELY:] or list(self.liked)

    @property
    def is_about_listener(self) -> bool:
        """Whether the listener is the only thing to start from."""
        return not any(seed.kind != SeedKind.LISTENER for seed in self.request.seeds)


def look_up(request: Request, collection: Collection) -> Question:
    """The question that a request asks of this collection.

    Raises NotFound for a seed that leads nowhere, InputError for a span behind the end of its track.
    """
    question = Question(request)
    question.excluded |= {int(i) for i in request.exclude_tracks}
    question.excluded_artists |= {int(i) for i in request.exclude_artists}
    if request.wanted != Filter():
        question.allowed = collection.catalog.tracks.ids(request.wanted)
    for seed in request.seeds:
        _plant(question, seed, collection)
    if request.listener_id is not None:
        _hear_words(
            question, collection.catalog.feedback.words(request.listener_id, request.as_of), collection
        )
        if not request.by_sound_alone or request.novelty is not None:
            question.history = read_history(collection.catalog, request.listener_id, request.as_of)
        if question.history is not None and request.novelty == 1:
            question.excluded |= set(question.history.counts)
        if question.history is not None and not request.seeds:
            _plant_history(question, question.history, collection, 1.0)
    return question


def _plant(question: Question, seed: Seed, collection: Collection) -> None:
    if seed.clip is not None:
        clip = seed.clip
        excerpts = Excerpts(clip.excerpts, clip.starts_s, clip.ends_s).within(seed.start_s, seed.end_s)
        vector = clip.vector if seed.start_s is None and seed.end_s is None else excerpts.vectors.mean(axis=0)
        _put(question, Point(seed.weight, vector, clip.name, excerpts=excerpts))
        return
    if seed.kind == SeedKind.LISTENER:
        listener_id = question.request.listener_id if seed.id in (0, "0") else ListenerId(int(seed.id or 0))
        if listener_id is not None:
            _plant_history(question, read_history(collection.catalog, listener_id), collection, seed.weight)
        return
    if seed.kind == SeedKind.TRACK:
        track = collection.catalog.tracks.get(int(seed.id or 0))
        if track.duration_s is not None and (seed.start_s or 0.0) >= max(track.duration_s, 0.1):
            raise InputError(
                f"no sound after {seed.start_s:g} s; it ends at {track.duration_s:g} s", subject=track.title
            )
        question.seed_tracks[track.id] = track
    ids, name = _members(question, seed, collection)
    if seed.kind != SeedKind.ARTIST:
        question.seed_ids |= set(ids) if seed.kind != SeedKind.GENRE and seed.kind != SeedKind.TAG else set()
    if seed.weight > 0:
        question.liked |= {i: max(seed.weight, question.liked.get(i, 0.0)) for i in ids[:200]}
        if seed.kind in (SeedKind.TRACK, SeedKind.PLAYLIST):
            question.order += ids
        if seed.kind in (SeedKind.GENRE, SeedKind.TAG):
            question.seed_tags[name] = ids
    if len(ids) < FEW_TAGGED and seed.kind in (SeedKind.GENRE, SeedKind.TAG):
        ids = [*ids, *(int(one.track.id) for one in heard_as(collection, name, POINTS_PER_SEED))]
    if not ids:
        question.notes.append(f"Nothing in the library belongs to {name}.")
    _plant_tracks(question, seed, ids, name, collection)


def _plant_tracks(question: Question, seed: Seed, ids: list[int], name: str, collection: Collection) -> None:
    """A point for each track, or for some spread evenly over many."""
    some = _spread(ids, POINTS_PER_SEED)
    vectors = collection.vectors(some)
    heard = [i for i, vector in zip(some, vectors, strict=True) if not np.isnan(vector[0])]
    single = seed.kind == SeedKind.TRACK
    span = collection.excerpts(some) if single and (seed.start_s, seed.end_s) != (None, None) else {}
    for track_id, vector in zip(some, vectors, strict=True):
        if np.isnan(vector[0]):
            continue
        excerpts = span[track_id].within(seed.start_s, seed.end_s) if track_id in span else None
        place = vector if excerpts is None else excerpts.vectors.mean(axis=0)
        span_s = seed.start_s, seed.end_s
        _put(question, Point(seed.weight, place, name, TrackId(track_id), excerpts, *span_s, seed.kind))
    if ids and not heard:
        question.notes.append(f"{name} has not been heard yet; its sound will count once it is analyzed.")
    if seed.weight > 0 and seed.kind in (SeedKind.TRACK, SeedKind.ALBUM, SeedKind.ARTIST):
        known = {i: question.seed_tracks[TrackId(i)] for i in some if i in question.seed_tracks}
        for track in (known or collection.tracks(some[:5])).values():
            if track.artist_id is not None:
                question.seed_artists[int(track.artist_id)] = track.artist
            if track.album_id is not None and track.album and seed.kind != SeedKind.ARTIST:
                question.seed_albums[int(track.album_id)] = track.album


def _members(question: Question, seed: Seed, collection: Collection) -> tuple[list[int], str]:
    """The tracks a seed stands for, and what to call it in a reason."""
    catalog, key = collection.catalog, seed.id
    if seed.kind == SeedKind.TRACK:
        track = question.seed_tracks[TrackId(int(key or 0))]
        return [int(track.id)], f"“{track.title}” by {track.artist}"
    if seed.kind == SeedKind.ARTIST:
        artist = catalog.artists.get(int(key or 0))
        return [int(i) for i in catalog.artists.tracks(artist.id)], artist.name
    if seed.kind == SeedKind.ALBUM:
        album = catalog.albums.get(int(key or 0))
        return [int(i) for i in catalog.albums.tracks(album.id)], f"the album “{album.title}”"
    if seed.kind == SeedKind.PLAYLIST:
        playlist = catalog.playlists.get(int(key or 0))
        return [int(i) for i in catalog.playlists.tracks(playlist.id)], f"the playlist “{playlist.name}”"
    ids = catalog.tracks.ids(Filter(genres=(str(key),)))
    return [int(i) for i in ids], str(key)


def _plant_history(question: Question, history: History, collection: Collection, weight: float) -> None:
    """The listener's tracks as points: what they play most and lately."""
    favorites = history.favorites(FROM_HISTORY)
    question.liked |= {i: w * abs(weight) for i, w in history.favorites(500).items()} if weight > 0 else {}
    question.order += history.recent(LAST_PLAYED) if weight > 0 else []
    names = collection.tracks(favorites)
    vectors = collection.vectors(list(favorites))
    for (track_id, share), vector in zip(favorites.items(), vectors, strict=True):
        track = names.get(TrackId(track_id))
        if track is not None and not np.isnan(vector[0]):
            name = f"“{track.title}” by {track.artist}"
            _put(question, Point(weight * max(share, 0.1), vector, name, TrackId(track_id)))


def _hear_words(question: Question, words: Words, collection: Collection) -> None:
    """Words of the listener act at once: never and dislike exclude, skips come late, likes attract."""
    question.excluded |= {int(i) for i in words.never | words.disliked}
    question.excluded_artists |= {int(i) for i in words.never_artists}
    question.unwelcome |= {int(i) for i in words.skipped}
    question.unwelcome_artists |= {int(i) for i in words.disliked_artists}
    if question.request.seeds:
        return
    disliked = sorted(int(i) for i in words.disliked | words.never)[-AGAINST_FROM_WORDS:]
    for track_id, vector in zip(disliked, collection.vectors(disliked), strict=True):
        if not np.isnan(vector[0]):
            _put(question, Point(DISLIKED, vector, "what you dislike", TrackId(track_id)))
    liked = sorted(int(i) for i in words.liked)
    question.liked |= {i: 1.0 for i in liked}
    names = collection.tracks(liked[-FROM_HISTORY:])
    for track, vector in zip(names.values(), collection.vectors([int(i) for i in names]), strict=True):
        if not np.isnan(vector[0]):
            _put(question, Point(1.0, vector, f"“{track.title}” by {track.artist}", track.id))


def _put(question: Question, point: Point) -> None:
    length = float(np.linalg.norm(point.vector))
    if length > 0 and np.isfinite(length):
        (question.points if point.weight > 0 else question.against).append(point)


def _spread(ids: Sequence[int], n: int) -> list[int]:
    """At most n of the ids, evenly over all of them."""
    if len(ids) <= n:
        return list(ids)
    return [ids[i] for i in np.linspace(0, len(ids) - 1, n).round().astype(int)]
