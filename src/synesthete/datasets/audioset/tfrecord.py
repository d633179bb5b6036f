"""TFRecord: records framed by their length and two checksums.

length (8 bytes, little endian) | masked crc32c of the length (4) | data | masked crc32c of the data (4)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from google_crc32c import value as crc32c

from synesthete.datasets.report import Report

MASK_DELTA = 0xA282EAD8
"""Added after rotating a checksum by 15 bits, so that a checksum of data that holds checksums stays
strong (the masking of the LevelDB log format, which TFRecord took over)."""

LARGEST_RECORD = 64 * 2**20
"""Bytes; a clip has about 1,500. More is a damaged length that happens to pass its checksum."""


def masked_crc(data: bytes) -> int:
    """The masked crc32c of some bytes, as a record carries it."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFFFFFF


def records(stream: BinaryIO, report: Report) -> Iterator[tuple[int, bytes]]:
    """(number from 1, data) of each record whose checksums hold; the others are refused.

    A record with damaged data is passed over and reading goes on. After a damaged length nothing
    says where the next record begins, so the rest of the file is refused as one entry.
    """
    number = 0
    while head := stream.read(12):
        number += 1
        length = int.from_bytes(head[:8], "little")
        if len(head) < 12:
            report.refuse("the file ends inside a record", number)
            return
        if masked_crc(head[:8]) != int.from_bytes(head[8:], "little") or length > LARGEST_RECORD:
            report.refuse("a damaged record length; the rest of the file is lost", number)
            return
        data = stream.read(length)
        check = stream.read(4)
        if len(data) < length or len(check) < 4:
            report.refuse("the file ends inside a record", number)
            return
        if masked_crc(data) != int.from_bytes(check, "little"):
            report.refuse("a record whose checksum does not hold", number)
            continue
        yield number, data
