"""Tables in Parquet become matrices, and damage is told before anything is learned."""

from __future__ import annotations

import numpy as np
import pytest

from synesthete.errors import FormatError, NotFound
from synesthete.evaluate import tables
from synesthete.evaluate.tables import (
    Numbering,
    read_columns,
    read_facts,
    read_order,
    read_pairs,
    write_columns,
)


def write(path, **columns):
    write_columns(path, {name: np.asarray(values) for name, values in columns.items()})
    return path


def test_what_is_written_is_read(tmp_path):
    path = write(tmp_path / "t.parquet", user_idx=np.array([5, 5, 9], np.int32), item_idx=np.array([7, 2, 7]))
    listeners, tracks = read_pairs(path)
    assert listeners.tolist() == [5, 5, 9] and tracks.tolist() == [7, 2, 7]
    rows, columns = Numbering(np.unique(listeners)), Numbering(np.unique(tracks))
    assert tables.matrix(listeners, tracks, rows, columns).toarray().tolist() == [[1, 1], [0, 1]]
    assert rows.places(np.array([9, 6, 5, 100])).tolist() == [1, -1, 0, -1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.parquet"]


def test_numbers_may_be_huge_and_pairs_may_repeat(tmp_path):
    path = write(tmp_path / "t.parquet", user_idx=[10**12, 10**12], item_idx=[2**40, 2**40])
    listeners, tracks = read_pairs(path)
    rows, columns = Numbering(np.unique(listeners)), Numbering(np.unique(tracks))
    assert tables.matrix(listeners, tracks, rows, columns).toarray().tolist() == [[1]]


def test_parts(shared_data):
    path = shared_data / "taste" / "polimi2018" / "interactions.parquet"
    assert len(read_pairs(path, "train")[0]) == 957_572 and len(read_pairs(path)[0]) == 1_174_220
    with pytest.raises(FormatError, match="val_in"):
        read_pairs(path, "rehearsal")


def test_a_table_without_parts_is_taken_whole(tmp_path):
    path = write(tmp_path / "t.parquet", user_idx=[1], item_idx=[1])
    assert len(read_pairs(path, "train")[0]) == 1


def test_facts_go_to_their_tracks(tmp_path):
    path = write(tmp_path / "t.parquet", item_idx=[9, 3, 77], artist_id=[1, 2, 3], duration_sec=[200, 100, 5])
    facts = read_facts(path, Numbering(np.array([3, 9, 10])))
    assert facts.artist.labels.tolist() == [1, 0, -1] and facts.album is None
    np.testing.assert_array_equal(facts.duration_s, np.array([100, 200, np.nan], np.float32))


def written(path, **columns):
    """A table with empty cells (None), which numpy arrays cannot hold."""
    import arro3.io
    from arro3.core import Array, DataType, Table

    kinds = {int: DataType.int64(), float: DataType.float64(), str: DataType.utf8()}
    cells = {
        name: Array(values, kinds[type(next(v for v in values if v is not None))])
        for name, values in columns.items()
    }
    arro3.io.write_parquet(Table.from_pydict(cells), path)
    return path


def test_empty_cells_among_facts_are_unknown_and_artists_may_be_text(tmp_path):
    path = written(
        tmp_path / "t.parquet", item_idx=[1, 2, 3, 4], artist_id=["b", None, "a", "b"],
        album_id=[7, None, -1, 7], duration_sec=[200.5, None, 10.0, 3.0],
    )  # fmt: skip
    facts = read_facts(path, Numbering(np.array([1, 2, 3, 4, 5])))
    assert facts.artist.labels.tolist() == [1, -1, 0, 1, -1]
    assert facts.album.labels.tolist() == [0, -1, -1, 0, -1]
    np.testing.assert_array_equal(facts.duration_s, np.array([200.5, np.nan, 10, 3, np.nan], np.float32))


def test_rows_of_no_part_and_places_that_are_empty_are_left_out(tmp_path):
    path = written(tmp_path / "t.parquet", user_idx=[1, 2], item_idx=[3, 4], part=["train", None])
    assert [one.tolist() for one in read_pairs(path, "train")] == [[1], [3]]
    path = written(tmp_path / "o.parquet", user_idx=[1, 1, 1], item_idx=[3, 4, 5], pos=[1, None, 0])
    assert [one.tolist() for one in read_order(path)] == [[1, 1], [3, 5], [1, 0]]


def test_whole_numbers_kept_as_floats_are_taken(tmp_path):
    path = write(tmp_path / "t.parquet", user_idx=[1.0, 2.0], item_idx=[3.0, 4.0])
    assert [one.tolist() for one in read_pairs(path)] == [[1, 2], [3, 4]]
    for wrong in (np.nan, np.inf, 2.0**60):
        with pytest.raises(FormatError):
            read_pairs(write(tmp_path / "t.parquet", user_idx=[wrong], item_idx=[3]))


def test_order_leaves_out_unknown_places_and_what_is_not_known(tmp_path):
    path = write(tmp_path / "t.parquet", user_idx=[1, 1, 1, 2], item_idx=[30, 10, 20, 10], pos=[2, 0, 5, -1])
    order = read_order(path)
    rows, columns = Numbering(np.array([1, 2])), Numbering(np.array([10, 20, 30]))
    assert [one.tolist() for one in tables.sequences(*order, rows, columns)] == [[0, 2, 1], []]
    known = tables.matrix(np.array([1, 1]), np.array([10, 20]), rows, columns)
    assert [one.tolist() for one in tables.sequences(*order, rows, columns, known)] == [[0, 1], []]


@pytest.mark.parametrize(
    "columns",
    [
        {"user": [1], "item_idx": [1]},
        {"user_idx": [1.5], "item_idx": [1]},
        {"user_idx": [-1], "item_idx": [1]},
        {"user_idx": [1], "item_idx": [-4]},
    ],
)
def test_wrong_columns_are_refused(tmp_path, columns):
    with pytest.raises(FormatError):
        read_pairs(write(tmp_path / "t.parquet", **columns))


def test_missing_cells_damage_and_absence_are_told(tmp_path):
    import arro3.io
    from arro3.core import Array, DataType, Table

    holes = Table.from_pydict(
        {"user_idx": Array([1, None], DataType.int64()), "item_idx": Array([1, 2], DataType.int64())}
    )
    arro3.io.write_parquet(holes, tmp_path / "holes.parquet")
    with pytest.raises(FormatError, match="empty"):
        read_pairs(tmp_path / "holes.parquet")
    whole = write(tmp_path / "t.parquet", user_idx=np.arange(1000), item_idx=np.arange(1000)).read_bytes()
    for name, content in {
        "short": whole[: len(whole) // 2],
        "empty": b"",
        "text": b"user_idx,item_idx\n1,2\n",
        "torn": whole[:4] + bytes(len(whole) - 8) + whole[-4:],
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError):
            read_columns(tmp_path / name, ("user_idx",))
    with pytest.raises(NotFound):
        read_pairs(tmp_path / "nowhere.parquet")
