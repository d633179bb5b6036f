"""What a file says about its music: title, artist, album, ids, loudness, cover.

Tags are read by tinytag, or by FFmpeg where tinytag knows no such file. Text damaged by a wrong encoding is
mended where the damage is unmistakable. What the tags leave open is guessed from the
file's name, and said so.
"""

from __future__ import annotations

import os
import re
import struct
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from synesthete.audio.readers import AvReader
from synesthete.errors import AudioError

LARGEST_COVER = 16 << 20  # bytes; beyond that a picture is a mistake
# Opus keeps its gain for -23 LUFS in 1/256 dB (RFC 7845); ReplayGain 2 means -18 LUFS.
R128_STEP_DB, R128_TO_REPLAYGAIN_DB = 1 / 256, 5.0


@dataclass(frozen=True)
class Cover:
    """A picture inside a sound file."""

    data: bytes
    mime: str


@dataclass(frozen=True)
class Tags:
    """Facts from a file's tags; None or empty where they say nothing."""

    title: str | None = None
    artist: str | None = None
    album_artist: str | None = None
    album: str | None = None
    track_no: int | None = None
    disc_no: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    recording_mbid: str | None = None
    album_mbid: str | None = None
    artist_mbid: str | None = None
    isrc: str | None = None
    replaygain_db: float | None = None
    cover: Cover | None = None
    guessed: tuple[str, ...] = ()  # fields that come from the file's name, not from tags


