"""The protocols on made-up worlds where the right answer is known."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from synesthete.errors import InputError
from synesthete.evaluate.cold import evaluate_cold
from synesthete.evaluate.holdout import continuation, fold_in, last_of, split_listeners, split_tracks
from synesthete.evaluate.kmeans import KMeans
from synesthete.evaluate.page import as_html
from synesthete.evaluate.people import Data, evaluate_next, evaluate_playlists, evaluate_taste
from synesthete.evaluate.report import as_text, bootstrap
from synesthete.taste.interactions import Groups, TrackFacts, histories
from synesthete.taste.sequences import Sequences
from tests.contracts.test_taste_models import checkerboard

TRACKS = 60


@pytest.fixture(scope="module")
def data():
    plays = checkerboard(300, TRACKS)
    facts = TrackFacts(Groups(np.arange(TRACKS) % 6))
    return Data(plays, facts, titles=["odd moods" if u % 2 else "even better" for u in range(300)])


def test_taste_beats_popularity_where_there_are_tastes(data):
    report = evaluate_taste(data, ("popularity", "knn-cosine", "ease"), seed=3)
    accuracy, beside = report.tables
    by_model = {row.model: row.measures for row in accuracy.rows}
    for name in ("Recall@20", "NDCG@100"):
        assert by_model["ease"][name].low > by_model["popularity"][name].high
    assert accuracy.best("NDCG@100") in {"ease", "knn-cosine"} and accuracy.listeners == 30
    assert {"coverage", "Gini", "novelty, bits", "popularity bias", "artist diversity"} == set(beside.names)
    assert report == evaluate_taste(data, ("popularity", "knn-cosine", "ease"), seed=3)
    assert all(row.measures["novelty, bits"].low is not None for row in beside.rows)
    bias = {row.model: row.measures["popularity bias"].mean for row in beside.rows}
    assert beside.best("popularity bias") == min(bias, key=lambda name: abs(bias[name] - 1))


def test_playlists_by_number_of_seeds_and_by_title(data):
    report = evaluate_playlists(data, ("popularity", "rp3beta"), seed=1)
    titles = [table.title for table in report.tables]
    assert titles == ["Title only", "1 known", "5 known", "10 known"]  # none has 35 tracks
    for table in report.tables:
        assert table.best("R-precision") != "popularity"
        assert "R-precision with artists" in table.names
        assert table.smaller_is_better == ("clicks",)


def test_kmeans_stands_beside_the_others_by_taste_or_by_sound(data):
    by_taste = evaluate_taste(data, ("popularity", "clusters"), seed=3).tables[0]
    assert by_taste.best("Recall@20") == "clusters" and len(by_taste.rows) == 2
    sound = np.random.default_rng(0).standard_normal((TRACKS, 5)).astype(np.float32)
    deaf = evaluate_taste(replace(data, sound=sound), ("popularity", "clusters"), seed=3).tables[0]
    told, guessed = (t.rows[1].measures["NDCG@100"] for t in (by_taste, deaf))
    assert told.low > guessed.high, "sound that goes with nothing groups nothing"


def test_kmeans_draws_in_proportion_and_leaves_out_what_has_no_point():
    points = np.zeros((40, 3), np.float32)
    points[:20, 0], points[20:, 1] = 1, 1
    points += np.random.default_rng(0).normal(0, 0.05, points.shape).astype(np.float32)
    points[5] = np.nan
    ranked = KMeans(points).recommend(histories([[0, 1, 2, 20], [0]], 40), 8)
    assert sum(0 <= t < 20 for t in ranked[0]) == 6 and sum(t >= 20 for t in ranked[0]) == 2
    assert (ranked[1] < 20).all() and 5 not in ranked and 0 not in ranked[0]
    with pytest.raises(InputError):
        KMeans(np.full((4, 2), np.nan, np.float32))


def test_a_limit_draws_listeners_by_the_seed(data):
    few = data.limited(50, seed=1)
    assert few.plays.shape == (50, TRACKS) and len(few.titles) == 50
    assert (few.plays != data.limited(50, seed=1).plays).nnz == 0
    assert data.limited(5_000, seed=1) is data


def test_what_follows_is_found_by_order_alone():
    random = np.random.default_rng(0)
    walks = [[(s + i) % TRACKS for i in range(9)] for s in random.integers(0, TRACKS, 200).tolist()]
    data = Data(histories(walks, TRACKS), order=Sequences.of(walks))
    (table,) = evaluate_next(data, ("popularity", "next-track")).tables
    assert table.best("MRR") == "next-track"
    with pytest.raises(InputError, match="order"):
        evaluate_next(Data(data.plays))


def test_cold_tracks_are_found_by_their_sound():
    random = np.random.default_rng(0)
    plays = checkerboard(200, 120)
    sound = random.standard_normal((120, 8)).astype(np.float32)
    sound[:, 0] += np.where(np.arange(120) % 2, 4, -4)
    (table,) = evaluate_cold(Data(plays, sound=sound)).tables
    by_model = {row.model: row.measures["AUC"] for row in table.rows}
    assert list(by_model) == ["random", "clusters", "nearest in sound", "bridge", "both"]
    assert by_model["bridge"].low > 0.8 > by_model["random"].high
    assert by_model["clusters"].low > 0.8, "two groups of sound are the two tastes"
    for nothing in (Data(plays), Data(plays, sound=np.full((120, 8), np.nan, np.float32))):
        with pytest.raises(InputError, match="only 0 tracks"):
            evaluate_cold(nothing)


def test_a_report_is_read_by_machines_and_people(data):
    report = evaluate_taste(data, ("popularity", "knn-cosine"))
    document = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert document["tables"][0]["rows"][1]["model"] == "knn-cosine" and document["seed"] == 0
    assert "| knn-cosine |" in as_text(report) and "**" in as_text(report)
    page = as_html(report)

    class Outline(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open, self.seen = [], []

        def handle_starttag(self, tag, attrs):
            self.seen.append(tag)
            assert not any(name in {"src", "href"} for name, _ in attrs)  # nothing is loaded from elsewhere

    outline = Outline()
    outline.feed(page)
    assert outline.seen.count("svg") == sum(len(table.names) for table in report.tables)
    assert outline.seen.count("rect") == sum(len(table.names) * len(table.rows) for table in report.tables)


def test_too_little_to_hold_out_is_said():
    with pytest.raises(InputError):
        evaluate_taste(Data(histories([[0, 1]], 3)))
    with pytest.raises(InputError):
        evaluate_playlists(Data(histories([[0, 1, 2, 3, 4, 5]] * 20, 6)))


def test_splits_are_disjoint_complete_and_the_same_for_a_seed():
    plays = checkerboard(100, 40)
    split = split_listeners(plays, 0.2, seed=5)
    assert sorted([*split.train, *split.test]) == list(range(100)) and split.test.size == 20
    np.testing.assert_array_equal(split.test, split_listeners(plays, 0.2, seed=5).test)
    assert not np.array_equal(split.test, split_listeners(plays, 0.2, seed=6).test)
    for task in (fold_in(plays, 0.8, 0), continuation(plays, 1, 0)):
        assert task.known.multiply(task.wanted).nnz == 0
        assert (np.diff(task.known.indptr) > 0).all() and (np.diff(task.wanted.indptr) > 0).all()
    whole = fold_in(plays, 0.8, 0)
    assert ((whole.known + whole.wanted) != plays).nnz == 0
    assert split_tracks(50, 0.2, 1).sum() == 10


def test_the_last_track_is_wanted_unless_it_is_a_repeat():
    order = Sequences.of([[0, 1, 2, 3, 4], [0, 1, 2, 3, 0], [0, 1]])
    task, rows = last_of(order, 5, 0)
    assert rows.tolist() == [0] and task.wanted.indices.tolist() == [4]
    assert [one.tolist() for one in task.order] == [[0, 1, 2, 3]]


def test_intervals_cover_the_mean_as_often_as_they_say():
    random = np.random.default_rng(0)
    covered = 0
    for draw in range(200):
        measure = bootstrap(random.random(60), seed=draw)
        assert measure.low <= measure.mean <= measure.high
        covered += measure.low <= 0.5 <= measure.high
    assert 0.88 <= covered / 200 <= 0.99
