"""The kinds of files we read, and how one is told from another by its content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from synesthete.datasets.audioset.tfrecord import masked_crc
from synesthete.datasets.documents import Document
from synesthete.datasets.findings import Finding
from synesthete.datasets.itunes import read_itunes
from synesthete.datasets.lastfm import read_lastfm
from synesthete.datasets.listenbrainz import read_listenbrainz
from synesthete.datasets.listens_csv import bare_columns, read_listens_csv
from synesthete.datasets.maloja import read_maloja
from synesthete.datasets.million_playlist import read_million_playlist
from synesthete.datasets.msd_metadata import COLUMNS as MSD_COLUMNS
from synesthete.datasets.msd_metadata import MISMATCH, SEPARATOR, read_msd_metadata
from synesthete.datasets.panoscrobbler import read_panoscrobbler
from synesthete.datasets.parquet import MAGIC, parquet_mentions
from synesthete.datasets.playlist_files.formats import SMART, read_playlist
from synesthete.datasets.playlist_files.table import COLUMNS as PLAYLIST_COLUMNS
from synesthete.datasets.playlist_files.table import NEEDED as PLAYLIST_NEEDED
from synesthete.datasets.report import Report
from synesthete.datasets.rockbox import read_rockbox
from synesthete.datasets.spotify_account import is_account_data, read_account_data
from synesthete.datasets.spotify_features import NAMES as FEATURE_COLUMNS
from synesthete.datasets.spotify_features import NEEDED, read_spotify_features
from synesthete.datasets.spotify_history import read_spotify_history
from synesthete.datasets.tables import LISTEN_COLUMNS, find_header
from synesthete.datasets.taste_profile import read_triplets
from synesthete.datasets.text import text_of

Reader = Callable[[Document, Report], Iterator[Finding]]


@dataclass(frozen=True)
class Kind:
    """One kind of file: what it is called, and who reads it."""

    about: str
    read: Reader
    is_catalog: bool = False
    """True where the data set names tracks of its own, to be kept even without audio here."""


def _maloja(document: Document, report: Report) -> Iterator[Finding]:
    is_json = text_of(document.head()).lstrip("\ufeff \t\r\n").startswith("{")
    yield from (read_maloja if is_json else read_listens_csv)(document, report)


def _spotify(document: Document, report: Report) -> Iterator[Finding]:
    is_account = is_account_data(text_of(document.head()))
    yield from (read_account_data if is_account else read_spotify_history)(document, report)


KINDS: Mapping[str, Kind] = {
    "taste-profile": Kind("Echo Nest Taste Profile triplets", read_triplets, is_catalog=True),
    "msd-metadata": Kind("Million Song Dataset names", read_msd_metadata, is_catalog=True),
    "million-playlist": Kind("Million Playlist Dataset slices", read_million_playlist, is_catalog=True),
    "spotify-features": Kind("tables of Spotify audio features", read_spotify_features, is_catalog=True),
    "spotify-history": Kind("Spotify streaming history, liked songs and playlists", _spotify),
    "listenbrainz": Kind("ListenBrainz listens and feedback", read_listenbrainz),
    "lastfm": Kind("Last.fm listens and loved tracks", read_lastfm),
    "librefm": Kind("Libre.fm listens and loved tracks", read_lastfm),
    "maloja": Kind("Maloja scrobbles", _maloja),
    "panoscrobbler": Kind("Pano Scrobbler export", read_panoscrobbler),
    "rockbox": Kind("Rockbox .scrobbler.log", read_rockbox),
    "itunes": Kind("iTunes library XML", read_itunes),
    "playlist": Kind("playlists: M3U, PLS, XSPF, JSPF, CSV", read_playlist),
}
"""Name -> kind, for everything that is read document by document."""

TRIPLET = re.compile(r"(?:user\S*[\t,].*[\r\n]+)?[^\s,]{1,64}([\t,])SO[A-Z0-9]{10,30}\1-?\d", re.IGNORECASE)
PLAYED = re.compile(r"(?:[^\t\r\n]*\t){4}\d*\t[LS]\t\d{9,11}(?:\t|\s|$)")
"""A line of a player's log whose header is lost: five fields, the rating, the time."""
XSPF = re.compile(r"<(?:\w+:)?playlist\b")
SEGMENTS = re.compile(r"# (Segments csv created|YTID, start_seconds)")
MID_ROW = re.compile(r"index,mid,display_name")


