"""Replay: two tastes, and a program that learns them; nothing of the future is known in the past."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from synesthete.catalog.entries import Entry
from synesthete.cli import run
from synesthete.errors import InputError
from synesthete.evaluate.replay import CHANCE, OURS, POPULARITY, PROTOCOL, replay, without
from synesthete.evaluate.sources import from_catalog
from synesthete.jobs.refresh import refresh
from synesthete.parts import open_parts
from synesthete.settings import Settings

TRACKS, PLAYED = 240, 20
NOW = int(time.time())


@pytest.fixture
def parts(tmp_path):
    """Two halves of a library that sound apart; each of four listeners plays one of them, in an order of their own."""
    with open_parts(Settings(data=tmp_path / "data", encoder="descriptors")) as opened:
        catalog, rng = opened.catalog, np.random.default_rng(5)
        middles = rng.normal(size=(2, opened.encoder.card.dim))
        for number in range(TRACKS):
            track_id = catalog.tracks.put(
                Entry(
                    title=f"T{number}",
                    artist=f"A{number}",
                    duration_s=60.0,
                    path=str(tmp_path / f"{number}.flac"),
                )
            )
            vector = middles[number % 2] + rng.normal(0, 0.3, middles.shape[1])
            catalog.embeddings.put(
                track_id, opened.stamp, (vector / np.linalg.norm(vector)).astype(np.float32)
            )
        refresh(catalog, opened.index_folder(), opened.stamp)
        ids = catalog.tracks.ids()
        for who in range(4):
            listener = catalog.listeners.add(f"listener {who}")
            half = ids[who % 2 :: 2]
            for place, track_id in enumerate(rng.choice(half, PLAYED, replace=False).tolist()):
                catalog.listens.put(listener.id, track_id, NOW - 86_400 * (PLAYED - place), played_s=60.0)
        yield opened


def rates(found, listener_id=None):
    table = found.table(listener_id)
    return {row.model: row.measures["hit rate@10"].mean for row in table.rows}


def test_tastes_that_can_be_heard_are_foreseen_better_than_by_chance(parts):
    found = replay(parts, seed=1)
    everybody = rates(found)
    assert len(found.listeners) == 16  # a fifth of twenty, of each of four
    assert everybody[OURS] > everybody[CHANCE] and everybody[CHANCE] == pytest.approx(10 / 222, rel=0.05)
    mrr = {row.model: row.measures["MRR"].mean for row in found.table().rows}
    assert mrr[OURS] > mrr[CHANCE]
    assert found.report().to_dict() == replay(parts, seed=1).report().to_dict()


def test_chance_is_the_expected_value_of_chance(parts):
    """Where every track sounds alike and nobody shares a track, popularity is chance."""
    found = replay(parts)
    share = np.mean((found.popularity > 0) & (found.popularity <= 10))
    assert abs(share - rates(found)[CHANCE]) < 0.25


def test_nothing_hidden_is_left_to_learn_from(parts):
    catalog = parts.catalog
    who = catalog.listeners.named("listener 0").id
    hidden = int(catalog.listens.of(who, 1)[0].track_id)
    catalog.playlists.create(who, "Mine", [hidden])
    catalog.play_counts.put(who, [(hidden, 9)])
    data, ids = from_catalog(catalog)
    masked = without(data, ids, {int(who): {hidden}})
    column = int(np.searchsorted(ids, hidden))
    mine = data.owners == int(who)
    assert data.plays[mine][:, column].nnz == 3 and masked.plays[mine][:, column].nnz == 0
    assert (masked.plays[~mine] != data.plays[~mine]).nnz == 0
    assert all(column not in masked.order[row] for row in np.flatnonzero(mine))


def test_words_and_listens_of_later_do_not_count(parts):
    """A like said today would give the answer away; a dislike would take it away."""
    before = replay(parts)
    for who in parts.catalog.listeners.all():
        latest = parts.catalog.listens.of(who.id, 3)
        parts.catalog.feedback.say(who.id, "like", track_id=latest[0].track_id)
        parts.catalog.feedback.say(who.id, "never", track_id=latest[1].track_id)
    after = replay(parts)
    assert after.ours.tolist() == before.ours.tolist()


def test_scores_are_kept_of_each_and_of_all(parts):
    found = replay(parts)
    parts.catalog.scores.put(found.scores())
    own = parts.catalog.scores.all(PROTOCOL, listener_id=parts.catalog.listeners.named("listener 1").id)
    assert (
        len(own) == 6
        and {s.rests_on for s in own} == {4}
        and {s.subject for s in own} == {OURS, POPULARITY, CHANCE}
    )
    assert {s.rests_on for s in parts.catalog.scores.all()} == {16}


def test_the_scores_of_one_alone_are_nobody_elses(parts):
    found = replay(parts)
    alone = found.__class__(np.full(16, 7), found.ours, found.popularity, found.chance, 0)
    assert {score.listener_id for score in alone.scores()} == {7}
    assert {score.listener_id for score in alone.scores(owners=[7])} == {7, None}


def test_too_little_is_said_to_be_too_little(tmp_path):
    with (
        open_parts(Settings(data=tmp_path, encoder="descriptors")) as parts,
        pytest.raises(InputError, match="10"),
    ):
        replay(parts)


def test_the_verb_is_a_job_and_keeps_what_it_finds(parts, capsys):
    data = str(parts.settings.data)
    assert run(["--data", data, "evaluate", "replay", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["data"] == {"listeners": 4, "discoveries": 16}
    [job] = parts.catalog.jobs.recent(1)
    assert (job.kind, job.state, job.done) == ("replay", "done", 16)
    assert len(parts.catalog.scores.all()) == 6
    assert (
        run(["--data", data, "evaluate", "taste", "--model", "popularity", "--json"]) == 1
    )  # too few to hold out
