"""Listens as a table: Last.fm exporters, Libre.fm, Maloja, radio logs. Columns are known by many names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synesthete.datasets.documents import Document
from synesthete.datasets.facts import clean, duration, mbid, moment, spotify_id, wrong_time
from synesthete.datasets.report import Report
from synesthete.datasets.tables import LISTEN_COLUMNS, Columns, delimiter_of, find_header
from synesthete.datasets.text import lines, rows, text_of
from synesthete.errors import FormatError
from synesthete.music import Description, Listen

BARE = ("artist", "album", "title", "at")
"""Columns of the oldest Last.fm exporters, which write no header."""

COMMENT = ("#", "+ACM-")
"""Starts of comment lines; `+ACM-` is how Libre.fm writes `#` (it encodes it as UTF-7)."""


def read_listens_csv(document: Document, report: Report) -> Iterator[Listen]:
    """A Listen for each row; the header may stand below comments or the table of a radio show.

    Raises FormatError where no row looks like a header with artist, title and time, and the rows
    are not the four columns of old exporters either.
    """
    head = text_of(document.head())
    found = find_header(head, LISTEN_COLUMNS, ("artist", "title", "at"))
    columns = found or bare_columns(head)
    if columns is None:
        raise FormatError(
            "no columns for artist, track and time",
            subject=report.file,
            hint="The first line should name them.",
        )
    with document.opened() as stream:
        below = (pair for pair in lines(stream, report) if pair[0] > columns.line)
        for line, row in rows(below, columns.delimiter, report):
            if row[0].startswith(COMMENT):
                continue
            listen = _listen(row, columns)
            if isinstance(listen, str):
                report.refuse(listen, line, columns.delimiter.join(row))
            else:
                report.accept()
                yield listen


def bare_columns(head: str) -> Columns | None:
    """The four columns of old exporters, where most of the first rows have them: artist, album, title, date."""
    delimiter = delimiter_of(head)
    numbered = enumerate(head.splitlines()[:20], 1)
    sample = [r for _, r in rows(numbered, delimiter, Report("")) if not r[0].startswith(COMMENT)]
    dated = [r for r in sample if len(r) == len(BARE) and moment(r[3]) is not None]
    if not sample or len(dated) < len(sample) / 2:
        return None
    return Columns({name: i for i, name in enumerate(BARE)}, delimiter, 0)


def _listen(row: Sequence[str], columns: Columns) -> Listen | str:
    def value(name: str) -> str | None:
        return columns.value(row, name)

    title, artist = clean(value("title")), clean(value("artist"))
    if not title or not artist:
        return "no track or artist name"
    at = moment(value("at"))
    wrong = wrong_time(at)
    if wrong or at is None:
        return wrong or "no readable time"
    uri = spotify_id(value("spotify"))
    track = Description(
        title=title,
        artist=artist,
        album=clean(value("album")),
        duration_s=duration(value("duration_ms"), 1000) or duration(value("duration_s")),
        recording_mbid=mbid(value("mbid")),
        ids=(("spotify", uri),) if uri else (),
    )
    return Listen(track, at=at)
