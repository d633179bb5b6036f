"""AudioSet: records and their checks, the vocabulary, clips, and the tables written of them."""

from __future__ import annotations

import contextlib
import gzip
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synesthete.datasets.audioset.clips import dequantized, described, read_clips, read_segments, sound_of
from synesthete.datasets.audioset.example import decode
from synesthete.datasets.audioset.tables import write_tables
from synesthete.datasets.audioset.tfrecord import masked_crc, records
from synesthete.datasets.audioset.vocabulary import Vocabulary
from synesthete.datasets.documents import documents
from synesthete.datasets.kinds import recognize
from synesthete.datasets.report import Report
from synesthete.errors import FormatError, InputError
from tests.datasets.reading import read, write
from tests.datasets.tfrecords import clip, clips, example, record

FRAMES = np.arange(1280, dtype=np.uint32).reshape(10, 128).astype(np.uint8)
VIDEO = "abcDEF-_123"

LABELS = 'index,mid,display_name\n0,/m/09x0r,"Speech"\n137,/m/04rlf,"Music"\n138,/m/04szw,"Musical instrument"\n139,/m/0fx80y,"Plucked string instrument"\n'
ONTOLOGY = json.dumps([
    {"id": "/m/04rlf", "name": "Music", "child_ids": ["/m/04szw"], "positive_examples": []},
    {"id": "/m/04szw", "name": "Musical instrument", "child_ids": ["/m/0fx80y"]},
    {"id": "/m/0fx80y", "name": "Plucked string instrument", "child_ids": []},
    {"id": "/m/09x0r", "name": "Speech", "child_ids": []},
])  # fmt: skip


def vocabulary(tmp_path, *texts: str, labels=()) -> Vocabulary:
    words = Vocabulary()
    for i, text in enumerate(texts):
        words.read(documents(write(tmp_path / f"words{i}", text))[0], Report("words"))
    words.choose(labels)
    return words


def test_checksums_against_published_values():
    # crc32c of "123456789" is 0xE3069283 (RFC 3720 and every catalog of CRCs), masked by hand.
    crc = 0xE3069283
    assert masked_crc(b"123456789") == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_records_come_back(data):
    stream = io.BytesIO(b"".join(map(record, data)))
    assert [d for _, d in records(stream, Report("x"))] == data


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=5), st.data())
def test_one_flipped_bit_never_goes_unnoticed(data, draw):
    whole = bytearray(b"".join(map(record, data)))
    at = draw.draw(st.integers(0, len(whole) * 8 - 1))
    whole[at // 8] ^= 1 << at % 8
    report = Report("x")
    found = [d for _, d in records(io.BytesIO(bytes(whole)), report)]
    assert len(found) < len(data) and all(d in data for d in found)
    assert report.refused.total() == 1


def test_a_damaged_record_is_passed_over_and_a_cut_one_reported():
    one, two, three = (bytearray(record(bytes([i]) * 50)) for i in range(3))
    two[30] ^= 1
    report = Report("x")
    found = [n for n, _ in records(io.BytesIO(bytes(one + two + three + one[:20])), report)]
    assert found == [1, 3]
    assert report.refused == {"a record whose checksum does not hold": 1, "the file ends inside a record": 1}


names = st.text(min_size=1, max_size=5)
values = (
    st.lists(st.binary(max_size=9), min_size=1, max_size=3)
    | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=3)
    | st.lists(st.floats(width=32, allow_nan=False, allow_subnormal=False), min_size=1, max_size=3)
)


@given(
    st.dictionaries(names, values, max_size=3),
    st.dictionaries(names, st.lists(values, max_size=3), max_size=2),
    st.booleans(),
)
def test_sequence_examples_come_back_packed_or_not(context, lists, packed):
    found = decode(example(context, lists, packed))
    assert {k: list(v) for k, v in found.context.items()} == context
    assert found.lists == lists


@given(st.binary(max_size=80))
def test_random_bytes_are_a_value_error_or_some_message(data):
    with contextlib.suppress(ValueError):
        assert isinstance(decode(data).context, dict)


def test_clips_keep_music_that_is_complete(tmp_path):
    rows = [
        clip(VIDEO, [0, 138], FRAMES),
        clip(VIDEO, [0], FRAMES),
        clip(VIDEO, [137], FRAMES[:7]),
        clip(VIDEO, [137], FRAMES[:, :100]),
        clip("no", [137], FRAMES),
        b"not a message",
        clip(VIDEO, [283], FRAMES, packed=False),
    ]
    path = write(tmp_path / "aa.tfrecord", b"".join(map(record, rows)))
    assert recognize(documents(path)[0]) == "audioset"
    (found,), report = read(read_clips, path, vocabulary(tmp_path, LABELS))
    assert (found.video, found.start_s, found.end_s) == (VIDEO, 30.0, 40.0)
    assert found.labels == ("/m/09x0r", "/m/04szw") and found.names == ("Speech", "Musical instrument")
    assert (found.frames == FRAMES).all()
    assert report.left_out == {"no label that was asked for": 2, "shorter than ten seconds": 1}
    assert report.refused == {
        "an embedding that is not 128 bytes": 1,
        "no video id": 1,
        "not an AudioSet record": 1,
    }


