"""Triplets: the fast way finds what a plain loop finds, and every fault is counted with its line."""

from __future__ import annotations

import gzip
import tracemalloc
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synesthete.datasets import taste_profile
from synesthete.datasets.taste_profile import Filters, read_triplets
from synesthete.errors import FormatError
from tests.datasets.reading import read, write

ALL = Filters(min_tracks=1, top_tracks=0)


def triples(found) -> dict[tuple[str, str], int]:
    (counts,) = found
    return {
        (counts.listeners[u], counts.tracks[s]): int(n)
        for block in counts.rows()
        for u, s, n in zip(*block, strict=True)
    }


def text(rows) -> str:
    return "".join(f"{u}\t{s}\t{n}\n" for u, s, n in rows)


rows_ = st.lists(
    st.tuples(
        st.sampled_from([*"abcde", "longer"]),  # ids of one length in most blocks, and of several in some
        st.sampled_from([f"S{i}" for i in range(8, 17)]),
        st.integers(1, 9) | st.integers(1, 999_999),
    ),
    min_size=1, max_size=60, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows_, st.integers(1, 4), st.integers(0, 5), st.integers(8, 200))
def test_filters_keep_what_a_plain_loop_keeps(tmp_path_factory, rows, min_tracks, top_tracks, block):
    path = write(tmp_path_factory.mktemp("t") / "train_triplets.txt", text(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taste_profile, "BLOCK_BYTES", block)
        found, report = read(read_triplets, path, Filters(min_tracks, top_tracks))
    songs = Counter(u for u, _, _ in rows)
    staying = [row for row in rows if songs[row[0]] >= min_tracks]
    plays: dict[str, int] = defaultdict(int)
    for _, s, _ in rows:
        plays[s] += 0
    for _, s, n in staying:
        plays[s] += n
    best = sorted((s for s in plays if plays[s]), key=lambda s: -plays[s])[: top_tracks or None]
    expected = {(u, s): n for u, s, n in staying if s in best}
    assert triples(found) == expected
    assert report.read == len(rows) and report.accepted == len(expected)


def test_every_fault_is_counted_with_its_line(tmp_path):
    rows = [
        "u1\tS1\t3", "u1\tS2", "u1\tS\t3\t4", "u1\tS2\t-1", "u1\tS2\tmany", "u1\tS 2\t1", "\tS2\t1",
        "u1\tS2\t1000001", "u1\tS1\t9", "", "u2\tS2\t7", "u2\tS3\t99999999999999999999", "u3\tS\u00e9\t1",
    ]  # fmt: skip
    found, report = read(read_triplets, write(tmp_path / "t.txt", "\n".join(rows)), ALL)
    assert triples(found) == {("u1", "S1"): 3, ("u2", "S2"): 7}
    assert report.refused == {
        "2 fields where 3 belong": 1,
        "4 fields where 3 belong": 1,
        "impossible number of plays": 3,
        "a count that is not a number": 1,
        "an id that is empty, too long or not plain ASCII": 3,
        "a listener and song named twice": 1,
    }
    assert {e.reason: e.line for e in report.examples}["a listener and song named twice"] == 9


def test_shifted_fields_that_add_up_are_not_taken_for_rows(tmp_path):
    # Two tabs too few in one line and two too many in the next: six fields, all of them digits.
    found, report = read(read_triplets, write(tmp_path / "t.txt", "1\t2\n3\t4\t5\t6\n7\t8\t9\n"), ALL)
    assert triples(found) == {("7", "8"): 9}
    assert report.refused.total() == 2


def test_windows_line_ends_a_mark_and_compression(tmp_path):
    data = gzip.compress(
        b"\xef\xbb\xbf" + text([("u1", "S1", 3), ("u2", "S1", 4)]).replace("\n", "\r\n").encode()
    )
    found, _ = read(read_triplets, write(tmp_path / "t.txt.gz", data), ALL)
    assert triples(found) == {("u1", "S1"): 3, ("u2", "S1"): 4}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("sign", ["\t", ","])
def test_a_header_commas_and_utf_16(tmp_path, sign, encoding):
    whole = "user_id\tsong_id\tlisten_count\n" + text([("u1", "S1", 3), ("u2", "S1", 4)])
    found, report = read(
        read_triplets, write(tmp_path / "t", whole.replace("\t", sign).encode(encoding)), ALL
    )
    assert triples(found) == {("u1", "S1"): 3, ("u2", "S1"): 4} and report.read == 2


def test_a_header_alone_holds_nothing(tmp_path):
    assert read(read_triplets, write(tmp_path / "t", "user_id\tsong_id\tlisten_count\n"), ALL)[0] == []


def test_columns_in_another_order_are_an_error(tmp_path):
    with pytest.raises(FormatError, match="in this order"):
        read(read_triplets, write(tmp_path / "t", "song\tuser\tplay_count\nS1\tu1\t3\n"), ALL)


def test_mismatched_songs_are_left_out(tmp_path):
    path = write(tmp_path / "t.txt", text([("u1", "S1", 3), ("u1", "S2", 4)]))
    found, report = read(read_triplets, path, Filters(1, 0, frozenset({"S1"})))
    assert triples(found) == {("u1", "S2"): 4}
    assert report.left_out == {"song on the mismatch list": 1}


def test_the_defaults_are_ten_songs_and_five_thousand_tracks(tmp_path):
    rows = [("small", f"S{i}", 1) for i in range(9)]
    rows += [(f"u{k}", f"S{i}", 1 + (i < 50)) for k in range(2) for i in range(5200)]
    found, report = read(read_triplets, write(tmp_path / "t.txt", text(rows)))
    (counts,) = found
    assert len(counts.tracks) == 5000 and counts.listeners == ["u0", "u1"]
    assert report.left_out == {
        "listener with fewer than 10 songs": 9,
        "song not among the 5,000 most played": 400,
    }


def test_a_listener_with_a_hundred_thousand_songs_is_noted_and_kept(tmp_path):
    rows = [("bot", f"S{i}", 1) for i in range(100_000)]
    found, report = read(read_triplets, write(tmp_path / "t.txt", text(rows)), ALL)
    assert len(triples(found)) == 100_000
    assert report.notes == {"listener with more than 20,000 songs": 1}


def test_a_file_without_one_usable_line_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="not one line"):
        read(read_triplets, write(tmp_path / "t.txt", "hello\nworld\n"))


def test_memory_holds_names_but_not_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(taste_profile, "BLOCK_BYTES", 2**16)
    monkeypatch.setattr(taste_profile, "BLOCK_ROWS", 2**12)

    def peak(repeats: int) -> int:
        path = write(tmp_path / "t.txt", text((f"u{u % 100}", f"S{u // 100}", 1) for u in range(repeats)))
        tracemalloc.start()
        (counts,), _ = read(read_triplets, path, ALL)
        total = sum(int(n.sum()) for _, _, n in counts.rows())
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert total == repeats
        return top

    assert peak(60_000) < 2 * peak(6_000)


def test_rows_may_be_read_again(tmp_path):
    found, _ = read(read_triplets, write(tmp_path / "t.txt", text([("u1", "S1", 3)])), ALL)
    (counts,) = found
    assert [np.concatenate(b).tolist() for b in counts.rows()] == [
        np.concatenate(b).tolist() for b in counts.rows()
    ]