def read_tags(path: Path | str) -> Tags:
    """The tags of a sound file, completed from its name; a file without tags has at least a title.

    Raises AudioError when the file cannot be opened; damaged tags count as none.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115  closed below
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"the file cannot be opened ({reason})", subject=path) from error
    with file:
        from tinytag import TinyTag, TinyTagException

        try:
            tag = TinyTag.get(file_obj=file, duration=False, image=True)
        except (TinyTagException, OSError, ValueError, LookupError, struct.error, ArithmeticError, TypeError):
            tags = _from_fields(_ffmpeg_fields(file))
        else:
            tags = _from_fields({name: _texts(values) for name, values in tag.as_dict().items()})
            tags = replace(tags, cover=_cover(tag.images.any))
    return _completed(tags, Path(path))


def _texts(values: object) -> list[str]:
    items = values if isinstance(values, list | tuple) else [values]
    return [text for item in items if (text := mended(str(item)))]


def _ffmpeg_fields(file: BinaryIO) -> dict[str, list[str]]:
    try:
        reader = AvReader(file)
    except AudioError:
        return {}
    try:
        return {name: _texts(value) for name, value in reader.metadata.items()}
    finally:
        reader.close()


def _from_fields(fields: Mapping[str, list[str]]) -> Tags:
    """Tags from named texts, whatever the container calls them."""
    by_name: dict[str, list[str]] = {}
    for name, texts in fields.items():
        by_name.setdefault(re.sub(r"[^a-z0-9]", "", name.lower()), []).extend(texts)

    def first(*names: str) -> str | None:
        return next((by_name[name][0] for name in names if by_name.get(name)), None)

    def number(*names: str) -> int | None:
        found = re.match(r"\s*(\d{1,6})", first(*names) or "")
        return int(found.group(1)) or None if found else None

    def joined(name: str) -> str | None:
        return ", ".join(dict.fromkeys(by_name.get(name, ()))) or None

    ufid = next((t for t in by_name.get("ufid", ()) if "musicbrainz.org" in t), None)
    album_artist = joined("albumartist")
    return Tags(
        title=first("title"),
        artist=joined("artist") or album_artist,
        album_artist=album_artist,
        album=first("album"),
        track_no=number("track", "tracknumber"),
        disc_no=number("disc", "discnumber"),
        year=_year(first("year", "date", "originaldate", "originalyear")),
        genres=split_genres(by_name.get("genre", ())),
        recording_mbid=_uuid(first("musicbrainztrackid", "musicbrainzrecordingid") or ufid),
        album_mbid=_uuid(first("musicbrainzalbumid")),
        artist_mbid=_uuid(first("musicbrainzartistid")),
        isrc=_isrc(first("isrc", "tsrc")),
        replaygain_db=_gain_db(first("replaygaintrackgain"), first("r128trackgain")),
    )


def split_genres(texts: Iterable[str]) -> tuple[str, ...]:
    """Single genres from tag texts: "Rock; Pop/Folk" is three; each once, in their order."""
    parts = (part.strip() for text in texts for part in re.split(r"[;,|/]", text))
    once: dict[str, str] = {}
    for part in filter(None, parts):
        once.setdefault(part.casefold(), part)
    return tuple(once.values())


def _year(text: str | None) -> int | None:
    found = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", text or "") or re.match(
        r"(1[5-9]|20)\d\d", text or ""
    )
    return int(found.group(0)) if found else None


def _uuid(text: str | None) -> str | None:
    found = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", (text or "").lower())
    return found.group(0) if found else None


def _isrc(text: str | None) -> str | None:
    """Two letters, three letters or digits, seven digits; dashes are for people."""
    code = re.sub(r"[\s-]", "", text or "").upper()
    return code if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}\d{7}", code) else None


def _gain_db(replaygain: str | None, r128: str | None) -> float | None:
    found = re.match(r"\s*([+-]?\d+(?:\.\d+)?)", replaygain or "")
    if found:
        gain = float(found.group(1))
    elif re.fullmatch(r"\s*[+-]?\d+\s*", r128 or ""):
        gain = int(r128 or 0) * R128_STEP_DB + R128_TO_REPLAYGAIN_DB
    else:
        return None
    return gain if abs(gain) <= 64 else None  # beyond the format's range: a damaged tag


def _cover(image: Any) -> Cover | None:
    if image is None or not image.data or len(image.data) > LARGEST_COVER:
        return None
    return Cover(bytes(image.data), image.mime_type or "application/octet-stream")


def mended(text: str) -> str:
    """Text without control characters, in Unicode's composed form, with unmistakable mojibake undone.

    UTF-8 read as Latin-1 ("BjÃ¶rk"), Windows Cyrillic read as Latin-1 ("Êèíî") and Shift-JIS read as Latin-1
    are undone; anything doubtful is left as it is.
    """
    text = _reread(text).strip(" \0").replace("\0", "; ")  # several values, as ID3 parts them
    kept = "".join(" " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or c.isprintable())
    return unicodedata.normalize("NFC", kept.strip())


def _reread(text: str) -> str:
    if text.isascii():
        return text
    for codec in ("latin-1", "cp1252"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    try:
        raw = text.encode("latin-1")
    except UnicodeError:
        return text
    if any(0x80 <= byte <= 0x9F for byte in raw):  # control characters that no text has
        japanese = raw.decode("shift_jis", "replace")
        if "\ufffd" not in japanese and re.search(r"[\u3040-\u30ff]", japanese):
            return japanese
    # Western words mix accents with plain letters; a long word of accents alone is Cyrillic
    letters = [c for c in text if c.isalpha()]
    if re.search(r"[À-ÿ]{3}", text) and not any(c.isascii() for c in letters):
        return raw.decode("cp1251", "replace")
    return text


def _completed(tags: Tags, path: Path) -> Tags:
    """The tags with title, artist and track number guessed from the file's name where they are missing."""
    if tags.title:
        return tags
    stem = mended(os.fsencode(path.stem).decode("utf-8", "replace").replace("_", " ")) or "untitled"
    numbered = re.match(r"(\d{1,3})(?:\s*[-.)]\s*|\s+)(?=\S)", stem)
    rest = stem[numbered.end() :] if numbered else stem
    artist, dash, title = rest.partition(" - ")
    guess: dict[str, str | int] = {"title": title.strip() if dash and title.strip() else rest}
    if dash and title.strip() and not tags.artist:
        guess["artist"] = artist.strip()
    if numbered and tags.track_no is None and int(numbered.group(1)):
        guess["track_no"] = int(numbered.group(1))
    return replace(tags, **guess, guessed=tuple(guess))  # type: ignore[arg-type]