def recognize(document: Document) -> str | None:
    """The kind of a document by its first bytes, or None.

    Beside the names in `KINDS` there are "audioset" (records, labels, segments, ontology) and
    "mismatches" (the Million Song mismatch list), which are read together with others.
    """
    head = document.head()
    if head.startswith(MAGIC):
        return "spotify-features" if parquet_mentions(document, b"danceability") else None
    if _is_tfrecord(head):
        return "audioset"
    text = text_of(head).lstrip("\ufeff \t\r\n")
    if document.suffix == ".nsp":
        return "playlist"
    if text.startswith(("{", "[")) and not text.lower().startswith("[playlist]"):
        return _json_kind(text)
    if text.startswith("<") and not MISMATCH.search(text[:200]):
        lower = text[:4096].lower()
        return "itunes" if "<plist" in lower else "playlist" if XSPF.search(lower) else None
    return _text_kind(text) or _table_kind(text, document.suffix)


def _json_kind(text: str) -> str | None:
    def has(*keys: str) -> bool:
        return all(f'"{key}"' in text for key in keys)

    if has("lovedtracks") or has("recenttracks") or has("toptracks"):
        return "librefm" if "libre.fm" in text.replace("\\/", "/") else "lastfm"
    if (
        has("maloja")
        or has("artists", "track", "time", "scrobbles")
        or has("artists", "track", "time", "list")
    ):
        return "maloja"
    if has("playlists", "pid"):
        return "million-playlist"
    if (
        is_account_data(text)
        or has("endTime", "msPlayed")
        or has("ts", "ms_played")
        or has("items", "played_at")
    ):
        return "spotify-history"
    if has("track_metadata") or (has("score") and (has("recording_mbid") or has("recording_msid"))):
        return "listenbrainz"
    if has("timeMs", "track", "artist"):
        return "panoscrobbler"
    if has("child_ids", "positive_examples"):
        return "audioset"
    if has("scrobbles") or has("artist", "uts") or (text.startswith("[") and has("artist", "track", "date")):
        return "lastfm"
    return "playlist" if has("playlist", "track") or has("playlist", "title") or SMART.search(text) else None


def _text_kind(text: str) -> str | None:
    if text.startswith("#AUDIOSCROBBLER") or PLAYED.match(text):
        return "rockbox"
    if text[:7].upper() == "#EXTM3U" or text[:10].lower() == "[playlist]":
        return "playlist"
    if MID_ROW.match(text) or SEGMENTS.match(text):
        return "audioset"
    if TRIPLET.match(text):
        return "taste-profile"
    first = text[:2000]
    if MISMATCH.search(first):
        return "mismatches"
    return "msd-metadata" if first.count(SEPARATOR) >= 3 else None


def _table_kind(text: str, suffix: str) -> str | None:
    if suffix in (".m3u", ".m3u8"):
        return "playlist"
    features = find_header(text, FEATURE_COLUMNS, NEEDED)
    if features is not None:  # Exportify adds features to playlists, and says who added each track when
        names = re.split(r"[\r\n]", text, maxsplit=1)[0].lower()
        exported = "added at" in names or "artist name(s)" in names
        return "playlist" if exported else "spotify-features"
    if find_header(text, MSD_COLUMNS, ("song", "title", "artist")):
        return "msd-metadata"
    if find_header(text, LISTEN_COLUMNS, ("artist", "title", "at")) or bare_columns(text):
        return "librefm" if "Libre.fm" in text[:500] else "lastfm"
    return "playlist" if find_header(text, PLAYLIST_COLUMNS, PLAYLIST_NEEDED) else None


def _is_tfrecord(head: bytes) -> bool:
    """A record begins with its length (8 bytes) and the masked checksum of that length (4 bytes)."""
    if len(head) < 12:
        return False
    return masked_crc(head[:8]) == int.from_bytes(head[8:12], "little")


def describe_kinds() -> str:
    """Every kind with what it is, one a line."""
    named = {**{name: kind.about for name, kind in KINDS.items()}, "audioset": "AudioSet records and labels"}
    return "\n".join(f"{name:<18} {about}" for name, about in sorted(named.items()))
