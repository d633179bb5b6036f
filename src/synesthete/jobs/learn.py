"""Learn: everything the catalog knows of listens, play counts, likes and playlists becomes taste models."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from synesthete.catalog import Catalog
from synesthete.errors import InputError
from synesthete.jobs.running import Report, running
from synesthete.parts import Parts
from synesthete.taste.interactions import Groups, TrackFacts, gather, present
from synesthete.taste.learned import Learned
from synesthete.taste.sequences import Sequences

LONGEST = 10_000
"""Listens of one listener whose order is learned from: the last so many."""


@dataclass(frozen=True)
class Material:
    """What there is to learn from: U rows (listeners, then playlists) by N tracks."""

    ids: np.ndarray  # (N,) int64 ascending: the track of each column
    plays: sp.csr_matrix  # (U, N) how often
    order: Sequences  # one history per row, in order of playing; empty where only totals are known
    facts: TrackFacts
    listeners: int
    playlists: int


def learn(parts: Parts, report: Report | None = None, wait: bool = False, seed: int = 0) -> Learned:
    """Learn taste from all listens and playlists, as a job, and put it in force.

    What was learned before answers until then. Raises InputError while there is nothing to learn from; what was
    learned from people who have been erased since is removed all the same.
    """
    with running(parts.catalog, "learn", None, report, wait) as run:
        erased = parts.catalog.personal.erased
        try:
            material = read_material(parts.catalog)
        except InputError:
            shutil.rmtree(parts.taste_folder, ignore_errors=True)
            raise
        run.found, run.message = 1, told(material)
        run.tell(at_once=True)
        sound = _sound(parts, material.ids)
        learned = Learned.learn(
            material.ids, material.plays, material.facts, material.order, sound, seed, parts.stamp
        )
        learned.erased = erased
        put_in_force(learned, parts.taste_folder)
        run.count("done")
    return learned


def relearn(parts: Parts, report: Report | None = None) -> bool:
    """Learn again without those who have been erased since; False where nothing had been learned of them.

    Where nothing is left to learn from, what was learned is removed.
    """
    if not (parts.taste_folder / Learned.MARK).exists() or parts.taste is not None:
        return False
    with suppress(InputError):  # nobody is left: the models are gone, and that is all there is to do
        learn(parts, report, wait=True)
    return True


def told(material: Material) -> str:
    """How much there is to learn from, for people."""
    who = f"{_many(material.listeners, 'listener')} and {_many(material.playlists, 'playlist')}"
    return f"{_many(material.plays.nnz, 'pair')} of {who} with {_many(len(material.ids), 'track')}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def put_in_force(learned: Learned, folder: Path) -> None:
    """Write what was learned beside the folder, and then put it in its place as a whole.

    Programs that read the old models go on with them; those that open the folder later see the new ones.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{end}") for end in ("new", "old"))
    for leftover in (draft, old):
        shutil.rmtree(leftover, ignore_errors=True)
    learned.save(draft)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _sound(parts: Parts, ids: np.ndarray) -> np.ndarray | None:
    """The embeddings of tracks (N,) by the encoder in force: (N, D) float32, NaN where nothing was heard."""
    there, vectors = parts.catalog.embeddings.many(ids.tolist(), parts.stamp)
    if not len(there):
        return None
    sound = np.full((len(ids), vectors.shape[1]), np.nan, np.float32)
    sound[np.searchsorted(ids, there)] = vectors
    return sound


def read_material(catalog: Catalog) -> Material:
    """Everything there is to learn from. Raises InputError when there is nothing."""
    heard, totals = catalog.listens.arrays(), catalog.play_counts.arrays()
    lists = list(catalog.playlists.all_tracks().values())
    in_lists = np.fromiter(chain.from_iterable(lists), np.int64)
    list_rows = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    liked, unwanted = catalog.feedback.pairs()
    people = np.unique(np.concatenate([heard.listeners, totals[0], liked[0]]))
    ids = np.unique(np.concatenate([heard.tracks, totals[1], in_lists, liked[1]]))
    if not len(ids):
        hint = "Import some (synesthete import FILE), play something, or make a playlist."
        raise InputError(
            "there are no listens and no playlists with tracks of this library to learn from", hint=hint
        )

    rows = [np.searchsorted(people, owners) for owners in (heard.listeners, totals[0], liked[0])]
    rows.append(len(people) + list_rows)
    columns = [np.searchsorted(ids, tracks) for tracks in (heard.tracks, totals[1], liked[1], in_lists)]
    amounts = [heard.counts, totals[2], np.ones(len(liked[0])), np.ones(len(in_lists))]
    shape = (len(people) + len(lists), len(ids))
    plays = gather(np.concatenate(rows), np.concatenate(columns), np.concatenate(amounts), shape)
    return Material(
        ids,
        _without(plays, unwanted, people, ids),
        Sequences.of(_histories(rows[0], columns[0], len(people)) + [_places(one, ids) for one in lists]),
        _facts(catalog, ids),
        len(people),
        len(lists),
    )


def _without(
    plays: sp.csr_matrix, unwanted: tuple[np.ndarray, np.ndarray], people: np.ndarray, ids: np.ndarray
) -> sp.csr_matrix:
    """Without what people said they dislike: having played it is no taste for it."""
    known = np.isin(unwanted[0], people) & np.isin(unwanted[1], ids)
    if not known.any():
        return plays
    rows = np.searchsorted(people, unwanted[0][known])
    columns = np.searchsorted(ids, unwanted[1][known])
    disliked = present(gather(rows, columns, shape=plays.shape))
    left = plays - plays.multiply(disliked)
    left = sp.csr_matrix(left, dtype=np.float32)
    left.eliminate_zeros()
    return left


def _histories(rows: np.ndarray, columns: np.ndarray, people: int) -> list[list[int]]:
    """The columns played by each person, in order; `rows` is ascending, and in order of time within a row."""
    edges = np.searchsorted(rows, np.arange(people + 1))
    return [columns[a:b][-LONGEST:].tolist() for a, b in pairwise(edges.tolist())]


def _places(tracks: Sequence[int], ids: np.ndarray) -> list[int]:
    return np.searchsorted(ids, np.asarray(tracks, np.int64)).tolist()


def _facts(catalog: Catalog, ids: np.ndarray) -> TrackFacts:
    artists, albums, durations = catalog.tracks.groups(ids)
    return TrackFacts(Groups(artists), Groups(albums), durations)
