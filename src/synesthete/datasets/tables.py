"""Tables by their column names: which column is the artist, whatever an exporter calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synesthete.datasets.report import Report
from synesthete.datasets.text import rows

HEADER_WITHIN = 60
"""Lines within which a header must appear; above it stand comments or a show's description."""

DELIMITERS = ",;\t|"

LISTEN_COLUMNS = {
    "artist": ("artist", "artistname", "artists"),
    "title": ("track", "song", "title", "trackname", "tracktitle", "name"),
    "album": ("album", "release", "albumname", "releasename"),
    "at": (
        "uts",
        "unixtime",
        "unixtimestamp",
        "timestamp",
        "time",
        "datetime",
        "date",
        "utctime",
        "utc",
        "dateutc",
        "isotime",
        "playedat",
        "listenedat",
        "scrobbledat",
        "scrobbletime",
    ),
    "mbid": ("trackmbid", "recordingmbid", "mbid"),
    "duration_s": ("duration", "durations", "length"),
    "duration_ms": ("durationms",),
    "spotify": ("spotifyid", "spotifyuri", "trackuri"),
}
"""Field -> the names it goes by, folded (letters and digits only), the best first."""


@dataclass(frozen=True)
class Columns:
    """Where each field stands in a row."""

    at: Mapping[str, int]
    delimiter: str
    line: int
    """The header's line; rows begin below it."""

    def value(self, row: Sequence[str], field: str) -> str | None:
        """The row's value of a field; None where there is no such column or the row is too short."""
        position = self.at.get(field)
        return row[position] if position is not None and position < len(row) else None


def folded(name: str) -> str:
    """A column's name for comparison: letters and digits, lower case."""
    return re.sub(r"[\W_]+", "", re.sub(r"\(ms\)", "ms", name.lower()))


def assign(header: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Field -> position, taking for each field the best of its names that is present and not yet taken."""
    present: dict[str, int] = {}
    for position, name in enumerate(header):
        present.setdefault(folded(name.split("#")[0]), position)
    found: dict[str, int] = {}
    for field, aliases in names.items():
        place = next((present[a] for a in aliases if a in present), None)
        if place is not None and place not in found.values():
            found[field] = place
    return found


def find_header(head: str, names: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Columns | None:
    """The columns told by the first line that names all `needed` fields, with its delimiter."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", head)[:HEADER_WITHIN], 1):
        for delimiter in DELIMITERS:
            if delimiter not in line:
                continue
            header = next((row for _, row in rows([(number, line)], delimiter, Report(""))), [])
            found = assign(header, names)
            if all(field in found for field in needed):
                return Columns(found, delimiter, number)
    return None


def delimiter_of(head: str) -> str:
    """The commonest delimiter of the first lines."""
    sample = "\n".join(head.splitlines()[:20])
    return max(DELIMITERS, key=sample.count)
