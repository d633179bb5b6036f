"""Opening: compression by content, archives, folders, and damage told in words."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from pathlib import Path

import pytest

from synesthete.datasets.documents import documents
from synesthete.errors import FormatError, InputError
from tests.datasets.reading import write

CONTENT = b"one\ntwo\n" * 5000


def content(path: Path) -> list[bytes]:
    out = []
    for document in documents(path):
        with document.opened() as stream:
            out.append(stream.read())
    return out


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_compression_is_told_by_content_not_by_name(tmp_path, pack):
    assert content(write(tmp_path / "listens.txt", pack(CONTENT))) == [CONTENT]


def test_folders_and_zip_archives_hold_documents_in_order(tmp_path):
    write(tmp_path / "b.txt", b"b")
    write(tmp_path / "sub" / "c.txt.gz", gzip.compress(b"c"))
    write(tmp_path / "__MACOSX" / "junk", b"junk")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/2.txt", b"two")
        archive.writestr("inner/1.txt.gz", gzip.compress(b"one"))
    assert content(tmp_path) == [b"one", b"two", b"b", b"c"]
    names = [d.title for d in documents(tmp_path)]
    assert names == ["1", "2", "b", "c"]
    assert [d.suffix for d in documents(tmp_path)] == [".txt"] * 4


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_truncated_file_is_an_error_that_says_so(tmp_path, pack):
    packed = pack(bytes(range(256)) * 400)
    path = write(tmp_path / "cut", packed[: len(packed) // 2])
    with pytest.raises(FormatError, match=r"damaged or cut off.*cut.*nothing of it was imported"):
        content(path)


def test_a_zip_whose_list_leads_before_its_beginning(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x", CONTENT)
    whole = bytearray((tmp_path / "a.zip").read_bytes())
    del whole[200:300]
    with pytest.raises(FormatError, match="damaged"):
        content(write(tmp_path / "b.zip", bytes(whole)))


def test_bzip2_with_a_wrong_byte_is_an_error_that_says_so(tmp_path):
    packed = bytearray(bz2.compress(CONTENT))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(FormatError, match="damaged"):
        content(write(tmp_path / "spoiled.bz2", bytes(packed)))


def test_damaged_and_missing_archives_are_told_in_words(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x", CONTENT)
    whole = (tmp_path / "a.zip").read_bytes()
    with pytest.raises(FormatError, match="damaged"):
        content(write(tmp_path / "cut.zip", whole[:-30]))
    spoiled = bytearray(whole)
    spoiled[100:110] = b"0123456789"
    with pytest.raises(FormatError, match="damaged"):
        content(write(tmp_path / "spoiled.zip", bytes(spoiled)))
    with pytest.raises(InputError, match="no such file"):
        documents(tmp_path / "nowhere")
