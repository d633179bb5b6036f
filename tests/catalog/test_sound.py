"""Embeddings, descriptors, the ledger and jobs: in both databases alike."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest
from sqlalchemy import text

import synesthete.catalog.jobs as jobs_module
from synesthete.catalog import Catalog, Entry
from synesthete.catalog.embeddings import Excerpts
from synesthete.catalog.jobs import lives
from synesthete.errors import Busy, InputError, NotFound


def _unit(random, *shape):
    vectors = random.normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture
def tracks(catalog):
    """A catalog, four tracks with files."""
    folder = catalog.folders.add("/m")
    return catalog, catalog.tracks.put_many(
        [Entry(f"t{i}", path=f"/m/{i}", folder_id=folder.id) for i in range(4)]
    )


def test_excerpts_of_many_tracks_are_each_ones_own(tracks):
    """Unpacked at once: of different numbers, among them none at all, a silent one and a track without."""
    catalog, ids = tracks
    random = np.random.default_rng(1)
    kept = {}
    for track_id, count in zip(ids[:3], (5, 0, 2), strict=True):
        rows = _unit(random, count, 16) * random.uniform(0.2, 3.0, (count, 1)).astype(np.float32)
        starts = random.uniform(0, 100, count).astype(np.float32)
        kept[int(track_id)] = Excerpts(rows, starts, starts + 10)
        catalog.embeddings.put(track_id, "e@1", np.ones(16, np.float32), "full", kept[int(track_id)])
    silent = Excerpts(np.zeros((1, 16), np.float32), np.zeros(1, np.float32), np.ones(1, np.float32))
    catalog.embeddings.put(ids[3], "e@1", np.ones(16, np.float32), "full", silent)
    found = catalog.embeddings.excerpts_of(ids, "e@1")
    unit = catalog.embeddings.excerpts_of(ids, "e@1", unit=True)
    assert set(found) == set(unit) == set(map(int, ids))
    for i, truth in kept.items():
        assert len(found[i].vectors) == len(truth.vectors)
        np.testing.assert_array_equal(found[i].starts_s, truth.starts_s)
        np.testing.assert_array_equal(found[i].ends_s, truth.ends_s)
        if len(truth.vectors):
            np.testing.assert_allclose(found[i].vectors, truth.vectors, atol=0.02)
            lengths = np.linalg.norm(found[i].vectors, axis=1, keepdims=True)
            np.testing.assert_allclose(unit[i].vectors, found[i].vectors / lengths, atol=1e-5)
    assert not unit[int(ids[3])].vectors.any() and np.isfinite(unit[int(ids[3])].vectors).all()
    assert len(catalog.embeddings.excerpts_of(ids[1:2], "e@1")[int(ids[1])].starts_s) == 0
    assert catalog.embeddings.excerpts_of(ids, "e@2") == {}


def test_vectors_come_back_nearly_as_they_were(tracks):
    catalog, ids = tracks
    random = np.random.default_rng(0)
    vector, rows = _unit(random, 128), _unit(random, 47, 128)
    starts = np.arange(47, dtype=np.float32) * 5
    catalog.embeddings.put(ids[0], "e@1", vector, "full", Excerpts(rows, starts, starts + 10))
    assert float(catalog.embeddings.get(ids[0], "e@1") @ vector) > 0.9999
    kept = catalog.embeddings.excerpts(ids[0], "e@1")
    norms = np.linalg.norm(kept.vectors, axis=1)
    assert ((kept.vectors * rows).sum(axis=1) / norms).min() > 0.9995 and np.abs(norms - 1).max() < 0.01
    assert kept.starts_s.tolist() == starts.tolist() and kept.ends_s[-1] == starts[-1] + 10
    assert (
        catalog.embeddings.get(ids[0], "e@2") is None and catalog.embeddings.excerpts(ids[1], "e@1") is None
    )


def test_rows_of_zeros_and_small_numbers_stay(tracks):
    catalog, ids = tracks
    rows = np.zeros((3, 8), np.float32)
    rows[1] = 1e-3
    catalog.embeddings.put(ids[0], "e@1", np.ones(8), "full", Excerpts(rows, np.zeros(3), np.ones(3)))
    assert np.allclose(catalog.embeddings.excerpts(ids[0], "e@1").vectors, rows, atol=1e-5)


def test_numbers_that_are_none_are_refused(tracks):
    catalog, ids = tracks
    for bad in (np.nan, np.inf, 1e6):
        with pytest.raises(ValueError, match="NaN or infinity"):
            catalog.embeddings.put(ids[0], "e@1", np.full(4, bad))
    assert catalog.embeddings.get(ids[0], "e@1") is None


def test_all_vectors_of_an_encoder(tracks):
    catalog, ids = tracks
    vectors = _unit(np.random.default_rng(0), 4, 16)
    catalog.embeddings.put_many("e@1", ids, vectors)
    catalog.embeddings.put_many("f@1", ids[:1], vectors[:1, :8])
    found, matrix = catalog.embeddings.all("e@1")
    assert found.tolist() == ids and matrix.dtype == np.float16 and np.allclose(matrix, vectors, atol=1e-3)
    catalog.files.hide([ids[2]])
    assert (
        catalog.embeddings.all("e@1")[0].tolist()
        == [ids[0], ids[1], ids[3]]
        == catalog.embeddings.heard("e@1").tolist()
    )
    assert catalog.embeddings.encoders() == {"e@1": 4, "f@1": 1}
    assert catalog.embeddings.heard_counts() == {"e@1": 3, "f@1": 1}
    some, rows = catalog.embeddings.many([ids[3], 999, ids[0]], "e@1")
    assert some.tolist() == [ids[3], ids[0]] and np.allclose(rows, vectors[[3, 0]], atol=1e-3)
    since, count = catalog.embeddings.extent("e@1")
    assert count == 4 and catalog.embeddings.extent("none@1") == (0, 0)
    assert (
        len(catalog.embeddings.all("e@1", since)[0]) == 3
        and len(catalog.embeddings.all("e@1", since + 1)[0]) == 0
    )
    assert catalog.embeddings.all("none@1")[0].shape == (0,)


def test_descriptors(tracks):
    catalog, ids = tracks
    catalog.descriptors.put(ids[0], {"tempo": 120.0, "bad": float("nan")}, {"tempo": 0.9})
    catalog.descriptors.put_many([(ids[1], {"tempo": 90, "spotify:valence": 0.4})])
    assert catalog.descriptors.get(ids[0]) == {"tempo": 120.0}
    found, values = catalog.descriptors.column("tempo")
    assert found.tolist() == ids[:2] and values.tolist() == [120.0, 90.0]
    catalog.descriptors.forget(ids[1])
    assert catalog.descriptors.get(ids[1]) == {"spotify:valence": pytest.approx(0.4)}


def test_found_is_the_sum_of_all_states(tracks):
    catalog, ids = tracks
    catalog.tracks.put(Entry("only named"))
    for track_id, state in zip(ids, ("quick", "analyzed", "failed"), strict=False):
        catalog.ledger.mark(track_id, "e@1", state, "why" if state == "failed" else None)
    counts = catalog.ledger.counts("e@1")
    assert (counts.found, counts.analyzed, counts.quick, counts.failed, counts.pending) == (4, 2, 1, 1, 1)
    assert [t.track_id for t in catalog.ledger.todo("e@1")] == [ids[3]]
    assert [t.track_id for t in catalog.ledger.todo("e@1", ("pending", "quick"))] == [ids[0], ids[3]]
    [fault] = catalog.ledger.faults("e@1")
    assert (fault.track_id, fault.path, fault.reason) == (ids[2], "/m/2", "why")
    assert catalog.ledger.counts("f@1").pending == 4 and catalog.ledger.state(ids[2], "e@1") == (
        "failed",
        "why",
    )
    catalog.ledger.mark(ids[3], "e@1", "skipped", "there is only silence in it")
    assert catalog.ledger.set_aside("e@1") == 2 and catalog.ledger.set_aside("f@1") == 0
    assert catalog.ledger.retry("e@1") == 1 and catalog.ledger.counts("e@1").failed == 0


def test_jobs_one_at_a_time_and_the_dead_are_buried(catalog, monkeypatch):
    one = catalog.jobs.start("analyze", "e@1")
    with pytest.raises(Busy, match="already at this work"):
        catalog.jobs.start("analyze")
    other = catalog.jobs.start("learn")
    catalog.jobs.beat(one, found=10, done=4, skipped=1, failed=1, rate=2.0)
    job = catalog.jobs.get(one)
    assert (job.pending, job.left_s, job.about) == (4, 2.0, "e@1") and lives(job)
    catalog.jobs.finish(other)
    with catalog.begin() as connection:
        dead = f"{socket.gethostname()}:{2**22 + 1}"
        connection.execute(text("UPDATE jobs SET process = :p WHERE id = :i"), {"p": dead, "i": one})
    two = catalog.jobs.start("analyze")
    assert catalog.jobs.get(one).state == "failed" and "without a word" in catalog.jobs.get(one).message
    with catalog.begin() as connection:
        connection.execute(text("UPDATE jobs SET process = 'elsewhere:1' WHERE id = :i"), {"i": two})
    with pytest.raises(Busy, match="elsewhere:1"):
        catalog.jobs.start("analyze")
    later = jobs_module.now() + jobs_module.STALE_S + 1
    monkeypatch.setattr(jobs_module, "now", lambda: later)
    catalog.jobs.start("analyze")
    assert [j.kind for j in catalog.jobs.recent(2)] == ["analyze", "analyze"]


def test_wishes_reach_the_job(catalog):
    job = catalog.jobs.start("scan")
    assert catalog.jobs.beat(job) is None
    catalog.jobs.wish(job, "pause")
    assert catalog.jobs.beat(job, state="paused") == "pause" and catalog.jobs.get(job).state == "paused"
    catalog.jobs.wish(job, None)
    assert catalog.jobs.beat(job) is None
    with pytest.raises(InputError):
        catalog.jobs.wish(job, "dance")
    with pytest.raises(NotFound):
        catalog.jobs.wish(999, "stop")


def test_of_threads_that_start_at_once_one_gets_the_job(catalog_url):
    """Each with a catalog of its own, as processes would have."""

    def start(catalog):
        try:
            return catalog.jobs.start("analyze")
        except Busy:
            return None

    with ExitStack() as stack, ThreadPoolExecutor(4) as threads:
        catalogs = [stack.enter_context(Catalog(catalog_url)) for _ in range(4)]
        got = list(threads.map(start, catalogs))
    assert sum(job is not None for job in got) == 1
