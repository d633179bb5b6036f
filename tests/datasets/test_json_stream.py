"""Streaming JSON finds what json.loads finds, in chunks of any size, and tells where a file is cut."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synesthete.datasets import json_stream
from synesthete.datasets.json_stream import json_lines, members
from synesthete.datasets.report import Report
from synesthete.errors import FormatError

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_subnormal=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


class Trickle(io.BytesIO):
    """A stream that hands out a few bytes at a time."""

    def __init__(self, data: bytes, step: int):
        super().__init__(data)
        self.step = step

    def read(self, n: int | None = -1) -> bytes:
        return super().read(self.step)


def all_of(data: bytes, *path: str, step: int = 3) -> list[object]:
    return [value for _, value in members(Trickle(data, step), Report("x"), *path)]


@given(st.lists(values, max_size=8), st.booleans(), st.integers(1, 50), st.sampled_from([None, 1]))
def test_members_are_what_json_loads_gives(array, escaped, step, indent):
    data = json.dumps(array, ensure_ascii=escaped, indent=indent).encode()
    assert all_of(data, step=step) == array


@given(st.lists(values, max_size=5), values)
def test_an_array_inside_is_found_past_other_keys(array, other):
    data = json.dumps({"before": other, "a": {"x": other, "b": array}, "after": 1}).encode()
    assert all_of(data, "a", "b") == array


@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=9), min_size=1), min_size=1), st.data())
def test_a_document_that_is_cut_off_is_an_error(array, data):
    whole = json.dumps(array).encode()
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(FormatError, match="cannot be read"):
        all_of(cut)


def test_memory_does_not_grow_with_the_number_of_members(monkeypatch):
    monkeypatch.setattr(json_stream, "CHUNK", 2**14)
    member = {"name": "x" * 200, "tracks": list(range(50))}

    def peak(members_: int) -> int:
        stream = io.BytesIO(b"[" + b",".join([json.dumps(member).encode()] * members_) + b"]")
        tracemalloc.start()
        for _ in members(stream, Report("x")):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(4000) < 1.5 * peak(400)


def test_utf_16_and_marks_are_understood():
    array = [{"title": "Jóga"}, "\u4eca\u5800"]
    for encoding in ("utf-8-sig", "utf-16"):
        assert all_of(json.dumps(array, ensure_ascii=False).encode(encoding)) == array


def test_lines_that_are_not_json_are_refused_and_the_others_read():
    report = Report("x")
    stream = io.BufferedReader(io.BytesIO(b'{"a": 1}\n\n{"a": \n{"a": 2}\n'))
    assert [(line, value["a"]) for line, value in json_lines(stream, report)] == [(1, 1), (4, 2)]
    assert report.refused == {"not JSON": 1} and report.examples[0].line == 3
