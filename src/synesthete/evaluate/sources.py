"""Where the protocols' data comes from: numbered tables, or this library's own listens and playlists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synesthete.catalog import Catalog
from synesthete.errors import FormatError, InputError, NotFound
from synesthete.evaluate import tables
from synesthete.evaluate.people import Data
from synesthete.taste.interactions import Groups, TrackFacts, histories
from synesthete.taste.sequences import Sequences


def from_tables(
    plays: Path,
    part: str | None = None,
    tracks: Path | None = None,
    order: Path | None = None,
    titles: Path | None = None,
) -> tuple[Data, tables.Numbering]:
    """Data from Parquet files (columns as in `tables`; titles: user_idx, title), and the tracks' own numbers.

    Listeners without a title get an empty one.
    """
    listeners, known = tables.read_pairs(plays, part)
    rows, columns = tables.Numbering(np.unique(listeners)), tables.Numbering(np.unique(known))
    named = None
    if titles is not None:
        named = [""] * len(rows)
        found = tables.read_columns(titles, (tables.LISTENER, "title"))
        for place, title in zip(
            rows.places(found[tables.LISTENER].astype(np.int64)), found["title"], strict=True
        ):
            if place >= 0:
                named[place] = str(title)
    data = Data(
        tables.matrix(listeners, known, rows, columns),
        None if tracks is None else tables.read_facts(tracks, columns),
        None if order is None else tables.sequences(*tables.read_order(order), rows, columns),
        named,
    )
    return data, columns


def from_catalog(catalog: Catalog) -> tuple[Data, NDArray[np.int64]]:
    """Every listener's and every playlist's history in this library, and the catalog ids of the columns.

    Rows are playlists first (with title and order), then listeners (order from their listens). InputError if
    there are none.
    """
    lines: list[list[int]] = []
    titles: list[str] = []
    owners: list[int] = []
    for playlist_id, own in catalog.playlists.all_tracks().items():
        playlist = catalog.playlists.get(playlist_id)
        lines.append([int(t) for t in own])
        titles.append(playlist.name)
        owners.append(int(playlist.listener_id))
    for listener in catalog.listeners.all():
        heard = [
            int(h.track_id)
            for h in catalog.listens.history(listener.id)
            if h.track_id is not None and not h.skipped
        ]
        lines.append(heard)
        titles.append("")
        owners.append(int(listener.id))
    listeners, tracks, _ = catalog.play_counts.arrays()
    ids = np.unique(np.concatenate([np.asarray([t for line in lines for t in line], dtype=np.int64), tracks]))
    if not ids.size:
        raise InputError(
            "there are no listens and no playlists with tracks of this library",
            hint="Import some: synesthete import PATH",
        )
    place = {int(i): column for column, i in enumerate(ids)}
    ordered = [[place[t] for t in line] for line in lines]
    counted = np.unique(listeners)
    unordered = [np.searchsorted(ids, tracks[listeners == one]).tolist() for one in counted]
    plays = histories([*ordered, *unordered], ids.size)
    order = Sequences.of([*ordered, *([] for _ in unordered)])
    whose = np.concatenate([np.asarray(owners, np.int64), counted])
    return Data(plays, _facts(catalog, ids), order, [*titles, *("" for _ in unordered)], whose), ids


def of_library(catalog: Catalog, encoder: str, by: str = "sound") -> Data:
    """Everything this library knows of taste, with what `by` names as the sound of its tracks.

    "sound" are the embeddings of the encoder `name@version` (none where nothing was heard), "descriptors" the
    named numbers.
    """
    data, ids = from_catalog(catalog)
    if by == "descriptors":
        return replace(data, sound=descriptors_of(catalog, ids))
    heard = catalog.embeddings.many(ids.tolist(), encoder)[0]
    return replace(data, sound=sound_of(catalog, encoder, ids)) if len(heard) else data


def read_sound(path: Path, columns: tables.Numbering) -> NDArray[np.float32]:
    """(N, S) sound of each numbered track from an .npz with `ids` (n,) and `vectors` (n, S); NaN rows
    where absent."""
    if not Path(path).is_file():
        raise NotFound("there is no such file", subject=path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            ids, vectors = archive["ids"], archive["vectors"]
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(f"this is no .npz with ids and vectors ({error})", subject=path) from error
    if vectors.ndim != 2 or ids.shape != (len(vectors),):
        raise FormatError(f"{ids.shape} ids do not fit vectors of shape {vectors.shape}", subject=path)
    if not np.issubdtype(ids.dtype, np.integer) or not np.isfinite(vectors).all():
        raise FormatError(
            "ids are whole numbers and vectors hold no NaN", subject=path, hint="Leave unheard tracks out."
        )
    sound = np.full((len(columns), vectors.shape[1]), np.nan, dtype=np.float32)
    places = columns.places(ids.astype(np.int64))
    sound[places[places >= 0]] = vectors[places >= 0]
    return sound


def sound_of(catalog: Catalog, encoder: str, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """(N, S) embeddings of these tracks by the encoder `name@version`; NaN rows where a track was not
    heard."""
    found, vectors = catalog.embeddings.many(ids.tolist(), encoder)
    if not len(found):
        raise InputError("none of the tracks with listens has been heard", hint="Analyze the library first.")
    columns = tables.Numbering(ids)
    sound = np.full((ids.size, vectors.shape[1]), np.nan, dtype=np.float32)
    sound[columns.places(np.asarray(found))] = vectors
    return sound


def descriptors_of(catalog: Catalog, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """(N, F) named numbers of these tracks, each with mean 0 and deviation 1; NaN rows where one is unknown.

    Numbers that fewer than half of the tracks have take no part. InputError where there are none.
    """
    columns = []
    for name, count in sorted(catalog.descriptors.names().items()):
        if count < ids.size / 2:
            continue
        known, values = catalog.descriptors.column(name)
        _, here, there = np.intersect1d(ids, known, assume_unique=True, return_indices=True)
        column = np.full(ids.size, np.nan, dtype=np.float32)
        column[here] = values[there]
        spread = np.nanstd(column) if here.size >= ids.size / 2 else 0.0
        if spread > 1e-9:
            columns.append((column - np.nanmean(column)) / spread)
    if not columns:
        raise InputError("too few of the tracks with listens have descriptors")
    table = np.stack(columns, axis=1).astype(np.float32)
    table[~np.isfinite(table).all(axis=1)] = np.nan
    return table


def _facts(catalog: Catalog, ids: NDArray[np.int64]) -> TrackFacts:
    known = catalog.tracks.many(ids.tolist())
    artist, album = np.full(ids.size, -1, dtype=np.int64), np.full(ids.size, -1, dtype=np.int64)
    duration_s = np.full(ids.size, np.nan, dtype=np.float32)
    for column, track_id in enumerate(ids.tolist()):
        track = known.get(track_id)
        if track is None:
            continue
        artist[column] = -1 if track.artist_id is None else track.artist_id
        album[column] = -1 if track.album_id is None else track.album_id
        duration_s[column] = np.nan if track.duration_s is None else track.duration_s
    return TrackFacts(Groups(artist), Groups(album), duration_s)