@pytest.mark.parametrize(
    ("words", "labels", "kept"),
    [
        ((), (), {137, 139}),
        ((LABELS,), (), {137, 139}),
        ((LABELS, ONTOLOGY), (), {137, 139}),
        ((LABELS, ONTOLOGY), ("musical instrument",), {139}),
        ((LABELS,), ("Speech",), {0}),
        ((LABELS,), ("/m/09x0r", "139"), {0, 139}),
        ((), ("0",), {0}),
    ],
)
def test_labels_by_number_name_mid_and_branch(tmp_path, words, labels, kept):
    path = write(tmp_path / "a", b"".join(record(clip(VIDEO, [i], FRAMES)) for i in (0, 137, 139, 283)))
    chosen = vocabulary(tmp_path, *words, labels=labels)
    found, _ = read(read_clips, path, chosen)
    assert {clip_.labels for clip_ in found} == {(chosen.mid(i),) for i in kept}


def test_an_unknown_label_is_an_error(tmp_path):
    with pytest.raises(InputError, match="not an AudioSet label"):
        vocabulary(tmp_path, LABELS, labels=("Zither music",))


def test_gzip_and_many_shards(tmp_path):
    for shard in range(3):
        write(tmp_path / "shards" / f"{shard}.tfrecord.gz", gzip.compress(b"".join(clips(4, shard))))
    found = [
        c for d in documents(tmp_path / "shards") for c in read_clips(d, Report("x"), vocabulary(tmp_path))
    ]
    assert len(found) == 12 and len({c.video for c in found}) == 12
    cut = write(tmp_path / "cut.gz", gzip.compress(b"".join(clips(4)))[:-900])
    with pytest.raises(FormatError, match="cut off"):
        list(read_clips(documents(cut)[0], Report("x"), vocabulary(tmp_path)))


def test_segments(tmp_path):
    text = (
        "# Segments csv created Sun Mar  5 10:54:31 2017\n# num_ytids=2\n# YTID, start_seconds, end_seconds, positive_labels\n"
        f'{VIDEO}, 30.000, 40.000, "/m/09x0r,/m/04rlf"\n{VIDEO}, 0.000, 8.500, "/m/04rlf"\n'
        f'{VIDEO}, 0.000, 10.000, "/m/09x0r"\nbroken line\n'
    )
    path = write(tmp_path / "eval_segments.csv", text)
    assert recognize(documents(path)[0]) == "audioset"
    (found,), report = read(read_segments, path, vocabulary(tmp_path, LABELS))
    assert (found.video, found.start_s, found.names, found.frames.shape) == (
        VIDEO,
        30.0,
        ("Speech", "Music"),
        (0, 128),
    )
    assert report.left_out.total() == 2 and report.refused.total() == 1


def test_dequantization_and_the_embedding(tmp_path):
    assert dequantized(np.array([0, 255, 51], np.uint8)) == pytest.approx([-2.0, 2.0, -1.2])
    (found,), _ = read(
        read_clips, write(tmp_path / "a", record(clip(VIDEO, [137], FRAMES))), vocabulary(tmp_path)
    )
    vector, seconds = sound_of(found)
    assert vector.shape == (128,) and seconds.shape == (10, 128)
    assert np.linalg.norm(vector) == pytest.approx(1) and np.linalg.norm(seconds, axis=1) == pytest.approx(
        np.ones(10)
    )
    mean = (FRAMES / 255 * 4 - 2).mean(axis=0)
    assert vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert described(found).title == f"Clip ({VIDEO} at 0:30)" and described(found).ids == (
        ("audioset", f"{VIDEO}@30"),
    )


def test_tables_hold_what_was_read(tmp_path):
    import arro3.io

    path = write(tmp_path / "a.tfrecord", b"".join(clips(5)))
    found, _ = read(read_clips, path, vocabulary(tmp_path, LABELS))
    told = write_tables(found, tmp_path / "out")
    assert told["clips"] == 5
    lines = [json.loads(line) for line in (tmp_path / "out" / "audioset.jsonl").read_text().splitlines()]
    table = arro3.io.read_parquet(tmp_path / "out" / "audioset.parquet").read_all()
    assert table.num_rows == 5 and not list((tmp_path / "out").glob("*.part"))
    for i, clip_ in enumerate(found):
        assert lines[i]["audio_embedding"] == clip_.frames.tolist() and lines[i]["video_id"] == clip_.video
        assert table.column("audio_embedding")[i].as_py() == clip_.frames.reshape(-1).tolist()
        assert lines[i]["label_names"] == ["Music"] == table.column("label_names")[i].as_py()
