"""Text as files hold it: marks, UTF-16, line ends, mixed encodings, CSV with faults."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synesthete.datasets.report import Report
from synesthete.datasets.text import lines, rows
from synesthete.errors import FormatError

plain = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20)


def read(data: bytes) -> tuple[list[str], Report]:
    report = Report("x")
    return [text for _, text in lines(io.BufferedReader(io.BytesIO(data)), report)], report


@given(st.lists(plain, max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_comes_back_whatever_the_line_ends(texts, end):
    data = "".join(text + end for text in texts).encode()
    expected = [t.removeprefix("\ufeff") if i == 0 else t for i, t in enumerate(texts)]
    assert read(b"\xef\xbb\xbf" + data)[0][1:] == expected[1:]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_marks_and_utf_16_are_understood(encoding):
    text = "#EXTM3U\n#EXTINF:1,Bj\u00f6rk - J\u00f3ga\njoga.mp3\n" * 3
    assert read(text.encode(encoding))[0] == text.splitlines()


def test_a_latin_1_line_in_a_utf_8_file_harms_nothing_else():
    found, report = read("Café\n".encode() + "Café \u20ac\n".encode("cp1252") + "Motörhead\n".encode())
    assert found == ["Café", "Café \u20ac", "Motörhead"]
    assert report.notes == {"line is not UTF-8 and was read as Windows-1252": 1}


def test_a_line_without_end_is_refused_instead_of_filling_the_memory():
    with pytest.raises(FormatError, match="longer than 16 MB"):
        read(b"x" * (16 * 2**20 + 1))


def test_csv_rows_may_span_lines_and_report_where_they_begin():
    report = Report("x")
    text = ['a,"two', 'lines",b', "", "c,d,e"]
    assert list(rows(enumerate(text, 1), ",", report)) == [
        (1, ["a", "two\nlines", "b"]),
        (4, ["c", "d", "e"]),
    ]


def test_a_quotation_mark_that_is_never_closed_is_counted_with_every_line_it_swallowed():
    report = Report("x")
    text = ["a,b", 'c,"d', *["e,f"] * 200]
    assert list(rows(enumerate(text, 1), ",", report)) == [(1, ["a", "b"])]
    assert report.refused == {"a quotation mark is never closed": 201}
    assert report.examples[0].line == 2
